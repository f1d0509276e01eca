import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { parseJson } from '../../../datasources/http/json.js'
import { type App, startApp } from '../../support/app.js'

describe('a JSON text', () => {
  test.each([
    '{"a":{"b":[1,-2.5e3,true,null,{}]},"c":"\\"d\\":"}',
    ' { "a" : 1 , "b" :\n[ ] } ',
    '{"a":[{"id":1},{"id":2}],"id":3}',
    '{"a\\"":1,"b:":":","":{"":""}}',
    '{"a":":","b" :[":",{"c"\t:"d\\":"}]}',
    '{"a":"b :c","d":"12:00:00"}',
    '"a"',
    '[]',
    'null',
  ])('without a repeated name is what JSON.parse reads: %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  test.each([
    '{"a":1,"a":1}',
    '{ "b" : [ 1 , { "c" : "x" , "c":"x" } ] , "d":{ }, "e" : [ ] }',
    '{"a":{"b":[true,null]},"a" :{"b":[true,null]},"c":"}\\"{"}',
    '{"a":{"b":1,"c":2},"a":{"c":2,"b":1}}',
  ])('with a name that is repeated with an equal value is what JSON.parse reads: %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  test.each<[string, (value: any) => unknown, unknown]>([
    ['{"id":"a","id":"b","n":1}', ({ id, n }) => [typeof id, n], ['symbol', 1]],
    ['{"id":"a","n":[],"\\u0069d":"b"}', ({ id }) => typeof id, 'symbol'],
    ['{"id" :"a","id"\t:"b"}', ({ id }) => typeof id, 'symbol'],
    ['{"id"\n:"a","id"\n:"b","n":":"}', ({ id, n }) => [typeof id, n], ['symbol', ':']],
    ['{"id":":a","id":":b"}', ({ id }) => typeof id, 'symbol'],
    ['{"id":"a","id":null,"id":"a"}', ({ id }) => typeof id, 'symbol'],
    [
      '[{"id":1},{"id":2,"id":3},{"id":4}]',
      (rows) => rows.map(({ id }: any) => typeof id),
      ['number', 'symbol', 'number'],
    ],
    ['{"a":{"b":1},"a":{"b":2},"c":"{\\"c\\":1}"}', ({ a, c }) => [typeof a, c], ['symbol', '{"c":1}']],
    ['{"a":{"b":1,"b":2},"a":{}}', ({ a }) => typeof a, 'symbol'],
    ['{"a":[{"b":1,"b":2}],"a":[null]}', ({ a }) => typeof a, 'symbol'],
    ['{"a":{},"a":{"b":1,"b":2}}', ({ a }) => typeof a, 'symbol'],
  ])('%s has no value under a name that is repeated with another one', (text, see, expected) => {
    expect(see(parseJson(text))).toEqual(expected)
  })

  test.each(['', '{', '{"a":1,}', '{"a":1 "a":2}', '[1,]', 'a', '{"a":01}'])('%j is none', (text) => {
    expect(parseJson(text)).toBeUndefined()
  })

  test.each([500, 501])('with %i levels is read up to 500', (depth) => {
    const text = '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(text) === undefined).toBe(depth > 500)
    expect(parseJson(`{"a":1,"a":2,"b":${text}}`) === undefined).toBe(depth >= 500)
  })
})

describe('a provider that answers a name twice', () => {
  let app: App
  let answered = ''
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(answered),
  )
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    app = await startApp({ SYNCTERA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  })
  afterAll(async () => {
    await app.close()
    server.close()
    server.closeAllConnections()
  })

  const person = (id: string, more = '') =>
    `{"id":"${id}",${more}"tenant":"t","is_customer":true,"status":"ACTIVE","ban_status":"ALLOWED","verification_status":"ACCEPTED","creation_time":"2024-01-01T00:00:00Z","last_updated_time":"2024-01-01T00:00:00Z"}`
  const [ada, other] = [ADA.personId!, '11111111-2222-4333-8444-555555555555']

  test.each([`"id":"${other}",`, '"status":"PROSPECT",', '"first_name":"Ada","first_name":"Eve",'])(
    '%s with other values is not read',
    async (more) => {
      answered = person(ada, more)
      const { data, errors } = await app.run(`{ person(id: "${ada}") { id firstName } }`)
      expect(data.person).toBeNull()
      expect(errors).toMatchObject([{ path: ['person'], extensions: { code: 'PROVIDER_MALFORMED' } }])
    },
  )

  test('in one row of a list loses this row alone', async () => {
    answered = `{"persons":[${person(ada)},${person(other, '"id":"x",')}]}`
    const { data, errors } = await app.run('{ persons { nodes { id } } }')
    expect(data.persons.nodes).toEqual([{ id: ada }])
    expect(errors).toMatchObject([{ path: ['persons'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }])
  })

  test('with equal values is read', async () => {
    answered = person(ada, `"id":"${ada}",`)
    expect((await app.run(`{ person(id: "${ada}") { id } }`)).data.person).toEqual({ id: ada })
  })
})

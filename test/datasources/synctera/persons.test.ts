import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CROWD, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { firstPages } from '../../support/quirks.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const person = (situation: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === situation)!

describe('persons', () => {
  test('a person is read with its verifications', async () => {
    const { data, errors } = await app.run(
      'query($id: ID!) { person(id: $id) { firstName verificationStatus verifications { type result } } }',
      { id: person('Rhea').personId },
    )
    expect(errors).toEqual([])
    expect(data.person).toEqual({
      firstName: 'Rhea',
      verificationStatus: 'REVIEW',
      verifications: [
        { type: 'IDENTITY', result: 'REVIEW' },
        { type: 'WATCHLIST', result: 'ACCEPTED' },
      ],
    })
  })

  test('Synctera is asked once for ten persons by alias', async () => {
    const query = `{ ${CROWD.slice(0, 10)
      .map(({ personId }, i) => `p${i}: person(id: "${personId}") { id }`)
      .join(' ')} }`
    const { data } = await app.run(query)
    expect(Object.keys(data)).toHaveLength(10)
    expect(firstPages(app.calls('synctera'))).toEqual(['GET /v0/persons?id=…&limit=100'])
  })

  test('a missing scope is named in the error', async () => {
    const { data, errors } = await app.run('{ person(id: "x") { id } }', undefined, { scopes: ['kyc:read'] })
    expect(data).toEqual({ person: null })
    expect(errors[0]).toMatchObject({
      message: 'This needs the scope persons:read.',
      path: ['person'],
      extensions: { code: 'FORBIDDEN', retryable: false, correlationId: expect.any(String) },
    })
    expect(app.calls('synctera')).toEqual([])
  })

  test('invalid input names the field and is not echoed', async () => {
    const { errors } = await app.run(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
      { input: { isCustomer: true, status: 'ACTIVE', ssn: '123456789', banStatus: 'SUSPENDED' } },
    )
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'input.ssn': ['must have the form NNN-NN-NNNN'], 'input.note': expect.any(Array) },
    })
    expect(JSON.stringify(errors)).not.toContain('123456789')
  })

  test('a repeat whose metadata has its members in another order is the same request to Synctera', async () => {
    const mutation =
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { metadata } } }'
    const input = { idempotencyKey: randomUUID(), isCustomer: true, status: 'PROSPECT', email: 'order@example.com' }
    const create = (metadata: object) => app.run(mutation, { input: { ...input, metadata } })
    app.fault('synctera', { match: 'POST /v0/persons', fault: 'drop-after-apply', times: 3 })
    const lost = await create({ b: { d: 1, c: 2 }, a: [{ f: 1, e: 2 }] })
    expect(lost.errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } }])
    const metadata = { a: [{ e: 2, f: 1 }], b: { c: 2, d: 1 } }
    const { data, errors } = await create(metadata)
    expect(errors).toEqual([])
    expect(data.createPerson.person).toEqual({ metadata })
    const bodies = app
      .recorded('synctera')
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.stringify(body))
    expect([bodies.length, new Set(bodies).size]).toEqual([4, 1])
    const persons = await app.run('{ persons(filter: { email: "order@example.com" }) { nodes { id } } }')
    expect(persons.data.persons.nodes).toHaveLength(1)
  })

  test('two calls under one idempotency key make one write', async () => {
    const mutation =
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName } } }'
    const input = { idempotencyKey: 'k1', isCustomer: true, status: 'ACTIVE', firstName: 'Nora' }
    const first = await app.run(mutation, { input })
    const second = await app.run(mutation, { input }, { scopes: ['persons:write'] })
    expect(first.errors).toEqual([])
    expect(second.data.createPerson).toEqual({
      replayed: true,
      person: { id: first.data.createPerson.person.id, firstName: 'N•••' },
    })
    expect(app.calls('synctera')).toHaveLength(1)
    const other = await app.run(mutation, { input: { ...input, firstName: 'Nina' } })
    expect(other.errors[0]!.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED')
  })
})

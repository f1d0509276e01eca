import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import { type App, startApp } from '../support/app.js'
import { exchange, type Letter } from '../support/witness.js'

// The fast path answers plain requests before the framework, which answers all others: both must give equal answers.

let app: App
let authorization: string
const metrics = createMetrics()
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' }, undefined, { metrics })
  authorization = `Bearer ${await app.token()}`
})
afterAll(() => app.close())

const PERSON = JSON.stringify({ query: `{ person(id: "${ADA.personId}") { id firstName } }` })
const PERSONS = 'query($first: Int) { persons(first: $first) { nodes { id } } }'
const JSON_TYPE = { 'content-type': 'application/json' }

const operations = async () => Number(/^kyc_overhead_seconds_count (\d+)$/m.exec(await metrics.text())?.[1] ?? 0)

/** The same, once as it is and once by an address that only the framework takes. What could not be read ends the connection there alone. */
async function bothWays(letter: Letter) {
  const headers = { ...JSON_TYPE, authorization, ...letter.headers }
  const plain = await exchange(app.url, { ...letter, headers })
  const slashed = await exchange(app.url, { ...letter, headers, path: '/graphql/' })
  const other = await exchange(app.url, { ...letter, headers, path: '/graphql?' })
  return [plain, slashed, other].map(({ body, headers: { connection: _connection, ...rest }, ...more }) => ({
    ...more,
    headers: rest,
    body: body.replace(/"correlationId":"[^"]+"/g, '"correlationId":"…"'),
  }))
}

test.each<[string, Letter]>([
  ['data', { body: PERSON }],
  ['data again', { body: PERSON }],
  [
    'what is not known yet',
    { body: JSON.stringify({ query: `{ other: person(id: "${ADA.personId}") { lastName } }` }) },
  ],
  [
    'letters of two bytes and more',
    { body: JSON.stringify({ query: 'query($id: ID!) { customer(id: $id) { id } }', variables: { id: 'é–𝒳' } }) },
  ],
  ['a byte order mark', { body: `\ufeff${PERSON}` }],
  ['a field error', { body: JSON.stringify({ query: '{ customers(first: 1, after: "none") { nodes { id } } }' }) }],
  ['no such field', { body: JSON.stringify({ query: '{ nothing }' }) }],
  ['no operation', { body: '{}' }],
  ['a list', { body: `[${PERSON}]` }],
  ['null', { body: 'null' }],
  ['a text', { body: '"x"' }],
  ['no JSON', { body: '{"query":' }],
  ['a blank', { body: ' ' }],
  ['nothing', { body: '' }],
  ['too much', { body: JSON.stringify({ query: `{ __typename } #${'x'.repeat(300_000)}` }) }],
  ['as much as may be', { body: PERSON.padEnd(256 * 1024) }],
  ['one byte more', { body: PERSON.padEnd(256 * 1024 + 1) }],
  ['no token', { body: PERSON, headers: { authorization: undefined } }],
  ['a token that is none', { body: PERSON, headers: { authorization: 'Bearer none' } }],
  ["GraphQL's own type", { body: PERSON, headers: { accept: 'application/graphql-response+json' } }],
  ['a type that there is not', { body: PERSON, headers: { accept: 'image/png' } }],
  ['another type', { body: PERSON, headers: { 'content-type': 'text/plain' } }],
  [
    'a type that there is not, for a new document',
    { body: '{"query":"{ new: __typename }"}', headers: { accept: 'x/y' } },
  ],
  ['a compressed body', { body: PERSON, headers: { 'content-encoding': 'gzip' } }],
  ['a body that is not compressed, and says so', { body: PERSON, headers: { 'content-encoding': 'identity' } }],
  ['another charset', { body: PERSON, headers: { 'content-type': 'application/json; charset=utf-16' } }],
  ['UTF-8 in quotes', { body: PERSON, headers: { 'content-type': 'application/json; charset="utf-8"' } }],
  ['no type', { body: PERSON, headers: { 'content-type': undefined } }],
  ['empty members', { body: JSON.stringify({ query: `{ person(id: "${ADA.personId}") { id } }`, operationName: '' }) }],
  ['a number that does not fit', { body: JSON.stringify({ query: PERSONS, variables: { first: 2 ** 31 } }) }],
  ['an origin that is not allowed', { body: PERSON, headers: { origin: 'https://app.example' } }],
])('%s gets equal answers from the fast path and the framework', async (_what, letter) => {
  const [plain, slashed, other] = await bothWays(letter)
  expect(plain).toEqual(other)
  expect(slashed).toEqual(other)
})

/** A raw socket. */
async function line(url = app.url): Promise<{ socket: Socket; heard: () => string }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(socket, 'connect')
  return { socket, heard: () => text }
}

const head = (more: string) =>
  `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n${more}\r\n\r\n`
const letter = (body: string) => head(`content-length: ${Buffer.byteLength(body)}`) + body

test('a body may arrive in chunks that split a character', async () => {
  const body = JSON.stringify({
    query: 'query($id: ID!) { customer(id: $id) { id } whole: viewer { id } }',
    variables: { id: 'é–𝒳' },
  })
  const bytes = Buffer.from(letter(body))
  const { socket, heard } = await line()
  const last = bytes.length - 8
  for (let at = 0; at < last; at += 90) {
    socket.write(bytes.subarray(at, Math.min(at + 90, last)))
    await delay(2)
  }
  for (let at = last; at < bytes.length; at += 1) {
    socket.write(bytes.subarray(at, at + 1))
    await delay(2)
  }
  await expect.poll(heard).toContain('"data":{"customer":null,"whole":{"id":')
  socket.destroy()
})

test('a chunked body without a length is read', async () => {
  const { socket, heard } = await line()
  socket.write(`${head('transfer-encoding: chunked')}${PERSON.length.toString(16)}\r\n${PERSON}\r\n0\r\n\r\n`)
  await expect.poll(heard).toContain('"firstName":"Ada"')
  socket.destroy()
})

test('pipelined requests are answered in their order, by the fast path and by the framework', async () => {
  const { socket, heard } = await line()
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`)
  // The first of them waits for a provider, and those that follow do not.
  const asked = names.map((name, i) =>
    letter(
      JSON.stringify({
        query: i % 10 === 0 ? `{ ${name}: customer(id: "${CROWD[i]!.customerId}") { id } }` : `{ ${name}: __typename }`,
      }),
    ),
  )
  asked.splice(20, 0, 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
  socket.write(asked.join(''))
  await expect.poll(() => heard().split('HTTP/1.1 200').length - 1, { timeout: 10_000 }).toBe(41)
  expect([...heard().matchAll(/"data":\{"(n\d+)"|"status":"(ok)"/g)].map(([, name, ok]) => name ?? ok)).toEqual([
    ...names.slice(0, 20),
    'ok',
    ...names.slice(20),
  ])
  socket.destroy()
})

test('all answers of one event loop turn arrive when they exceed one batch', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => app.run(`{ a${i % 3}: __typename }`)))
  expect(answers.map(({ status, data }) => [status, Object.keys(data)])).toEqual(
    answers.map((_, i) => [200, [`a${i % 3}`]]),
  )
})

test('a client that disconnects before the end of its body runs no operation, and the server goes on', async () => {
  const before = await operations()
  const lines = await Promise.all(Array.from({ length: 20 }, line))
  for (const { socket } of lines) socket.write(letter(PERSON).slice(0, -10))
  await delay(20)
  for (const { socket } of lines) socket.destroy()
  await expect.poll(async () => (await app.run('{ __typename }')).status).toBe(200)
  await delay(20)
  expect(await operations()).toBe(before + 1)
  expect(app.log()).not.toContain('unforeseen')
})

test('an answer is not written when its client has disconnected', async () => {
  const before = await operations()
  app.fault('synctera', { match: 'GET /**', fault: 'slow', delayMs: 150 })
  const { socket, heard } = await line()
  socket.write(letter(JSON.stringify({ query: `{ left: person(id: "${ADA.personId}") { id } }` })))
  await delay(50)
  socket.destroy()
  await expect.poll(operations).toBe(before + 1)
  expect(heard()).toBe('')
  expect((await app.run('{ __typename }')).status).toBe(200)
  expect(app.log()).not.toContain('unforeseen')
})

const MOMENT_MS = 5_000

/** How long it takes to stop, where a connection that is kept would take 20 s. */
async function stopping(server: App): Promise<number> {
  const begun = performance.now()
  await server.close()
  return performance.now() - begun
}

test('a server that begins to stop just before it sends an answer closes the connection after that answer', async () => {
  let stopped: Promise<number> | undefined
  const own = createMetrics()
  const other = await startApp({}, app, {
    metrics: {
      ...own,
      // Between an answer's last word and the end of the turn in which it is sent.
      operated(...given) {
        own.operated(...given)
        process.nextTick(() => (stopped ??= stopping(other)))
      },
    },
  })
  const { socket, heard } = await line(other.url)
  socket.write(letter('{"query":"{ __typename }"}'))
  await expect.poll(() => stopped).toBeDefined()
  expect(await stopped).toBeLessThan(MOMENT_MS)
  expect(heard()).toMatch(/^HTTP\/1.1 200 [^]*"__typename":"Query"/i)
  await expect.poll(() => socket.readableEnded).toBe(true)
  socket.destroy()
}, 30_000)

test('a client that pipelines requests, sends invalid bytes and disconnects leaves no open connection', async () => {
  const other = await startApp({}, app)
  const fast = letter('{"query":"{ __typename }"}')
  await exchange(other.url, { headers: { ...JSON_TYPE, authorization }, body: '{"query":"{ __typename }"}' })
  app.fault('obp', { match: 'GET /**', fault: 'slow', delayMs: 60, times: 0 })
  const slow = letter('{"query":"{ customers(first: 100) { nodes { id legalName email } } }"}')
  for (const { socket } of await Promise.all([1, 2, 3].map(() => line(other.url)))) {
    socket.on('error', () => undefined).write(`${slow}${fast.repeat(39)}NONSENSE\r\n\r\n`)
    await delay(40)
    socket.destroy()
  }
  await delay(500)
  expect(await stopping(other)).toBeLessThan(MOMENT_MS)
}, 30_000)

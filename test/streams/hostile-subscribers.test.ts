import { once } from 'node:events'
import { type AddressInfo, connect, type Socket as NetSocket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ADA } from '../../datasources/emulator/people.js'
import { Heartbeat } from '../../src/streams/heartbeat.js'
import { type App, startApp } from '../support/app.js'
import { Socket, subscribers } from '../support/subscriptions.js'

const PATIENT = { timeout: 20_000 }
const OPEN = `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }`

let app: App
beforeAll(async () => {
  app = await startApp({ MAX_STREAMS_PER_USER: '2', RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterAll(() => app.close())

/** A WebSocket of a user of its own. */
async function opened(sub: string): Promise<Socket> {
  const socket = await Socket.open(app)
  const authorization = `Bearer ${await app.token({ client: 'app', claims: { sub } })}`
  expect(await socket.init({ authorization })).toEqual({ type: 'connection_ack' })
  return socket
}

const subscribe = (socket: Socket, id: unknown, payload: object = { query: OPEN }): void =>
  socket.raw.send(JSON.stringify({ id, type: 'subscribe', payload }))

/** The server answers an operation of another user. */
async function goesOn(): Promise<void> {
  const { errors } = await app.run('{ viewer { id } }')
  expect(errors).toEqual([])
}

/** A user may open as many streams as ever: what was open has ended. */
async function hasRoom(sub: string): Promise<void> {
  await expect
    .poll(async () => {
      const streams = await Promise.all(
        [1, 2].map(() => subscribers.sse(app, OPEN, {}, { client: 'app', claims: { sub } })),
      )
      const results = await Promise.all(streams.map((stream) => stream.next()))
      for (const stream of streams) stream.close()
      return results.map((result) => result?.errors)
    }, PATIENT)
    .toEqual([undefined, undefined])
}

test('a client that sends pings and does not read is closed, and few of them are answered', async () => {
  const { raw, closed } = await opened('pings')
  let pongs = 0
  raw.on('pong', () => (pongs += 1))
  raw.pause()
  for (let i = 0; i < 5_000; i += 1) raw.ping('x'.repeat(125))
  await delay(200)
  raw.resume()
  expect(await closed).toBe('close 1008')
  expect(pongs).toBeLessThanOrEqual(200)
})

test('a client that sends pongs which nobody asked for is closed', async () => {
  const { raw, closed } = await opened('pongs')
  for (let i = 0; i < 5_000; i += 1) raw.pong('')
  expect(await closed).toBe('close 1008')
})

test('a client that asks for much and reads nothing is cut off, and its stream ends', async () => {
  const socket = await opened('slow')
  subscribe(socket, 'one')
  expect(await socket.message()).toMatchObject({ type: 'next' })
  socket.raw.pause()
  const payload = { text: 'x'.repeat(200_000) }
  for (let i = 0; i < 150; i += 1) socket.raw.send(JSON.stringify({ type: 'ping', payload }))
  await expect.poll(() => app.log(), PATIENT).toContain('"reason":"slow_reader"')
  socket.raw.resume()
  expect(await socket.closed).toBe('close 1006')
  await hasRoom('slow')
})

describe('a heartbeat', () => {
  afterEach(() => void vi.useRealTimers())

  test.each([
    ['answers its pings stays', true, false],
    ['sends pongs of its own and does not read is cut off', false, true],
  ])('a client that %s', async (_what, autoPong, isCutOff) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong })
    const [socket] = (await accepted) as [WebSocket]
    await once(client, 'open')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let cutOff = false
    const heartbeat = new Heartbeat(socket, () => (cutOff = true))
    for (let i = 0; i < 3; i += 1) {
      const pinged = once(client, 'ping')
      vi.advanceTimersByTime(12_000)
      if (cutOff) break
      await pinged
      const answered = once(socket, 'pong')
      if (!autoPong) client.pong('unasked')
      await answered
    }
    expect(cutOff).toBe(isCutOff)
    heartbeat.end()
    client.terminate()
    server.close()
  })
})

test('a storm of subscriptions that are completed at once leaves none open', async () => {
  const socket = await opened('storm')
  for (let i = 0; i < 90; i += 1) {
    subscribe(socket, String(i))
    socket.send({ id: String(i), type: 'complete' })
  }
  await hasRoom('storm')
  // The connection is as good as before.
  socket.send({ type: 'ping' })
  await expect.poll(async () => (await socket.message())?.type, PATIENT).toBe('pong')
  socket.raw.terminate()
})

test.each<[what: string, id: unknown]>([
  ['an empty text', ''],
  ['a number', 1],
  ['null', null],
  ['a list', ['one']],
])('an id that is %s closes the connection, and the server goes on', async (_what, id) => {
  const socket = await opened('ids')
  subscribe(socket, id)
  expect(await socket.closed).toBe('close 4400')
  await goesOn()
})

test.each([
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['one of 100,000 characters', '€'.repeat(50_000) + '\u{1f600}'.repeat(25_000)],
])('an id such as %s is one as any other', async (_what, id) => {
  const socket = await opened('names')
  subscribe(socket, id)
  expect(await socket.message()).toMatchObject({ id, type: 'next' })
  subscribe(socket, id)
  expect(await socket.closed).toBe('close 4409')
})

test('variables that are nested deeply are refused, and the connection stays', async () => {
  const socket = await opened('deep')
  const query = 'subscription($id: ID!) { verificationResult(id: $id) { id } }'
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  socket.raw.send(`{"id":"deep","type":"subscribe","payload":{"query":"${query}","variables":{"id":${deep}}}}`)
  expect(await socket.message()).toMatchObject({
    id: 'deep',
    type: 'error',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  })
  socket.raw.terminate()
})

test.each<[what: string, payload: object]>([
  ['that is no text', { query: 1 }],
  ['with variables that are no object', { query: OPEN, variables: 'all' }],
  ['with an operation name that is no text', { query: OPEN, operationName: {} }],
  ['with extensions that are no object', { query: OPEN, extensions: 'all' }],
])('an operation %s closes the connection', async (_what, payload) => {
  const socket = await opened('forms')
  subscribe(socket, 'one', payload)
  expect(await socket.closed).toBe('close 4400')
})

test('headers in connection_init that are no headers are held against the rules of headers', async () => {
  const socket = await Socket.open(app)
  const authorization = `Bearer ${await app.token({ client: 'app', claims: { sub: 'headers' } })}`
  const forged = {
    'x-purpose': 'onboarding\r\nx-other: 1',
    'x-consent-id': 'c'.repeat(100_000),
    'x-fapi-interaction-id': '"}\n{"forged":true}',
    'x-request-timeout-ms': '-1',
    'x-forwarded-for': '10.0.0.1',
  }
  expect(await socket.init({ authorization, ...forged })).toEqual({ type: 'connection_ack' })
  subscribe(socket, 'one')
  expect(await socket.message()).toMatchObject({ id: 'one', type: 'error' })
  expect(app.log()).not.toContain('{"forged":true}')
  expect(app.log()).not.toContain('\r\n')
  socket.raw.terminate()
})

/** Sends a request for an upgrade by hand; answers what came first, empty where the connection was closed. */
async function upgrade(lines: readonly string[]): Promise<string> {
  const { port } = new URL(app.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const answer = await Promise.race([
    once(socket, 'data').then(([data]) => String(data)),
    once(socket, 'close').then(() => ''),
  ])
  socket.destroy()
  return answer
}

test('handshakes that are not whole are refused, and take no place of others', async () => {
  const { host } = new URL(app.url)
  const begin = ['GET /graphql HTTP/1.1', `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket']
  const rest = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: graphql-transport-ws']
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  for (let i = 0; i < 40; i += 1)
    expect(await upgrade([...begin, ...rest, 'Sec-WebSocket-Key: short'])).toMatch(/^HTTP\/1\.1 400 /)
  expect(await upgrade([...begin, rest[1]!, 'Sec-WebSocket-Version: 7', key])).toMatch(/^HTTP\/1\.1 4(00|26) /)
  expect(await upgrade(['POST /graphql HTTP/1.1', ...begin.slice(1), ...rest, key])).toMatch(/^HTTP\/1\.1 4/)
  expect(await upgrade([...begin, ...rest, key])).toMatch(/^HTTP\/1\.1 101 /)
})

test('a connection that breaks in the middle of a frame ends its streams', async () => {
  const socket = await opened('broken')
  for (const id of ['one', 'two']) subscribe(socket, id)
  await socket.message()
  const { _socket: raw } = socket.raw as unknown as { _socket: NetSocket }
  raw.write(Buffer.from([0x81, 0xfe, 0xff]))
  raw.resetAndDestroy()
  await hasRoom('broken')
})

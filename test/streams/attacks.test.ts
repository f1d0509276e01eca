import { once } from 'node:events'
import { connect, type Socket as NetSocket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ADA } from '../../datasources/emulator/people.js'
import { MAX_BODY_BYTES } from '../../src/http/request-body-limit.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { Socket, subscribeBySse, subscribers, TRANSPORTS } from '../support/subscriptions.js'

let app: App
beforeAll(async () => {
  app = await startApp({
    CORS_ORIGINS: 'https://app.example',
    MAX_STREAMS: '6',
    MAX_STREAMS_PER_CLIENT: '4',
    MAX_STREAMS_PER_USER: '2',
    UNAUTHENTICATED_REQUESTS_PER_MINUTE: '20',
  })
})
afterAll(() => app.close())

const OPEN = `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }`
const codeOf = (
  told: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] } | undefined,
) => told?.errors?.[0]?.extensions.code

describe.each(TRANSPORTS)('by %s', (transport) => {
  test('a user, a client and the process have so many streams open and no more; one that ends makes room', async () => {
    const open = async (client: string, sub: string) => {
      const stream = await subscribers[transport](app, OPEN, {}, { client, claims: { sub } })
      return { stream, code: codeOf(await stream.next()) }
    }
    const opened = []
    for (const [client, sub, expected] of [
      ['one', 'a', undefined],
      ['one', 'a', undefined],
      ['one', 'a', 'RATE_LIMITED'],
      ['one', 'b', undefined],
      ['one', 'b', undefined],
      ['one', 'c', 'RATE_LIMITED'],
      ['two', 'a', undefined],
      ['two', 'a', undefined],
      ['three', 'a', 'OVERLOADED'],
    ] as const) {
      const { stream, code } = await open(client, sub)
      // A WebSocket of a user too many is closed: it says so by its code.
      if (expected === undefined || transport === 'sse') expect([client, sub, code]).toEqual([client, sub, expected])
      else expect([client, sub, await stream.ended]).toEqual([client, sub, 'close 1013'])
      if (expected === undefined) opened.push(stream)
    }
    for (const stream of opened) stream.close()
    await expect
      .poll(async () => {
        const { stream, code } = await open('three', 'a')
        stream.close()
        return code
      })
      .toBeUndefined()
  })
})

/** Sends a request for an upgrade by hand. */
async function upgrade(headers: Readonly<Record<string, string>>, path = '/graphql'): Promise<string> {
  const { port } = new URL(app.url)
  const socket = connect(Number(port), '127.0.0.1')
  const all = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'graphql-transport-ws',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return answerOn(socket)
}

async function answerOn(socket: NetSocket): Promise<string> {
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return first.toString()
}

test.each([
  ['an origin that may not call', { origin: 'https://evil.example' }, 403, 'FORBIDDEN'],
  ['no subprotocol that is known', { 'sec-websocket-protocol': 'graphql-ws' }, 400, 'BAD_USER_INPUT'],
  ['a token that is not valid', { authorization: 'Bearer nothing' }, 401, 'UNAUTHENTICATED'],
] as const)('a request for a WebSocket with %s is refused', async (_name, headers, status, code) => {
  const answer = await upgrade(headers)
  expect(answer).toContain(`HTTP/1.1 ${status} `)
  expect(answer).toContain(`"code":"${code}"`)
  expect(answer).toContain("content-security-policy: default-src 'none'")
})

test('a WebSocket is taken from the origins that may call, on the path of the graph alone, without compression', async () => {
  const extensions = { 'sec-websocket-extensions': 'permessage-deflate' }
  const answers = await Promise.all([
    upgrade({ origin: 'https://app.example', ...extensions }),
    upgrade({ origin: app.url }),
    upgrade({}, '/elsewhere'),
  ])
  expect(answers.map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 101', 'HTTP/1.1 101', 'HTTP/1.1 404'])
  expect(answers[0]).not.toMatch(/extensions/i)
})

test('a request that asks for another protocol is served as one that does not', async () => {
  const { port } = new URL(app.url)
  const token = await app.token({ client: 'ada' })
  const body = JSON.stringify({ query: '{ viewer { id } }' })
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n` +
      `authorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  )
  socket.write(body.slice(5))
  expect(await answerOn(socket)).toContain('{"data":{"viewer":{"id":"ada"}}')
})

test('a connection counts once, however many requests on it ask for another protocol', async () => {
  const small = await startApp({ MAX_CONNECTIONS_PER_ADDRESS: '2' }, app)
  const warnings: string[] = []
  const warned = ({ name }: Error) => void warnings.push(name)
  process.on('warning', warned)
  const open = async () => {
    const socket = connect({ port: Number(new URL(small.url).port), host: '127.0.0.1', localAddress: '127.0.0.51' })
    let heard = ''
    socket
      .setEncoding('utf8')
      .on('data', (part: string) => (heard += part))
      .on('error', () => undefined)
    await once(socket, 'connect')
    return { socket, answers: () => heard.split('HTTP/1.1 200').length - 1 }
  }
  const upgrade = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n'
  const first = await open()
  for (let i = 1; i <= 20; i += 1) {
    first.socket.write(`GET /health HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`)
    await expect.poll(first.answers, { interval: 5 }).toBe(i)
  }
  const second = await open()
  second.socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
  await expect.poll(second.answers).toBe(1)
  expect(first.socket.destroyed).toBe(false)
  // One that closes makes room for one.
  first.socket.destroy()
  await expect
    .poll(async () => {
      const { socket, answers } = await open()
      socket.write('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      await once(socket, 'close')
      return answers()
    })
    .toBe(1)
  second.socket.destroy()
  process.off('warning', warned)
  expect(warnings).toEqual([])
  await small.close()
})

describe('a WebSocket', () => {
  const opened = async () => {
    const socket = await Socket.open(app)
    expect(await socket.init({ authorization: `Bearer ${await app.token({ client: 'ada' })}` })).toEqual({
      type: 'connection_ack',
    })
    return socket
  }

  test.each<[string, string, (socket: Socket) => void]>([
    ['a message over the limit of bodies', 'close 1009', ({ raw }) => raw.send('x'.repeat(MAX_BODY_BYTES + 1))],
    [
      'a message in many frames',
      'close 1008',
      ({ raw }) => {
        for (let i = 0; i < 100; i += 1) raw.send(' ', { fin: false })
      },
    ],
    ['a binary message', 'close 1003', ({ raw }) => raw.send(Buffer.from('{}'))],
    ['text that is no JSON', 'close 4400', ({ raw }) => raw.send('{')],
    [
      'a message that clients do not send',
      'close 4400',
      (socket) => socket.send({ type: 'next', id: '1', payload: {} }),
    ],
    ['a second connection_init', 'close 4429', (socket) => socket.send({ type: 'connection_init' })],
    [
      'thousands of messages',
      'close 1008',
      (socket) => {
        for (let i = 0; i < 2_000; i += 1)
          socket.send({ id: String(i), type: 'subscribe', payload: { query: `subscription { n${i} }` } })
      },
    ],
    [
      'an id that is in use',
      'close 4409',
      (socket) => {
        for (let i = 0; i < 2; i += 1) socket.send({ id: 'one', type: 'subscribe', payload: { query: OPEN } })
      },
    ],
  ])('that sends %s is closed: %s', async (_name, code, send) => {
    const socket = await opened()
    send(socket)
    expect(await socket.closed).toBe(code)
  })

  test('that subscribes before connection_init is closed, and one whose token is of no use', async () => {
    const socket = await Socket.open(app)
    socket.send({ id: '1', type: 'subscribe', payload: { query: OPEN } })
    expect(await socket.closed).toBe('close 4401')
    const other = await Socket.open(app)
    await other.init({ authorization: 'Bearer nothing' })
    expect(await other.closed).toBe('close 4401')
  })

  test('that never says who has opened it is closed, and an address has few of them', async () => {
    const sockets: WebSocket[] = []
    const open = async () => {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      sockets.push(socket)
      socket.on('error', () => undefined)
      const [status] = await Promise.race([
        once(socket, 'open').then(() => [101]),
        once(socket, 'unexpected-response').then(([, { statusCode }]) => [statusCode as number]),
      ])
      return status
    }
    const answers = []
    for (let i = 0; i < 33; i += 1) answers.push(await open())
    expect(answers).toEqual([...Array.from({ length: 32 }, () => 101), 429])
    expect((await once(sockets[0]!, 'close'))[0]).toBe(4408)
    for (const socket of sockets) socket.terminate()
  })
})

test.each(['/graphql', '/graphql?'])('a client may leave before its event stream at %s begins', async (path) => {
  const token = await app.token({ client: 'ada' })
  const body = JSON.stringify({ query: `{ person(id: "${ADA.personId}") { firstName } }` })
  const thrown: unknown[] = []
  const caught = (error: unknown) => void thrown.push(error)
  const answer = createGate()
  app.clear()
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', until: answer.opened })
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await expect.poll(() => app.calls('synctera')).toHaveLength(1)
  process.on('uncaughtException', caught)
  socket.destroy()
  const open = async () =>
    /^kyc_streams_open\{transport="sse"\} \d+$/m.exec(await (await fetch(`${app.url}/metrics`)).text())
  await expect.poll(async () => (await open())?.[0]).toBe('kyc_streams_open{transport="sse"} 0')
  answer.open()
  expect((await app.run('{ viewer { id } }', {}, { client: 'ada' })).status).toBe(200)
  process.off('uncaughtException', caught)
  expect(thrown).toEqual([])
})

test('a body of an event stream that comes in parts is held against the limits of bodies', async () => {
  const token = await app.token({ client: 'ada' })
  const { port } = new URL(app.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
  )
  for (let i = 0; i < 20_000; i += 1) socket.write('1\r\n \r\n')
  expect(await answerOn(socket)).toContain('HTTP/1.1 413 ')
  // The server goes on.
  const stream = await subscribeBySse(app, '{ viewer { id } }', {}, { client: 'ada' })
  expect(await stream.rest()).toHaveLength(1)
})

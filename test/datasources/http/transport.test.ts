import { getEventListeners, once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { path } from '../../../datasources/http/call.js'
import { encodeRequest } from '../../../datasources/http/encode.js'
import { abortBy, type Transport, TransportError, TRANSPORTS } from '../../../datasources/http/transport.js'

const head = (headers: string, status = '200 OK') =>
  Buffer.from(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`)
const sized = (body: Buffer | string) =>
  Buffer.concat([head(`content-length: ${Buffer.byteLength(body)}`), Buffer.from(body)])
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
const chunked = (...chunks: Buffer[]) => Buffer.concat([head('transfer-encoding: chunked'), ...chunks.map(chunk)])
const END = Buffer.from('0\r\n\r\n')
const NAMES = Buffer.from('"Zoë Łukasz 李 🙂"')
const BOM = '\ufeff'

/** The response to a path: these bytes, and then the end of the connection if `ends`. */
const ANSWERS: Readonly<Record<string, { readonly bytes: Buffer; readonly ends?: boolean }>> = {
  '/whole': { bytes: sized(NAMES) },
  '/chunks': { bytes: Buffer.concat([chunked(...Array.from(NAMES, (byte) => Buffer.of(byte))), END]) },
  '/mark': { bytes: sized(`${BOM}{}`) },
  '/marks': { bytes: sized(`${BOM}${BOM}{}`) },
  '/mark-only': { bytes: sized(BOM) },
  '/split-mark': {
    bytes: Buffer.concat([chunked(Buffer.of(0xef), Buffer.of(0xbb), Buffer.from([0xbf, 0x7b, 0x7d])), END]),
  },
  '/not-utf8': { bytes: sized(Buffer.from([0x22, 0xe9, 0x22])) },
  '/empty': { bytes: sized('') },
  '/nothing': { bytes: head('x-more: 1', '204 No Content') },
  '/until-closed': { bytes: Buffer.concat([head('connection: close'), NAMES]), ends: true },
  '/trailers': { bytes: Buffer.concat([chunked(NAMES), Buffer.from('0\r\nx-late: 1\r\n\r\n')]) },
  '/hints': { bytes: Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nx-early: 1\r\n\r\n'), sized(NAMES)]) },
  '/silence': { bytes: Buffer.alloc(0) },
  '/half': { bytes: Buffer.concat([head('content-length: 10'), Buffer.from('{"a"')]) },
  '/hang-up': { bytes: Buffer.alloc(0), ends: true },
  '/short': { bytes: Buffer.concat([head('content-length: 10'), Buffer.from('{"a"')]), ends: true },
  '/short-chunk': { bytes: chunked(Buffer.from('{"a"')), ends: true },
  '/upgrade': {
    bytes: Buffer.from('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
  },
  '/no-http': { bytes: Buffer.from('220 mail ready\r\n'), ends: true },
}

let server: Server
let port: number
/** Request lines that were received. */
let received: string[] = []
const sockets = new Set<Socket>()
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      const line = data.toString('latin1').split('\r\n', 1)[0]!
      received.push(line)
      const answer = ANSWERS[line.split(' ')[1]!]
      if (answer === undefined) return
      if (answer.ends) socket.end(answer.bytes)
      else socket.write(answer.bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

describe.each(['undici', 'node-fetch'] as const)('a response, by %s,', (name) => {
  let transport: Transport
  beforeEach(() => {
    received = []
    transport = TRANSPORTS[name]({ origin: `http://127.0.0.1:${port}`, connections: 1, timeoutMs: 10_000 })
  })
  afterEach(() => transport.close())
  const send = (path: string, { signal } = new AbortController(), method = 'GET') =>
    transport.send({
      method,
      path,
      headers: { accept: '*/*' },
      body: method === 'GET' ? undefined : '{}',
      watch: abortBy(signal),
    })

  test.each([
    ['in one chunk', '/whole', NAMES.toString()],
    ['in chunks that end inside of characters', '/chunks', NAMES.toString()],
    ['with a byte order mark', '/mark', '{}'],
    ['with two byte order marks, of which the second is text', '/marks', `${BOM}{}`],
    ['that is only a byte order mark', '/mark-only', ''],
    ['with a byte order mark split over chunks', '/split-mark', '{}'],
    ['of no bytes', '/empty', ''],
    ['without a body', '/nothing', ''],
    ['that lasts until the connection ends', '/until-closed', NAMES.toString()],
    ['with trailers', '/trailers', NAMES.toString()],
    ['after an interim response', '/hints', NAMES.toString()],
  ])('%s is read to its end, and so is the next on the same connection', async (_what, path, text) => {
    const first = await send(path)
    expect([
      first.status,
      first.text,
      first.header('content-type'),
      first.header('x-early'),
      first.header('x-late'),
    ]).toEqual([path === '/nothing' ? 204 : 200, text, 'application/json', undefined, undefined])
    expect((await send('/whole')).text).toBe(NAMES.toString())
  })

  test.each([
    ['never begins', '/hang-up'],
    ['ends before its length', '/short'],
    ['ends before its last chunk', '/short-chunk'],
    ['is not HTTP', '/no-http'],
  ])('that %s is an error of a request that was sent', async (_what, path) => {
    await expect(send(path)).rejects.toMatchObject({ sent: true })
    await expect(send(path, undefined, 'POST')).rejects.toMatchObject({ sent: true })
    // Sent once: retries are made elsewhere.
    expect(received).toEqual([`GET ${path} HTTP/1.1`, `POST ${path} HTTP/1.1`])
    expect((await send('/whole')).status).toBe(200)
  })

  test.each([
    ['has not begun', '/silence'],
    ['has begun', '/half'],
  ])('that %s is aborted by the signal, and its connection is closed', async (_what, path) => {
    const controller = new AbortController()
    const response = send(path, controller)
    response.catch(() => undefined)
    await expect.poll(() => received).toHaveLength(1)
    const [socket] = [...sockets].slice(-1)
    controller.abort()
    await expect(response).rejects.toMatchObject({ sent: true })
    await expect.poll(() => socket!.destroyed).toBe(true)
    expect((await send('/whole')).status).toBe(200)
  })

  test('is aborted before there is a connection, and the request is not sent', async () => {
    const controller = new AbortController()
    const response = send('/silence', controller, 'POST')
    controller.abort()
    // node-fetch does not tell whether it had a connection.
    await expect(response).rejects.toMatchObject({ sent: name === 'node-fetch' })
    await expect(send('/silence', controller, 'POST')).rejects.toMatchObject({ sent: false })
    expect((await send('/whole')).status).toBe(200)
    expect(received).toEqual(['GET /whole HTTP/1.1'])
  })

  test('is aborted while the request is queued, and the request is not sent', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const responses = [send('/silence', first), send('/silence', second, 'POST')]
    responses.forEach((response) => response.catch(() => undefined))
    await expect.poll(() => received).toHaveLength(1)
    second.abort()
    await expect(responses[1]).rejects.toMatchObject({ sent: false })
    first.abort()
    await expect(responses[0]).rejects.toMatchObject({ sent: true })
    expect((await send('/whole')).status).toBe(200)
    expect(received).toEqual(['GET /silence HTTP/1.1', 'GET /whole HTTP/1.1'])
  })

  test('leaves no abort listener behind', async () => {
    const controller = new AbortController()
    const listeners = () => getEventListeners(controller.signal, 'abort').length
    for (const path of ['/whole', '/hang-up']) {
      const response = send(path, controller).catch(() => undefined)
      expect(listeners()).toBeGreaterThan(0)
      await response
      expect(listeners()).toBe(0)
    }
  })

  test('that changes the protocol is an error', async () => {
    const controller = new AbortController()
    const response = send('/upgrade', controller)
    response.catch(() => undefined)
    await expect.poll(() => received).toHaveLength(1)
    // node-fetch waits for another response.
    if (name === 'node-fetch') controller.abort()
    await expect(response).rejects.toMatchObject({ sent: true })
  })

  test('is not requested with a header that contains a line break', async () => {
    await expect(
      transport.send({
        method: 'GET',
        path: '/whole',
        headers: { 'x-a': 'a\r\nb: c' },
        body: undefined,
        watch: abortBy(new AbortController().signal),
      }),
    ).rejects.toBeInstanceOf(TransportError)
    expect(received).toEqual([])
  })
})

describe('a value in a request', () => {
  const VALUES = [
    'plain-Id_1.x',
    '',
    'a b',
    'a+b',
    'a&b=c',
    '100%',
    "~!*'()",
    'Zoë',
    '🙂',
    '\ud800',
    'a\nb',
    '/../',
    '#?',
    '日本',
    '\0',
    'A'.repeat(300),
  ]

  test('is encoded in a query as by URLSearchParams', () => {
    const query = VALUES.flatMap(
      (value) =>
        [
          ['name', value],
          [value, 'value'],
        ] as const,
    )
    const call = { method: 'GET', path: path`/a`, effect: 'read', response: null } as const
    expect(encodeRequest({ ...call, query }, '/v1').target).toBe(
      `/v1/a?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString()}`,
    )
    for (const empty of [undefined, []]) expect(encodeRequest({ ...call, query: empty }, '').target).toBe('/a')
  })

  test.each(VALUES.filter((value) => value !== '' && value !== '\ud800'))('is one segment of a path: %j', (value) => {
    expect(path`/a/${value}/b`).toEqual({ text: `/a/${encodeURIComponent(value)}/b`, template: '/a/{}/b' })
  })

  test.each(['', '.', '..', '\ud800', 'a\udc00'])('is refused where it cannot be a segment: %j', (value) => {
    expect(() => path`/a/${value}`).toThrow('An id is not valid.')
  })
})

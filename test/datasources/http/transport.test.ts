import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { path } from '../../../datasources/http/call.js'
import { encodeRequest } from '../../../datasources/http/encode.js'
import { Departure } from '../../../datasources/leaving.js'
import { type Transport, TRANSPORTS } from '../../../datasources/http/transport.js'

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

/** What is answered to a path: these bytes, and then the end where it ends there. */
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
  '/much': { bytes: Buffer.concat([head('content-length: 17000000'), Buffer.alloc(17_000_000, 0x20)]) },
  '/much-in-chunks': {
    bytes: Buffer.concat([chunked(...Array.from({ length: 17 }, () => Buffer.alloc(1_000_000, 0x20))), END]),
  },
}

let server: Server
let port: number
/** First lines of what came. */
let came: string[] = []
const sockets = new Set<Socket>()
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      const line = data.toString('latin1').split('\r\n', 1)[0]!
      came.push(line)
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

describe.each(['undici', 'node-fetch'] as const)('an answer, by %s,', (name) => {
  let wire: Transport
  beforeEach(() => {
    came = []
    wire = TRANSPORTS[name]({ origin: `http://127.0.0.1:${port}`, connections: 1, timeoutMs: 10_000 })
  })
  afterEach(() => wire.close())
  const ask = (path: string, signal = new Departure(), method = 'GET') =>
    wire.send({ method, path, headers: { accept: '*/*' }, body: method === 'GET' ? undefined : '{}', signal })

  test.each([
    ['in one piece', '/whole', NAMES.toString()],
    ['in pieces that end inside of characters', '/chunks', NAMES.toString()],
    ['with a byte order mark', '/mark', '{}'],
    ['with two, of which one is text', '/marks', `${BOM}{}`],
    ['of nothing but a byte order mark', '/mark-only', ''],
    ['with a byte order mark in pieces', '/split-mark', '{}'],
    ['that is no UTF-8', '/not-utf8', '"\ufffd"'],
    ['of no bytes', '/empty', ''],
    ['without a body', '/nothing', ''],
    ['that lasts until the connection ends', '/until-closed', NAMES.toString()],
    ['with something after its body', '/trailers', NAMES.toString()],
    ['after another that was not the last word', '/hints', NAMES.toString()],
  ])('%s is read to its end, and the next on the same connection too', async (_what, path, text) => {
    const first = await ask(path)
    expect([
      first.status,
      first.text,
      first.header('content-type'),
      first.header('x-early'),
      first.header('x-late'),
    ]).toEqual([path === '/nothing' ? 204 : 200, text, 'application/json', undefined, undefined])
    expect((await ask('/whole')).text).toBe(NAMES.toString())
  })

  test.each([
    ['never begins', '/hang-up', false],
    ['ends before its length', '/short', false],
    ['ends before its last chunk', '/short-chunk', false],
    ['is no HTTP', '/no-http', false],
    ['is too large', '/much', true],
    ['turns out too large', '/much-in-chunks', true],
  ])('that %s is none, and the request has left', async (_what, path, unreadable) => {
    await expect(ask(path)).rejects.toMatchObject({ sent: true, unreadable })
    await expect(ask(path, undefined, 'POST')).rejects.toMatchObject({ sent: true, unreadable })
    // Each once: what is done about it is decided elsewhere.
    expect(came).toEqual([`GET ${path} HTTP/1.1`, `POST ${path} HTTP/1.1`])
    expect((await ask('/whole')).status).toBe(200)
  })

  test.each([
    ['has not begun', '/silence'],
    ['has begun', '/half'],
  ])('that %s is given up when whoever asked leaves, and the connection with it', async (_what, path) => {
    const leaving = new Departure()
    const answer = ask(path, leaving)
    answer.catch(() => undefined)
    await expect.poll(() => came).toHaveLength(1)
    const [socket] = [...sockets].slice(-1)
    leaving.abort()
    await expect(answer).rejects.toMatchObject({ sent: true, unreadable: false })
    await expect.poll(() => socket!.destroyed).toBe(true)
    expect((await ask('/whole')).status).toBe(200)
  })

  test('is not waited for by who leaves before there is a connection, and nothing is sent for them', async () => {
    const leaving = new Departure()
    const answer = ask('/silence', leaving, 'POST')
    leaving.abort()
    // node-fetch does not say whether it had a connection.
    await expect(answer).rejects.toMatchObject({ sent: name === 'node-fetch' })
    await expect(ask('/silence', leaving, 'POST')).rejects.toMatchObject({ sent: false })
    expect((await ask('/whole')).status).toBe(200)
    expect(came).toEqual(['GET /whole HTTP/1.1'])
  })

  test('is not waited for by who leaves while others are before them, and nothing is sent for them', async () => {
    const [first, second] = [new Departure(), new Departure()]
    const answers = [ask('/silence', first), ask('/silence', second, 'POST')]
    answers.forEach((answer) => answer.catch(() => undefined))
    await expect.poll(() => came).toHaveLength(1)
    second.abort()
    await expect(answers[1]).rejects.toMatchObject({ sent: name === 'node-fetch' })
    first.abort()
    await expect(answers[0]).rejects.toMatchObject({ sent: true })
    expect((await ask('/whole')).status).toBe(200)
    expect(came).toEqual(['GET /silence HTTP/1.1', 'GET /whole HTTP/1.1'])
  })

  test('leaves nobody listening for whoever asked to leave', async () => {
    const leaving = new Departure()
    const listeners = new Set<() => void>()
    const begun = vi
      .spyOn(leaving, 'addEventListener')
      .mockImplementation((_type, listener) => void listeners.add(listener))
    vi.spyOn(leaving, 'removeEventListener').mockImplementation((_type, listener) => void listeners.delete(listener))
    await ask('/whole', leaving)
    await ask('/hang-up', leaving).catch(() => undefined)
    expect(begun).toHaveBeenCalledTimes(2)
    expect(listeners.size).toBe(0)
  })

  test('that changes the protocol is none', async () => {
    const leaving = new Departure()
    const answer = ask('/upgrade', leaving)
    answer.catch(() => undefined)
    await expect.poll(() => came).toHaveLength(1)
    // node-fetch waits for another.
    if (name === 'node-fetch') leaving.abort()
    await expect(answer).rejects.toMatchObject({ sent: true, unreadable: false })
  })

  test('is not asked for with a header that would be two', async () => {
    await expect(
      wire.send({
        method: 'GET',
        path: '/whole',
        headers: { 'x-a': 'a\r\nb: c' },
        body: undefined,
        signal: new Departure(),
      }),
    ).rejects.toMatchObject({ unreadable: false })
    expect(came).toEqual([])
  })
})

describe('who leaves', () => {
  test('tells everybody who listens then, once', () => {
    const told: string[] = []
    const leaving = new Departure()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => () => void told.push(name)) as [
      () => void,
      () => void,
      () => void,
      () => void,
    ]
    for (const listener of [a, b, b, c, a]) leaving.addEventListener('abort', listener)
    leaving.removeEventListener('abort', a)
    leaving.removeEventListener('abort', c)
    leaving.addEventListener('abort', d)
    leaving.addEventListener('abort', () => leaving.removeEventListener('abort', b))
    expect(leaving.aborted).toBe(false)
    leaving.abort()
    leaving.abort()
    leaving.addEventListener('abort', a)
    expect([leaving.aborted, told.sort()]).toEqual([true, ['b', 'd']])
  })

  test('does not tell who is taken off by one before them', () => {
    const leaving = new Departure()
    const last = vi.fn()
    leaving.addEventListener('abort', () => leaving.removeEventListener('abort', last))
    leaving.addEventListener('abort', last)
    leaving.abort()
    expect(last).not.toHaveBeenCalled()
  })
})

describe('what is asked about', () => {
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

  test('is written into a query as the standard has it', () => {
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

  test.each(['', '.', '..', '\ud800', 'a\udc00'])('is refused where it can be no segment: %j', (value) => {
    expect(() => path`/a/${value}`).toThrow('An id is not valid.')
  })
})

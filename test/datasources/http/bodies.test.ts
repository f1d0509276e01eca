import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abortBy, type Transport, TRANSPORTS } from '../../../datasources/http/transport.js'

const MAX_BYTES = 64 * 1024
const NAMES = '{"name":"Jürgen Łukasz 李 🙂"}'
const JURGEN = '{"name":"Jürgen €"}'

const response = (body: Buffer | string, headers = 'content-type: application/json', status = '200 OK') =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${headers}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ])
const labelled = (charset: string, body: Buffer | string) =>
  response(body, `content-type: application/json; charset=${charset}`)
const coded = (coding: string, body: Buffer | string) =>
  response(body, `content-type: application/json\r\ncontent-encoding: ${coding}`)
const interim = (status: string, headers = '') => Buffer.from(`HTTP/1.1 ${status}\r\n${headers}\r\n`)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const after = (...parts: Buffer[]) => Buffer.concat([...parts, response(NAMES)])

/** By path: the writes of the server, each of which arrives by itself. */
const ANSWERS: Readonly<Record<string, readonly Buffer[]>> = {
  // ---- content codings that were not asked for
  '/gzip': [coded('gzip', gzipSync(NAMES))],
  '/x-gzip': [coded('X-GZip', gzipSync(NAMES))],
  '/br': [coded('br', brotliCompressSync(NAMES))],
  '/deflate': [coded('deflate', deflateSync(NAMES))],
  '/deflate-raw': [coded('deflate', deflateRawSync(NAMES))],
  '/twice': [coded('deflate, gzip', gzipSync(deflateSync(NAMES)))],
  '/identity': [coded('identity', NAMES)],
  '/gzip-empty': [coded('gzip', '')],
  '/gzip-latin1': [
    response(
      gzipSync(latin1(JURGEN.replace('€', ''))),
      'content-type: text/json; charset=latin1\r\ncontent-encoding: gzip',
    ),
  ],
  '/gzip-cut': [coded('gzip', gzipSync(NAMES).subarray(0, 20))],
  '/gzip-not': [coded('gzip', NAMES)],
  '/unknown-coding': [coded('compress', NAMES)],
  '/prototype-coding': [coded('constructor', NAMES)],
  '/thrice': [coded('gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(NAMES))))],
  '/bomb': [coded('gzip', gzipSync(Buffer.alloc(50_000_000, 0x20)))],
  '/bomb-in-bomb': [coded('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000, 0x20))))],
  '/bomb-br': [coded('br', brotliCompressSync(Buffer.alloc(MAX_BYTES + 1, 0x20)))],
  // ---- charsets
  '/utf-8': [labelled('UTF-8', NAMES)],
  '/utf-8-quoted': [labelled('"utf-8"; x=1', NAMES)],
  '/latin-1': [labelled('ISO-8859-1', latin1('{"name":"Jürgen"}'))],
  '/windows-1252': [
    labelled('windows-1252', Buffer.concat([latin1('{"name":"Jürgen '), Buffer.of(0x80), latin1('"}')])),
  ],
  '/latin-2': [labelled('iso-8859-2', Buffer.concat([latin1('{"name":"'), Buffer.of(0xa3), latin1('ukasz"}')]))],
  '/utf-16': [labelled('utf-16le', Buffer.from(`\ufeff${NAMES}`, 'utf16le'))],
  '/mark-over-label': [labelled('iso-8859-1', `\ufeff${NAMES}`)],
  '/mark-of-utf-16': [response(Buffer.from(`\ufeff${NAMES}`, 'utf16le'))],
  '/unknown-charset': [labelled('klingon', NAMES)],
  '/not-utf8': [response(latin1(JURGEN))],
  '/not-utf8-cut': [response(Buffer.from(NAMES).subarray(0, 11))],
  '/not-utf16': [labelled('utf-16le', Buffer.from([0x00, 0xd8, 0x20, 0x00]))],
  '/surrogates': [response(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
  '/404-unreadable': [response(latin1(JURGEN), 'content-type: application/problem+json', '404 Not Found')],
  // ---- interim responses
  '/100': [after(interim('100 Continue'))],
  '/100-headers': [after(interim('100 Continue', 'x-early: 1\r\n'))],
  '/100-twice': [after(interim('100 Continue'), interim('100 Go on'))],
  '/100-apart': [interim('100 Continue'), response(NAMES)],
  '/100-in-bytes': [...Array.from(after(interim('100 Continue')), (byte) => Buffer.of(byte))],
  '/100-102-103': [
    after(interim('100 Continue'), interim('102 Processing'), interim('103 Early Hints', 'link: </a>\r\n')),
  ],
  '/103-100': [after(interim('103 Early Hints'), interim('100 Continue'))],
  '/101': [after(interim('101 Switching Protocols'))],
  '/101-upgrade': [after(interim('101 Switching Protocols', 'connection: upgrade\r\nupgrade: h2c\r\n'))],
  '/101-upgrade-alone': [after(interim('101 Switching Protocols', 'upgrade: websocket\r\n'))],
  '/101-nothing': [interim('101 Switching Protocols')],
  '/101-in-bytes': [...Array.from(after(interim('101 Switching Protocols')), (byte) => Buffer.of(byte))],
  '/100-101': [after(interim('100 Continue'), interim('101 Switching Protocols'))],
  '/101-100': [after(interim('101 Switching Protocols'), interim('100 Continue'))],
  '/body-like-100': [response('HTTP/1.1 100 Continue\r\n\r\n')],
}

interface Endless {
  /** From the status on. */
  readonly head: string
  /** What comes again and again. */
  readonly part?: Buffer
}
const BLANKS = Buffer.alloc(16 * 1024, 0x20)
const LETTERS = Buffer.alloc(16 * 1024, 'a')
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** By path: bodies without end, or of a length beyond the limit. */
const ENDLESS: Readonly<Record<string, Endless>> = {
  '/endless': { head: '200 OK\r\nx-a: 1\r\n\r\n', part: BLANKS },
  '/endless-declared': { head: `200 OK\r\ncontent-length: ${MAX_BYTES + 1}\r\n\r\n` },
  '/endless-chunked': { head: '200 OK\r\ntransfer-encoding: chunked\r\n\r\n', part: chunk(BLANKS) },
  '/endless-chunks-of-a-byte': { head: '200 OK\r\ntransfer-encoding: chunked\r\n\r\n', part: chunk(Buffer.of(0x20)) },
  '/endless-chunk': { head: '200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n', part: BLANKS },
  '/endless-gzip': { head: '200 OK\r\ncontent-encoding: gzip\r\n\r\n', part: gzipSync(BLANKS) },
  '/endless-problem': { head: '200 OK\r\ncontent-type: application/problem+json\r\n\r\n', part: BLANKS },
}
/** By path: heads without end. */
const ENDLESS_HEADS: Readonly<Record<string, Endless>> = {
  '/head-of-one-field': { head: '200 OK\r\nx-a: ', part: LETTERS },
  '/head-of-many-fields': { head: '200 OK\r\n', part: Buffer.from('x-a: 1\r\n'.repeat(1000)) },
  '/head-of-interim-response': { head: '103 Early Hints\r\nx-a: ', part: LETTERS },
  '/trailer': {
    head: '200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
    part: Buffer.from('x-a: 1\r\n'.repeat(1000)),
  },
}

let server: Server
let port: number
const sockets = new Set<Socket>()
async function answer(socket: Socket, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, resolve))
    // A write of its own: the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
/** Writes until the other side closes. */
function flood(socket: Socket, part: Buffer): void {
  while (!socket.destroyed && socket.write(part));
  socket.once('drain', () => flood(socket, part))
}
beforeAll(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      const path = data.toString('latin1').split(' ')[1]!
      const endless = ENDLESS[path] ?? ENDLESS_HEADS[path]
      if (endless) {
        socket.write(`HTTP/1.1 ${endless.head}`)
        if (endless.part) flood(socket, endless.part)
      } else void answer(socket, ANSWERS[path]!)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

describe.each(['undici', 'node-fetch'] as const)('a body, by %s,', (name) => {
  let transport: Transport
  beforeEach(() => {
    const origin = `http://127.0.0.1:${port}`
    transport = TRANSPORTS[name]({ origin, connections: 1, timeoutMs: 20_000, maxResponseBytes: MAX_BYTES })
  })
  afterEach(() => transport.close())
  const get = (path: string) =>
    transport.send({ method: 'GET', path, headers: {}, body: undefined, watch: abortBy(new AbortController().signal) })

  test.each([
    ['/gzip', NAMES],
    ['/x-gzip', NAMES],
    ['/br', NAMES],
    ['/deflate', NAMES],
    ['/deflate-raw', NAMES],
    ['/twice', NAMES],
    ['/identity', NAMES],
    ['/gzip-empty', ''],
    ['/gzip-latin1', '{"name":"Jürgen "}'],
    ['/utf-8', NAMES],
    ['/utf-8-quoted', NAMES],
    ['/latin-1', '{"name":"Jürgen"}'],
    ['/windows-1252', '{"name":"Jürgen €"}'],
    ['/latin-2', '{"name":"Łukasz"}'],
    ['/utf-16', NAMES],
    ['/mark-over-label', NAMES],
    ['/mark-of-utf-16', NAMES],
    ['/100', NAMES],
    ['/100-headers', NAMES],
    ['/100-twice', NAMES],
    ['/100-apart', NAMES],
    ['/100-in-bytes', NAMES],
    ['/100-102-103', NAMES],
    ['/103-100', NAMES],
    ['/body-like-100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('of %s is decoded, and the connection is used again', async (path, text) => {
    for (let times = 0; times < 2; times += 1) {
      const { status, text: read, unreadable, header } = await get(path)
      expect([status, read, unreadable, header('x-early')]).toEqual([200, text, undefined, undefined])
    }
    expect(sockets.size).toBe(1)
  })

  test.each([
    ['/gzip-cut', 'content-encoding not readable'],
    ['/gzip-not', 'content-encoding not readable'],
    ['/unknown-coding', 'content-encoding not readable'],
    ['/prototype-coding', 'content-encoding not readable'],
    ['/thrice', 'content-encoding not readable'],
    ['/bomb', 'body too large'],
    ['/bomb-in-bomb', 'body too large'],
    ['/bomb-br', 'body too large'],
    ['/unknown-charset', 'charset not readable'],
    ['/not-utf8', 'charset not readable'],
    ['/not-utf8-cut', 'charset not readable'],
    ['/not-utf16', 'charset not readable'],
    ['/surrogates', 'charset not readable'],
  ])('of %s is no text, and the status stays', async (path, unreadable) => {
    expect(await get(path)).toMatchObject({ status: 200, text: undefined, unreadable })
    expect((await get('/utf-8')).text).toBe(NAMES)
  })

  test.each(['/101', '/101-upgrade', '/101-upgrade-alone', '/101-nothing', '/101-in-bytes', '/100-101', '/101-100'])(
    'of %s, a switch of the protocol that was not asked for, is none, and its connection is closed',
    async (path) => {
      await expect(get(path)).rejects.toMatchObject({ sent: true, answered: false })
      expect((await get('/utf-8')).text).toBe(NAMES)
    },
  )

  test('of an error that cannot be decoded leaves its status', async () => {
    expect(await get('/404-unreadable')).toMatchObject({ status: 404, text: undefined })
  })

  test.each(Object.keys(ENDLESS))('of %s is cut, and its connection closed', async (path) => {
    const [before] = [await get('/utf-8'), ...sockets]
    expect(before.status).toBe(200)
    const [socket] = sockets
    expect(await get(path)).toMatchObject({ status: 200, text: undefined, unreadable: 'body too large' })
    await expect.poll(() => socket!.destroyed).toBe(true)
    expect((await get('/utf-8')).text).toBe(NAMES)
  })

  test.each(Object.keys(ENDLESS_HEADS))('of %s: a head without end is no answer', async (path) => {
    await expect(get(path)).rejects.toMatchObject({ sent: true })
    expect((await get('/utf-8')).text).toBe(NAMES)
  })
})

import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { askedOf } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'

// HTTP desync (request smuggling): where a request ends must not be judged in two ways, by a proxy and by this server.

let app: App
let authorization: string
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  authorization = `authorization: Bearer ${await app.token()}`
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const BODY = JSON.stringify({ query: `{ person(id: "${ADA.personId}") { id } }` })
/** A request that must not be seen: it stands where the body of the one before it may be. */
const HIDDEN = 'GET /health HTTP/1.1\r\nhost: hidden\r\n\r\n'
/** The last request on a connection that the server has not closed. */
const LAST = 'GET /health HTTP/1.1\r\nhost: last\r\nconnection: close\r\n\r\n'

/** Sends bytes on one connection; the statuses of the answers, until the server closes it. */
function answersTo(bytes: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(app.url)
    const socket = connect({ host: hostname, port: Number(port) })
    let heard = ''
    socket
      .setEncoding('latin1')
      .on('data', (part: string) => (heard += part))
      .on('error', () => undefined)
      .once('close', () => resolve([...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status!)))
    socket.write(Buffer.from(bytes, 'latin1'))
  })
}

const post = (headers: readonly string[], rest: string, line = 'POST /graphql HTTP/1.1') =>
  [line, 'host: x', 'content-type: application/json', authorization, ...headers, '', rest].join('\r\n')
const length = Buffer.byteLength(BODY)
const chunked = `${length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
const LENGTH = `content-length: ${length}`
const CHUNKED = 'transfer-encoding: chunked'

const AMBIGUOUS: readonly (readonly [what: string, bytes: () => string])[] = [
  ['a length and chunks', () => post([LENGTH, CHUNKED], chunked)],
  ['chunks and a length', () => post([CHUNKED, LENGTH], chunked)],
  ['two lengths', () => post([LENGTH, 'content-length: 0'], BODY)],
  ['two equal lengths', () => post([LENGTH, LENGTH], BODY)],
  ['a list of lengths', () => post([`content-length: ${length}, ${length}`], BODY)],
  ['a length with a sign', () => post([`content-length: +${length}`], BODY)],
  ['a negative length', () => post(['content-length: -1'], BODY)],
  ['a length in hexadecimal', () => post([`content-length: 0x${length.toString(16)}`], BODY)],
  ['a length with a space', () => post([`content-length: ${String(length).split('').join(' ')}`], BODY)],
  ['a length beyond 64 bits', () => post([`content-length: ${2n ** 64n + BigInt(length)}`], BODY)],
  ['an unknown coding', () => post(['transfer-encoding: xchunked'], chunked)],
  ['chunks that are not the last coding', () => post(['transfer-encoding: chunked, identity'], chunked)],
  ['chunks twice', () => post(['transfer-encoding: chunked, chunked'], chunked)],
  ['two codings in two headers', () => post([CHUNKED, 'transfer-encoding: identity'], chunked)],
  ['a space before the colon', () => post(['transfer-encoding : chunked'], chunked)],
  ['a folded header', () => post(['transfer-encoding:', ' chunked'], chunked)],
  ['a header after a line end alone', () => post([`x: y\n${CHUNKED}`], chunked)],
  ['a header after a carriage return alone', () => post([`x: y\r${CHUNKED}`], chunked)],
  ['a NUL in a header', () => post([`x: \0`, LENGTH], BODY)],
  ['a chunk length with other letters', () => post([CHUNKED], `${length.toString(16)}z\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk length in C', () => post([CHUNKED], `0x${length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk length beyond 64 bits', () => post([CHUNKED], `f${'0'.repeat(16)}${length.toString(16)}\r\n${BODY}`)],
  ['a chunk that is longer than it says', () => post([CHUNKED], `1\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk that a line end alone ends', () => post([CHUNKED], `${length.toString(16)}\n${BODY}\n0\n\n`)],
]

describe('is refused, and the connection is closed before another request on it:', () => {
  test.each(AMBIGUOUS)('%s', async (_what, bytes) => {
    expect(await answersTo(bytes() + HIDDEN)).toEqual(['400'])
    expect(askedOf(app)).toEqual([])
  })
})

const PATHS = ['/graphql', '/graphql/', '/health', '/ready', '/webhooks/synctera', '/nowhere']

describe('a body is never taken for the next request:', () => {
  test.each(PATHS.flatMap((path) => ['GET', 'POST', 'OPTIONS', 'PUT'].map((method) => [method, path])))(
    '%s %s',
    async (method, path) => {
      for (const token of [authorization, 'x: y']) {
        const head = [`${method} ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', token]
        const framed = [
          [...head, `content-length: ${HIDDEN.length}`, '', HIDDEN],
          [...head, CHUNKED, '', `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`],
        ]
        // One answer, and that to the last request where the connection is kept.
        for (const lines of framed) expect((await answersTo(lines.join('\r\n') + LAST)).length).toBeLessThan(3)
      }
    },
  )
})

test('a request after a whole one is answered: nothing of the first is left on the connection', async () => {
  expect(await answersTo(post([LENGTH], BODY) + post([CHUNKED], chunked) + LAST)).toEqual(['200', '200', '200'])
})

test.each([
  ['a request of the fast path', () => post(['Host: y', LENGTH], BODY)],
  ['a request of another form', () => post(['HOST: y', CHUNKED], chunked)],
  ['a request without a body', () => LAST.replace('\r\n', '\r\nhost: other\r\n')],
  ['a request to nowhere', () => LAST.replace('/health', '/nowhere').replace('\r\n', '\r\nhost: other\r\n')],
])('%s that names two hosts is refused', async (_what, bytes) => {
  expect((await answersTo(bytes() + LAST))[0]).toBe('400')
  expect(askedOf(app)).toEqual([])
})

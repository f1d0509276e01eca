import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as requestByTls } from 'node:https'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { MAX_ARRIVING } from '../../src/http/arriving-bodies.js'
import { MAX_WAITING } from '../../src/http/pipelined-requests.js'
import { type App, startApp } from '../support/app.js'

// What is decided before the body of a request is read, and how much a body may cost.

const BODY_TIMEOUT_MS = 500
let app: App
let authorization: string
beforeAll(async () => {
  app = await startApp({
    BODY_TIMEOUT_MS: String(BODY_TIMEOUT_MS),
    CORS_ORIGINS: 'https://app.example',
    UNAUTHENTICATED_REQUESTS_PER_MINUTE: '0',
    RATE_LIMIT_COST_PER_MINUTE: '0',
  })
  authorization = `Bearer ${await app.token()}`
})
afterAll(() => app.close())

interface Line {
  readonly socket: Socket
  readonly heard: () => string
  /** Resolves once the server has closed the connection. */
  readonly closed: Promise<unknown>
}

async function line(url = app.url, localAddress = '127.0.0.1'): Promise<Line> {
  const { hostname, port } = new URL(url)
  const socket = connect({ port: Number(port), host: hostname, localAddress })
  let text = ''
  socket
    .setEncoding('utf8')
    .on('data', (part: string) => (text += part))
    .on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await Promise.race([once(socket, 'connect'), closed])
  return { socket, heard: () => text, closed }
}

interface Head {
  readonly method?: string | undefined
  readonly path?: string
  readonly token?: string | undefined
  readonly headers?: readonly string[]
}

const head = ({ method = 'POST', path = '/graphql', token, headers = [] }: Head): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'host: x',
    'content-type: application/json',
    ...(token === undefined ? [] : [`authorization: ${token}`]),
    ...headers,
    '\r\n',
  ].join('\r\n')

const CHUNKED = 'transfer-encoding: chunked'
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const ONE = chunk('x').repeat(20_000)
const PERSON = JSON.stringify({ query: `{ person(id: "${ADA.personId}") { firstName } }` })
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])
const codeOf = (text: string): string | undefined => /"code":"(\w+)"/.exec(text)?.[1]

/** What is read of an answer that refuses. */
interface Refusal {
  readonly errors: readonly { readonly extensions: { readonly code: string; readonly correlationId: string } }[]
}

describe('a request is refused before its body has arrived', () => {
  test.each<[string, Head, number, string]>([
    ['without a token', {}, 401, 'UNAUTHENTICATED'],
    ['with a token that is none', { token: 'Bearer none' }, 401, 'UNAUTHENTICATED'],
    ['with a token of another issuer', { token: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA' }, 401, 'UNAUTHENTICATED'],
    ['in another spelling of the address', { path: '/graph%71l' }, 401, 'UNAUTHENTICATED'],
    ['with the slash', { path: '/graphql/' }, 401, 'UNAUTHENTICATED'],
    ['with a query', { path: '/graphql?x=1' }, 401, 'UNAUTHENTICATED'],
    ['at an unknown address', { path: '/nothing' }, 404, 'NOT_FOUND'],
    ['by PUT', { method: 'PUT' }, 405, 'BAD_USER_INPUT'],
    ['by GET', { method: 'GET' }, 401, 'UNAUTHENTICATED'],
    ['by OPTIONS', { method: 'OPTIONS' }, 405, 'BAD_USER_INPUT'],
    ['by OPTIONS, in another form of the address', { method: 'OPTIONS', path: '/graphql/?x' }, 405, 'BAD_USER_INPUT'],
    ['by OPTIONS at an unknown address', { method: 'OPTIONS', path: '/nothing' }, 404, 'NOT_FOUND'],
    ['by OPTIONS at the address of a webhook', { method: 'OPTIONS', path: '/webhooks/synctera' }, 404, 'NOT_FOUND'],
    [
      'by a preflight of a page that may not call',
      { method: 'OPTIONS', headers: ['origin: https://other.example', 'access-control-request-method: POST'] },
      405,
      'BAD_USER_INPUT',
    ],
    [
      'by OPTIONS of a page that may call and asks for no method',
      { method: 'OPTIONS', headers: ['origin: https://app.example'] },
      405,
      'BAD_USER_INPUT',
    ],
  ])('%s', async (_what, given, status, code) => {
    for (const body of [[CHUNKED], ['content-length: 1000']]) {
      const { socket, heard, closed } = await line()
      // A part of the body is there: what were to read it would wait for the rest.
      socket.write(`${head({ ...given, headers: [...(given.headers ?? []), ...body] })}5\r\n`)
      await expect.poll(heard).toContain('\r\n\r\n{')
      expect([statusOf(heard()), codeOf(heard())]).toEqual([status, code])
      expect(heard()).toMatch(/^connection: close\r$/im)
      expect(heard()).toMatch(/^x-correlation-id: \S+\r$/im)
      await closed
    }
  })

  test('without a token and with a body that is there, the connection is kept', async () => {
    const { socket, heard } = await line()
    socket.write(head({ headers: [`content-length: ${PERSON.length}`] }) + PERSON)
    await expect.poll(heard).toContain('UNAUTHENTICATED')
    expect(heard()).toMatch(/^connection: keep-alive\r$/im)
    socket.write(head({ token: authorization, headers: [`content-length: ${PERSON.length}`] }) + PERSON)
    await expect.poll(heard).toContain('"firstName":"Ada"')
    socket.destroy()
  })

  test('a client that waits to be told to send its body is told only where it may', async () => {
    const expecting = (token?: string) =>
      head({ token, headers: ['expect: 100-continue', `content-length: ${PERSON.length}`] })
    const refused = await line()
    refused.socket.write(expecting())
    await expect.poll(refused.heard).toContain('UNAUTHENTICATED')
    expect(refused.heard()).not.toContain('100 Continue')
    const admitted = await line()
    admitted.socket.write(expecting(authorization))
    await expect.poll(admitted.heard).toContain('HTTP/1.1 100 Continue')
    admitted.socket.write(PERSON)
    await expect.poll(admitted.heard).toContain('"firstName":"Ada"')
    refused.socket.destroy()
    admitted.socket.destroy()
  })
})

describe('a body in one-byte chunks', () => {
  test.each<[string, Head]>([
    ['of a client without a token', {}],
    ['at another address', { path: '/nothing' }],
    ['of a webhook', { path: '/webhooks/synctera' }],
    ['at an address that takes no body', { path: '/health' }],
  ])('%s is refused on 20 connections', async (_what, given) => {
    const lines = await Promise.all(Array.from({ length: 20 }, () => line()))
    for (const { socket } of lines) socket.write(head({ ...given, headers: [CHUNKED] }) + ONE)
    await Promise.all(lines.map(({ closed }) => closed))
    const statuses = new Set(lines.map(({ heard }) => statusOf(heard())))
    for (const status of statuses) expect([401, 404, 413]).toContain(status)
  })

  test.each(['/graphql', '/graphql?'])(
    'of a client with a token is refused once they are too many at %s',
    async (path) => {
      const { socket, heard, closed } = await line()
      socket.write(head({ path, token: authorization, headers: [CHUNKED] }) + ONE)
      await closed
      expect([statusOf(heard()), codeOf(heard())]).toEqual([413, 'BAD_USER_INPUT'])
      expect(heard()).toContain('too many small parts')
    },
  )

  test.each(['/graphql', '/graphql?'])(
    'is read where it is short, and in small chunks where it is long, at %s',
    async (path) => {
      const { socket, heard } = await line()
      const bytes = [...PERSON].map(chunk).join('')
      socket.write(`${head({ path, token: authorization, headers: [CHUNKED] })}${bytes}0\r\n\r\n`)
      await expect.poll(heard).toContain('"firstName":"Ada"')
      const long = PERSON.padEnd(200_000)
      const small = (long.match(/[^]{1,16}/g) ?? []).map(chunk).join('')
      socket.write(`${head({ path, token: authorization, headers: [CHUNKED] })}${small}0\r\n\r\n`)
      await expect.poll(() => heard().split('"firstName":"Ada"').length).toBe(3)
      socket.destroy()
    },
  )
})

describe('a body that stands still', () => {
  test.each(['/graphql', '/graphql?', '/webhooks/synctera'])('is cut at %s, on every connection', async (path) => {
    const lines = await Promise.all(Array.from({ length: 100 }, () => line()))
    for (const { socket } of lines)
      socket.write(`${head({ path, token: authorization, headers: ['content-length: 1000'] })}{"query`)
    await Promise.all(lines.map(({ closed }) => closed))
    for (const { heard } of lines) expect([statusOf(heard()), codeOf(heard())]).toEqual([408, 'BAD_USER_INPUT'])
  })
})

describe('bodies that have begun and not arrived', () => {
  let patient: App
  beforeAll(async () => {
    patient = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' }, app)
  })
  afterAll(() => patient.close())

  test.each<[string, string, boolean]>([
    ['of one user', '/graphql', true],
    ['of one user, in another form of the address', '/graphql?', true],
    ['of one address without a user', '/webhooks/synctera', false],
  ])('%s are so many, and those of others are read', async (_what, path, hasToken) => {
    const token = hasToken ? authorization : undefined
    const lines = await Promise.all(Array.from({ length: MAX_ARRIVING + 5 }, () => line(patient.url, '127.0.0.31')))
    for (const { socket } of lines) socket.write(`${head({ path, token, headers: ['content-length: 1000'] })}{"query`)
    const refused = () => lines.filter(({ heard }) => heard().includes('\r\n\r\n{'))
    await expect.poll(() => refused().length).toBe(5)
    for (const { heard } of refused()) {
      expect([statusOf(heard()), codeOf(heard())]).toEqual([429, 'RATE_LIMITED'])
      expect(heard()).toMatch(/^retry-after: \d+\r$/im)
      expect(heard()).toMatch(/^connection: close\r$/im)
    }
    /** The status of a request whose body comes with its header. */
    const whole = async (address: string, by = token) => {
      const { socket, heard, closed } = await line(patient.url, address)
      socket.write(head({ path, token: by, headers: [`content-length: ${PERSON.length}`] }) + PERSON)
      await Promise.race([closed, expect.poll(heard).toContain('HTTP/1.1')])
      socket.destroy()
      return statusOf(heard())
    }
    expect(await whole('127.0.0.31')).toBe(429)
    const other = hasToken ? `Bearer ${await app.token({ client: 'another' })}` : undefined
    expect(await whole('127.0.0.32', other)).not.toBe(429)
    lines.find(({ heard }) => heard() === '')!.socket.destroy()
    await expect.poll(() => whole('127.0.0.31')).not.toBe(429)
    for (const { socket } of lines) socket.destroy()
  })
})

test('users whose names are the same in one line have bodies of their own', async () => {
  const patient = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' }, app)
  const tokenOf = async (client: string, sub: string) =>
    `Bearer ${await app.token({ client, claims: { sub, tenant: 'x' } })}`
  const one = await tokenOf('app a', 'b')
  const lines = await Promise.all(Array.from({ length: MAX_ARRIVING + 1 }, () => line(patient.url)))
  for (const { socket } of lines) socket.write(`${head({ token: one, headers: ['content-length: 1000'] })}{"query`)
  await expect.poll(() => lines.filter(({ heard }) => statusOf(heard()) === 429).length).toBe(1)
  const other = await line(patient.url)
  const token = await tokenOf('app', 'a b')
  // The second time the token is known, so the body is still to come when it is counted.
  for (let i = 1; i <= 2; i += 1) {
    other.socket.write(head({ token, headers: [`content-length: ${PERSON.length}`] }) + PERSON)
    await expect.poll(() => other.heard().split('"firstName"').length - 1).toBe(i)
  }
  for (const { socket } of [...lines, other]) socket.destroy()
  await patient.close()
})

describe('requests that wait for the answer before theirs on one connection', () => {
  const PATIENT = { timeout: 20_000 }
  const OPEN = JSON.stringify({ query: `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }` })

  /** A connection with an event stream that is open for some seconds, until its token ends. */
  async function streaming(): Promise<Line> {
    const exp = Math.floor(Date.now() / 1000) + 4
    const token = `Bearer ${await app.token({ claims: { exp } })}`
    const opened = await line()
    opened.socket.write(
      head({ token, headers: ['accept: text/event-stream', `content-length: ${OPEN.length}`] }) + OPEN,
    )
    await expect.poll(opened.heard, PATIENT).toContain('event: next')
    return opened
  }

  const refused = async () =>
    Number(
      /^kyc_requests_refused_total\{code="RATE_LIMITED"\} (\d+)$/m.exec(
        await (await fetch(`${app.url}/metrics`)).text(),
      )?.[1] ?? 0,
    )
  const count = (heard: string, status: number): number => heard.split(`HTTP/1.1 ${status} `).length - 1

  test.each(['/graphql', '/graphql/'])(
    'are so many at %s; the others are refused or not read',
    async (path) => {
      const { socket, heard, closed } = await streaming()
      const before = await refused()
      const search = `query=${encodeURIComponent('{ viewer { id } }')}`
      socket.write(head({ method: 'GET', path: `${path}?${search}`, token: authorization }).repeat(2_000))
      await expect.poll(refused, PATIENT).toBeGreaterThan(before)
      expect(heard()).not.toContain('"viewer"')
      await closed
      // The stream and those that waited; what is left of the answers is lost where the client still sends.
      expect(count(heard(), 200)).toBeLessThanOrEqual(1 + MAX_WAITING)
      expect(count(heard(), 429)).toBeLessThanOrEqual(1)
      expect(await refused()).toBeLessThan(before + 1_000)
    },
    30_000,
  )

  test('are fewer where they have bodies', async () => {
    const { socket, heard, closed } = await streaming()
    const body = PERSON.padEnd(200_000)
    const one = head({ token: authorization, headers: [`content-length: ${body.length}`] }) + body
    socket.write(one.repeat(20))
    await closed
    expect(count(heard(), 200)).toBeLessThanOrEqual(5)
    expect(count(heard(), 429)).toBeLessThanOrEqual(1)
  }, 30_000)

  test('are counted no longer once they are the next', async () => {
    const { socket, heard } = await line()
    const one = head({ token: authorization, headers: [`content-length: ${PERSON.length}`] }) + PERSON
    for (let i = 1; i <= 3; i += 1) {
      socket.write(one.repeat(60))
      await expect.poll(() => count(heard(), 200), PATIENT).toBe(60 * i)
    }
    expect(count(heard(), 429)).toBe(0)
    socket.destroy()
  })
})

describe('a client that sends a large body to its end before it reads gets the refusal', () => {
  const send = (url: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { protocol, hostname, port } = new URL(url)
      const headers = { authorization, 'content-type': 'application/json', 'content-length': 5_000_000 }
      const options = { hostname, port, path: '/graphql', method: 'POST', headers, rejectUnauthorized: false }
      const sent = (protocol === 'https:' ? requestByTls : request)({ ...options, agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode!))
      })
      sent.on('error', reject)
      sent.end(Buffer.alloc(5_000_000, 'x'))
    })

  test('in plain text', async () => expect(await send(app.url)).toBe(413))

  test('over TLS', async () => {
    const own = await generate([{ name: 'commonName', value: 'localhost' }])
    const folder = mkdtempSync(join(tmpdir(), 'kyc-front-tls-'))
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    writeFileSync(cert, own.cert)
    writeFileSync(key, own.private)
    const secure = await startApp({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key }, app)
    try {
      expect(await send(secure.url.replace('http:', 'https:'))).toBe(413)
    } finally {
      await secure.close()
    }
  })
})

describe('an odd form of what a request may say is refused with 400', () => {
  /** Stands for a list in a list and so on, which cannot be written by `JSON.stringify`. */
  const deep = (depth: number): string => `deep ${depth}`
  const json = (body: object): string =>
    JSON.stringify(body).replace(
      /"deep (\d+)"/g,
      (_text, depth) => '['.repeat(Number(depth)) + ']'.repeat(Number(depth)),
    )
  const ODD: readonly (readonly [string, object])[] = [
    ['a nested list as hash', { extensions: { persistedQuery: { version: 1, sha256Hash: deep(500) } } }],
    ['an object as hash', { extensions: { persistedQuery: { version: 1, sha256Hash: { toString: 1 } } } }],
    ['a number as hash', { extensions: { persistedQuery: { version: 1, sha256Hash: 7 } } }],
    ['no hash', { extensions: { persistedQuery: { version: 1 } } }],
    ['null as hash', { extensions: { persistedQuery: { version: 1, sha256Hash: null } } }],
    ['a text as version', { extensions: { persistedQuery: { version: '1', sha256Hash: 'a' } } }],
    ['another version', { extensions: { persistedQuery: { version: 2, sha256Hash: 'a' } } }],
    ['a list as version', { extensions: { persistedQuery: { version: [1], sha256Hash: 'a' } } }],
    ['a text as persisted query', { extensions: { persistedQuery: 'x' } }],
    ['a list as persisted query', { extensions: { persistedQuery: [] } }],
    ['true as persisted query', { extensions: { persistedQuery: true } }],
    ['a list as extensions', { query: '{ __typename }', extensions: [] }],
    ['a text as extensions', { query: '{ __typename }', extensions: 'x' }],
    ['a list as operation name', { query: '{ __typename }', operationName: deep(500) }],
    ['a name of the prototype', { query: '{ __typename }', operationName: '__proto__' }],
    ['a long name', { query: '{ __typename }', operationName: 'x'.repeat(100_000) }],
    ['lines', { query: '{ __typename }', operationName: '\n'.repeat(100_000) }],
    ['a list as query', { query: deep(500) }],
    ['a deep list as query', { query: deep(50_000) }],
    ['an object as query', { query: { toString: 1 } }],
    ['a document of lines alone', { query: '\n'.repeat(120_000) }],
    ['lines before an error', { query: `${'\n'.repeat(120_000)}{` }],
    ['a deep value', { query: `{ person(id: ${'['.repeat(1_400)}${']'.repeat(1_400)}) { id } }` }],
    ['a deep selection', { query: `${'{ a '.repeat(900)}${'}'.repeat(900)}` }],
    ['a deep variable', { query: 'query($id: ID!) { person(id: $id) { id } }', variables: { id: deep(50_000) } }],
    ['deep variables', { query: '{ __typename }', variables: deep(50_000) }],
  ]

  async function post(url: string, body: string, accept = '*/*') {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, accept },
      body,
    })
    return { status: response.status, answer: (await response.json()) as Refusal }
  }

  test.each(['off', 'log', 'enforce'])('with SAFELIST=%s', async (mode) => {
    const other = mode === 'off' ? app : await startApp({ SAFELIST: mode, RATE_LIMIT_COST_PER_MINUTE: '0' }, app)
    for (const [what, body] of ODD) {
      // Twice: what is known takes another way.
      for (let i = 0; i < 2; i += 1) {
        const { status, answer } = await post(other.url, json(body))
        expect([what, status]).toEqual([what, 400])
        for (const error of answer.errors)
          expect([what, typeof error.extensions.correlationId]).toEqual([what, 'string'])
      }
    }
    if (mode !== 'off') await other.close()
  })

  test('of a client that takes events too', async () => {
    for (const [what, body] of ODD) {
      const { status } = await post(app.url, json(body), 'application/json, text/event-stream')
      expect([what, status]).toEqual([what, 400])
    }
    expect(app.log()).not.toContain('unforeseen')
  })

  test('by GET', async () => {
    for (const [what, body] of ODD.slice(0, 12)) {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(body))
        search.set(name, typeof value === 'string' ? value : json(value as object))
      const response = await fetch(`${app.url}/graphql?${search.toString()}`, { headers: { authorization } })
      const { errors } = (await response.json()) as Refusal
      expect([what, response.status, typeof errors[0]?.extensions.correlationId]).toEqual([what, 400, 'string'])
    }
  })

  test('by GET with the letters of the name encoded', async () => {
    for (const [what, body] of ODD.slice(0, 12)) {
      const { extensions } = body as { extensions: object }
      const search = `%65xtensions=${encodeURIComponent(json(extensions))}`
      const response = await fetch(`${app.url}/graphql?${search}`, { headers: { authorization } })
      expect([what, response.status]).toEqual([what, 400])
    }
    expect(app.log()).not.toContain('unforeseen')
  })

  test('a body of nothing but brackets', async () => {
    for (const text of ['['.repeat(130_000) + ']'.repeat(130_000), '{"a":'.repeat(40_000), '['.repeat(260_000)])
      expect((await post(app.url, text)).status).toBe(400)
    expect(app.log()).not.toContain('unforeseen')
  })
})

describe('an address', () => {
  let small: App
  beforeAll(async () => {
    small = await startApp(
      { MAX_CONNECTIONS_PER_ADDRESS: '5', UNAUTHENTICATED_REQUESTS_PER_MINUTE: '5', TRUST_PROXY: '127.0.0.9' },
      app,
    )
  })
  afterAll(() => small.close())

  const ask = async (address: string, token?: string, forwarded?: string, method?: string) => {
    const { socket, heard } = await line(small.url, address)
    const more = forwarded === undefined ? [] : [`x-forwarded-for: ${forwarded}`]
    socket.write(head({ method, token, headers: [...more, `content-length: ${PERSON.length}`] }) + PERSON)
    // One connection too many is closed without an answer.
    await new Promise<void>((resolve) => {
      socket.on('data', () => heard().includes('\r\n\r\n{') && resolve()).once('close', () => resolve())
    })
    socket.destroy()
    return heard()
  }

  test('has so many connections, and those of others and of a trusted proxy are kept', async () => {
    const lines = await Promise.all(Array.from({ length: 8 }, () => line(small.url, '127.0.0.3')))
    await Promise.race(lines.map(({ closed }) => closed))
    await expect.poll(() => lines.filter(({ socket }) => socket.destroyed).length).toBe(3)
    expect(statusOf(await ask('127.0.0.4', authorization))).toBe(200)
    const proxied = await Promise.all(Array.from({ length: 8 }, () => line(small.url, '127.0.0.9')))
    expect(statusOf(await ask('127.0.0.9', authorization))).toBe(200)
    expect(proxied.filter(({ socket }) => socket.destroyed)).toEqual([])
    for (const { socket } of [...lines, ...proxied]) socket.destroy()
    await expect.poll(async () => statusOf(await ask('127.0.0.3', authorization))).toBe(200)
  })

  test('may fail so often; then it is told to wait, and a valid token still counts', async () => {
    for (let i = 0; i < 5; i += 1) expect(statusOf(await ask('127.0.0.5'))).toBe(401)
    const told = await ask('127.0.0.5', 'Bearer none')
    expect([statusOf(told), codeOf(told)]).toEqual([429, 'RATE_LIMITED'])
    expect(told).toMatch(/^retry-after: \d+\r$/im)
    expect(statusOf(await ask('127.0.0.5', authorization))).toBe(200)
    expect(statusOf(await ask('127.0.0.6'))).toBe(401)
  })

  test.each(['OPTIONS', 'PUT'])('may send %s as often as it may fail', async (method) => {
    const address = method === 'PUT' ? '127.0.0.41' : '127.0.0.42'
    for (let i = 0; i < 5; i += 1) {
      const told = await ask(address, undefined, undefined, method)
      expect([statusOf(told), codeOf(told)]).toEqual([405, 'BAD_USER_INPUT'])
      expect(told).toMatch(/^allow: GET, POST\r$/im)
    }
    // The last connections may linger.
    await expect.poll(async () => statusOf(await ask(address, undefined, undefined, method))).toBe(429)
    await expect.poll(async () => statusOf(await ask(address, authorization))).toBe(200)
  })

  test('that goes on to send bodies in chunks of one byte is banned for a time, and no other, nor a proxy', async () => {
    const abuse = async (address: string) => {
      const { socket, heard } = await line(small.url, address)
      socket.write(head({ token: authorization, headers: [CHUNKED] }) + ONE)
      await Promise.race([once(socket, 'close'), expect.poll(heard).toContain('\r\n\r\n{')])
      socket.destroy()
      return statusOf(heard())
    }
    const kept = await line(small.url, '127.0.0.21')
    for (let i = 0; i < 5; i += 1) expect(await abuse('127.0.0.21')).toBe(413)
    expect(await ask('127.0.0.21', authorization)).toBe('')
    kept.socket.write(head({ token: authorization, headers: [`content-length: ${PERSON.length}`] }) + PERSON)
    await expect.poll(() => statusOf(kept.heard())).toBe(200)
    kept.socket.destroy()
    expect(statusOf(await ask('127.0.0.22', authorization))).toBe(200)
    for (let i = 0; i < 6; i += 1) expect(await abuse('127.0.0.9')).toBe(413)
    expect(statusOf(await ask('127.0.0.9', authorization))).toBe(200)
  })

  test('of a client is taken from a trusted proxy and from nobody else; an IPv6 client has its /64', async () => {
    const many = async (address: string, forwarded: (i: number) => string) => {
      const statuses = []
      for (let i = 0; i < 6; i += 1) statuses.push(statusOf(await ask(address, undefined, forwarded(i))))
      return statuses.at(-1)
    }
    expect(await many('127.0.0.9', () => '203.0.113.1')).toBe(429)
    expect(await many('127.0.0.9', (i) => `203.0.113.${i + 10}`)).toBe(401)
    expect(await many('127.0.0.9', (i) => `198.51.100.${i}, 203.0.113.30`)).toBe(429)
    expect(await many('127.0.0.9', (i) => `2001:db8:1:2::${i}`)).toBe(429)
    expect(await many('127.0.0.9', (i) => `2001:db8:1:${i + 3}::1`)).toBe(401)
    expect(await many('127.0.0.8', (i) => `203.0.113.${i + 50}`)).toBe(429)
  })
})

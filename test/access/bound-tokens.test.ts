import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions, type SecureVersion } from 'node:tls'
import fetch from 'node-fetch'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { askedOf } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'
import { createDpopKey, type DpopKey } from '../support/dpop.js'
import { type PrivateRedis, privateRedis } from '../support/redis.js'
import { ROADS, sendBy } from '../support/roads.js'

const QUERY = `{ person(id: "${ADA.personId}") { id } }`
const PUBLIC = 'https://api.bank.test/kyc'
const ROAD = ROADS[0]!

let redis: PrivateRedis
let shared: Record<string, string>
let app: App
let key: DpopKey

beforeAll(async () => {
  ;[redis, key] = await Promise.all([privateRedis(), createDpopKey()])
  shared = { REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  app = await startApp({
    ...shared,
    AUTH_DPOP: 'require',
    AUTH_DPOP_NONCE: 'true',
    PUBLIC_URL: `https://other.test, ${PUBLIC}/`,
    TRUST_PROXY: 'loopback',
    TLS_CLIENT_CERT_HEADER: 'Client-Cert',
  })
})
beforeEach(() => app.clear())
afterAll(async () => {
  today()
  await app.close()
  await redis.kill()
})

const bound = (cnf: object = { jkt: key.thumbprint }) => app.token({ claims: { cnf } })

/** Sends the query with a proof. */
async function send(
  claims: object = {},
  {
    to = app,
    headers = {},
    url = `${PUBLIC}/graphql`,
  }: { to?: App; headers?: Record<string, string>; url?: string } = {},
) {
  const token = await bound()
  const dpop = await key.proof({ url, token }, claims)
  return { dpop, ...(await sendBy(ROAD, to.url, QUERY, { authorization: `DPoP ${token}`, dpop, ...headers })) }
}

describe('the nonce of a server', () => {
  test('is given with the refusal of a proof without it, and lets the next proof in', async () => {
    const first = await send()
    expect(first).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(/^DPoP error="use_dpop_nonce", algs="ES256 /) as unknown,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    const { status, nonce } = await send({ nonce: first.nonce })
    expect([status, nonce]).toEqual([200, first.nonce])
  })

  test.each<[string, unknown]>([
    ['made up', 'A'.repeat(43)],
    ['a number', 7],
    ['empty', ''],
  ])('that is %s is refused', async (_what, nonce) => {
    expect(await send({ nonce })).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('use_dpop_nonce') as unknown,
    })
    expect(askedOf(app)).toEqual([])
  })

  test('ends, and the next one is another', async () => {
    const { nonce } = await send()
    // Wherever in its time it is given out: it is good for 120 to 240 s.
    later(110)
    expect((await send({ nonce })).status).toBe(200)
    later(131)
    const refused = await send({ nonce })
    expect(refused.status).toBe(401)
    expect(refused.nonce).not.toBe(nonce)
    today()
  })

  test('does not count as a failure of the address', async () => {
    const limited = await startApp({ AUTH_DPOP_NONCE: 'true', UNAUTHENTICATED_REQUESTS_PER_MINUTE: '1' }, app)
    const url = `${limited.url}/graphql`
    for (let i = 0; i < 3; i += 1) expect((await send({}, { to: limited, url })).status).toBe(401)
    await limited.close()
  })
})

describe('two replicas', () => {
  let other: App
  beforeAll(async () => {
    other = await startApp({ ...shared, AUTH_DPOP_NONCE: 'true', PUBLIC_URL: PUBLIC }, app)
  })
  afterAll(() => other.close())

  test('know the nonces and the used proofs of each other', async () => {
    const { nonce } = await send()
    const { status, dpop } = await send({ nonce }, { to: other })
    expect(status).toBe(200)
    const authorization = `DPoP ${await bound()}`
    expect(await sendBy(ROAD, app.url, QUERY, { authorization, dpop })).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('invalid_dpop_proof') as unknown,
    })
  })

  test('take a proof once of many requests at the same time', async () => {
    const { nonce } = await send()
    const token = await bound()
    const dpop = await key.proof({ url: `${PUBLIC}/graphql`, token }, { nonce })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        sendBy(ROAD, (i % 2 ? app : other).url, QUERY, { authorization: `DPoP ${token}`, dpop }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(11).fill(401)])
  })
})

describe('the address of a proof', () => {
  test.each([
    ['an address of PUBLIC_URL', 'https://other.test/graphql', 200],
    ['in capitals, with the port, a query and a fragment', 'HTTPS://API.bank.test:443/kyc/graphql?a=1#b', 200],
    ['without the path before the graph', 'https://api.bank.test/graphql', 401],
    ['of the listener', '', 401],
  ])('%s', async (_what, url, status) => {
    const { nonce } = await send()
    const headers = { host: 'api.bank.test', 'x-forwarded-host': 'api.bank.test' }
    expect((await send({ nonce }, { url: url || `${app.url}/graphql`, headers })).status).toBe(status)
  })

  test('is that of a trusted proxy where PUBLIC_URL is not set', async () => {
    const [trusting, distrusting] = await Promise.all([
      startApp({ TRUST_PROXY: 'loopback' }, app),
      startApp({ TRUST_PROXY: '10.0.0.0/8' }, app),
    ])
    const headers = { 'x-forwarded-proto': 'http, https', 'x-forwarded-host': 'api.bank.test' }
    const url = 'https://api.bank.test/graphql'
    expect((await send({}, { to: trusting, url, headers })).status).toBe(200)
    expect((await send({}, { to: distrusting, url, headers })).status).toBe(401)
    // The scheme of a client that the proxy passes on makes no other address.
    const forged = { ...headers, 'x-forwarded-proto': 'https://elsewhere.test/graphql?' }
    expect((await send({}, { to: trusting, url: 'https://elsewhere.test/graphql', headers: forged })).status).toBe(401)
    await Promise.all([trusting.close(), distrusting.close()])
  })
})

describe('AUTH_DPOP', () => {
  test('require refuses a token that is bound to nothing, and names DPoP alone', async () => {
    const authorization = `Bearer ${await app.token()}`
    expect(await sendBy(ROAD, app.url, QUERY, { authorization })).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(/^DPoP algs=/) as unknown,
    })
  })

  test('off refuses bound tokens and names Bearer alone', async () => {
    const off = await startApp({ AUTH_DPOP: 'off' }, app)
    expect(await send({}, { to: off, url: `${off.url}/graphql` })).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="kyc-graph"',
    })
    const authorization = `Bearer ${await bound()}`
    expect((await sendBy(ROAD, off.url, QUERY, { authorization })).status).toBe(401)
    await off.close()
  })
})

interface Certificate {
  readonly cert: string
  readonly private: string
}

const thumbprintOf = ({ cert }: Certificate): string =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url')
const certificate = (name: string, options: object = {}): Promise<Certificate> =>
  generate([{ name: 'commonName', value: name }], { keyType: 'ec', algorithm: 'sha256', ...options })

describe('a token that is bound to a client certificate', () => {
  let mine: Certificate
  let other: Certificate
  beforeAll(async () => {
    ;[mine, other] = await Promise.all([certificate('client'), certificate('other')])
  })
  const der = ({ cert }: Certificate) => new X509Certificate(cert).raw.toString('base64')
  const token = () => bound({ 'x5t#S256': thumbprintOf(mine) })
  const sendWith = async (header: string | undefined, to = app) =>
    sendBy(ROAD, to.url, QUERY, {
      authorization: `Bearer ${await token()}`,
      ...(header === undefined ? {} : { 'client-cert': header }),
    })

  test.each<[string, () => string | undefined, number]>([
    ['as RFC 9440 writes it', () => `:${der(mine)}:`, 200],
    ['as nginx writes it', () => encodeURIComponent(mine.cert), 200],
    ['as AWS writes it', () => encodeURI(mine.cert), 200],
    ['in base64', () => der(mine), 200],
    ['that is another one', () => `:${der(other)}:`, 401],
    ['that comes twice', () => `:${der(mine)}:, :${der(mine)}:`, 401],
    ['before that of another', () => `${encodeURIComponent(mine.cert)}, ${encodeURIComponent(other.cert)}`, 401],
    ['in a chain', () => encodeURIComponent(`${mine.cert}\n${other.cert}`), 401],
    [
      'with further bytes',
      () => Buffer.concat([Buffer.from(der(mine), 'base64'), Buffer.from(der(other), 'base64')]).toString('base64'),
      401,
    ],
    ['that is none', () => ':AAAA:', 401],
    ['that is not encoded well', () => '%E0%A4%A', 401],
    ['that is missing', () => undefined, 401],
  ])('is let in by the header of a proxy %s, or not', async (_what, header, status) => {
    expect((await sendWith(header())).status).toBe(status)
    if (status === 401) expect(askedOf(app)).toEqual([])
  })

  test('is refused with the header of a stranger, and where no header is configured', async () => {
    for (const settings of [
      { TRUST_PROXY: '10.0.0.0/8', TLS_CLIENT_CERT_HEADER: 'client-cert' },
      { TRUST_PROXY: 'loopback' },
    ]) {
      const strict = await startApp(settings, app)
      expect((await sendWith(`:${der(mine)}:`, strict)).status).toBe(401)
      await strict.close()
    }
  })

  describe('over the own TLS of the server', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kyc-own-tls-'))
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const trusting = new Agent({ rejectUnauthorized: false })
    let secure: App
    let withAuthority: App
    beforeAll(async () => {
      const own = await certificate('localhost', {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
      })
      const tls = {
        TLS_CERT_FILE: file('cert.pem', own.cert),
        TLS_KEY_FILE: file('key.pem', own.private),
        TLS_CLIENT_CERT: 'request',
      }
      ;[secure, withAuthority] = await Promise.all([
        startApp(tls, app),
        startApp({ ...tls, TLS_CLIENT_CA_FILE: file('ca.pem', other.cert) }, app),
      ])
    })
    afterAll(async () => {
      await Promise.all([secure.close(), withAuthority.close()])
    })

    interface Sent {
      readonly by?: Certificate | undefined
      readonly method?: string
      readonly bearer?: string
      readonly times?: number
    }

    /** The statuses of requests on one connection. */
    async function ask(to: App, { by, method = 'POST', bearer, times = 1 }: Sent): Promise<(number | undefined)[]> {
      const agent = new Agent({
        keepAlive: true,
        maxSockets: 1,
        rejectUnauthorized: false,
        ...(by && { cert: by.cert, key: by.private }),
      })
      const authorization = `Bearer ${bearer ?? (await token())}`
      const statuses: (number | undefined)[] = []
      for (let i = 0; i < times; i += 1) {
        const address = `${to.url}/graphql${method === 'GET' ? `?query=${encodeURIComponent(QUERY)}` : ''}`
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          request(address, { agent, method, headers: { authorization, 'content-type': 'application/json' } }, resolve)
            .on('error', reject)
            .end(method === 'GET' ? undefined : JSON.stringify({ query: QUERY }))
        })
        await text(response)
        statuses.push(response.statusCode)
      }
      agent.destroy()
      return statuses
    }

    test('is let in on both roads by a connection with that certificate, and by no other', async () => {
      expect(secure.url).toMatch(/^https:/)
      expect(await ask(secure, { by: mine, times: 2 })).toEqual([200, 200])
      expect(await ask(secure, { by: mine, method: 'GET' })).toEqual([200])
      app.clear()
      for (const method of ['POST', 'GET'])
        for (const by of [other, undefined]) expect(await ask(secure, { by, method })).toEqual([401])
      expect(askedOf(app)).toEqual([])
    })

    test('is not needed for a token that is bound to nothing', async () => {
      const bearer = await app.token()
      expect(await ask(secure, { bearer })).toEqual([200])
      expect(await ask(withAuthority, { bearer, by: mine })).toEqual([200])
    })

    test('is let in by a connection with a certificate of the server that was renewed meanwhile', async () => {
      const shown = () =>
        new Promise<string>((resolve, reject) => {
          const socket = connect({
            port: Number(new URL(secure.url).port),
            host: '127.0.0.1',
            rejectUnauthorized: false,
          })
          socket.once('error', reject).once('secureConnect', () => {
            resolve(socket.getPeerCertificate().fingerprint256)
            socket.destroy()
          })
        })
      const before = await shown()
      const renewed = await certificate('renewed')
      // A certificate without its key changes nothing.
      file('cert.pem', renewed.cert)
      await expect
        .poll(() => secure.log(), { timeout: 10_000 })
        .toContain('"kyc.causes":["TLS_CERT_FILE and TLS_KEY_FILE do not belong together"]')
      expect(await shown()).toBe(before)
      file('key.pem', renewed.private)
      await expect.poll(shown, { timeout: 10_000 }).toBe(new X509Certificate(renewed.cert).fingerprint256)
      expect(await ask(secure, { by: mine })).toEqual([200])
    })

    /** The protocol that a client with these options and the server agree on, else the code of the alert. */
    const agreed = (options: ConnectionOptions) =>
      new Promise<string>((resolve) => {
        const port = Number(new URL(secure.url).port)
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
        socket
          .once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
          .once('secureConnect', () => {
            resolve(socket.getProtocol()!)
            socket.destroy()
          })
      })

    test.each<readonly [SecureVersion, string]>([
      ['TLSv1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      ['TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      ['TLSv1.2', 'TLSv1.2'],
      ['TLSv1.3', 'TLSv1.3'],
    ])('speaks %s: %s', async (version, outcome) => {
      const ciphers = 'DEFAULT@SECLEVEL=0'
      expect(await agreed({ minVersion: version, maxVersion: version, ciphers })).toBe(outcome)
    })

    test('takes no cipher suite of TLS 1.2 but those of BCP 195, after a reload of its certificate too', async () => {
      const by = (ciphers: string) => agreed({ maxVersion: 'TLSv1.2', ciphers })
      expect(await by('ECDHE-ECDSA-AES128-GCM-SHA256')).toBe('TLSv1.2')
      for (const weak of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-CHACHA20-POLY1305'])
        expect(await by(weak)).toMatch(/^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/)
    })

    test('is refused where the certificate is not of the configured authority', async () => {
      expect(await ask(withAuthority, { by: mine })).toEqual([401])
      const authorized = await bound({ 'x5t#S256': thumbprintOf(other) })
      expect(await ask(withAuthority, { by: other, bearer: authorized })).toEqual([200])
    })

    test.each([
      ['empty', ''],
      ['no certificate', 'not a certificate'],
      ['a private key', () => other.private],
      ['half written', () => other.cert.slice(0, other.cert.length / 2)],
    ])('goes on with the authority of before while its file is %s', async (_what, content) => {
      const bearer = await bound({ 'x5t#S256': thumbprintOf(other) })
      const told = () => withAuthority.log().split('secrets cannot be read again').length
      const before = told()
      file('ca.pem', typeof content === 'string' ? content : content())
      await expect.poll(told, { timeout: 10_000 }).toBe(before + 1)
      expect(withAuthority.log()).toContain('TLS_CLIENT_CA_FILE holds no certificate in PEM')
      expect(await ask(withAuthority, { by: other, bearer })).toEqual([200])
      expect(await ask(withAuthority, { by: mine })).toEqual([401])
      file('ca.pem', other.cert)
      await expect
        .poll(async () => (await fetch(`${withAuthority.url}/metrics`, { agent: trusting })).text(), {
          timeout: 10_000,
        })
        .toContain('kyc_settings_stale{part="tls"} 0')
    })
  })
})

// The last: from here on there is no store.
test('while the store is away a proof is not judged, and other tokens go on', async () => {
  const plain = await startApp({ ...shared }, app)
  const url = `${plain.url}/graphql`
  expect((await send({}, { to: plain, url })).status).toBe(200)
  await redis.kill()
  app.clear()
  const refused = await send({}, { to: plain, url })
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
    503,
    { errors: [{ extensions: { code: 'STORE_UNAVAILABLE', retryable: true } }] },
  ])
  expect(refused.challenge).toBeNull()
  expect(askedOf(app)).toEqual([])
  const authorization = `Bearer ${await app.token()}`
  expect((await sendBy(ROAD, plain.url, QUERY, { authorization })).status).toBe(200)
  await plain.close()
})

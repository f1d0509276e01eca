import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { SCOPES } from '../../schema/scopes.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { type App, startApp, startGround } from '../support/app.js'
import { authority, certificate, type Signed } from '../support/certificates.js'
import { type Proxy, startProxy } from '../support/proxy.js'
import { folder, write } from '../support/tenants-file.js'

/** Longer than what was not taken waits to be sent again. */
const SENT_AGAIN_MS = 2_500

/** What this server calls: an issuer, a register, an object store and a provider, all behind one TLS server. */
const PARTS = ['introspect', 'consents', 'trail', 'synctera'] as const
type Part = (typeof PARTS)[number]

const directory = folder()
const path = (name: string) => join(directory, name)
/** Writes a file as a whole; its path. */
function put(name: string, content: string): string {
  write(path(name), content)
  return path(name)
}

const accepted = new Map<Part, Set<string>>(PARTS.map((part) => [part, new Set([`${part}-1`])]))
/** The credentials of the requests so far, and how many were refused. */
const used = new Map<Part, string[]>(PARTS.map((part) => [part, []]))
let ground: Awaited<ReturnType<typeof startGround>>
let backend: https.Server
let syslog: ReturnType<typeof createTlsServer>
let proxies: Proxy[]
let cas: Signed[]
let app: App
let issuer: Awaited<ReturnType<typeof createSigner>>
/** Connections that the syslog server got. */
let logged = 0

async function createSigner(name: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: name, alg: 'ES256' }
  const iss = () => `${urlOf()}/${name}`
  return {
    jwk,
    iss,
    token: () =>
      new SignJWT({ scope: Object.keys(SCOPES).join(' '), client_id: name, sub: name })
        .setProtectedHeader({ alg: 'ES256', kid: name })
        .setIssuer(iss())
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
  }
}

const urlOf = () => `https://127.0.0.1:${(backend.address() as AddressInfo).port}`

/** The part that a request is for, and the credential that it shows; undefined for a document of an issuer. */
function credentialOf({ url, headers }: http.IncomingMessage): readonly [Part, string] | undefined {
  const part = PARTS.find((name) => url!.startsWith(`/${name}`))
  if (part === undefined) return undefined
  const [scheme, value = ''] = headers.authorization?.split(' ') ?? []
  const secret = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':')[1]! : value
  return [part, secret]
}

/** Forwards to the emulator of Synctera. */
function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { url, settings } = ground.emulators.synctera
  const headers = { ...request.headers, authorization: `Bearer ${settings['SYNCTERA_API_KEY']}`, host: 'x' }
  const onward = http.request(
    url + request.url!.slice('/synctera'.length),
    { method: request.method, headers },
    (answer) => {
      response.writeHead(answer.statusCode!, { ...answer.headers, connection: 'close' })
      answer.pipe(response)
    },
  )
  request.pipe(onward)
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const [part, secret] = credentialOf(request) ?? []
  const send = (status: number, body: unknown) =>
    // One request for each connection: the next one meets the certificate of then.
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body))
  if (part !== undefined) used.get(part)!.push(secret!)
  if (part !== undefined && !accepted.get(part)!.has(secret!)) return void send(401, {})
  if (part === 'synctera') return forward(request, response)
  const body = await text(request)
  if (part === 'introspect')
    return void send(200, {
      active: true,
      scope: Object.keys(SCOPES).join(' '),
      client_id: 'opaque',
      sub: 'opaque',
      aud: AUDIENCE,
      iss: `${urlOf()}/opaque`,
    })
  if (part === 'consents') {
    const { consentId, purpose } = JSON.parse(body) as Record<string, unknown>
    return void send(200, { allowed: true, consentId, purpose })
  }
  if (part === 'trail') return void send(201, {})
  if (request.url === '/second/.well-known/openid-configuration')
    return void send(200, { issuer: issuer.iss(), jwks_uri: `${urlOf()}/second/keys` })
  if (request.url === '/second/keys') return void send(200, { keys: [issuer.jwk] })
  send(404, {})
}

const entries = (...more: object[]) =>
  JSON.stringify([
    {
      AUTH_ISSUER: `${urlOf()}/opaque`,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_INTROSPECTION_URL: `${urlOf()}/introspect`,
      AUTH_INTROSPECTION_CLIENT_ID: 'kyc-graph',
      AUTH_INTROSPECTION_CLIENT_SECRET_FILE: path('introspect'),
      AUTH_INTROSPECTION_CACHE_SECONDS: 0,
      AUTH_CA_FILE: path('issuer-ca'),
    },
    ...more,
  ])

const CA_FILES = ['issuer-ca', 'consents-ca', 'trail-ca', 'syslog-ca', 'synctera-ca']

async function startBackends(own: Signed): Promise<void> {
  backend = https.createServer(own, (request, response) => void answer(request, response))
  backend.on('tlsClientError', () => undefined)
  syslog = createTlsServer(own, (socket) => {
    logged += 1
    // One message for each connection.
    socket.once('data', () => socket.destroy()).on('error', () => undefined)
  })
  await Promise.all([backend, syslog].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')))
}

const rootKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

beforeAll(async () => {
  ;[ground, issuer, cas, proxies] = await Promise.all([
    startGround(),
    createSigner('second'),
    Promise.all([authority('first'), authority('second')]),
    Promise.all([startProxy('kyc', 'password-1'), startProxy('kyc', 'password-2')]),
  ])
  await startBackends(await certificate('localhost', cas[0]!))
  for (const part of PARTS) put(part, `${part}-1`)
  for (const name of CA_FILES) put(name, cas[0]!.cert)
  const { port } = syslog.address() as AddressInfo
  app = await startApp(
    {
      AUTH_ISSUERS_FILE: put('issuers', entries()),
      HTTPS_PROXY_FILE: put('proxy', proxies[0]!.url),
      CONSENT_URL: `${urlOf()}/consents`,
      CONSENT_CREDENTIAL_FILE: path('consents'),
      CONSENT_CA_FILE: path('consents-ca'),
      CONSENT_CACHE_SECONDS: '0',
      // How busy the machine is decides nothing.
      CONSENT_TIMEOUT_MS: '30000',
      SYNCTERA_TIMEOUT_MS: '30000',
      REQUEST_TIMEOUT_MS: '60000',
      AUDIT_CHECKPOINTS: `${urlOf()}/trail`,
      AUDIT_CHECKPOINTS_TOKEN_FILE: path('trail'),
      AUDIT_CHECKPOINTS_CA_FILE: path('trail-ca'),
      AUDIT_CHECKPOINT_SECONDS: '1',
      AUDIT_CHECKPOINT_KEY: rootKey(),
      SECURITY_LOG: `syslog:tls://127.0.0.1:${port}`,
      SECURITY_LOG_CA_FILE: path('syslog-ca'),
      SYNCTERA_URL: `${urlOf()}/synctera`,
      SYNCTERA_API_KEY: undefined,
      SYNCTERA_API_KEY_FILE: path('synctera'),
      SYNCTERA_CA_FILE: path('synctera-ca'),
      RATE_LIMIT_COST_PER_MINUTE: '0',
    },
    { ground },
  )
})
afterAll(async () => {
  await app.close()
  await ground.close()
  for (const server of [backend, syslog]) server.close()
  backend.closeAllConnections()
  for (const proxy of proxies) proxy.close()
})

const PERSON = `{ person(id: "${ADA.personId}") { firstName } }`

/** Reads by JWTs and by opaque tokens until it is stopped; what was answered otherwise than it should. */
function load() {
  let isStopped = false
  const answers = [0, 0]
  const failures: unknown[] = []
  const running = ['opaque-token', undefined].map(async (token, caller) => {
    while (!isStopped) {
      const result = await app.run(PERSON, {}, token === undefined ? {} : { token })
      answers[caller]! += 1
      if (result.data?.person?.firstName !== 'Ada') failures.push(result)
    }
  })
  return {
    /** Waits until what runs now has ended, and more was answered. */
    async turn() {
      const before = [...answers]
      await expect.poll(() => answers.every((count, i) => count > before[i]! + 1), { timeout: 10_000 }).toBe(true)
    },
    async stop() {
      isStopped = true
      await Promise.all(running)
      return failures
    },
  }
}

const countOf = (part: string) =>
  app.log().split(`"kyc.part":"${part}","message":"changed settings are in use"`).length - 1
const providerChanges = () => app.log().split('changed provider settings are in use').length - 1

/** Changes files, and waits until these parts are in use, and the providers where they are concerned. */
async function until(parts: readonly string[], act: () => void, concernsProviders = false): Promise<void> {
  const before = [...parts.map(countOf), providerChanges()]
  act()
  await expect
    .poll(
      () =>
        parts.every((part, i) => countOf(part) > before[i]!) &&
        (!concernsProviders || providerChanges() > before.at(-1)!),
      { timeout: 15_000 },
    )
    .toBe(true)
}

test('every credential, authority, proxy and issuer is replaced while requests run: none fails', async () => {
  const running = load()
  await running.turn()

  // Credentials: the other side accepts both, the files are replaced, the earlier ones are withdrawn.
  for (const part of PARTS) accepted.get(part)!.add(`${part}-2`)
  await until(
    ['issuers', 'consent', 'checkpoints'],
    () => {
      for (const part of PARTS) put(part, `${part}-2`)
    },
    true,
  )
  await expect
    .poll(() => PARTS.map((part) => used.get(part)!.at(-1)), { timeout: 15_000 })
    .toEqual(PARTS.map((part) => `${part}-2`))

  // Authorities: both are trusted, the servers change, the earlier one is trusted no more.
  const everything = ['issuers', 'consent', 'checkpoints', 'securityLog']
  const trust = (pem: string) => until(everything, () => CA_FILES.forEach((name) => put(name, pem)), true)
  await trust(`${cas[0]!.cert}\n${cas[1]!.cert}`)
  await running.turn()
  const next = await certificate('localhost', cas[1]!)
  for (const server of [backend, syslog]) server.setSecureContext(next)
  await running.turn()
  await trust(cas[1]!.cert)

  // The proxy, with other credentials.
  await until(['issuers', 'consent'], () => put('proxy', proxies[1]!.url), true)
  await expect.poll(() => proxies[1]!.targets.length).toBeGreaterThan(0)

  // An issuer that is new, and found by its metadata.
  const token = await issuer.token()
  expect((await app.run(PERSON, {}, { token })).status).toBe(401)
  const second = { AUTH_ISSUER: issuer.iss(), AUTH_AUDIENCE: AUDIENCE, AUTH_CA_FILE: path('issuer-ca') }
  await until(['issuers'], () => put('issuers', entries(second)))
  expect((await app.run(PERSON, {}, { token })).data).toEqual({ person: { firstName: 'Ada' } })
  // The metrics have its place for as long as it has one.
  const metrics = async () => (await fetch(`${app.url}/metrics`)).text()
  expect(await metrics()).toContain('kyc_ready{dependency="issuer 3"} 1')
  await until(['issuers'], () => put('issuers', entries()))
  expect((await app.run(PERSON, {}, { token })).status).toBe(401)
  expect(await metrics()).not.toContain('kyc_ready{dependency="issuer 3"}')
  expect(await metrics()).toContain('kyc_ready{dependency="introspection"} 1')

  // A file that cannot be used is told, and changes nothing.
  put('issuers', '{')
  await expect.poll(app.log).toContain('"kyc.causes":["AUTH_ISSUERS_FILE must hold a JSON list of objects"]')

  for (const part of PARTS) accepted.get(part)!.delete(`${part}-1`)
  const [puts, lines] = [used.get('trail')!.length, logged]
  await running.turn()
  await expect.poll(() => used.get('trail')!.length, { timeout: 5_000 }).toBeGreaterThan(puts)
  await app.run('{ viewer { id } }', {}, { token: null, headers: { authorization: 'Basic x' } })
  await expect.poll(() => logged, { timeout: 5_000 }).toBeGreaterThan(lines)
  expect(await running.stop()).toEqual([])
  expect(app.log()).not.toMatch(
    /audit checkpoints are not written|security events cannot be written|register of consents gives no answer/,
  )
}, 60_000)

/** Whose settings files are stale. */
async function stale(): Promise<string[]> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  return [...text.matchAll(/^kyc_(?:(provider)_)?settings_stale(?:\{part="(\w+)"\})? 1$/gm)].map(
    ([, provider, part]) => provider ?? part!,
  )
}

const AUTHORITIES = [
  'AUTH_ISSUERS_FILE, entry 1: AUTH_CA_FILE',
  'CONSENT_CA_FILE',
  'AUDIT_CHECKPOINTS_CA_FILE',
  'SECURITY_LOG_CA_FILE',
  'SYNCTERA_CA_FILE',
]

test.each<[what: string, content: () => string]>([
  ['empty', () => ''],
  ['no certificate', () => 'not a certificate'],
  ['half written', () => cas[1]!.cert.slice(0, cas[1]!.cert.length / 2)],
  ['a private key', () => cas[1]!.key],
])('files of authorities that are %s are told by their settings, and the earlier ones stay', async (_what, content) => {
  put('issuers', entries())
  await expect.poll(stale, { timeout: 10_000 }).toEqual([])
  const running = load()
  const begun = app.log().length
  for (const name of CA_FILES) put(name, content())
  await expect
    .poll(() => AUTHORITIES.filter((name) => !app.log().slice(begun).includes(`${name} holds no certificate`)), {
      timeout: 10_000,
    })
    .toEqual([])
  expect((await stale()).sort()).toEqual(['checkpoints', 'consent', 'issuers', 'provider', 'securityLog'])
  await running.turn()
  for (const name of CA_FILES) put(name, cas[1]!.cert)
  await expect.poll(stale, { timeout: 10_000 }).toEqual([])
  await running.turn()
  expect(await running.stop()).toEqual([])
})

test('servers of an authority that was replaced are refused', async () => {
  const [former, present] = await Promise.all(cas.map((ca) => certificate('localhost', ca)))
  const codeOf = async (token?: string) =>
    (await app.run(PERSON, {}, token === undefined ? {} : { token })).errors[0]?.extensions.code
  const timesOf = (message: string) => app.log().split(message).length
  const messages = ['audit checkpoints are not written', 'security events cannot be written']
  const told = messages.map(timesOf)
  for (const server of [backend, syslog]) server.setSecureContext(former!)
  expect(await codeOf('opaque-token')).toBe('ISSUER_UNAVAILABLE')
  expect(await codeOf()).toMatch(/^(CONSENT|PROVIDER)_UNAVAILABLE$/)
  const failLogin = () =>
    app.run('{ viewer { id } }', {}, { token: null, headers: { authorization: `Basic ${randomUUID()}` } })
  await failLogin()
  for (const [i, message] of messages.entries())
    await expect.poll(() => timesOf(message), { timeout: 10_000 }).toBeGreaterThan(told[i]!)
  // What was under way as the authority was replaced has ended; nothing is taken of what comes now.
  const [puts, lines] = [used.get('trail')!.length, logged]
  await failLogin()
  await delay(SENT_AGAIN_MS)
  expect([used.get('trail')!.length, logged]).toEqual([puts, lines])
  for (const server of [backend, syslog]) server.setSecureContext(present!)
  await expect.poll(() => codeOf('opaque-token'), { timeout: 10_000 }).toBeUndefined()
})

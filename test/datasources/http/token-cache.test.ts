import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import { EXPIRED_ONCE } from '../../../datasources/sei/emulator/index.js'
import { LoginTaken } from '../../../datasources/http/login-gate.js'
import { TokenCache, type Token } from '../../../datasources/http/token-cache.js'
import { type ConfigError, readConfig } from '../../../src/config.js'
import { later, setClock, today } from '../../support/clock.js'
import { type App, startApp } from '../../support/app.js'
import { createGate } from '../../support/gate.js'

const ENTITLE =
  'mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { entitlements { confirmed } } }'
const ATTRIBUTE =
  'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { job { status } } }'

const PROVIDERS = {
  apiture: {
    path: '/oidc/token',
    call: 'PUT /**',
    expired: { type: 'https://api.apiture.com/errors/sessionExpired/v1.0.0' } as object,
    secrets: ['APITURE_CLIENT_SECRET'],
    write: (app: App, n = 0) =>
      app.run(ENTITLE, {
        input: {
          bankingCustomerId: CROWD[n]!.bankingCustomerId,
          accounts: [{ accountNumber: '1001', productCode: 'DDA_01' }],
          electronicStatementElection: true,
          electronicDocumentElection: true,
          roles: {},
        },
      }),
  },
  sei: {
    path: '/v2/oauthtoken',
    call: 'POST /v1/**',
    expired: {
      code: 'gateway.authentication.failure',
      message: 'Access Token expired',
      trackingId: ' ',
      transient: false,
      errors: [],
    },
    secrets: ['SEI_APP_SECRET', 'SEI_PASSWORD'],
    write: (app: App, n = 0) =>
      app.run(ATTRIBUTE, { input: { externalId: CROWD[n]!.seiExternalId, attributes: [{ name: 'a', value: 'b' }] } }),
  },
} as const
type Name = keyof typeof PROVIDERS
const NAMES = Object.keys(PROVIDERS) as Name[]

let ground: App
beforeAll(async () => {
  ground = await startApp()
})
beforeEach(() => ground.clear())
afterAll(() => ground.close())

test.concurrent.each(
  NAMES.flatMap((name) => [
    [name, 'hang', {}, 'PROVIDER_TIMEOUT'] as const,
    [name, 'reset', {}, 'PROVIDER_UNAVAILABLE'] as const,
    [name, 'status', { status: 500 }, 'PROVIDER_UNAVAILABLE'] as const,
    [name, 'status', { status: 429 }, 'RATE_LIMITED'] as const,
  ]),
)(
  'the token of %s that does not come (%s %o) leaves the write certainly undone, and is fetched by the next',
  async (name, fault, rest, code) => {
    const { path, write } = PROVIDERS[name]
    const app = await startApp({ [`${name.toUpperCase()}_TIMEOUT_MS`]: '3000' })
    app.fault(name, { match: `POST ${path}`, fault, ...rest, times: 0 })
    expect((await write(app)).errors[0]!.extensions).toMatchObject({ code, retryable: true })
    expect(app.recorded(name)).toEqual([])
    app.clear()
    expect((await write(app)).errors).toEqual([])
    await app.close()
  },
)

describe.each(NAMES)('the token of %s', (name) => {
  const { path, call, expired, secrets, write } = PROVIDERS[name]
  let app: App
  beforeEach(async () => {
    app = await startApp({ [`${name.toUpperCase()}_TIMEOUT_MS`]: '1000' }, ground)
  })
  afterEach(() => app.close())

  const fetches = () => app.emulators[name].calls().filter(({ url }) => url === path)
  const bearers = () => app.recorded(name).map(({ headers }) => headers['authorization'])

  test('is fetched once for concurrent calls', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => write(app, n)))
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    expect(fetches()).toHaveLength(1)
    expect(new Set(bearers()).size).toBe(1)
  })

  test('is renewed once after a 401, and the call is repeated with the new token', async () => {
    await write(app)
    app.fault(name, { match: call, fault: 'status', status: 401, body: expired })
    expect((await write(app)).errors).toEqual([])
    expect(fetches()).toHaveLength(2)
    const [first, refused, repeated] = bearers()
    expect(refused).toBe(first)
    expect(repeated).not.toBe(first)
  })

  test.each([[null], ['300.5'], [''], ['soon'], [[300]]])(
    'whose `expires_in` is %j is used until it is refused',
    async (expiresIn) => {
      const body = { access_token: 'of-an-odd-answer', token_type: null, expires_in: expiresIn }
      app.fault(name, { match: `POST ${path}`, fault: 'status', status: 200, body })
      expect((await write(app)).errors).toEqual([])
      expect([fetches().length, bearers()[0]]).toEqual([2, 'Bearer of-an-odd-answer'])
    },
  )

  test('that is refused twice is PROVIDER_REFUSED after two calls', async () => {
    app.fault(name, { match: call, fault: 'status', status: 401, body: expired, times: 0 })
    expect((await write(app)).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_REFUSED', providerStatus: 401 })
    expect(app.recorded(name)).toHaveLength(2)
  })

  test.each([400, 401, 403, 404])(
    'refused with %i is PROVIDER_REFUSED, no call is sent, and no token is requested until the pause ends',
    async (status) => {
      app.fault(name, { match: `POST ${path}`, fault: 'status', status, body: { error: 'invalid_client' } })
      expect((await write(app)).errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_REFUSED',
        retryable: false,
        providerStatus: status,
      })
      expect((await write(app)).errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_REFUSED',
        providerStatus: status,
        retryAfterSeconds: 30,
      })
      expect(app.recorded(name)).toEqual([])
      expect(fetches()).toHaveLength(1)
    },
  )

  test('is requested with a form body, and the log contains no secret', async () => {
    await write(app)
    expect(fetches()[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: expect.stringMatching(/^Basic /) },
      body: {
        grant_type: 'client_credentials',
        ...(name === 'apiture'
          ? { scope: 'bankingAdmin/write' }
          : { username: expect.any(String), password: expect.any(String) }),
      },
    })
    const { settings } = app.emulators[name]
    for (const secret of [...secrets.map((setting) => settings[setting]!), bearers()[0]!.slice('Bearer '.length)])
      expect(app.log()).not.toContain(secret)
  })
})

test('a token that is refused for several calls is renewed once', async () => {
  let fetched = 0
  const { headers, renew } = new TokenCache({
    fetch: () => Promise.resolve({ value: `token ${++fetched}`, expiresIn: undefined }),
    headers: (authorization) => ({ authorization }),
  })
  const refused = await headers()
  const repeated = Array.from({ length: 8 }, async () => {
    renew(refused)
    return headers()
  })
  expect(new Set((await Promise.all(repeated)).map(({ authorization }) => authorization))).toEqual(new Set(['token 2']))
  renew(refused)
  expect(await headers()).toEqual({ authorization: 'token 2' })
})

test('an issuer that does not answer gets one request at a time, at intervals, and other callers do not wait', async () => {
  let fetched = 0
  let answer: ((token: Token) => void) | undefined
  const silence = async (): Promise<Token> => {
    later(6)
    throw new ApiError('PROVIDER_TIMEOUT')
  }
  let fetch = silence
  const { headers } = new TokenCache({
    fetch: () => ((fetched += 1), fetch()),
    headers: (authorization) => ({ authorization }),
  })
  const ask = async () => headers()
  const refusal = (retryAfterSeconds: number) => ({
    code: 'PROVIDER_TIMEOUT',
    extensions: { retryable: true, retryAfterSeconds },
  })

  const first = await Promise.allSettled(Array.from({ length: 8 }, ask))
  for (const { status } of first) expect(status).toBe('rejected')
  for (let i = 0; i < 8; i += 1) await expect(ask()).rejects.toMatchObject(refusal(5))
  expect(fetched).toBe(1)
  later(5)
  await expect(ask()).rejects.toMatchObject(refusal(10))
  later(10)
  fetch = () => new Promise((resolve) => (answer = resolve))
  const one = ask()
  await expect(ask()).rejects.toMatchObject(refusal(1))
  expect(fetched).toBe(3)
  answer!({ value: 'token', expiresIn: undefined })
  expect([await one, await ask()]).toEqual(Array(2).fill({ authorization: 'token' }))
  today()
})

test('the wait for the login of another process is no silence of the issuer', async () => {
  let fetched = 0
  const { headers } = new TokenCache({
    fetch: () => {
      fetched += 1
      later(10)
      return Promise.reject(new LoginTaken('PROVIDER_UNAVAILABLE', { retryAfterSeconds: 3 }))
    },
    isGated: true,
    headers: (authorization) => ({ authorization }),
  })
  const ask = async () => headers()
  for (let i = 1; i <= 3; i += 1) {
    await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE', extensions: { retryAfterSeconds: 3 } })
    expect(fetched).toBe(i)
  }
  today()
})

test('a clock that is set back prolongs neither a pause nor the life of a token', async () => {
  let fetched = 0
  let fetch = (): Promise<Token> => Promise.reject(new ApiError('PROVIDER_REFUSED'))
  const { headers } = new TokenCache({
    fetch: () => ((fetched += 1), fetch()),
    headers: (authorization) => ({ authorization }),
  })
  const ask = async () => headers()
  await expect(ask()).rejects.toMatchObject({ extensions: { retryAfterSeconds: 30 } })
  setClock(-3_600)
  await expect(ask()).rejects.toMatchObject({ extensions: { retryAfterSeconds: 30 } })
  later(30)
  fetch = () => Promise.resolve({ value: 'token', expiresIn: 300 })
  expect(await ask()).toEqual({ authorization: 'token' })
  setClock(-3_600)
  later(301)
  fetch = () => Promise.resolve({ value: 'later token', expiresIn: 300 })
  expect(await ask()).toEqual({ authorization: 'later token' })
  expect(fetched).toBe(3)
  today()
})

describe('a token near its end', () => {
  type Answer = Promise<{ value: string; expiresIn: number }>
  /** Gives out the first token for a short while, then what `next` says; and how often it was asked. */
  function short(seconds: number, next: () => Answer) {
    let fetched = 0
    const { headers } = new TokenCache({
      fetch: () => ((fetched += 1) === 1 ? Promise.resolve({ value: 'token 1', expiresIn: seconds }) : next()),
      headers: (authorization) => ({ authorization }),
    })
    return { token: async () => (await headers())['authorization'], fetched: () => fetched }
  }

  test('is renewed once in the background', async () => {
    const { token, fetched } = short(9, () => Promise.resolve({ value: 'token 2', expiresIn: 3600 }))
    await token()
    expect(await Promise.all(Array.from({ length: 8 }, token))).toEqual(Array(8).fill('token 1'))
    await expect.poll(token).toBe('token 2')
    expect(fetched()).toBe(2)
  })

  test('stays in use when its renewal fails, and the renewal is not repeated at once', async () => {
    const { token, fetched } = short(9, () => Promise.reject(new Error('no')))
    for (let i = 0; i < 8; i += 1) expect(await token()).toBe('token 1')
    expect(fetched()).toBe(2)
  })

  test('stays in use while its renewal hangs', async () => {
    const { token, fetched } = short(9, () => new Promise(() => undefined))
    for (let i = 0; i < 8; i += 1) expect(await token()).toBe('token 1')
    expect(fetched()).toBe(2)
  })

  test('is not used after its end', async () => {
    const { token, fetched } = short(0, () => Promise.reject(new Error('no')))
    await token()
    for (let i = 0; i < 2; i += 1) await expect(token()).rejects.toThrow('no')
    expect(fetched()).toBe(3)
  })
})

test("SEI's token that has expired is renewed without the caller noticing", async () => {
  const app = await startApp({}, ground)
  const write = (externalId: string) =>
    app.run(ATTRIBUTE, { input: { externalId, attributes: [{ name: 'a', value: 'b' }] } })
  expect((await write(EXPIRED_ONCE)).errors).toEqual([])
  expect((await write(ADA.seiExternalId)).errors).toEqual([])
  expect(app.emulators.sei.calls().filter(({ url }) => url === '/v2/oauthtoken')).toHaveLength(2)
  await app.close()
})

test.each(['APITURE_CLIENT_SECRET', 'SEI_PASSWORD', 'SEI_APP_SECRET'])(
  'with a wrong %s nothing is sent',
  async (setting) => {
    const app = await startApp({ [setting]: 'wrong' }, ground)
    const { write } = PROVIDERS[setting.startsWith('SEI') ? 'sei' : 'apiture']
    expect((await write(app)).errors[0]!.extensions.code).toBe('PROVIDER_REFUSED')
    await app.close()
  },
)

describe('settings', () => {
  const BASE = { AUTH_ISSUER: 'https://issuer.test', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'https://issuer.test/jwks' }
  const APITURE = {
    APITURE_URL: 'https://api.test',
    APITURE_TOKEN_URL: 'https://auth.test/token',
    APITURE_CLIENT_ID: 'id',
    APITURE_CLIENT_SECRET: 'secret',
  }
  const SEI = {
    SEI_URL: 'https://sei.test/prefix',
    SEI_APP_KEY: 'key',
    SEI_APP_SECRET: 'secret',
    SEI_USERNAME: 'svc',
    SEI_PASSWORD: 'password',
  }

  const problems = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig({ ...BASE, ...env })
      return []
    } catch (error) {
      return (error as ConfigError).problems
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const written = (name: string, text: string) => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const pem = (kind: string) => written(`${kind}.pem`, `-----BEGIN ${kind}-----`)

  test('have defaults', () => {
    const { providers } = readConfig({ ...BASE, ...APITURE, ...SEI })
    expect(providers.sei).toMatchObject({
      maxConcurrency: 4,
      settings: {
        tokenUrl: 'https://sei.test/prefix/v2/oauthtoken',
        jobStatusPath: '/v1/insight/status/{key}',
        tls: undefined,
      },
    })
    expect(providers.apiture).toMatchObject({ maxConcurrency: 64, settings: { institutionId: undefined } })
  })

  test('a client certificate needs its key, and that of another one is refused', async () => {
    const [{ cert, private: key }, other] = await Promise.all([generate(), generate()])
    const settings = { ...BASE, ...SEI, SEI_CLIENT_CERT_FILE: written('client.pem', cert) }
    const { providers } = readConfig({ ...settings, SEI_CLIENT_KEY_FILE: written('client-key.pem', key) })
    expect(providers.sei!.settings).toMatchObject({ tls: { cert: cert.trim(), key: key.trim() } })
    expect(() => readConfig({ ...settings, SEI_CLIENT_KEY_FILE: written('other-key.pem', other.private) })).toThrow(
      'SEI_CLIENT_KEY_FILE must hold the private key of SEI_CLIENT_CERT_FILE',
    )
  })

  test.each<[string, Record<string, string>, string[]]>([
    [
      'an institution in small letters',
      { ...APITURE, APITURE_INSTITUTION_ID: 'acme' },
      ['APITURE_INSTITUTION_ID must be 2 to 8 capital letters, digits and underscores'],
    ],
    [
      'nothing but a URL',
      { APITURE_URL: 'https://api.test' },
      [
        'APITURE_TOKEN_URL is missing',
        'APITURE_CLIENT_ID (or APITURE_CLIENT_ID_FILE) is missing',
        'APITURE_CLIENT_SECRET (or APITURE_CLIENT_SECRET_FILE) is missing',
      ],
    ],
    [
      'a URL that is none',
      { ...SEI, SEI_URL: 'sei.test' },
      ['SEI_URL must be an http or https URL without credentials, query or fragment'],
    ],
    [
      'a certificate without its key',
      { ...SEI, SEI_CLIENT_CERT_FILE: pem('CERTIFICATE') },
      ['SEI_CLIENT_CERT_FILE and SEI_CLIENT_KEY_FILE belong together; one is missing'],
    ],
    [
      'a job path without a key',
      { ...SEI, SEI_JOB_STATUS_PATH: '/v1/status' },
      ['SEI_JOB_STATUS_PATH must begin with / and hold {key} once'],
    ],
    [
      'a job path that is not a path',
      { ...SEI, SEI_JOB_STATUS_PATH: 'https://elsewhere.test/{key}' },
      ['SEI_JOB_STATUS_PATH must begin with / and hold {key} once'],
    ],
  ])('%s is a problem that is named', (_name, env, expected) => {
    expect(problems(env)).toEqual(expected)
  })
})

test('a write of an operation that has ended requests no token', async () => {
  const app = await startApp({}, ground)
  const gate = createGate()
  app.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', until: gate.opened })
  const left = new AbortController()
  const body = {
    query: `mutation($input: SetAccountEntitlementsInput!) {
      createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed }
      setAccountEntitlements(input: $input) { replayed }
    }`,
    variables: {
      input: {
        bankingCustomerId: ADA.bankingCustomerId,
        accounts: [{ accountNumber: '1001', productCode: 'DDA_01' }],
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: {},
      },
    },
  }
  const answer = fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body: JSON.stringify(body),
    signal: left.signal,
  })
  await expect.poll(() => app.calls('synctera').length).toBe(1)
  left.abort()
  await expect(answer).rejects.toThrow()
  gate.open()
  // Waits for all that runs: a write that was sent is heard to its end, and the next one does not begin.
  await app.close()
  expect(app.emulators.apiture.calls()).toEqual([])
})

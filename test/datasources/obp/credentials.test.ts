import Fastify, { type FastifyInstance } from 'fastify'
import fetch from 'node-fetch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD } from '../../../datasources/emulator/people.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import { ConfigError, readConfig } from '../../../src/config.js'
import { type App, startApp } from '../../support/app.js'

const READ = `{ customer(id: "${ADA.customerId}") { id } }`
const CUSTOMER = `GET /obp/v4.0.0/banks/${BANK}/customers/*`
const LOGIN = 'POST /my/logins/direct'

let ground: App
beforeAll(async () => {
  ground = await startApp()
})
afterAll(() => ground.close())

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})
async function start(settings: Record<string, string | undefined> = {}): Promise<App> {
  ground.clear()
  const app = await startApp(settings, ground)
  open.push(app)
  return app
}
const logins = (app: App) => app.emulators.obp.calls().filter(({ url }) => url === '/my/logins/direct')

describe('DirectLogin', () => {
  test('fetches one token for concurrent callers and uses it until it is refused', async () => {
    const app = await start()
    await Promise.all(CROWD.slice(0, 8).map(({ customerId }) => app.run(`{ customer(id: "${customerId}") { id } }`)))
    await app.run(READ)
    expect(logins(app)).toHaveLength(1)
    expect(app.recorded('obp')).toHaveLength(9)
    expect(new Set(app.recorded('obp').map(({ headers }) => headers['authorization']))).toEqual(
      new Set([expect.stringMatching(/^DirectLogin token="\w+"$/)]),
    )
    expect(logins(app)[0]!.body).toBeUndefined()
  })

  test('fetches one new token for concurrent calls that are refused with an expired token', async () => {
    const app = await start()
    await app.run(READ)
    app.clear()
    await fetch(`${app.emulators.obp.url}/__emulator/tokens`, { method: 'DELETE' })
    const answers = await Promise.all(
      CROWD.slice(0, 5).map(({ customerId }) => app.run(`{ customer(id: "${customerId}") { id } }`)),
    )
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    expect(logins(app)).toHaveLength(1)
  })

  test.each<[string, Partial<Fault>]>([
    ['401', { status: 401 }],
    [
      '400 OBP-20003',
      { status: 400, body: { code: 400, message: 'OBP-20003: This DirectLogin token is invalid or expired: abc' } },
    ],
  ])('is called again after %s, also for a write, which is then applied once', async (_what, refusal) => {
    const app = await start()
    await app.run(READ)
    app.clear()
    const add = `PUT /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}/kyc_statuses`
    app.fault('obp', { match: add, fault: 'status', ...refusal })
    const { errors } = await app.run(
      `mutation { addKycStatus(input: { customerId: "${ADA.customerId}", customerNumber: "1", ok: true, date: "2024-01-01T00:00:00Z" }) { kycStatus { ok } } }`,
    )
    expect(errors).toEqual([])
    expect(logins(app)).toHaveLength(1)
    expect(app.calls('obp').filter((call) => call === add)).toHaveLength(2)
  })

  test('is not called again when the new token is refused too', async () => {
    const app = await start()
    app.fault('obp', { match: CUSTOMER, fault: 'status', status: 401, times: 0 })
    const { errors } = await app.run(READ)
    expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_REFUSED', providerCode: 'OBP-20001' })
    expect(logins(app)).toHaveLength(2)
    expect(app.calls('obp')).toHaveLength(2)
  })

  test('with wrong credentials is PROVIDER_REFUSED, not BAD_USER_INPUT', async () => {
    const app = await start({ OBP_PASSWORD: 'wrong' })
    const { errors } = await app.run(READ)
    expect(errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_REFUSED',
      retryable: false,
      providerStatus: 401,
      providerCode: 'OBP-20004',
    })
    expect(app.calls('obp')).toEqual([])
  })

  test.each<[Partial<Fault>, string]>([
    [
      {
        fault: 'status',
        status: 400,
        body: { code: 400, message: 'OBP-20002: These DirectLogin parameters are missing: username' },
      },
      'PROVIDER_REFUSED',
    ],
    [{ fault: 'status', status: 404 }, 'PROVIDER_REFUSED'],
    [{ fault: 'status', status: 429 }, 'RATE_LIMITED'],
    [{ fault: 'status', status: 500 }, 'PROVIDER_UNAVAILABLE'],
    [{ fault: 'status', status: 504 }, 'PROVIDER_TIMEOUT'],
    [{ fault: 'html' }, 'PROVIDER_MALFORMED'],
    [{ fault: 'hang' }, 'PROVIDER_TIMEOUT'],
    [{ fault: 'reset' }, 'PROVIDER_UNAVAILABLE'],
  ])(
    'that answers %j is %s, also to a write, which then certainly did nothing; the next call logs in, unless it was refused',
    async (fault, code) => {
      const app = await start({ OBP_TIMEOUT_MS: '1000' })
      app.fault('obp', { match: LOGIN, fault: 'status', ...fault, times: 0 })
      const { errors } =
        await app.run(`mutation { createCustomer(input: { legalName: "N", mobilePhoneNumber: "1", email: "n@example.com", dateOfBirth: "1990-01-01", relationshipStatus: "",
      highestEducationAttained: "", employmentStatus: "", kycStatus: false, lastOkDate: "2024-01-01T00:00:00Z" }) { customer { id } } }`)
      expect(errors[0]!.extensions).toMatchObject({ code, provider: 'OPEN_BANK_PROJECT' })
      expect(app.calls('obp')).toEqual([])
      app.clear()
      const next = await app.run(READ)
      if (code === 'PROVIDER_REFUSED') {
        // The provider locks an account after a few refused logins, so no login is repeated at once.
        expect(next.errors[0]!.extensions).toMatchObject({ code, retryAfterSeconds: 30 })
        expect(app.emulators.obp.calls()).toEqual([])
      } else expect(next.data.customer).toEqual({ id: ADA.customerId })
    },
  )
})

interface TokenServer {
  readonly url: string
  readonly asked: { authorization: string | undefined; type: string | undefined; form: Record<string, string> }[]
}

/** An OAuth2 server: answers what `grant` makes of a form. */
async function tokenServer(grant: (form: Record<string, string>, nth: number) => unknown): Promise<TokenServer> {
  const server: FastifyInstance = Fastify({ forceCloseConnections: true })
  const asked: TokenServer['asked'] = []
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  server.post<{ Body: Record<string, string> }>('/realms/bank/token', async ({ headers, body }, reply) => {
    asked.push({ authorization: headers.authorization, type: headers['content-type'], form: body })
    const answer = await grant(body, asked.length)
    return answer === undefined ? reply.code(400).send({ error: 'invalid_grant' }) : answer
  })
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  open.push(server)
  return { url: `${url}/realms/bank/token`, asked }
}

const OAUTH = {
  OBP_USERNAME: undefined,
  OBP_PASSWORD: undefined,
  OBP_CONSUMER_KEY: undefined,
  OBP_CLIENT_ID: 'kyc graph',
  OBP_CLIENT_SECRET: 'p:ss/word',
}

describe('OAuth2', () => {
  /** The emulator takes the tests' issuer at its word, also on the service user. */
  const serviceToken = (app: App) => app.token({ client: app.emulators.obp.settings['OBP_USERNAME']! })

  test('client credentials fetch one token, and a new one after it is refused', async () => {
    const server = await tokenServer(async () => ({
      access_token: await serviceToken(app),
      token_type: 'Bearer',
      expires_in: 300,
    }))
    const app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url })
    await Promise.all([1, 2, 3].map(() => app.run(READ)))
    expect((await app.run(READ)).data.customer).toEqual({ id: ADA.customerId })
    expect(server.asked).toEqual([
      {
        authorization: `Basic ${Buffer.from('kyc+graph:p%3Ass%2Fword').toString('base64')}`,
        type: 'application/x-www-form-urlencoded',
        form: { grant_type: 'client_credentials' },
      },
    ])
    app.fault('obp', { match: CUSTOMER, fault: 'status', status: 401 })
    expect((await app.run(READ)).errors).toEqual([])
    expect(server.asked).toHaveLength(2)
    expect(logins(app)).toEqual([])
  })

  describe('a token of this server that is refused', () => {
    const JAVA = 'com.nimbusds.jose.proc.BadJOSEException: Signed JWT rejected: Invalid signature'
    const WRITE = `mutation { addKycStatus(input: { customerId: "${ADA.customerId}", customerNumber: "1", ok: true, date: "2024-01-01T00:00:00Z" }) { kycStatus { ok } } }`
    const ADD = `PUT /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}/kyc_statuses`
    let server: TokenServer
    let app: App
    beforeEach(async () => {
      server = await tokenServer(async () => ({ access_token: await serviceToken(app), expires_in: 300 }))
      app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url })
      await app.run(READ)
    })
    const times = (match: string) => app.calls('obp').filter((call) => call === match).length

    test.each<[number, unknown, string?]>([
      [400, { code: 400, message: JAVA }],
      [400, { message: 'Expired JWT' }],
      [400, JAVA, 'text/plain'],
      [400, {}],
      [401, { code: 401, message: JAVA }],
      [401, { error: 'invalid_token' }],
      [401, '', 'text/plain'],
      [400, { code: 400, message: 'OBP-20206: Expired JWT' }],
      [401, '<html><body>401</body></html>', 'text/html'],
    ])('by %i and %j is renewed once, also for a write, and then PROVIDER_REFUSED', async (status, body, type) => {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      const refuse = (match: string, count: number) => {
        app.clear()
        app.fault('obp', { match, fault: 'status', status, body, headers, times: count })
      }
      for (const [operation, match, route] of [
        [READ, CUSTOMER, CUSTOMER.replace('*', ADA.customerId)],
        [WRITE, ADD, ADD],
      ] as const) {
        const before = server.asked.length
        refuse(match, 1)
        expect((await app.run(operation)).errors).toEqual([])
        expect([server.asked.length - before, times(route)]).toEqual([1, 2])
        refuse(match, 0)
        expect((await app.run(operation)).errors[0]!.extensions).toMatchObject({
          code: 'PROVIDER_REFUSED',
          provider: 'OPEN_BANK_PROJECT',
          providerStatus: status,
        })
        expect([server.asked.length - before, times(route)]).toEqual([2, 2])
      }
    })

    test.each([
      ['OBP-10001: Incorrect json format.', 'BAD_USER_INPUT'],
      ['OBP-30058: Cannot add the KYC status', 'PROVIDER_UNAVAILABLE'],
    ])('is not what %s says', async (message, code) => {
      const before = server.asked.length
      app.fault('obp', { match: ADD, fault: 'status', status: 400, body: { code: 400, message }, times: 0 })
      expect((await app.run(WRITE)).errors[0]!.extensions.code).toBe(code)
      expect(server.asked).toHaveLength(before)
    })
  })

  test('input that the provider refuses without a code is no refused token', async () => {
    const server = await tokenServer(async () => ({ access_token: await serviceToken(app), expires_in: 300 }))
    const app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url })
    await app.run(READ)
    app.clear()
    const body = { code: 400, message: 'Invalid email address' }
    app.fault('obp', { match: 'POST /obp/v4.0.0/users', fault: 'status', status: 400, body, times: 0 })
    const { errors } = await app.run(
      'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
      {
        input: {
          email: 'n@example.com',
          username: 'nora.oauth',
          password: 'Only.Nora-knows-4711',
          firstName: 'N',
          lastName: 'N',
        },
      },
    )
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', providerStatus: 400 })
    expect(app.calls('obp')).toEqual(['POST /obp/v4.0.0/users'])
    expect(server.asked).toHaveLength(1)
  })

  test('a refusal of the token server is PROVIDER_REFUSED', async () => {
    const server = await tokenServer(() => undefined)
    const app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url })
    const { errors } = await app.run(READ)
    expect(errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_REFUSED',
      provider: 'OPEN_BANK_PROJECT',
      providerStatus: 400,
    })
    expect(app.calls('obp')).toEqual([])
  })

  test("a caller's token is exchanged once as long as the new one lives, each caller's for their own", async () => {
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const server = await tokenServer(async (form) => ({
      access_token: form['grant_type'] === exchange ? form['subject_token'] : await serviceToken(app),
      expires_in: '300',
    }))
    const app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url, OBP_USER_TOKEN: 'exchange' })
    const [ada, rhea] = [
      await app.token({ client: 'ada', scopes: ['customers:read:own'] }),
      await app.token({ client: 'rhea', scopes: ['customers:read:own'] }),
    ]
    const mine = async (token: string) =>
      (await app.run('{ viewer { customers { legalName } } }', undefined, { token })).data.viewer.customers
    expect(await mine(ada)).toEqual([{ legalName: 'Ada Accepted' }])
    expect(await mine(rhea)).toEqual([{ legalName: 'Rhea Review' }])
    expect(await mine(ada)).toEqual([{ legalName: 'Ada Accepted' }])
    expect(server.asked.map(({ form }) => form)).toEqual(
      [ada, rhea].map((subject_token) => ({
        grant_type: exchange,
        subject_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      })),
    )
  })

  test('a failed token exchange is answered as an error', async () => {
    const server = await tokenServer(() => undefined)
    const app = await start({ ...OAUTH, OBP_TOKEN_URL: server.url, OBP_USER_TOKEN: 'exchange' })
    const { data, errors } = await app.run('{ viewer { id customers { id } } }', undefined, {
      client: 'ada',
      scopes: [],
    })
    expect(data.viewer).toEqual({ id: 'ada', customers: null })
    expect(errors[0]!.extensions.code).toBe('PROVIDER_REFUSED')
  })
})

describe('settings', () => {
  const GOOD = {
    AUTH_ISSUER: 'https://issuer.example',
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: 'https://issuer.example/jwks',
    OBP_URL: 'https://obp.example/',
    OBP_BANK_ID: 'bank.1',
    OBP_USERNAME: 'user',
    OBP_PASSWORD: 'pass word',
    OBP_CONSUMER_KEY: 'key1',
  }
  const NO_DIRECT = { OBP_USERNAME: undefined, OBP_PASSWORD: undefined, OBP_CONSUMER_KEY: undefined }
  const OAUTH2 = {
    ...NO_DIRECT,
    OBP_TOKEN_URL: 'https://id.example/token',
    OBP_CLIENT_ID: 'id',
    OBP_CLIENT_SECRET: 'secret',
  }
  const read = (change: Record<string, string | undefined>) =>
    readConfig({ ...GOOD, ...change }).providers.obp!.settings
  const problems = (change: Record<string, string | undefined>): string => {
    try {
      read(change)
      return ''
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.join('\n')
      throw error
    }
  }

  test('name one bank unless several are listed', () => {
    expect(read({})).toEqual({
      url: 'https://obp.example',
      bankId: 'bank.1',
      bankIds: ['bank.1'],
      userToken: undefined,
      service: { direct: { username: 'user', password: 'pass word', consumerKey: 'key1' } },
    })
    expect(read({ OBP_BANK_IDS: 'bank.2, bank.1', ...OAUTH2, OBP_USER_TOKEN: 'exchange' })).toMatchObject({
      bankIds: ['bank.2', 'bank.1'],
      userToken: 'exchange',
      service: { oauth: { clientId: 'id' } },
    })
  })

  test.each<[Record<string, string | undefined>, string]>([
    [{ OBP_BANK_ID: undefined }, 'OBP_BANK_ID is missing'],
    [{ OBP_BANK_IDS: 'bank.2' }, 'OBP_BANK_IDS must contain OBP_BANK_ID'],
    [
      NO_DIRECT,
      'a way to log in is missing: set OBP_USERNAME, OBP_PASSWORD, OBP_CONSUMER_KEY, or OBP_TOKEN_URL, OBP_CLIENT_ID, OBP_CLIENT_SECRET',
    ],
    [{ OBP_PASSWORD: undefined }, 'OBP_PASSWORD (or OBP_PASSWORD_FILE) is missing'],
    [{ ...OAUTH2, OBP_CLIENT_SECRET: undefined }, 'OBP_CLIENT_SECRET (or OBP_CLIENT_SECRET_FILE) is missing'],
    [{ OBP_CLIENT_ID: 'id' }, 'two ways to log in'],
    [
      { OBP_PASSWORD: 'with,comma' },
      'OBP_USERNAME and OBP_PASSWORD must be printable ASCII without commas and double quotes',
    ],
    [{ OBP_USERNAME: 'Jörg' }, 'OBP_USERNAME and OBP_PASSWORD must be printable ASCII'],
    [{ OBP_CONSUMER_KEY: 'a-b' }, 'OBP_CONSUMER_KEY must be letters and digits'],
    [{ OBP_USER_TOKEN: 'borrow' }, 'OBP_USER_TOKEN must be one of forward, exchange'],
    [{ OBP_USER_TOKEN: 'exchange' }, 'OBP_USER_TOKEN=exchange needs OBP_TOKEN_URL, OBP_CLIENT_ID, OBP_CLIENT_SECRET'],
  ])('%j are refused', (change, expected) => {
    expect(problems(change)).toContain(expected)
    expect(problems(change)).not.toContain('with,comma')
  })
})

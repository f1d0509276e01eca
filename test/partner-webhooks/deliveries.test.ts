import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Scope } from '../../schema/scopes.js'
import type { Resolve } from '../../src/partner-webhooks/resolve.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'
import { createGate } from '../support/gate.js'
import { search } from '../support/leaks.js'
import { type Received, type Receiver, startReceiver } from '../support/receiver.js'
import { databaseOf } from '../support/redis.js'
import { openStateEvents, type StateEvents } from '../support/state-events.js'

const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')
const SETTINGS = {
  REDIS_URL: inject('redisUrl'),
  STORE_ENCRYPTION_KEY,
  RATE_LIMIT_COST_PER_MINUTE: '0',
  PARTNER_WEBHOOK_NETWORKS: '127.0.0.1/32',
}
/** The emulator of Banfico answers this account later. */
const ANSWERED_LATER = '90070020000030'
const RETRY_SECONDS = [0, 0, 0]
const [PRIVATE_NAME, ABSENT_NAME] = ['private.example', 'absent.example'] as const
const resolve: Resolve = (hostname) =>
  hostname === PRIVATE_NAME
    ? Promise.resolve([{ address: '10.0.0.1', family: 4 }])
    : Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))

let app: App
let events: StateEvents
const receivers: Receiver[] = []
beforeAll(async () => {
  app = await startApp(SETTINGS, undefined, { partnerWebhooks: { retrySeconds: RETRY_SECONDS, resolve } })
  events = await openStateEvents(STORE_ENCRYPTION_KEY)
})
afterAll(async () => {
  await events.close()
  await app.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})

async function receiver(): Promise<Receiver> {
  const started = await startReceiver()
  receivers.push(started)
  return started
}

const CREATE = `mutation($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    replayed secret endpoint { id url types isEnabled disabledReason failingSince previousSecretUntil createdAt }
  }
}`
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const ENDPOINTS = '{ webhookEndpoints { id url isEnabled disabledReason failingSince } }'
const mutationOf = (name: string, selection = 'endpoint { id isEnabled disabledReason }') => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`
  return `mutation($input: ${type}!) { ${name}(input: $input) { replayed ${selection} } }`
}
const ROTATE = mutationOf('rotateWebhookEndpointSecret', 'secret endpoint { previousSecretUntil }')
const REPLAY = mutationOf('replayWebhookDelivery', 'delivery { eventId state attempts endedAt }')
const OPERATIONS = {
  rotate: ROTATE,
  replay: REPLAY,
  disable: mutationOf('disableWebhookEndpoint'),
  enable: mutationOf('enableWebhookEndpoint'),
  delete: mutationOf('deleteWebhookEndpoint', 'deletedId'),
}
const DELIVERIES = `query($endpointId: ID!, $first: Int, $after: String, $state: WebhookDeliveryState) {
  webhookDeliveries(endpointId: $endpointId, first: $first, after: $after, state: $state) {
    nodes { eventId type state attempts lastOutcome nextAttemptAt createdAt endedAt }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Endpoint extends Pick<RunOptions, 'client' | 'claims'> {
  readonly id: string
  readonly secret: string
}

async function create(
  url: string,
  { client = randomUUID(), types = ['PERSON_VERIFICATION'], claims = {} } = {},
): Promise<Endpoint> {
  const { data, errors } = await app.run(CREATE, { input: { url, types } }, { client, claims })
  expect(errors).toEqual([])
  const { endpoint, secret } = data.createWebhookEndpoint
  return { id: endpoint.id, secret, client, claims }
}

const deliveriesOf = async ({ id, client, claims }: Omit<Endpoint, 'secret'>, variables = {}) =>
  (await app.run(DELIVERIES, { endpointId: id, ...variables }, { client, claims })).data.webhookDeliveries

const listed = async ({ id, client, claims }: Endpoint): Promise<any> =>
  (await app.run(ENDPOINTS, {}, { client, claims })).data.webhookEndpoints.find((one: { id: string }) => one.id === id)

async function change(name: 'enable' | 'disable' | 'delete', { id, client, claims }: Endpoint): Promise<void> {
  const { errors } = await app.run(OPERATIONS[name], { input: { endpointId: id } }, { client, claims })
  expect(errors).toEqual([])
}

/** Every name and value of a database, whatever their types. */
async function everythingIn(encryptionKey: string): Promise<string> {
  const redis = new Redis(await databaseOf(encryptionKey))
  const names = await redis.keys('*')
  const dumps = await Promise.all(names.map((name) => redis.dumpBuffer(name)))
  redis.disconnect()
  return [...names, ...dumps.map((dump) => String(dump))].join('\n')
}

const verified = ({ body, headers }: Received, secret: string): any =>
  new Webhook(secret).verify(body, headers as Record<string, string>)

test('an event is delivered once with a signature of Standard Webhooks, and holds ids, type, state and sequence alone', async () => {
  const hook = await receiver()
  const endpoint = await create(hook.url)
  const id = randomUUID()
  const event = await events.record({ id, state: 'PENDING' })
  await expect.poll(() => hook.received.length).toBe(1)
  const [request] = hook.received as [Received]
  expect(request.path).toBe('/hook')
  expect(verified(request, endpoint.secret)).toEqual({
    type: 'personVerification.changed',
    timestamp: event.at,
    data: { id, type: 'personVerification', state: 'PENDING', isFinal: false, sequence: 1 },
  })
  expect(request.headers['webhook-id']).toBe(event.eventId)
  await expect
    .poll(() => deliveriesOf(endpoint))
    .toMatchObject({
      nodes: [
        {
          eventId: event.eventId,
          type: 'PERSON_VERIFICATION',
          state: 'DELIVERED',
          attempts: 1,
          lastOutcome: 'HTTP_2XX',
          nextAttemptAt: null,
        },
      ],
      pageInfo: { hasNextPage: false },
    })
})

test('a delivery that fails is tried again until it is accepted, and a change of the class of its outcome is logged once', async () => {
  const hook = await receiver()
  hook.answer = (_request, count) => ({ status: count < 3 ? 503 : 200 })
  const endpoint = await create(hook.url)
  const event = await events.record({ id: randomUUID() })
  await expect.poll(() => hook.received.length).toBe(3)
  expect(new Set(hook.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.eventId]))
  await expect
    .poll(() => deliveriesOf(endpoint))
    .toMatchObject({ nodes: [{ state: 'DELIVERED', attempts: 3, lastOutcome: 'HTTP_2XX' }] })
  const lines = app
    .log()
    .split('\n')
    .filter((line) => line.includes(endpoint.id))
  expect(lines.map((line) => [...line.matchAll(/HTTP_\dXX/g)].join())).toEqual(['HTTP_5XX', 'HTTP_2XX'])
})

test('after the last attempt it is a dead letter, which can be listed and replayed', async () => {
  const hook = await receiver()
  hook.answer = () => ({ status: 500 })
  const endpoint = await create(hook.url)
  const dead = await events.record({ id: randomUUID() })
  await expect
    .poll(() => deliveriesOf(endpoint, { state: 'DEAD_LETTER' }))
    .toMatchObject({ nodes: [{ eventId: dead.eventId, attempts: 1 + RETRY_SECONDS.length, lastOutcome: 'HTTP_5XX' }] })
  expect((await listed(endpoint))!.failingSince).not.toBeNull()
  hook.answer = () => ({ status: 200 })
  const input = { endpointId: endpoint.id, eventId: dead.eventId }
  const { data, errors } = await app.run(REPLAY, { input }, endpoint)
  expect(errors).toEqual([])
  expect(data.replayWebhookDelivery.delivery).toMatchObject({ eventId: dead.eventId, endedAt: null })
  await expect.poll(() => deliveriesOf(endpoint)).toMatchObject({ nodes: [{ state: 'DELIVERED', attempts: 1 }] })
  await expect.poll(async () => (await listed(endpoint))!.failingSince).toBeNull()
})

test('a name with a private address and one without any end in the same outcome, in each attempt', async () => {
  const endpoints = await Promise.all([PRIVATE_NAME, ABSENT_NAME].map((name) => create(`https://${name}/hook`)))
  await events.record({ id: randomUUID() })
  for (const endpoint of endpoints)
    await expect
      .poll(() => deliveriesOf(endpoint))
      .toMatchObject({
        nodes: [{ state: 'DEAD_LETTER', attempts: 1 + RETRY_SECONDS.length, lastOutcome: 'ADDRESS_REFUSED' }],
      })
  for (const [i, outcome] of ['ADDRESS_REFUSED', 'NAME_NOT_FOUND'].entries())
    expect(app.log()).toMatch(new RegExp(`${endpoints[i]!.id}.*"${outcome}"`))
  await Promise.all(endpoints.map((endpoint) => change('delete', endpoint)))
})

test('a replay of a delivery that is not there, or has not ended, is refused', async () => {
  const hook = await receiver()
  const held = createGate()
  hook.answer = () => held.opened.then(() => ({ status: 200 }))
  const endpoint = await create(hook.url)
  const { eventId } = await events.record({ id: randomUUID() })
  await expect.poll(() => hook.received.length).toBe(1)
  const codes = async (input: object) =>
    (await app.run(REPLAY, { input }, endpoint)).errors.map(({ extensions }) => extensions.code)
  expect(await codes({ endpointId: endpoint.id, eventId })).toEqual(['CONFLICT'])
  expect(await codes({ endpointId: endpoint.id, eventId: '1-1' })).toEqual(['NOT_FOUND'])
  held.open()
})

test('the status 410 disables an endpoint; enabled again, it gets what comes then', async () => {
  const hook = await receiver()
  hook.answer = () => ({ status: 410 })
  const endpoint = await create(hook.url)
  await events.record({ id: randomUUID() })
  await expect.poll(() => listed(endpoint)).toMatchObject({ isEnabled: false, disabledReason: 'GONE' })
  expect(await deliveriesOf(endpoint)).toMatchObject({ nodes: [{ state: 'DEAD_LETTER', lastOutcome: 'HTTP_410' }] })
  hook.answer = () => ({ status: 200 })
  await change('enable', endpoint)
  const second = await events.record({ id: randomUUID() })
  await expect.poll(() => hook.received.length).toBe(2)
  expect(hook.received[1]!.headers['webhook-id']).toBe(second.eventId)
})

test('an endpoint gets its types only, and nothing while it is disabled or after it was deleted', async () => {
  const [hook, other] = await Promise.all([receiver(), receiver()])
  const endpoint = await create(hook.url)
  const witness = await create(other.url, { types: ['PERSON_VERIFICATION', 'KYC_OVERVIEW'] })
  await events.record({ id: randomUUID(), type: 'kycOverview', state: 'CHANGED' })
  await change('disable', endpoint)
  await events.record({ id: randomUUID() })
  await change('enable', endpoint)
  await change('delete', endpoint)
  await events.record({ id: randomUUID() })
  await expect.poll(() => other.received.length).toBe(3)
  await expect.poll(async () => (await deliveriesOf(witness)).nodes.length).toBe(3)
  expect(hook.received).toEqual([])
  expect(await listed(endpoint)).toBeUndefined()
})

test('what belongs to the tenant of a caller is delivered to its endpoints alone', async () => {
  const [hook, other] = await Promise.all([receiver(), receiver()])
  const claims = { tenant: randomUUID() }
  const types = ['VERIFICATION_RESULT']
  await create(hook.url, { types, claims })
  await create(other.url, { types })
  const event = await events.record({
    id: randomUUID(),
    type: 'verificationResult',
    state: 'COMPLETED',
    isFinal: true,
    owner: `tenant:${claims.tenant}`,
  })
  // The last event of a type that both get.
  await expect.poll(() => hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([event.eventId])
  expect(other.received).toEqual([])
})

test('a verification that the bank answers later is told although nothing asks for it', async () => {
  const [hook, other] = await Promise.all([receiver(), receiver()])
  const endpoint = await create(hook.url, { types: ['VERIFICATION_RESULT'], claims: { tenant: randomUUID() } })
  await create(other.url, { types: ['KYC_OVERVIEW'] })
  const account = { idScheme: 'SCAN', id: ANSWERED_LATER, name: 'Accepted,A' }
  const { data, errors } = await app.run(VERIFY, { input: { types: ['NAME'], maxAgeSeconds: 0, account } }, endpoint)
  expect(errors).toEqual([])
  const told = () => hook.received.map(({ body }) => JSON.parse(body).data as { id: string; state: string })
  try {
    await expect
      .poll(
        async () => {
          later(60)
          // The queue looks at the time when a job comes.
          await events.record({ id: randomUUID(), type: 'kycOverview', state: 'CHANGED' })
          return told().map(({ state }) => state)
        },
        { timeout: 20_000 },
      )
      .toContain('COMPLETED')
  } finally {
    today()
  }
  expect(new Set(told().map(({ id }) => id))).toEqual(new Set([data.verifyAccount.result.id]))
})

test.each<[what: string, isLate: boolean]>([
  ['disabled for a while', false],
  ['created after it began', true],
])('a verification that is answered later is told to an endpoint that was %s', async (_what, isLate) => {
  const [hook, other] = await Promise.all([receiver(), receiver()])
  const options = { types: ['VERIFICATION_RESULT'], client: randomUUID(), claims: { tenant: randomUUID() } }
  await create(other.url, { types: ['KYC_OVERVIEW'] })
  /** Lets a minute pass, with the polls that are due in it: the queue looks at the time when a job comes. */
  const minute = async () => {
    later(60)
    const { eventId } = await events.record({ id: randomUUID(), type: 'kycOverview', state: 'CHANGED' })
    await expect.poll(() => other.received.some(({ headers }) => headers['webhook-id'] === eventId)).toBe(true)
  }
  const early = isLate ? undefined : await create(hook.url, options)
  const account = { idScheme: 'SCAN', id: ANSWERED_LATER, name: 'Accepted,A' }
  try {
    const input = { types: ['NAME'], maxAgeSeconds: 0, account }
    const { errors } = await app.run(VERIFY, { input }, options)
    if (early) await change('disable', early)
    expect(errors).toEqual([])
    for (let minutes = 0; minutes < 3; minutes += 1) await minute()
    if (early) await change('enable', early)
    else await create(hook.url, options)
    await expect
      .poll(
        async () => {
          await minute()
          return hook.received.map(({ body }) => (JSON.parse(body).data as { state: string }).state)
        },
        { timeout: 20_000 },
      )
      .toContain('COMPLETED')
  } finally {
    today()
  }
})

test('after a rotation each delivery has a signature of either secret', async () => {
  const hook = await receiver()
  const endpoint = await create(hook.url)
  const input = { endpointId: endpoint.id, idempotencyKey: randomUUID() }
  const rotate = async () => (await app.run(ROTATE, { input }, endpoint)).data.rotateWebhookEndpointSecret
  const { secret, endpoint: shown } = await rotate()
  expect(secret).toMatch(/^whsec_/)
  expect(secret).not.toBe(endpoint.secret)
  expect(Date.parse(shown.previousSecretUntil)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
  // A repeat of the key rotates nothing, and tells no secret.
  expect(await rotate()).toMatchObject({ secret: null, replayed: true })
  await events.record({ id: randomUUID() })
  await expect.poll(() => hook.received.length).toBe(1)
  for (const valid of [secret, endpoint.secret]) expect(verified(hook.received[0]!, valid)).toMatchObject({ data: {} })
  expect(() => verified(hook.received[0]!, `whsec_${randomBytes(32).toString('base64')}`)).toThrow()
})

test('an endpoint is known to its client in its tenant alone', async () => {
  const hook = await receiver()
  const endpoint = await create(hook.url)
  for (const stranger of [{ client: randomUUID() }, { client: endpoint.client, claims: { tenant: randomUUID() } }]) {
    expect((await app.run(ENDPOINTS, {}, stranger)).data.webhookEndpoints).toEqual([])
    expect(await deliveriesOf({ id: endpoint.id, ...stranger })).toBeNull()
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const input = { endpointId: endpoint.id, ...(name === 'replay' ? { eventId: '1-1' } : {}) }
      const { errors } = await app.run(operation, { input }, stranger)
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND'])
    }
  }
  expect(await listed(endpoint)).toMatchObject({ isEnabled: true })
})

test('the pages of deliveries are whole, newest first', async () => {
  const hook = await receiver()
  const endpoint = await create(hook.url)
  const recorded = await Promise.all(Array.from({ length: 7 }, () => events.record({ id: randomUUID() })))
  await expect.poll(async () => (await deliveriesOf(endpoint)).nodes.length).toBe(7)
  const found: string[] = []
  for (let after: string | null = null, hasNextPage = true; hasNextPage;) {
    const page: any = await deliveriesOf(endpoint, { first: 3, after })
    found.push(...page.nodes.map(({ eventId }: { eventId: string }) => eventId))
    ;({ hasNextPage, endCursor: after } = page.pageInfo)
  }
  expect(found).toHaveLength(7)
  expect(new Set(found)).toEqual(new Set(recorded.map(({ eventId }) => eventId)))
})

test('an idempotency key creates one endpoint and tells its secret once', async () => {
  const client = randomUUID()
  const input = { url: 'https://partner.example/hook', types: ['KYC_OVERVIEW'], idempotencyKey: randomUUID() }
  const [one, two] = [await app.run(CREATE, { input }, { client }), await app.run(CREATE, { input }, { client })]
  expect(one.data.createWebhookEndpoint).toMatchObject({ replayed: false, secret: expect.stringMatching(/^whsec_/) })
  expect(two.data.createWebhookEndpoint).toMatchObject({ replayed: true, secret: null })
  expect(two.data.createWebhookEndpoint.endpoint).toEqual(one.data.createWebhookEndpoint.endpoint)
  expect((await app.run(ENDPOINTS, {}, { client })).data.webhookEndpoints).toHaveLength(1)
})

test.each([
  ['another scheme', 'ftp://partner.example/'],
  ['plain HTTP', 'http://partner.example/'],
  ['credentials', 'https://user:password@partner.example/'],
  ['a fragment', 'https://partner.example/#part'],
  ['a privileged port', 'https://partner.example:25/'],
  ['a loopback address', 'https://127.0.0.2/'],
  ['a private address', 'https://10.0.0.1/'],
  ['an address in another notation', 'https://0x7f.2/'],
  ['a link-local address', 'https://169.254.169.254/latest'],
  ['an address of a carrier', 'https://100.64.0.1/'],
  ['a multicast address', 'https://224.0.0.1/'],
  ['the unspecified address', 'https://0.0.0.0/'],
  ['an IPv4 address in IPv6', 'https://[::ffff:10.0.0.1]/'],
  ['a public IPv4 address in IPv6', 'https://[::ffff:8.8.8.8]/'],
  ['an address of NAT64', 'https://[64:ff9b::a00:1]/'],
  ['an address of local NAT64', 'https://[64:ff9b:1::a00:1]/'],
  ['a unique local address', 'https://[fd00::1]/'],
  ['an address of 6to4', 'https://[2002:a00:1::1]/'],
  ['the metadata service of a cloud', 'https://168.63.129.16/'],
  ['no URL', 'partner.example'],
])('an endpoint with %s is refused', async (_what, url) => {
  const { errors } = await app.run(CREATE, { input: { url, types: ['KYC_OVERVIEW'] } })
  expect(errors.map(({ extensions }) => [extensions.code, Object.keys(extensions.fields ?? {})])).toEqual([
    ['BAD_USER_INPUT', ['input.url']],
  ])
})

test('a type needs the scope that reads it, and a client has no more endpoints than it may', async () => {
  const scopes: Scope[] = ['webhooks:write', 'kyc:read']
  const client = randomUUID()
  const createAs = async (types: readonly string[]) => {
    const { errors } = await app.run(CREATE, { input: { url: 'https://partner.example/', types } }, { client, scopes })
    return errors.map(({ extensions }) => extensions.code)
  }
  expect(await createAs(['KYC_OVERVIEW', 'PERSON_VERIFICATION'])).toEqual(['FORBIDDEN'])
  expect(await createAs(['KYC_OVERVIEW'])).toEqual([])
  for (let i = 1; i < 20; i += 1) expect(await createAs(['KYC_OVERVIEW'])).toEqual([])
  expect(await createAs(['KYC_OVERVIEW'])).toEqual(['CONFLICT'])
})

test('a token that is narrowed to banks has no endpoint for changes of evidence, which are told of all banks', async () => {
  const createAs = (types: readonly string[]) =>
    app.run(CREATE, { input: { url: 'https://partner.example/hook', types } }, { claims: { banks: ['a.bank'] } })
  const { errors } = await createAs(['VERIFICATION_RESULT', 'KYC_OVERVIEW'])
  expect(errors).toMatchObject([
    { message: expect.stringContaining('narrowed to banks'), extensions: { code: 'FORBIDDEN', retryable: false } },
  ])
  expect((await createAs(['VERIFICATION_RESULT'])).errors).toEqual([])
  // Neither one that a wider token of the same client has made.
  const client = randomUUID()
  const input = { url: 'https://partner.example/hook', types: ['KYC_OVERVIEW'] }
  const { data } = await app.run(CREATE, { input }, { client })
  const { id } = data.createWebhookEndpoint.endpoint
  for (const mutation of ['enableWebhookEndpoint', 'rotateWebhookEndpointSecret']) {
    const answer = await app.run(
      `mutation { ${mutation}(input: { endpointId: "${id}" }) { replayed } }`,
      {},
      { client, claims: { banks: ['a.bank'] } },
    )
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  }
})

test('no secret and no path of an address is in Redis, in the log or in the audit trail', async () => {
  const hook = await receiver()
  hook.answer = () => ({ status: 500 })
  const token = randomUUID()
  const endpoint = await create(`${hook.url}?token=${token}`)
  await events.record({ id: randomUUID() })
  await expect.poll(() => deliveriesOf(endpoint)).toMatchObject({ nodes: [{ state: 'DEAD_LETTER' }] })
  const places = [
    { name: 'Redis', text: await everythingIn(STORE_ENCRYPTION_KEY) },
    { name: 'the log', text: app.log() },
    { name: 'the audit trail', text: app.audit() },
  ]
  expect(search([token, endpoint.secret, endpoint.secret.replace('whsec_', '')], places)).toEqual([])
})

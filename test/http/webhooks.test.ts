import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import fetch from 'node-fetch'
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { createInvalidations } from '../../datasources/synctera/invalidations.js'
import { syncteraWebhook } from '../../datasources/synctera/webhook.js'
import { readConfig } from '../../src/config.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { createLog } from '../../src/observability/log.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import { openStore, untilUsable } from '../../src/store/open-store.js'
import { trustOf } from '../../src/http/client-address.js'
import { SecurityEvents } from '../../src/security-events/security-events.js'
import { registerWebhooks } from '../../src/http/webhooks.js'
import { later, setClock, today } from '../support/clock.js'
import { type App, startApp } from '../support/app.js'
import { databaseOf, privateRedis } from '../support/redis.js'
import { openKeys } from '../../src/keys/open-keys.js'
import { keysOf } from '../support/keys.js'

const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!
const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
/** Waits for what is certain to come, on a machine that is busy. */
const PATIENT = { timeout: 20_000 }
const TYPE = 'PERSON.VERIFICATION_OUTCOME.UPDATED'

const store = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
// Here, because the rows of tables are signed with its secret.
const one = await startApp(store)
const two = await startApp(store, one)
beforeEach(() => one.clear())
afterEach(today)
afterAll(async () => {
  await two.close()
  await one.close()
})

const secretOf = (app: App) => app.emulators.synctera.settings['SYNCTERA_WEBHOOK_SECRET']!
const event = (rest: object = {}) => ({
  id: randomUUID(),
  webhook_id: randomUUID(),
  type: TYPE,
  event_time: new Date().toISOString(),
  resource_id: ADA.personId,
  event_resource: JSON.stringify({
    id: ADA.personId,
    first_name: 'Ada',
    email: ADA.email,
    verification_status: 'ACCEPTED',
  }),
  event_resource_changed_fields: JSON.stringify({ verification_status: 'PENDING' }),
  metadata: '',
  url: 'https://example.com/hooks/synctera',
  ...rest,
})

/** Signed as Synctera does, independently of the code that checks it. */
const sign = (body: string, time: string, secret = secretOf(one)) =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
const seconds = (ahead = 0) => String(Math.floor(Date.now() / 1000) + ahead)
const signed = (body: string, time = seconds()) => ({
  'request-timestamp': time,
  'synctera-signature': sign(body, time),
})

async function send(body: string, headers: Record<string, string> = signed(body), app = one) {
  const response = await fetch(`${app.url}/webhooks/synctera`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, text: await response.text() }
}
const deliver = (rest: object = {}, app = one) => {
  const body = JSON.stringify(event(rest))
  return send(body, signed(body), app)
}

const count = async (app: App, name: string, labels: string) =>
  Number(
    (await (await fetch(`${app.url}/metrics`)).text()).match(new RegExp(`^${name}\\{${labels}\\} (\\d+)$`, 'm'))?.[1] ??
      0,
  )
const events = (type: string, outcome: string, app = one) =>
  count(app, 'kyc_webhook_events_total', `provider="synctera",type="${type}",outcome="${outcome}"`)

describe('a delivery', () => {
  const good = JSON.stringify(event())
  const time = seconds()
  const headers = (change: Record<string, string | undefined>) =>
    Object.fromEntries(
      Object.entries({ ...signed(good, time), ...change }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>
  const other = '0'.repeat(64)

  test.each<
    [what: string, body: string, headers: Record<string, string>, status: number, type: string, outcome: string]
  >([
    ['as Synctera sends it', good, headers({}), 200, 'person_verified', 'done'],
    ['that comes a second time', good, headers({}), 200, 'person_verified', 'duplicate'],
    ['with a changed body', good.replace('ACCEPTED', 'REJECTED'), headers({}), 401, 'none', 'forged'],
    ['with the same JSON in other bytes', `${good} `, headers({}), 401, 'none', 'forged'],
    [
      'with a signature by another secret',
      good,
      headers({ 'synctera-signature': sign(good, time, other) }),
      401,
      'none',
      'forged',
    ],
    [
      'with half a signature',
      good,
      headers({ 'synctera-signature': sign(good, time).slice(0, 32) }),
      401,
      'none',
      'forged',
    ],
    ['with an empty signature', good, headers({ 'synctera-signature': '' }), 401, 'none', 'forged'],
    [
      'with a thousand signatures',
      good,
      headers({ 'synctera-signature': [...Array<string>(99).fill(other), sign(good, time)].join('.') }),
      401,
      'none',
      'forged',
    ],
    ['with no signature', good, headers({ 'synctera-signature': undefined }), 401, 'none', 'forged'],
    ['with no time', good, headers({ 'request-timestamp': undefined }), 401, 'none', 'forged'],
    [
      'with a time that was not signed',
      good,
      headers({ 'request-timestamp': String(Number(time) + 1) }),
      401,
      'none',
      'forged',
    ],
    ['with a time that is none', good, signed(good, 'now'), 401, 'none', 'forged'],
    ['that was signed six minutes ago', good, signed(good, seconds(-360)), 401, 'none', 'forged'],
    ['that is signed for in six minutes', good, signed(good, seconds(360)), 401, 'none', 'forged'],
    ['with nothing in it', '', signed(''), 400, 'none', 'unreadable'],
    ['that is no JSON', 'type=PERSON.UPDATED', signed('type=PERSON.UPDATED'), 400, 'none', 'unreadable'],
    ['that is no event', '[1]', signed('[1]'), 400, 'none', 'unreadable'],
  ])('%s', async (_what, body, sent, status, type, outcome) => {
    const before = await events(type, outcome)
    expect(await send(body, sent)).toEqual({ status, text: '' })
    expect(await events(type, outcome)).toBe(before + 1)
  })

  test.each([-360, 360])('is judged by the clock of Redis where that of the machine is set by %d s', async (step) => {
    const times = [seconds(), seconds(-360), seconds(360)]
    setClock(step)
    const statuses: number[] = []
    for (const at of times) {
      const body = JSON.stringify(event())
      statuses.push((await send(body, signed(body, at))).status)
    }
    expect(statuses).toEqual([200, 401, 401])
  })

  test('without an id cannot be read', async () => {
    expect(await deliver({ id: undefined })).toEqual({ status: 400, text: '' })
  })

  test('is accepted with any content type', async () => {
    const body = JSON.stringify(event())
    expect(await send(body, { ...signed(body), 'content-type': 'text/plain' })).toMatchObject({ status: 200 })
  })

  test('with signatures of the old and the new secret is valid with either', async () => {
    for (const place of [0, 1]) {
      const body = JSON.stringify(event())
      const both = [other, other]
      both[place] = sign(body, time)
      expect(await send(body, { 'request-timestamp': time, 'synctera-signature': both.join('.') })).toMatchObject({
        status: 200,
      })
    }
  })

  test('that is too large is refused before it is parsed', async () => {
    const body = JSON.stringify(event({ event_resource: 'x'.repeat(300_000) }))
    expect((await send(body)).status).toBe(413)
    expect(one.log()).not.toContain('xxxx')
  })

  test.each([
    ['PERSON.CREATED', 'person_created'],
    ['PERSON.UPDATED', 'person_updated'],
    ['CUSTOMER.CREATED', 'person_created'],
    ['CUSTOMER.UPDATED', 'person_updated'],
    ['CUSTOMER.KYC_OUTCOME.UPDATED', 'person_verified'],
  ])('of %s counts as %s', async (type, word) => {
    const before = await events(word, 'done')
    expect(await deliver({ type })).toMatchObject({ status: 200 })
    expect(await events(word, 'done')).toBe(before + 1)
  })

  const NO_PERSON = { event_resource: '{}' }

  test.each<[what: string, rest: object, type: string, field: string]>([
    ['of an unknown type', { type: 'CARD.MELTED' }, 'other', 'webhook.type'],
    ['of a type that every object has', { type: 'constructor' }, 'other', 'webhook.type'],
    ['that names no person', { ...NO_PERSON, resource_id: undefined }, 'person_verified', 'webhook.resource_id'],
    ['with null as its resource id', { ...NO_PERSON, resource_id: null }, 'person_verified', 'webhook.resource_id'],
    ['with an invalid resource id', { ...NO_PERSON, resource_id: '../x' }, 'person_verified', 'webhook.resource_id'],
    [
      'with a resource that is no JSON',
      { resource_id: null, event_resource: '{"id":' },
      'person_verified',
      'webhook.resource_id',
    ],
    [
      'with "null" as its resource',
      { resource_id: null, event_resource: 'null' },
      'person_verified',
      'webhook.resource_id',
    ],
    [
      'with a number as its resource',
      { resource_id: null, event_resource: '7' },
      'person_verified',
      'webhook.resource_id',
    ],
  ])('%s is taken, ignored and counted as drift', async (_what, rest, type, field) => {
    const drift = () => count(one, 'kyc_provider_drift_total', `provider="synctera",field="${field}"`)
    const before = [await events(type, 'ignored'), await drift()]
    expect(await deliver(rest)).toEqual({ status: 200, text: '' })
    expect([await events(type, 'ignored'), await drift()]).toEqual(before.map((n) => n + 1))
    expect(await (await fetch(`${one.url}/metrics`)).text()).not.toContain('MELTED')
  })

  test.each<[what: string, rest: object]>([
    ['resource_id', { event_resource: '{}' }],
    ['the id of the resource', { resource_id: null }],
    [
      'person_id of the resource',
      { resource_id: null, event_resource: JSON.stringify({ id: 'v', person_id: ADA.personId }) },
    ],
    ['a resource that is no text', { resource_id: randomUUID(), event_resource: { person_id: ADA.personId } }],
    ['a resource beside a number', { resource_id: 7, event_resource: { person_id: ADA.personId } }],
    ['resource_id beside null', { event_resource: null }],
    ['resource_id beside a list', { event_resource: '[{"id":null}]' }],
    [
      'person_id, where resource_id is that of a check',
      { resource_id: randomUUID(), event_resource: JSON.stringify({ id: randomUUID(), person_id: ADA.personId }) },
    ],
  ])('whose person is named by %s is applied', async (_what, rest) => {
    const before = await events('person_verified', 'done')
    expect(await deliver(rest)).toEqual({ status: 200, text: '' })
    expect(await events('person_verified', 'done')).toBe(before + 1)
  })

  test.each([
    ['person_id, id and resource_id', ADA, PERCY, RHEA],
    ['person_id and resource_id', ADA, ADA, RHEA],
    ['id and resource_id', PERCY, PERCY, RHEA],
  ])(
    'that names persons by %s makes what was read of each of them be forgotten',
    async (_what, person, other, named) => {
      const ids = [...new Set([person, other, named].map(({ personId }) => personId!))]
      const event_resource = JSON.stringify({ person_id: person.personId, id: other.personId })
      const body = JSON.stringify(event({ resource_id: named.personId, event_resource }))
      const invalidations = createInvalidations(() => undefined)
      const told: string[] = []
      const verified = (read: readonly string[]) => Promise.resolve(void told.push(...read))
      const headers: Record<string, string> = signed(body)
      const webhook = syncteraWebhook(secretOf(one), {
        now: () => Date.now(),
        invalidations,
        drift: () => undefined,
        verified,
      })
      await webhook.read({ header: (name) => headers[name], body: Buffer.from(body) }).apply!()
      expect([...ids, randomUUID()].map((id) => invalidations.since(id, 0))).toEqual([...ids.map(() => true), false])
      expect(told).toEqual(ids)
    },
  )

  test('is one line in the log: what, how it ended, and its correlation id', async () => {
    const before = one.log().length
    const body = JSON.stringify(event())
    await send(body, { ...signed(body), 'x-correlation-id': '4bf92f3577b34da6a3ce929d0e0e4736' })
    const lines = one
      .log()
      .slice(before)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    // The read of the person is one at the level `debug`.
    expect(lines.filter((line) => !('event.action' in line))).toEqual([
      {
        'log.level': 'info',
        '@timestamp': expect.any(String),
        'ecs.version': '8.11.0',
        'service.name': 'kyc-graph',
        'http.request.id': '4bf92f3577b34da6a3ce929d0e0e4736',
        'trace.id': '4bf92f3577b34da6a3ce929d0e0e4736',
        'kyc.webhook': { provider: 'synctera', type: 'person_verified', outcome: 'done' },
        message: 'webhook',
      },
    ])
    for (const value of [ADA.personId, 'Ada', ADA.email, secretOf(one)]) expect(one.log()).not.toContain(value)
  })
})

describe('forged deliveries of an address', () => {
  const forged = { 'request-timestamp': seconds(), 'synctera-signature': '0'.repeat(64) }
  const post = (app: App, body: string, headers: Record<string, string>) =>
    fetch(`${app.url}/webhooks/synctera`, { method: 'POST', headers, body })

  test('are limited as requests without a valid token are, and hold up no true one', async () => {
    const app = await startApp({ UNAUTHENTICATED_REQUESTS_PER_MINUTE: '3' }, one)
    // True ones, and signed ones that cannot be read, do not count.
    for (let i = 0; i < 5; i += 1) {
      expect(await deliver({}, app)).toMatchObject({ status: 200 })
      expect(await send('[1]', signed('[1]'), app)).toEqual({ status: 400, text: '' })
    }
    for (const status of [401, 401, 401, 429, 429]) expect((await post(app, '{}', forged)).status).toBe(status)
    const refused = await post(app, '{}', forged)
    expect(refused.headers.get('retry-after')).toBe('20')
    expect(refused.headers.get('connection')).toBe('close')
    expect(await deliver({}, app)).toMatchObject({ status: 200 })
    // A token of the same address fails too often as well.
    expect((await app.run('{ viewer { id } }', {}, { token: null })).status).toBe(429)
    expect((await app.run('{ viewer { id } }')).status).toBe(200)
    await app.close()
  })

  test('write no line of the log; each is counted and is a security event', async () => {
    const app = await startApp({ UNAUTHENTICATED_REQUESTS_PER_MINUTE: '3' }, one)
    const outcomes = () => [...app.log().matchAll(/"kyc.webhook":\{[^}]*"outcome":"(\w+)"/g)].map(([, word]) => word)
    const counted = () => count(app, 'kyc_security_events_total', 'action="webhook-forged",outcome="failure"')
    for (let i = 0; i < 5; i += 1) await post(app, '{}', forged)
    expect(await deliver({}, app)).toMatchObject({ status: 200 })
    expect(outcomes()).toEqual(['done'])
    expect(await events('none', 'forged', app)).toBe(5)
    expect(await counted()).toBe(5)
    await app.close()
  })
})

describe('an event', () => {
  test('that arrives at two servers at once is processed by one', async () => {
    for (let i = 0; i < 5; i += 1) {
      const total = async () =>
        (await events('person_verified', 'done', one)) + (await events('person_verified', 'done', two))
      const before = await total()
      const id = randomUUID()
      const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => deliver({ id }, n % 2 ? one : two)))
      // A delivery that arrives while the event is processed must be repeated: the processing may fail.
      for (const { status } of answers) expect([200, 409]).toContain(status)
      expect(await total()).toBe(before + 1)
      expect(await deliver({ id }, two)).toMatchObject({ status: 200 })
      expect(await total()).toBe(before + 1)
    }
  })

  test('of a server that died during processing is processed at the next delivery', async () => {
    const id = randomUUID()
    const config = readConfig({
      ...store,
      ...one.ground.settings,
      REDIS_URL: await databaseOf(store.STORE_ENCRYPTION_KEY),
      AUTH_ISSUER: 'x',
      AUTH_AUDIENCE: 'x',
      AUTH_JWKS_URL: 'https://x',
    })
    const open = await untilUsable(openStore(config, await openKeys(config), () => undefined))
    await open.store.set(['webhook', 'synctera', id], { by: 'the dead', until: open.store.now() + 30_000 }, 60)
    await open.close()
    expect(await deliver({ id })).toEqual({ status: 409, text: '' })
    later(31)
    const before = await events('person_verified', 'done')
    expect(await deliver({ id })).toMatchObject({ status: 200 })
    expect(await events('person_verified', 'done')).toBe(before + 1)
  })

  test('is processed at the next delivery when its processing failed', async () => {
    const { store: memory, close } = openStore(
      readConfig({ ...one.ground.settings, AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'https://x' }),
      keysOf(),
      () => undefined,
    )
    let works = 0
    const act = () => {
      works += 1
      if (works === 1) throw new Error('no')
    }
    const app = Fastify()
    const tenant = {
      store: memory,
      webhookOf: () => ({ read: () => ({ id: 'e-1', type: 'other' as const, apply: act }) }),
    }
    registerWebhooks(app, {
      tenants: { hasTenants: false, find: () => tenant },
      countFailure: () => undefined,
      log: createLog('silent'),
      metrics: createMetrics(),
      events: new SecurityEvents({ count: () => undefined, trusts: trustOf(0) }),
    })
    const statuses: number[] = []
    for (let i = 0; i < 3; i += 1)
      statuses.push((await app.inject({ method: 'POST', url: '/webhooks/synctera', payload: '{}' })).statusCode)
    expect([statuses, works]).toEqual([[503, 200, 200], 2])
    await app.close()
    await close()
  })

  test('that cannot be claimed while the store is down is delivered again by the provider, and then processed', async () => {
    const redis = await privateRedis()
    const app = await startApp({ ...store, REDIS_URL: redis.url }, one)
    const id = randomUUID()
    await redis.kill()
    expect(await deliver({ id }, app)).toEqual({ status: 503, text: '' })
    expect(await events('person_verified', 'failed', app)).toBe(1)
    await redis.start()
    await expect.poll(async () => (await deliver({ id }, app)).status, PATIENT).toBe(200)
    expect(await events('person_verified', 'done', app)).toBe(1)
    await app.close()
    await redis.kill()
  })
})

test('without the secret the route is absent', async () => {
  const app = await startApp({ SYNCTERA_WEBHOOK_SECRET: undefined }, one)
  expect((await deliver({}, app)).status).toBe(404)
  await app.close()
})

test('a secret that is too short is refused', () => {
  const settings = { ...one.ground.settings, AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'https://x' }
  expect(() => readConfig({ ...settings, SYNCTERA_WEBHOOK_SECRET: 'short-and-secret' })).toThrow(
    'SYNCTERA_WEBHOOK_SECRET must have at least 32 characters',
  )
  expect(() =>
    readConfig({ ...settings, SYNCTERA_WEBHOOK_SECRET: undefined, SYNCTERA_WEBHOOK_SECRET_FILE: '/nowhere/at/all' }),
  ).toThrow('SYNCTERA_WEBHOOK_SECRET_FILE names a file that cannot be read')
})

describe('from the emulator over HTTP', () => {
  const end = (digits: string, app: App) =>
    fetch(`${app.emulators.synctera.url}/__emulator/outcomes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ personId: PERCY.personId, digits }),
    })
  const api = async (app: App, method: string, path: string, body: object = {}) => {
    const response = await fetch(app.emulators.synctera.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${app.emulators.synctera.settings['SYNCTERA_API_KEY']}`,
      },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }

  test('a query after an event does not share a provider call that began before it', async () => {
    one.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 1500 })
    const ask = () => one.run(`{ person(id: "${ADA.personId}") { status } }`)
    const before = ask()
    await expect.poll(() => one.calls('synctera'), PATIENT).toHaveLength(1)
    expect(await deliver({ type: 'PERSON.UPDATED' })).toMatchObject({ status: 200 })
    expect((await ask()).errors).toEqual([])
    expect(one.calls('synctera')).toHaveLength(2)
    await before
  })

  test('a check that ends is seen by an operation that is under way, and by no other is anything read twice', async () => {
    await subscribeWebhooks(one.emulators.synctera, one.url)
    const before = await events('person_verified', 'done')
    await end('0002', one)
    await expect.poll(() => events('person_verified', 'done'), PATIENT).toBe(before + 1)
    one.clear()
    one.fault('obp', { match: 'GET /**', fault: 'slow', delayMs: 1_500, times: 0 })
    const STATUS = `query($person: ID!, $customer: ID!) { early: person(id: $person) { verificationStatus } customer(id: $customer) { late: person { verificationStatus } } }`
    const running = one.run(STATUS, { person: PERCY.personId, customer: PERCY.customerId })
    await expect.poll(() => one.calls('synctera'), PATIENT).toHaveLength(1)
    await end('0001', one)
    await expect.poll(() => events('person_verified', 'done'), PATIENT).toBe(before + 2)
    const { data, errors } = await running
    expect(errors).toEqual([])
    expect(data).toEqual({
      early: { verificationStatus: 'PENDING' },
      customer: { late: { verificationStatus: 'ACCEPTED' } },
    })
    // One of the three is that of the webhook, which records the status.
    expect(one.calls('synctera')).toEqual(Array(3).fill(`GET /v0/persons/${PERCY.personId}`))

    one.clear()
    await one.run(STATUS, { person: PERCY.personId, customer: PERCY.customerId })
    expect(one.calls('synctera')).toEqual([`GET /v0/persons/${PERCY.personId}`])
  })

  test('creating, changing and verifying a person each send an event', async () => {
    const words = ['person_created', 'person_updated', 'person_verified']
    const before = await Promise.all(words.map((word) => events(word, 'done')))
    const { data } = await one.run(
      'mutation { createPerson(input: { isCustomer: true, status: PROSPECT, firstName: "Nia" }) { person { id } } }',
    )
    const { errors } = await one.run(
      'mutation($id: ID!) { updatePerson(input: { id: $id, firstName: "Mia" }) { person { id } } }',
      { id: data.createPerson.person.id },
    )
    expect(errors).toEqual([])
    await end('0001', one)
    await expect
      .poll(() => Promise.all(words.map((word) => events(word, 'done'))), PATIENT)
      .toEqual(before.map((n) => n + 1))
  })

  test('what is not taken is delivered again, signed anew with every secret of the time, until it is', async () => {
    const { body } = await api(one, 'PUT', '/v0/webhook_secrets', { is_rolling_secret: true })
    const seen: { time: string; signatures: string[]; text: string }[] = []
    const answers = [500, 404, 200]
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        seen.push({
          time: String(request.headers['request-timestamp']),
          signatures: String(request.headers['synctera-signature']).split('.'),
          text: Buffer.concat(chunks).toString(),
        })
        response.writeHead(answers[seen.length - 1] ?? 200).end()
      })
    }).listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const subscription = await api(one, 'POST', '/v0/webhooks', { url, enabled_events: [TYPE], is_enabled: true })
    expect(subscription.status).toBe(201)
    await end('0001', one)
    await expect.poll(() => seen.length, PATIENT).toBe(3)
    expect(new Set(seen.map(({ text }) => text)).size).toBe(1)
    for (const { time, signatures, text } of seen)
      expect(signatures).toEqual([sign(text, time, body['secret']), sign(text, time)])

    const { id } = JSON.parse(seen[0]!.text) as { id: string }
    expect((await api(one, 'POST', `/v0/webhooks/${subscription.body['id']}/events/${id}/resend`)).status).toBe(202)
    await expect.poll(() => seen.length, PATIENT).toBe(4)
    // The server still accepts it: the secret it knows is now the older one of two.
    const before = await events('person_verified', 'done')
    await end('0001', one)
    await expect.poll(() => events('person_verified', 'done'), PATIENT).toBeGreaterThan(before)
    receiver.closeAllConnections()
    receiver.close()
  })

  test('a subscription that is none is refused, and one secret is enough', async () => {
    expect((await api(one, 'POST', '/v0/webhooks', { url: 'nowhere' })).status).toBe(400)
    expect((await api(one, 'POST', '/v0/webhook_secrets')).status).toBe(409)
  })
})

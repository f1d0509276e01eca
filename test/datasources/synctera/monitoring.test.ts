import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { signatureOf } from '../../../datasources/synctera/webhook.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { firstPages, resetQuirks } from '../../support/quirks.js'
import { specification } from '../../support/specification.js'

const SPECIFICATION = specification(new URL('specification/monitoring.json', import.meta.url))

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterEach(() => {
  resetQuirks(app.emulators, 'synctera')
  for (const call of app.recorded('synctera')) SPECIFICATION.checkRequest(call)
})
afterAll(() => app.close())

const SUBSCRIBE =
  'mutation($input: SubscribeToMonitoringInput!) { subscribeToMonitoring(input: $input) { replayed subscription { id createdAt } } }'
const END = 'mutation($input: EndMonitoringInput!) { endMonitoring(input: $input) { replayed deletedId } }'
const SET =
  'mutation($input: SetMonitoringAlertStatusInput!) { setMonitoringAlertStatus(input: $input) { replayed alert { id status statusRaw } } }'
const READ =
  'query($id: ID!) { person(id: $id) { monitoringSubscriptions { id } monitoringAlerts { id type typeRaw status statusRaw meaning title urls vendor createdAt } } }'
const KYC =
  'query($id: ID!) { customer(id: $id) { kycOverview { status sources { provider status available detail } } } }'

const subscribe = (input: object) => app.run(SUBSCRIBE, { input })
const end = (input: object) => app.run(END, { input })
const setStatus = (alertId: string, status: string) => app.run(SET, { input: { alertId, status } })
const read = (id: string, options = {}) => app.run(READ, { id }, options)
const writes = () => app.calls('synctera').filter((call) => !call.startsWith('GET '))
const raise = async (personId: string, rest: object = {}) => {
  const answer = await fetch(`${app.emulators.synctera.url}/__emulator/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId, rest }),
  })
  return ((await answer.json()) as { id: string }).id
}
const synctera = async (id: string, options = {}) => {
  const { data } = await app.run(KYC, { id }, options)
  const { status, sources } = data.customer.kycOverview
  return { status, ...sources[1] }
}
const at = (i: number) => CROWD[i]!.personId!

test('a subscription is made, read and ended, each once under its key', async () => {
  const personId = at(20)
  const idempotencyKey = randomUUID()
  const first = await subscribe({ personId, idempotencyKey })
  expect(first.errors).toEqual([])
  const { id } = first.data.subscribeToMonitoring.subscription
  const again = await subscribe({ personId, idempotencyKey })
  expect(again.data.subscribeToMonitoring).toEqual({ ...first.data.subscribeToMonitoring, replayed: true })
  expect((await read(personId)).data.person.monitoringSubscriptions).toEqual([{ id }])
  expect((await end({ subscriptionId: id })).data.endMonitoring).toEqual({ replayed: false, deletedId: id })
  expect((await end({ subscriptionId: id })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  expect((await read(personId)).data.person.monitoringSubscriptions).toEqual([])
  expect(writes()).toHaveLength(2)
})

test('the trail names the person whose monitoring was ended or whose alert was closed', async () => {
  const { id: subscriptionId } = (await subscribe({ personId: at(28) })).data.subscribeToMonitoring.subscription
  const alertId = await raise(at(29))
  await end({ subscriptionId })
  await setStatus(alertId, 'SUPPRESSED')
  const wrote = () =>
    app
      .audit()
      .trim()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { wrote?: readonly { ids: object }[] }).wrote ?? [])
  await vi.waitFor(() =>
    expect(wrote().map(({ ids }) => ids)).toEqual(
      expect.arrayContaining([
        { subscriptionId, personId: at(28) },
        { alertId, personId: at(29) },
      ]),
    ),
  )
})

test('an alert has web addresses alone', async () => {
  const urls = [
    'https://a.example/1',
    'javascript:alert(1)',
    'data:text/html,x',
    ' https://b.example',
    'HTTP://c.example',
    5,
  ]
  await raise(at(30), { urls })
  expect((await read(at(30))).data.person.monitoringAlerts).toMatchObject([
    { urls: ['https://a.example/1', 'HTTP://c.example'] },
  ])
})

test('a subscription whose answer was lost is found by the same key', async () => {
  const input = { personId: at(21), idempotencyKey: randomUUID() }
  app.emulators.synctera.quirks(['createThen500'])
  expect((await subscribe(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN' } }])
  resetQuirks(app.emulators, 'synctera')
  expect((await subscribe(input)).errors).toEqual([])
  expect(writes()).toHaveLength(1)
})

test('an alert is read with what it means, and closed', async () => {
  const id = await raise(at(22))
  expect((await read(at(22))).data.person.monitoringAlerts).toEqual([
    {
      id,
      type: 'WATCHLIST',
      typeRaw: 'WATCHLIST',
      status: 'ACTIVE',
      statusRaw: 'ACTIVE',
      meaning: 'The customer was added to a known watchlist.',
      title: 'Specially Designated Nationals list',
      urls: ['https://watchlist.example/entries/1'],
      vendor: 'SOCURE',
      createdAt: expect.any(String),
    },
  ])
  expect((await setStatus(id, 'SUPPRESSED')).data.setMonitoringAlertStatus).toEqual({
    replayed: false,
    alert: { id, status: 'SUPPRESSED', statusRaw: 'SUPPRESSED' },
  })
  expect((await read(at(22))).data.person.monitoringAlerts).toMatchObject([{ status: 'SUPPRESSED' }])
})

test('a page of a proxy in place of an answer closes no alert and ends no subscription', async () => {
  const alertId = await raise(at(25))
  const { id: subscriptionId } = (await subscribe({ personId: at(25) })).data.subscribeToMonitoring.subscription
  for (const match of ['PATCH /v0/monitoring/alerts/*', 'DELETE /v0/monitoring/subscriptions/*'])
    app.fault('synctera', { match, fault: 'html' })
  for (const { errors } of [await setStatus(alertId, 'SUPPRESSED'), await end({ subscriptionId })])
    expect(errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN' } }])
  expect((await read(at(25))).data.person).toMatchObject({
    monitoringAlerts: [{ status: 'ACTIVE' }],
    monitoringSubscriptions: [{ id: subscriptionId }],
  })
})

test('alerts of several persons are read in one call', async () => {
  await app.run('query($ids: [ID!]) { persons(filter: { ids: $ids }) { nodes { monitoringAlerts { id } } } }', {
    ids: [at(20), at(21), at(22)],
  })
  expect(firstPages(app.calls('synctera')).filter((call) => call.includes('alerts'))).toEqual([
    'GET /v0/monitoring/alerts?person_id=…&limit=100',
  ])
})

test.each(['nullMembers', 'emptyEndToken', 'emptyPages'])('is read while the provider answers %s', async (quirk) => {
  const id = await raise(at(23))
  app.emulators.synctera.quirks([quirk])
  expect((await read(at(23))).data.person.monitoringAlerts).toContainEqual(expect.objectContaining({ id }))
})

test('personal members are hidden without pii:read, and no alert is shown to its owner', async () => {
  await raise(at(24))
  const { data } = await read(at(24), { scopes: ['persons:read'] })
  expect(JSON.stringify(data)).not.toMatch(/Specially|watchlist|WATCHLIST|SOCURE/)
  const own = await read(ADA.personId!, { client: 'ada', scopes: ['persons:read:own'] })
  expect(own.errors[0]!.extensions.code).toBe('FORBIDDEN')
})

test('an open alert makes an accepted customer REVIEW, for any status but SUPPRESSED', async () => {
  expect(await synctera(ADA.customerId)).toMatchObject({ status: 'ACCEPTED', available: true })
  const id = await raise(ADA.personId!)
  const review = await synctera(ADA.customerId)
  expect(review).toMatchObject({ status: 'REVIEW', available: true })
  // The sentence names no alert: it may reach the person.
  expect(review.detail).not.toMatch(/alert|watch|monitor/i)
  await setStatus(id, 'SUPPRESSED')
  expect(await synctera(ADA.customerId)).toMatchObject({ status: 'ACCEPTED' })
  const odd = await raise(ADA.personId!, { status: 'ESCALATED' })
  expect(await synctera(ADA.customerId)).toMatchObject({ status: 'REVIEW' })
  await setStatus(odd, 'SUPPRESSED')
})

test.each<[who: string, options: RunOptions]>([
  ['a caller without pii:read', { scopes: ['customers:read', 'kyc:read', 'persons:read'] }],
  ['its owner', { client: 'ada', scopes: ['customers:read:own', 'kyc:read:own', 'persons:read:own'] }],
])('an open alert makes the customer REVIEW for %s too, who does not read of it', async (_who, options) => {
  const id = await raise(ADA.personId!)
  const { data, errors } = await app.run(KYC, { id: ADA.customerId }, options)
  expect(errors).toEqual([])
  expect(data.customer.kycOverview.status).toBe('REVIEW')
  expect(JSON.stringify(data)).not.toMatch(/alert|watch|monitor/i)
  await setStatus(id, 'SUPPRESSED')
  expect((await app.run(KYC, { id: ADA.customerId }, options)).data.customer.kycOverview.status).toBe('ACCEPTED')
})

test.each([
  [
    'the list fails',
    () =>
      app.fault('synctera', { match: 'GET /v0/monitoring/alerts', fault: 'status', status: 403, body: {}, times: 9 }),
  ],
  [
    'a row names no person',
    () =>
      app.fault('synctera', {
        match: 'GET /v0/monitoring/alerts',
        fault: 'status',
        status: 200,
        body: { alerts: [{ id: randomUUID(), status: 'SUPPRESSED' }] },
        times: 9,
      }),
  ],
])('nothing is accepted while %s', async (_what, fail) => {
  fail()
  expect(await synctera(ADA.customerId)).toMatchObject({ status: null, available: false })
})

test('a case event is applied, also where it names no person, and once', async () => {
  const secret = app.emulators.synctera.settings['SYNCTERA_WEBHOOK_SECRET']!
  const deliver = async (event: object) => {
    const body = JSON.stringify(event)
    const time = String(Math.floor(Date.now() / 1000))
    const signature = signatureOf(secret, time, Buffer.from(body)).toString('hex')
    const headers = { 'content-type': 'application/json', 'request-timestamp': time, 'synctera-signature': signature }
    return (await fetch(`${app.url}/webhooks/synctera`, { method: 'POST', headers, body })).status
  }
  const metrics = async () => await (await fetch(`${app.url}/metrics`)).text()
  const created = { id: randomUUID(), type: 'CASE.CREATED', resource_id: '53', event_resource: '{"id":53}' }
  const updated = { id: randomUUID(), type: 'CASE.UPDATED', event_resource: { person_id: ADA.personId } }
  for (const event of [created, created, updated]) expect(await deliver(event)).toBe(200)
  const text = await metrics()
  for (const [type, outcome] of [
    ['case_created', 'done'],
    ['case_created', 'duplicate'],
    ['case_updated', 'done'],
  ])
    expect(text).toContain(`kyc_webhook_events_total{provider="synctera",type="${type!}",outcome="${outcome!}"} 1`)
})

test('requests and answers fit the specification of the provider', async () => {
  app.emulators.synctera.quirks([])
  const { operations, checkRequest, checkAnswer } = SPECIFICATION
  const { id } = (await subscribe({ personId: at(26) })).data.subscribeToMonitoring.subscription
  const kept = (await subscribe({ personId: at(27) })).data.subscribeToMonitoring.subscription.id as string
  await setStatus(await raise(at(26)), 'SUPPRESSED')
  await read(at(26))
  await end({ subscriptionId: id })
  const specified = app.recorded('synctera').filter(checkRequest)
  expect(
    new Set(specified.map(({ method, url }) => `${method} ${url.split('?')[0]!.replace(/[0-9a-f-]{36}/, '')}`)),
  ).toEqual(new Set(operations.map(({ method, path }) => `${method} ${path.replace(/\{.*\}/, '')}`)))
  const { url: base, settings } = app.emulators.synctera
  for (const { method, url: asked, body } of specified) {
    const url = asked.replace(id, kept)
    const answer = await fetch(`${base}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${settings['SYNCTERA_API_KEY']!}`,
        ...(body === undefined || body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined || body === null ? {} : { body: JSON.stringify(body) }),
    })
    // The specification names no content for the answer to an update.
    if (method === 'PATCH') expect(answer.status).toBe(200)
    else checkAnswer(method, url.split('?')[0]!, answer.status, await answer.json())
  }
  // The last requests are the test's own.
  app.clear()
})

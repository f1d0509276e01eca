import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import fetch from 'node-fetch'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { openChangeChannel } from '../../src/store/change-channel.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { addressOf, databaseOf } from '../support/redis.js'
import { type Replica, startReplica } from '../support/replica.js'

const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!
const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')
const settings = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY }

let app: App
/** Another process before the same emulators. */
let other: Replica
let redis: Redis
const told: string[] = []
beforeAll(async () => {
  const address = await databaseOf(STORE_ENCRYPTION_KEY)
  const channel = `kyc:changes:${addressOf(address).database}`
  redis = new Redis(address)
  redis.on('message', (_channel: string, message: string) => told.push(message))
  // Redis writes to the newest subscriber first, so what this one has been told is on its way to the servers too.
  await redis.subscribe(channel)
  app = await startApp(settings)
  other = await startReplica(app, settings)
  // Both have a subscription before anything changes.
  const counter = new Redis(address)
  const subscribers = async () => Number((await counter.pubsub('NUMSUB', channel))[1])
  await vi.waitFor(async () => expect(await subscribers()).toBe(3), 20_000)
  counter.disconnect()
})
beforeEach(() => {
  app.clear()
  told.length = 0
})
afterAll(async () => {
  redis.disconnect()
  await other.end('SIGKILL')
  await app.close()
})

const reads = () => app.calls('synctera').filter((call) => call.startsWith('GET')).length

/** Delivers an event about a person to a server, as Synctera signs it. */
async function deliver(url: string, personId: string | undefined): Promise<void> {
  const time = String(Math.floor(Date.now() / 1000))
  const body = JSON.stringify({
    id: randomUUID(),
    webhook_id: randomUUID(),
    type: 'PERSON.UPDATED',
    event_time: new Date().toISOString(),
    resource_id: personId,
    event_resource: JSON.stringify({ id: personId }),
    metadata: '',
    url: 'https://example.com/hooks/synctera',
  })
  const signature = createHmac('sha256', app.emulators.synctera.settings['SYNCTERA_WEBHOOK_SECRET']!)
    .update(`${time}.${body}`)
    .digest('hex')
  const headers = {
    'content-type': 'application/json',
    'request-timestamp': time,
    'synctera-signature': signature,
  }
  expect((await fetch(`${url}/webhooks/synctera`, { method: 'POST', headers, body })).status).toBe(200)
}
/** Until the change is published, and a server has turned once more since. */
async function published(kind: 'write' | 'event', url: string): Promise<void> {
  await expect.poll(() => told.map((message) => (JSON.parse(message) as { kind: string }).kind)).toContain(kind)
  await fetch(`${url}/health`)
}

const STATUS =
  'query($person: ID!, $customer: ID!) { early: person(id: $person) { firstName } customer(id: $customer) { late: person { firstName } } }'
const UPDATE =
  'mutation($id: ID!, $name: String!) { updatePerson(input: { id: $id, firstName: $name }) { person { firstName } } }'

test.each<[string, () => App | Replica, () => App | Replica]>([
  ['this process, an operation of another process', () => app, () => other],
  ['another process, an operation of this process', () => other, () => app],
])('after an event that was delivered to %s reads again', async (_what, receives, runs) => {
  const gate = createGate()
  app.fault('obp', { match: 'GET /**', fault: 'slow', until: gate.opened, times: 0 })
  const running = runs().run(STATUS, { person: PERCY.personId, customer: PERCY.customerId })
  await expect.poll(reads).toBe(1)
  await deliver(receives().url, PERCY.personId)
  await published('event', runs().url)
  gate.open()
  expect(await running).toMatchObject({ errors: [], data: { customer: { late: { firstName: 'Percy' } } } })
  expect(reads()).toBe(2)
})

test.each<[string, () => App | Replica, () => App | Replica]>([
  ['this process, a read of another process', () => app, () => other],
  ['another process, a read of this process', () => other, () => app],
])('after a write by %s joins no call that began before it', async (_what, writes, runs) => {
  const gate = createGate()
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', until: gate.opened, times: 1 })
  const ask = () => runs().run('query($id: ID!) { person(id: $id) { firstName } }', { id: ADA.personId })
  const before = ask()
  await expect.poll(reads).toBe(1)
  const name = `Ada${told.length}`
  expect((await writes().run(UPDATE, { id: ADA.personId, name })).errors).toEqual([])
  await published('write', runs().url)
  const readsBefore = reads()
  expect(await ask()).toMatchObject({ errors: [], data: { person: { firstName: name } } })
  expect(reads()).toBe(readsBefore + 1)
  gate.open()
  await before
})

test('a process with another database of the same Redis is told of nothing', async () => {
  const open = async (key: string) => openChangeChannel(addressOf(await databaseOf(key)))
  const elsewhere = randomUUID()
  const channels = await Promise.all([elsewhere, elsewhere, STORE_ENCRYPTION_KEY].map(open))
  const [here, beside, same] = channels
  const heard: string[] = []
  here!.subscribe(({ provider }) => heard.push(`elsewhere: ${provider}`))
  same!.subscribe(({ provider }) => heard.push(`same database: ${provider}`))
  const tell = async () => {
    beside!.publish({ provider: 'obp', tenant: 'default', kind: 'write' })
    await deliver(app.url, ADA.personId)
    return new Set(heard)
  }
  // Both have a subscription by then.
  const expected = new Set(['elsewhere: obp', 'same database: synctera'])
  await expect.poll(tell).toEqual(expected)
  const before = heard.length
  await tell()
  await expect.poll(() => heard.length).toBeGreaterThan(before + 1)
  expect(new Set(heard)).toEqual(expected)
  for (const channel of channels) channel.close()
})

test('what is published names no record, no person and no client', async () => {
  await deliver(app.url, ADA.personId)
  await published('event', app.url)
  for (const message of told)
    expect(JSON.parse(message)).toEqual({
      provider: 'synctera',
      tenant: 'default',
      kind: expect.stringMatching(/^(event|write)$/),
      by: expect.any(String),
    })
})

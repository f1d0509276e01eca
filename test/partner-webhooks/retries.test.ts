import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import { type WebhookDeliveryOutcome as Outcome, WebhookDisabledReason } from '../../schema/webhook-endpoint.js'
import type { StateEvent } from '../../src/events/event-log.js'
import { AddressRules, parseNetwork } from '../../src/partner-webhooks/address-rules.js'
import type { StoredEndpoint } from '../../src/partner-webhooks/contract.js'
import { Deliverer } from '../../src/partner-webhooks/deliverer.js'
import { EndpointPace } from '../../src/partner-webhooks/endpoint-pace.js'
import { EndpointRegistry } from '../../src/partner-webhooks/registry.js'
import { RETRY_SECONDS, retrySchedule } from '../../src/partner-webhooks/retry-schedule.js'
import { newSecret } from '../../src/partner-webhooks/secret.js'
import { Sender } from '../../src/partner-webhooks/sender.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { later, setClock, stopClock, today } from '../support/clock.js'
import { createGate, type Gate } from '../support/gate.js'
import { cipherOf } from '../support/keys.js'
import { startReceiver } from '../support/receiver.js'

afterEach(today)

test('retries take three days, each delay longer than or as long as the one before, up to eight hours', () => {
  const total = RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0)
  expect(total / 3600).toBeGreaterThan(71)
  expect(total / 3600).toBeLessThanOrEqual(72)
  expect([...RETRY_SECONDS]).toEqual([...RETRY_SECONDS].sort((a, b) => a - b))
  expect(retrySchedule().maxAttempts).toBe(17)
})

test.each([
  [1, undefined, 0.5, 5_000],
  [1, undefined, 0, 4_500],
  [1, undefined, 1, 5_500],
  [1, 60_000, 0, 60_000],
  [1, 5_000, 1, 5_500],
  [4, 1_000, 0.5, 600_000],
  [1, 999_999_999, 0.5, 28_800_000],
  [16, undefined, 0.5, 28_800_000],
])('after attempt %i, asked for %s ms, by chance %d: %i ms', (attempt, waitMs, chance, delayMs) => {
  expect(retrySchedule(undefined, () => chance).delayMs(attempt, waitMs)).toBe(delayMs)
})

test('a slow endpoint has its places and no more; what finds none is put off, one after the other', () => {
  let now = 0
  const pace = new EndpointPace(2, () => now)
  expect([pace.enter('slow'), pace.enter('slow')]).toEqual([undefined, undefined])
  const deferrals = [pace.enter('slow')!, pace.enter('slow')!, pace.enter('slow')!]
  expect(deferrals).toEqual([...deferrals].sort((a, b) => a - b))
  expect(pace.enter('other')).toBeUndefined()
  pace.leave('slow', 10_000)
  expect(pace.enter('slow')).toBeUndefined()
  // One that asks for time gets no attempt until then.
  pace.leave('slow', 10, 5_000)
  expect(pace.enter('slow')).toBeGreaterThanOrEqual(5_000)
  now = 5_001
  expect(pace.enter('slow')).toBeUndefined()
})

test.each([-3_600, 3_600])(
  'an endpoint that asks for five seconds gets an attempt after them, and none before, where the clock is set by %d s',
  (step) => {
    stopClock()
    const pace = new EndpointPace(1)
    expect(pace.enter('endpoint')).toBeUndefined()
    pace.leave('endpoint', 10, 5_000)
    setClock(step)
    later(4)
    expect(pace.enter('endpoint')).toBeGreaterThanOrEqual(1_000)
    later(1)
    expect(pace.enter('endpoint')).toBeUndefined()
    // Those that were put off do not wait for the clock either.
    expect(pace.enter('endpoint')).toBeLessThan(5_000)
  },
)

interface Work {
  /** Deliveries of the endpoint at one time, and of all endpoints. */
  readonly limit: number
  readonly places: number
  /** How long an attempt takes, and how long it takes to find that there is no room. */
  readonly attemptMs: number
  readonly lookMs: number
}

/** How many ms a process takes for a backlog of one endpoint. */
function workOff(backlog: number, { limit, places, attemptMs, lookMs }: Work): number {
  let now = 0
  let waiting = backlog
  let free = places
  const pace = new EndpointPace(limit, () => now)
  /** What happens at a time, in the order of the times. */
  const agenda = new Map<number, (() => void)[]>()
  const at = (time: number, act: () => void) => agenda.set(time, [...(agenda.get(time) ?? []), act])
  const end = () => {
    pace.leave('endpoint', attemptMs)
    free += 1
  }
  const look = () => {
    const deferralMs = pace.enter('endpoint')
    if (deferralMs === undefined) at(now + attemptMs, end)
    else {
      free += 1
      at(now + deferralMs, () => (waiting += 1))
    }
  }
  for (; waiting > 0 || agenda.size > 0; now += 1) {
    for (const act of agenda.get(now) ?? []) act()
    agenda.delete(now)
    for (; free > 0 && waiting > 0; free -= 1, waiting -= 1) at(now + lookMs, look)
  }
  return now
}

test.each([
  [2_000, 1_000],
  [10_000, 200],
])(
  'a backlog of %i deliveries that take %i ms each is worked off as fast as the endpoint allows',
  (backlog, attemptMs) => {
    const limit = 5
    const possibleMs = (backlog * attemptMs) / limit
    expect(workOff(backlog, { limit, places: 50, attemptMs, lookMs: 20 })).toBeLessThan(1.2 * possibleMs)
  },
)

const DAY_MS = 24 * 3_600_000

/** A deliverer over a store in memory, with one endpoint; what it tells of endpoints that are disabled. */
async function openDeliverer(sender: Pick<Sender, 'send'>, url = 'https://partner.example/') {
  const raw: { -readonly [name in keyof RawStore]: RawStore[name] } = memoryStore()
  const store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  const disabled: string[] = []
  const registry = new EndpointRegistry({
    store,
    hasTenants: false,
    maxEndpoints: 1,
    overlapMs: 0,
    onDisabled: (_endpoint, reason) => disabled.push(reason),
  })
  const deliverer = new Deliverer({
    registry,
    sender,
    pace: new EndpointPace(5),
    events: { find: (eventId) => Promise.resolve(eventOf(eventId)) },
    observer: { attempted: () => undefined, delivered: () => undefined },
    log: { info: () => undefined, warn: () => undefined } as never,
    now: () => Date.now(),
  })
  const endpoint = endpointOf(url)
  await registry.add(endpoint)
  const attempt = (eventId = '1-1') => deliverer.attempt({ eventId, endpointId: endpoint.id })
  return { raw, registry, endpoint, attempt, disabled }
}

test('an endpoint that has failed for five days is disabled, and told once', async () => {
  const receiver = await startReceiver()
  receiver.answer = () => ({ status: 500 })
  const sender = new Sender({ rules: new AddressRules([parseNetwork('127.0.0.1/32')!]) })
  const { registry, attempt, disabled } = await openDeliverer(sender, receiver.url)
  stopClock()
  try {
    await attempt()
    later(5 * 24 * 3600 - 1)
    await attempt()
    expect(disabled).toEqual([])
    later(2)
    await Promise.all([attempt(), attempt()])
    expect(disabled).toEqual(['FAILING'])
    expect(await attempt()).toEqual({ outcome: 'ENDPOINT_DISABLED', verdict: 'dead' })
    expect(await registry.wanting(eventOf('1-1'))).toEqual([])
  } finally {
    today()
    await sender.close()
    await receiver.close()
  }
})

/** What a receiver answers to each event, by its id; a gate holds the answer. */
const senderOf = (answers: Readonly<Record<string, Outcome>>, held: Readonly<Record<string, Gate>> = {}) => ({
  send: async (_url: string, headers: Readonly<Record<string, string>>) => {
    const id = headers['webhook-id']!
    await held[id]?.opened
    return { outcome: answers[id]! }
  },
})

test('an endpoint that has accepted a delivery is not disabled by an attempt that began before', async () => {
  const slow = createGate()
  const sender = senderOf({ '1-1': 'HTTP_5XX', '2-1': 'TIMEOUT', '3-1': 'HTTP_2XX' } as never, { '2-1': slow })
  const { registry, endpoint, attempt, disabled } = await openDeliverer(sender)
  stopClock()
  await attempt('1-1')
  later(6 * 24 * 3600)
  const begun = attempt('2-1')
  expect(await attempt('3-1')).toMatchObject({ verdict: 'delivered' })
  slow.open()
  expect(await begun).toMatchObject({ verdict: 'failed' })
  expect(disabled).toEqual([])
  const { failingSince, disabled: since } = (await registry.find(endpoint.id))!
  expect({ failingSince, since }).toEqual({ failingSince: Date.now(), since: undefined })
})

test('an attempt that is accepted ends the failures that were noted since it began', async () => {
  const slow = createGate()
  const sender = senderOf({ '1-1': 'HTTP_2XX', '2-1': 'HTTP_5XX' } as never, { '1-1': slow })
  const { registry, endpoint, attempt } = await openDeliverer(sender)
  const begun = attempt('1-1')
  await attempt('2-1')
  expect((await registry.find(endpoint.id))?.failingSince).toBeDefined()
  slow.open()
  await begun
  expect((await registry.find(endpoint.id))?.failingSince).toBeUndefined()
})

test('an endpoint is disabled for its failures while they last only', async () => {
  const { registry, endpoint } = await openDeliverer(senderOf({}))
  stopClock()
  expect(await registry.note(endpoint.id, true)).toBe(Date.now())
  later(6 * 24 * 3600)
  await registry.note(endpoint.id, false)
  const disable = async () => (await registry.disableFailing(endpoint.id, 5 * DAY_MS))?.disabled?.reason
  expect(await disable()).toBeUndefined()
  await registry.note(endpoint.id, true)
  later(5 * 24 * 3600)
  expect(await disable()).toBeUndefined()
  later(1)
  expect(await disable()).toBe('FAILING')
})

test.each([2, 3])(
  'an endpoint that is gone is disabled and told once where the store does not make change %i of the attempt',
  async (number) => {
    const { raw, registry, attempt, disabled } = await openDeliverer(senderOf({ '1-1': 'HTTP_410' } as never))
    const { compareAndSwap } = raw
    let changes = 0
    raw.compareAndSwap = (...swap) => {
      changes += 1
      return changes === number ? Promise.reject(new Error('The store is away.')) : compareAndSwap(...swap)
    }
    await expect(attempt()).rejects.toThrow('away')
    expect(await registry.wanting(eventOf('2-1'))).toHaveLength(1)
    expect(disabled).toEqual([])
    await attempt()
    expect(await registry.wanting(eventOf('2-1'))).toEqual([])
    await attempt()
    expect(disabled).toEqual(['GONE'])
  },
)

test('an endpoint that its client has disabled is not told', async () => {
  const { raw, registry, endpoint, attempt, disabled } = await openDeliverer(senderOf({}))
  const { compareAndSwap } = raw
  let changes = 0
  raw.compareAndSwap = (...swap) => {
    changes += 1
    return changes === 2 ? Promise.reject(new Error('The store is away.')) : compareAndSwap(...swap)
  }
  await expect(registry.disable(endpoint.id, WebhookDisabledReason.REQUESTED)).rejects.toThrow('away')
  expect(await attempt()).toMatchObject({ outcome: 'ENDPOINT_DISABLED' })
  expect(await registry.wanting(eventOf('2-1'))).toEqual([])
  expect(disabled).toEqual([])
})

test('endpoints outlast the keys under which they were stored', async () => {
  const [earlier, present] = [randomBytes(32), randomBytes(32)]
  const raw = memoryStore()
  const registryWith = (...keys: readonly Buffer[]) =>
    new EndpointRegistry({
      store: encryptedStore(raw, cipherOf(keys)),
      hasTenants: false,
      maxEndpoints: 1,
      overlapMs: 0,
    })
  const endpoint = endpointOf('https://partner.example/')
  await registryWith(earlier).add(endpoint)
  await registryWith(present, earlier).renew('default')
  const later = registryWith(present)
  expect(await later.find(endpoint.id)).toEqual(endpoint)
  expect(await later.wanting(eventOf('1-1'))).toEqual([endpoint.id])
  expect(await registryWith(earlier).find(endpoint.id)).toBeNull()
  await raw.close()
})

test('an endpoint that is enabled while it is being disabled gets events', async () => {
  const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
  const gate = createGate()
  const isIndex = ([kind]: StoreKey) => kind === 'webhook-endpoints'
  const slow: Store = {
    ...store,
    update: async (key, ...rest) => (isIndex(key) && (await gate.opened), store.update(key, ...rest)),
  }
  const registryOn = (on: Store) =>
    new EndpointRegistry({ store: on, hasTenants: false, maxEndpoints: 1, overlapMs: 0 })
  const [registry, other] = [registryOn(store), registryOn(slow)]
  const endpoint = endpointOf('https://partner.example/')
  await registry.add(endpoint)
  const disabled = other.disable(endpoint.id, WebhookDisabledReason.GONE)
  await expect.poll(async () => (await registry.find(endpoint.id))?.disabled).toBeDefined()
  await registry.enable(endpoint.id)
  gate.open()
  await disabled
  expect(await registry.wanting(eventOf('1-1'))).toEqual([endpoint.id])
})

const eventOf = (eventId: string): StateEvent => ({
  eventId,
  tenant: undefined,
  type: 'personVerification',
  objectId: randomUUID(),
  state: 'ACCEPTED',
  isFinal: false,
  sequence: 1,
  at: new Date().toISOString(),
})

const endpointOf = (url: string): StoredEndpoint => ({
  id: randomUUID(),
  tenant: 'tenant',
  client: 'client',
  url,
  types: ['personVerification'],
  secret: newSecret(),
  createdAt: Date.now(),
})

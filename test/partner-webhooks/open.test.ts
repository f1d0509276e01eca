import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import type { Store } from '../../datasources/contract/store.js'
import type { StateEvent } from '../../src/events/event-log.js'
import { parseNetwork } from '../../src/partner-webhooks/address-rules.js'
import type { StoredEndpoint } from '../../src/partner-webhooks/contract.js'
import { openPartnerWebhooks, type PartnerWebhooks } from '../../src/partner-webhooks/open.js'
import { EndpointRegistry } from '../../src/partner-webhooks/registry.js'
import { newSecret } from '../../src/partner-webhooks/secret.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { createGate } from '../support/gate.js'
import { cipherOf } from '../support/keys.js'
import { startReceiver } from '../support/receiver.js'
import { addressOf, emptyDatabase } from '../support/redis.js'

const PATIENT = { timeout: 20_000 }
const DAY_MS = 24 * 3_600_000

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Opened {
  readonly store: Store
  readonly redis?: string
  readonly concurrency?: number
  readonly tenants: { readonly names: readonly string[]; readonly find: () => object | undefined }
  /** The tenants of the settings at the start. */
  readonly configured?: readonly string[]
}

/** Webhooks to partners as a server opens them; returns what handles an event. */
async function open({ store, redis, concurrency = 50, tenants, configured = [] }: Opened) {
  const events = new Map<string, StateEvent>()
  let handle: (event: StateEvent) => Promise<void> = () => Promise.resolve()
  const config = {
    redis: redis === undefined ? undefined : addressOf(redis),
    tenancy: { hasTenants: configured.length > 0, tenants: configured.map((id) => ({ id })) },
    events: { retentionMs: DAY_MS },
    partnerWebhooks: {
      isOn: true,
      networks: [parseNetwork('127.0.0.1/32')!],
      maxEndpoints: 5,
      concurrency,
      endpointConcurrency: 5,
    },
  }
  const nothing = () => undefined
  const webhooks: PartnerWebhooks = await openPartnerWebhooks({
    config: config as never,
    store,
    canReadAll: () => Promise.resolve(true),
    events: {
      find: (id: string) => Promise.resolve(events.get(id) ?? null),
      subscribe: () => nothing,
      consume: (_group: string, handler: typeof handle) => (handle = handler),
    } as never,
    tenants: tenants as never,
    log: { info: nothing, warn: nothing } as never,
    metrics: {
      webhookAttempted: nothing,
      webhookDelivered: nothing,
      webhooksQueued: nothing,
      webhookEndpointDisabled: nothing,
    },
  })
  closing.push(() => webhooks.close())
  return async (event: StateEvent) => {
    events.set(event.eventId, event)
    await vi.waitFor(() => handle(event), PATIENT)
  }
}

const endpointOf = (tenant: string, url: string): StoredEndpoint => ({
  id: randomUUID(),
  tenant,
  client: 'client',
  url,
  types: ['personVerification', 'verificationResult'],
  secret: newSecret(),
  createdAt: Date.now(),
})

const eventOf = (eventId: string, type: StateEvent['type']): StateEvent => ({
  eventId,
  tenant: undefined,
  type,
  objectId: randomUUID(),
  state: 'PENDING',
  isFinal: false,
  sequence: 1,
  at: new Date().toISOString(),
})

test('polls that a provider does not answer leave places to deliveries', async () => {
  const receiver = await startReceiver()
  closing.push(() => receiver.close())
  const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
  const registry = new EndpointRegistry({ store, hasTenants: false, maxEndpoints: 5, overlapMs: 0 })
  await registry.add(endpointOf('tenant', receiver.url))
  const answered = createGate()
  let polls = 0
  const tenant = {
    store,
    open: { banfico: { absent: true } },
    during: () => ((polls += 1), answered.opened.then(() => null)),
  }
  const tell = await open({
    store,
    redis: await emptyDatabase(),
    concurrency: 4,
    tenants: { names: [], find: () => tenant },
  })
  for (let i = 1; i <= 6; i += 1) await tell(eventOf(`${i}-0`, 'verificationResult'))
  await vi.waitFor(() => expect(polls).toBeGreaterThanOrEqual(2), PATIENT)
  await tell(eventOf('7-0', 'personVerification'))
  const delivered = () => receiver.received.map(({ headers }) => headers['webhook-id'])
  try {
    await expect.poll(delivered, PATIENT).toContain('7-0')
    expect(polls).toBe(2)
  } finally {
    answered.open()
  }
}, 60_000)

test('the endpoints of a tenant that comes later are renewed too, the first time and each day', async () => {
  const [earlier, present] = [randomBytes(32), randomBytes(32)]
  const raw = memoryStore()
  const registryWith = (...keys: readonly Buffer[]) =>
    new EndpointRegistry({
      store: encryptedStore(raw, cipherOf(keys)),
      hasTenants: true,
      maxEndpoints: 5,
      overlapMs: 0,
    })
  const names = ['tenant:first']
  const added = async (tenant: string) => {
    const endpoint = endpointOf(tenant, 'https://partner.example/')
    await registryWith(earlier).add(endpoint)
    if (!names.includes(tenant)) names.push(tenant)
    return endpoint.id
  }
  /** Those of some that are found under the present key. */
  const renewed = async (...ids: readonly string[]) => {
    const found = await Promise.all(ids.map((id) => registryWith(present).find(id)))
    return found.flatMap((endpoint) => endpoint?.id ?? [])
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  await open({
    store: encryptedStore(raw, cipherOf([present, earlier])),
    tenants: { names, find: () => undefined },
    configured: ['first'],
  })
  const ids = [await added('tenant:first'), await added('tenant:second')]
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await renewed(...ids)).toEqual(ids)
  const third = await added('tenant:third')
  await vi.advanceTimersByTimeAsync(DAY_MS)
  expect(await renewed(third)).toEqual([third])
})

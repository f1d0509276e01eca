import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { type Receiver, startReceiver } from '../support/receiver.js'
import { type PrivateRedis, privateRedis } from '../support/redis.js'
import { openStateEvents } from '../support/state-events.js'

const newKey = () => randomBytes(32).toString('base64')
const [EARLIER, LATER] = [newKey(), newKey()]
/** Longer than a replica needs to take an event, or to attempt a delivery that is due. */
const TAKEN_MS = 3_000
/** Longer than a connection takes. */
const CONNECTED_MS = 500
const CREATE =
  'mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } } }'
const DELIVERIES = 'query($id: ID!) { webhookDeliveries(endpointId: $id) { nodes { eventId state lastOutcome } } }'

let ground: App
let redis: PrivateRedis
let hook: Receiver
beforeAll(async () => {
  redis = await privateRedis()
  hook = await startReceiver()
  ground = await startApp()
})
afterAll(async () => {
  await ground.close()
  await hook.close()
  await redis.kill()
})

/** A replica with these keys. */
const replicaOf = (...keys: string[]) =>
  startApp(
    { REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: keys.join(), PARTNER_WEBHOOK_NETWORKS: '127.0.0.1/32' },
    ground,
    { partnerWebhooks: { retrySeconds: Array.from({ length: 16 }, () => 1) } },
  )

test('a replica without a key of the store leaves events and deliveries to one that has it', async () => {
  const client = randomUUID()
  const whole = await replicaOf(LATER, EARLIER)
  const input = { url: hook.url, types: ['PERSON_VERIFICATION'] }
  const { data, errors } = await whole.run(CREATE, { input }, { client })
  expect(errors).toEqual([])
  const { id } = data.createWebhookEndpoint.endpoint
  const ready = async (app: App) => (await fetch(`${app.url}/ready`)).status
  hook.answer = () => ({ status: 500 })
  const [earlier, later] = await Promise.all([
    openStateEvents(EARLIER, redis.url),
    openStateEvents(LATER, redis.url),
    delay(CONNECTED_MS),
  ])
  const queued = await later.record({ id: randomUUID() })
  await expect.poll(() => hook.received.length).toBeGreaterThan(0)
  await whole.close()

  const without = await replicaOf(EARLIER)
  await expect.poll(() => ready(without)).toBe(503)
  const attempts = hook.received.length
  const recorded = await earlier.record({ id: randomUUID() })
  await delay(TAKEN_MS)
  expect(hook.received).toHaveLength(attempts)
  await without.close()

  hook.answer = () => ({ status: 200 })
  const again = await replicaOf(LATER, EARLIER)
  const delivered = async () => {
    const { data: found } = await again.run(DELIVERIES, { id }, { client })
    return found?.webhookDeliveries.nodes
      .filter(({ state }: { state: string }) => state === 'DELIVERED')
      .map(({ eventId }: { eventId: string }) => eventId)
      .sort()
  }
  await expect.poll(delivered, { timeout: 20_000 }).toEqual([queued.eventId, recorded.eventId].sort())
  await again.close()
  await Promise.all([earlier.close(), later.close()])
}, 60_000)

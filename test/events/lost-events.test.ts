import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StateEvent } from '../../src/events/event-log.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { type App, type Environment, startApp, startGround } from '../support/app.js'
import { cipherOf } from '../support/keys.js'
import { type Receiver, startReceiver } from '../support/receiver.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'
import { subscribers } from '../support/subscriptions.js'

const PATIENT = { timeout: 20_000 }
const KEY = randomBytes(32)
/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'
/** A user that may do everything but record events. */
const NO_EVENTS = 'no-events'

let redis: PrivateRedis
let ground: Environment
let receiver: Receiver
let log: RedisEventLog
const events: StateEvent[] = []
beforeAll(async () => {
  ;[redis, ground, receiver] = await Promise.all([privateRedis(), startGround(), startReceiver()])
  const admin = new Redis(redis.url)
  await admin.call('ACL', 'SETUSER', NO_EVENTS, 'on', 'nopass', '~*', '&*', '+@all', '-xadd')
  admin.disconnect()
  log = new RedisEventLog({
    address: addressOf(redis.url),
    cipher: cipherOf([KEY]),
    settings: { maxCount: 1_000, retentionMs: 3_600_000, sequenceMs: 3_600_000 },
    onFault: (error) => {
      throw error
    },
  })
  log.subscribeAll((event) => void events.push(event))
  await vi.waitFor(() => log.find('1-1'), PATIENT)
})
afterAll(async () => {
  await log.close()
  await ground.close()
  await receiver.close()
  await redis.kill()
})

const replica = (settings: Readonly<Record<string, string>> = {}): Promise<App> =>
  startApp(
    {
      REDIS_URL: redis.url,
      STORE_ENCRYPTION_KEY: KEY.toString('base64'),
      PARTNER_WEBHOOK_NETWORKS: '127.0.0.1/32',
      ...settings,
    },
    { ground },
  )

async function ask(app: App, document: string, variables: Record<string, unknown>): Promise<any> {
  const { data, errors } = await app.run(document, variables)
  expect(errors).toEqual([])
  return Object.values(data as object)[0]
}

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const RESULT = 'query($id: ID!) { verificationResult(id: $id) { state } }'
const CREATE = 'mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { replayed } }'

const statesOf = (id: string) =>
  events.filter(({ objectId }) => objectId === id).map(({ sequence, state }) => `${sequence} ${state}`)

/** Begins a payee check, which is pending. */
async function begin(first: App): Promise<string> {
  const input = { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id: LATER, name: 'Accepted,A' } }
  const { id } = (await ask(first, VERIFY, { input })).result as { id: string }
  await expect.poll(() => statesOf(id), PATIENT).toEqual(['1 PENDING'])
  return id
}

/** Lets a replica see the end of a check, and end before it has recorded it. */
async function endUnseen(id: string): Promise<void> {
  const url = redis.url.replace('//', `//${NO_EVENTS}:any@`)
  const ending = await replica({ REDIS_URL: url, PARTNER_WEBHOOKS: 'off' })
  await expect.poll(async () => (await ask(ending, RESULT, { id })).state, PATIENT).toBe('COMPLETED')
  await ending.close()
  expect(statesOf(id)).toEqual(['1 PENDING'])
}

const BOTH = ['1 PENDING', '2 COMPLETED']

test('a state whose event was lost is an event at the next read of a replica that knows the state before', async () => {
  const first = await replica({ PARTNER_WEBHOOKS: 'off' })
  const id = await begin(first)
  await endUnseen(id)
  expect((await ask(first, RESULT, { id })).state).toBe('COMPLETED')
  await expect.poll(() => statesOf(id), PATIENT).toEqual(BOTH)
  await first.close()
})

test('so it is for the next subscriber, who is told it at once, at a replica that knows nothing', async () => {
  const first = await replica({ PARTNER_WEBHOOKS: 'off' })
  const id = await begin(first)
  await first.close()
  await endUnseen(id)
  const fresh = await replica({ PARTNER_WEBHOOKS: 'off' })
  const stream = await subscribers.sse(fresh, RESULT.replace('query', 'subscription'), { id })
  expect((await stream.rest()).map(({ data }) => data?.['verificationResult'])).toEqual([{ state: 'COMPLETED' }])
  await expect.poll(() => statesOf(id), PATIENT).toEqual(BOTH)
  await fresh.close()
})

test('so it is at the next poll for a webhook, at a replica that knows nothing: the partner is told it', async () => {
  const first = await replica()
  await ask(first, CREATE, {
    input: { url: receiver.url, types: ['VERIFICATION_RESULT'], idempotencyKey: randomUUID() },
  })
  const id = await begin(first)
  await first.close()
  await endUnseen(id)
  const fresh = await replica()
  await expect.poll(() => statesOf(id), PATIENT).toEqual(BOTH)
  await expect
    .poll(
      () => receiver.received.map(({ body }) => (JSON.parse(body) as { data: { state: string } }).data.state),
      PATIENT,
    )
    .toContain('COMPLETED')
  await fresh.close()
})

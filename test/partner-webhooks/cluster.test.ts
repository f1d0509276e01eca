import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVENT_STREAM } from '../../src/events/event-codec.js'
import { type App, startApp } from '../support/app.js'
import { type Receiver, startReceiver } from '../support/receiver.js'
import { type PrivateRedis, privateRedis } from '../support/redis.js'
import { formCluster } from '../support/redis-cluster.js'
import { openStateEvents, type StateEvents } from '../support/state-events.js'
import { subscribers } from '../support/subscriptions.js'
import { runStorm } from './storm/storm.js'

const MASTERS = 3
const SLOTS = 16_384
const PATIENT = { timeout: 20_000 }
const PASSWORD = 'a-password-of-the-test'
const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')
/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'
/** A key of the queue of deliveries. */
const QUEUE = 'kyc:webhooks:{deliveries}:id'

/** The users of `deploy/redis/users.acl`, with the right that `docs/hardening.md` adds for a cluster; the default user is the test's. */
function writeUsers(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-redis-users-')), 'users.acl')
  const hash = createHash('sha256').update(PASSWORD).digest('hex')
  const users = readFileSync('deploy/redis/users.acl', 'utf8')
    .replace('user default off', 'user default on nopass ~* &* +@all')
    .replace(/^(user kyc-graph .*)<sha256 of the password>(.*)$/m, `$1${hash}$2 +cluster`)
  writeFileSync(file, users)
  return file
}

let nodes: PrivateRedis[]
let admins: Redis[]
/** `REDIS_URL`, with the user of the server. */
let url: string
let apps: App[]
let events: StateEvents
const receivers: Receiver[] = []
/** What uses the cluster. */
const servers: { readonly close: () => Promise<void> }[] = []
beforeAll(async () => {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--appendonly', 'yes']
  const users = writeUsers()
  nodes = await Promise.all(
    Array.from({ length: MASTERS }, () =>
      privateRedis([...settings, '--appendfsync', 'always', '--databases', '1', '--aclfile', users]),
    ),
  )
  admins = await formCluster(nodes)
  url = nodes.map((node) => node.url.replace('//', `//kyc-graph:${PASSWORD}@`)).join(',')
  const serverSettings = {
    REDIS_URL: url,
    STORE_ENCRYPTION_KEY,
    RATE_LIMIT_COST_PER_MINUTE: '0',
    PARTNER_WEBHOOK_NETWORKS: '127.0.0.1/32',
  }
  const options = { partnerWebhooks: { retrySeconds: [0, 0] } }
  const one = await startApp(serverSettings, undefined, options)
  apps = [one, await startApp(serverSettings, one, options)]
  events = await openStateEvents(STORE_ENCRYPTION_KEY, url)
  servers.push(events, ...apps.toReversed())
}, 60_000)
afterAll(async () => {
  await closeServers()
  for (const admin of admins) admin.disconnect()
  await Promise.all([...receivers.map((one) => one.close()), ...nodes.map((node) => node.kill())])
})

async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await server.close()
}

/** The number of the master that has a key. */
const masterOf = async (key: string): Promise<number> =>
  Math.floor((Number(await admins[0]!.cluster('KEYSLOT', key)) * MASTERS) / SLOTS)

const CREATE = `mutation($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { endpoint { id } }
}`
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }'
const REPLAY = `mutation($input: ReplayWebhookDeliveryInput!) {
  replayWebhookDelivery(input: $input) { delivery { state } }
}`
const DELIVERIES = `query($endpointId: ID!, $state: WebhookDeliveryState) {
  webhookDeliveries(endpointId: $endpointId, state: $state, first: 100) { nodes { eventId state attempts lastOutcome } }
}`

async function receiverWith(answer: Receiver['answer']) {
  const receiver = await startReceiver()
  receivers.push(receiver)
  receiver.answer = answer
  const client = randomUUID()
  const input = { url: receiver.url, types: ['PERSON_VERIFICATION'] }
  const { data, errors } = await apps[0]!.run(CREATE, { input }, { client })
  expect(errors).toEqual([])
  const endpointId = data.createWebhookEndpoint.endpoint.id as string
  const deliveries = async (): Promise<any[]> =>
    (await apps[1]!.run(DELIVERIES, { endpointId }, { client })).data.webhookDeliveries.nodes
  return { receiver, client, endpointId, deliveries }
}

test('a webhook is tried again, becomes a dead letter, and is replayed, by the other replica', async () => {
  let status = 500
  const { receiver, client, endpointId, deliveries } = await receiverWith(() => ({ status }))
  const { eventId } = await events.record({ id: randomUUID() })
  await expect
    .poll(deliveries, PATIENT)
    .toEqual([{ eventId, state: 'DEAD_LETTER', attempts: 3, lastOutcome: 'HTTP_5XX' }])
  status = 200
  const { errors } = await apps[1]!.run(REPLAY, { input: { endpointId, eventId } }, { client })
  expect(errors).toEqual([])
  await expect
    .poll(deliveries, PATIENT)
    .toEqual([{ eventId, state: 'DELIVERED', attempts: 1, lastOutcome: 'HTTP_2XX' }])
  expect(receiver.received).toHaveLength(4)
})

test('many events become deliveries of both replicas, each accepted, a third of them at the second attempt', async () => {
  const seen = new Set<unknown>()
  const { receiver, deliveries } = await receiverWith(({ headers }) => {
    const isFirst = !seen.has(headers['webhook-id'])
    seen.add(headers['webhook-id'])
    return { status: isFirst && seen.size % 3 === 0 ? 503 : 204 }
  })
  const recorded = await Promise.all(Array.from({ length: 30 }, () => events.record({ id: randomUUID() })))
  const delivered = async () =>
    (await deliveries()).filter(({ state }) => state === 'DELIVERED').map(({ eventId }): string => eventId)
  await expect
    .poll(async () => (await delivered()).toSorted(), PATIENT)
    .toEqual(recorded.map(({ eventId }) => eventId).toSorted())
  expect((await deliveries()).filter(({ attempts }) => attempts > 1).length).toBeGreaterThanOrEqual(10)
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(seen)
})

/** The bank may have answered before a busy machine has opened both streams; then the check is made again. */
const AGAIN = { retry: 2 }

test('a pending payee check becomes completed at the subscribers of both replicas', AGAIN, async () => {
  const input = { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id: LATER, name: 'Accepted,A' } }
  const { data } = await apps[0]!.run(VERIFY, { input })
  const { id } = data.verifyAccount.result
  const query = 'subscription($id: ID!) { verificationResult(id: $id) { state } }'
  const streams = await Promise.all(apps.map((app) => subscribers.websocket(app, query, { id })))
  for (const stream of streams)
    expect((await stream.rest()).map((told) => told.data?.['verificationResult'].state)).toEqual([
      'PENDING',
      'COMPLETED',
    ])
})

test('the keys of the events are on one master, those of the queue on one, and others on all', async () => {
  const names = await Promise.all(admins.map((admin) => admin.keys('*')))
  const mastersWith = (prefix: RegExp) =>
    names.flatMap((some, i) => (some.some((name) => prefix.test(name)) ? [i] : []))
  expect(mastersWith(/^kyc:event/)).toEqual([await masterOf(EVENT_STREAM)])
  expect(mastersWith(/^kyc:webhooks:/)).toEqual([await masterOf(QUEUE)])
  expect(mastersWith(/^kyc:(?!event|webhooks:)/)).toHaveLength(MASTERS)
})

test('the user of the server was denied nothing', async () => {
  const logs = await Promise.all(admins.map((admin) => admin.call('ACL', 'LOG').catch(() => [])))
  const objects = (logs as string[][][]).flat().map((entry) => String(entry[entry.indexOf('object') + 1]).toLowerCase())
  expect(objects.filter((object) => !object.startsWith('client'))).toEqual([])
})

test('no webhook is lost while a worker is killed and the master with the queue restarts', async () => {
  // The storm has a key of its own, and a queue belongs to one key.
  await closeServers()
  await Promise.all(admins.map((admin) => admin.flushall()))
  const { start, kill } = nodes[await masterOf(QUEUE)]!
  const report = await runStorm({ events: 100, endpoints: 2, kills: 1, restarts: 1, redis: { url, start, kill } })
  expect(report).toMatchObject({ webhooks: 200, delivered: 200, lost: 0, forged: 0, leaks: [] })
}, 120_000)

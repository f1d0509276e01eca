import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StoreKey, WriteKeys } from '../../datasources/contract/store.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { DEFAULT_LIFETIMES } from '../../src/idempotency/lifetimes.js'
import { openAnchorStore } from '../../src/audit/anchors.js'
import { deriveChainKey } from '../../src/audit/chain.js'
import type { SignedCheckpoint } from '../../src/audit/checkpoints/checkpoint.js'
import { openCheckpointSink } from '../../src/audit/checkpoints/sinks.js'
import { openSink } from '../../src/audit/sinks.js'
import { openChangeChannel } from '../../src/store/change-channel.js'
import { connectionError } from '../../src/store/connection.js'
import { openStore, untilUsable } from '../../src/store/open-store.js'
import type { RedisAddress } from '../../src/store/redis-address.js'
import { cipherOf, keysOf } from '../support/keys.js'
import { useQueue } from '../partner-webhooks/queue-use.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'

const PASSWORD = 'a-password-of-the-test'
const STREAM = 'kyc-audit'
const PATIENCE_MS = 10_000
const PARALLEL_USERS = 8
const LEASE = { first: 1, need: 5, spare: 0, owed: 0, returned: 0, endsAt: 0 }
const HEAD = { chain: 'chain', since: '2026-11-29', at: '2026-11-29', count: 1, head: 'mac' }

const page = readFileSync('docs/hardening.md', 'utf8')

/** The rights of the server's user in the documentation. */
const SERVER = /^user kyc-graph on #<sha256 of the password> (.*)$/m.exec(page)![1]!.split(' ')

/** Those of them that the queue of webhooks needs alone. */
const QUEUE = SERVER.slice(SERVER.indexOf('+exists'))

/** What the documentation adds to them with a setting. */
function moreWith(setting: string): readonly string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${setting}`))!
  return [...row.split('|')[2]!.matchAll(/[~+][^\s`,]+/g)].map(([right]) => right.replace('<stream>', STREAM))
}

let redis: PrivateRedis
let admin: Redis
let cluster: PrivateRedis
beforeAll(async () => {
  ;[redis, cluster] = await Promise.all([privateRedis(), privateRedis(['--cluster-enabled', 'yes'])])
  admin = new Redis(redis.url)
  // What all users together are denied is more than Redis keeps of itself.
  await admin.config('SET', 'acllog-max-len', '10000')
})
afterAll(async () => {
  admin.disconnect()
  await Promise.all([redis.kill(), cluster.kill()])
})

interface User {
  readonly name: string
  readonly address: RedisAddress
}

/** Makes a user with these rights alone. */
async function userWith(rights: readonly string[], { at = admin, url = redis.url, suffix = '' } = {}): Promise<User> {
  const name = `user-${randomUUID()}`
  const hash = createHash('sha256').update(PASSWORD).digest('hex')
  await at.call('ACL', 'SETUSER', name, 'on', `#${hash}`, ...rights)
  return { name, address: addressOf(`${url.replace('//', `//${name}:${PASSWORD}@`)}${suffix}`) }
}

/** What a user was denied, by the log of Redis; the driver also names itself, and does without that. */
async function denied({ name }: User, at = admin): Promise<readonly string[]> {
  const entries = (await at.call('ACL', 'LOG', '10000')) as string[][]
  const facts = entries.map((entry) => (of: string) => String(entry[entry.indexOf(of) + 1]))
  const own = facts.filter((of) => of('username') === name).map((of) => of('object').toLowerCase())
  return [...new Set(own)].filter((object) => !object.startsWith('client')).sort()
}

/** A step may be refused: what matters is in the log of Redis. */
const tried = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined)

/** A change that one process tells another, until that hears it or it is refused. */
async function tellChange(user: User, at: Redis): Promise<void> {
  const [one, other] = [openChangeChannel(user.address), openChangeChannel(user.address)]
  let isHeard = false
  other.subscribe(() => (isHeard = true))
  const isRefused = async () => (await denied(user, at)).some((object) => /publish|subscribe|^kyc:changes/.test(object))
  for (const until = Date.now() + PATIENCE_MS; !isHeard && Date.now() < until && !(await isRefused()); await delay(20))
    one.publish({ provider: 'synctera', tenant: 'default', kind: 'write' })
  one.close()
  other.close()
}

/** The store as the server uses it. */
async function useStore(address: RedisAddress, redisReplicas: number): Promise<void> {
  const opened = openStore(
    { redis: address, redisReplicas, storeEpoch: undefined, lifetimes: DEFAULT_LIFETIMES },
    keysOf(),
    () => undefined,
  )
  const { store, lease, permits, close } = await untilUsable(opened)
  const id = randomUUID()
  const key: StoreKey = ['verification', id]
  const write: WriteKeys = { record: ['write', id], earlier: ['write', 'earlier', id] }
  await tried(store.set(key, { a: 1 }, 60))
  await tried(store.get(key))
  await tried(store.update(key, 60, () => ({ a: 2 })))
  await tried(store.update(key, 60, () => null))
  await tried(store.updateWrite(write, 60, () => ({ record: { a: 1 }, earlier: { a: 1 } }), { isClaim: true }))
  for (const name of ['kyc:spent:one', 'kyc:spent:one']) await tried(lease(name, 1_000, 60_000, LEASE))
  const permit = await permits!(`sei:${id}`, 4)
    .tryAcquire(1_000)
    .catch(() => undefined)
  permit?.()
  await close()
}

const EVENT_KEY = randomBytes(32)

/** Changes of state as the server uses them, until one is handled or a step is refused. */
async function useEvents(user: User, at: Redis): Promise<void> {
  const log = new RedisEventLog({
    address: user.address,
    // One key, so that each user can read what the others record.
    cipher: cipherOf([EVENT_KEY]),
    settings: { maxCount: 1_000, retentionMs: 60_000, sequenceMs: 60_000 },
    onFault: () => undefined,
  })
  let isHandled = false
  let isHeard = false
  log.subscribeAll(() => (isHeard = true))
  log.consume(user.name, () => Promise.resolve(void (isHandled = true)))
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until && !(isHandled && isHeard); await delay(50)) {
    await tried(log.record(undefined, { type: 'kycOverview', id: user.name, state: 'A', isFinal: false }))
    await tried(log.find('1-1'))
    if ((await denied(user, at)).length > 0) break
  }
  // The other steps go on to where they are refused.
  await delay(100)
  await log.close()
}

/** All that the server does in Redis beside the streams of the trail. */
async function useAll(user: User, { redisReplicas = 0, at = admin, hasQueue = false } = {}): Promise<void> {
  const { address } = user
  const anchors = openAnchorStore(address)
  await Promise.all([
    useStore(address, redisReplicas),
    tellChange(user, at),
    useEvents(user, at),
    hasQueue ? useQueue(address, at) : undefined,
    tried(connectionError(address)),
    tried(anchors.put(HEAD, deriveChainKey(Buffer.alloc(32, 1)))),
  ])
  await delay(50)
  await anchors.close()
}

test('the line in the documentation is enough for all that the server does', async () => {
  const user = await userWith(SERVER)
  await useAll(user, { hasQueue: true })
  expect(await denied(user)).toEqual([])
})

test('the rights of the queue of webhooks are those of the commands that it and its scripts send', async () => {
  const own = await privateRedis()
  const at = new Redis(own.url)
  await useQueue(addressOf(own.url), at)
  const sent = new Set(
    [...(await at.info('commandstats')).matchAll(/^cmdstat_([^:|]+)/gm)].map(([, name]) => `+${name}`),
  )
  expect(QUEUE.length).toBeGreaterThan(20)
  expect(QUEUE.filter((right) => !sent.has(right))).toEqual([])
  at.disconnect()
  await own.kill()
})

const MAX_USES = 3

test('each right of the line is needed', async () => {
  const rights = SERVER.filter((right) => right.startsWith('+') && !QUEUE.includes(right))
  expect(rights.length).toBeGreaterThan(15)
  const unused: string[] = []
  // A few at a time, so that each has its connections before a start gives up.
  const work = async () => {
    for (let right = rights.pop(); right !== undefined; right = rights.pop()) {
      const user = await userWith(SERVER.filter((other) => other !== right))
      let isDenied = false
      // A step that waits for others may not have come to its command when the first use ends.
      for (let uses = 0; uses < MAX_USES && !isDenied; uses += 1) {
        await useAll(user)
        isDenied = (await denied(user)).includes(right.slice(1))
      }
      if (!isDenied) unused.push(right)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_USERS }, work))
  expect(unused).toEqual([])
})

test.each(['~kyc:*', '&kyc:changes*'])('so is %s', async (pattern) => {
  const user = await userWith(SERVER.filter((right) => right !== pattern))
  await useAll(user)
  expect((await denied(user)).some((object) => object.startsWith('kyc:'))).toBe(true)
})

const stream = ({ address }: User) =>
  openSink({ audit: { stream: STREAM }, auditFsync: 'off', redis: address }, () => 0)

async function allOf(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

const FEATURES: readonly (readonly [setting: string, use: (user: User) => Promise<unknown>])[] = [
  ['`AUDIT_LOG=redis:<stream>`', async (user) => stream(user).write(['{}'])],
  [
    '`AUDIT_CHECKPOINTS=redis:<stream>`',
    async ({ address }) => {
      const sink = openCheckpointSink({ stream: STREAM, redis: address })
      await tried(sink.put({ line: '{}' } as SignedCheckpoint))
      await tried(allOf(sink.since(0)))
      await sink.close()
    },
  ],
  ['`REDIS_REPLICAS`', (user) => useAll(user, { redisReplicas: 1 })],
]

test.each(FEATURES)('%s needs the rights beside it, each of them', async (setting, use) => {
  const more = moreWith(setting)
  const user = await userWith([...SERVER, ...more])
  await tried(use(user))
  expect(await denied(user)).toEqual([])
  for (const right of more) {
    const lesser = await userWith([...SERVER, ...more.filter((other) => other !== right)])
    await tried(use(lesser))
    expect(await denied(lesser)).toContain(right.slice(1))
  }
})

test('a database number needs +select', async () => {
  const [with_, without] = [
    await userWith([...SERVER, ...moreWith('a database number')], { suffix: '/3' }),
    await userWith(SERVER, { suffix: '/3' }),
  ]
  await useAll(with_)
  await useAll(without)
  expect(await denied(with_)).toEqual([])
  expect(await denied(without)).toContain('select')
})

test('a cluster needs the rights beside it', async () => {
  const at = new Redis(cluster.url)
  await at.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  const more = moreWith('a cluster')
  const whole = await userWith([...SERVER, ...more], { at, url: cluster.url })
  const asked = { ...whole, address: { ...whole.address, kind: 'cluster' as const } }
  await useAll(asked, { at, hasQueue: true })
  expect(await denied(whole, at)).toEqual([])
  const lesser = await userWith(SERVER, { at, url: cluster.url })
  await useAll({ ...lesser, address: { ...lesser.address, kind: 'cluster' } }, { at })
  expect(await denied(lesser, at)).toContain('cluster|slots')
  at.disconnect()
})

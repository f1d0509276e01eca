import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { Change, RawStore, Swap } from '../../src/store/raw-store.js'
import { redisStore } from '../../src/store/redis.js'
import { formCluster } from '../support/redis-cluster.js'
import { cipherOf } from '../support/keys.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'

const TTL_MS = 60_000
const EPOCH = randomUUID()
const [ONE, TWO, THREE] = [randomBytes(8), randomBytes(8), randomBytes(8)]
const change = (name: string, expected: Buffer | null, next?: Buffer | null): Change => ({ name, expected, next })

let redis: PrivateRedis
let nodes: readonly PrivateRedis[]
let admin: Redis
beforeAll(async () => {
  const node = () =>
    privateRedis(['--cluster-enabled', 'yes', '--cluster-config-file', `/tmp/kyc-nodes-${randomUUID()}.conf`])
  ;[redis, nodes] = await Promise.all([privateRedis(), Promise.all([node(), node(), node()])])
  for (const each of await formCluster(nodes)) each.disconnect()
  admin = new Redis(redis.url)
}, 60_000)
afterAll(async () => {
  admin.disconnect()
  await Promise.all([redis, ...nodes].map((each) => each.kill()))
})

async function usable(raw: RawStore): Promise<RawStore> {
  await vi.waitFor(() => raw.probe(), { timeout: 20_000 })
  return raw
}

describe.each<[where: string, open: () => RawStore]>([
  ['memory', () => memoryStore()],
  ['Redis', () => redisStore(addressOf(redis.url), () => undefined)],
  // The names of the test have slots of their own, on several nodes.
  ['a cluster', () => redisStore(addressOf(nodes.map(({ url }) => url).join(',')), () => undefined)],
])('a swap of several names in %s', (_where, open) => {
  test('changes, removes and compares all of them, or changes none and tells what they have', async () => {
    const raw = await usable(open())
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    const swap = async (...changes: Change[]) => {
      const { outcome, found } = await raw.compareAndSwapAll({ changes, ttlMs: TTL_MS })
      return outcome === 'made' ? outcome : found
    }
    expect(await swap(change(a, null, ONE), change(b, null, TWO), change(c, null))).toBe('made')
    expect(await swap(change(a, ONE, THREE), change(b, ONE, THREE))).toEqual([ONE, TWO])
    expect(await swap(change(a, ONE, THREE), change(c, TWO))).toEqual([ONE, null])
    expect(await swap(change(a, ONE, null), change(b, TWO, THREE))).toBe('made')
    expect(await swap(change(a, ONE), change(b, ONE))).toEqual([null, THREE])
    await raw.close()
  })
})

describe('the script of a swap', () => {
  const names = () => [randomUUID(), randomUUID()] as const

  test('that is sent twice, as a cluster is when a connection breaks, says both times that it was made', async () => {
    const raw = await usable(redisStore(addressOf(redis.url), () => undefined))
    const [a, b] = names()
    const made = async (...changes: Change[]) =>
      (await raw.compareAndSwapAll({ changes, ttlMs: TTL_MS })).outcome === 'made'
    const claim = [change(a, null, ONE), change(b, null, TWO)]
    expect([await made(...claim), await made(...claim)]).toEqual([true, true])
    expect(await made(change(a, null, ONE), change(b, null, THREE))).toBe(false)
    const half = [change(a, ONE, THREE), change(b, TWO)]
    expect([await made(...half), await made(...half)]).toEqual([true, true])
    await raw.close()
  })

  test("changes nothing where the time that it goes by is not Redis', and tells the right one", async () => {
    const raw = await usable(redisStore(addressOf(redis.url), () => undefined))
    const [a] = names()
    const swap = (at: number) => raw.compareAndSwapAll({ changes: [change(a, null, ONE)], ttlMs: TTL_MS, at })
    for (const off of [-400, 400, 3_600_000]) {
      const { outcome, now } = await swap(raw.now() + off)
      expect([outcome, await raw.get(a)]).toEqual(['other', null])
      expect(Math.abs(now - raw.now())).toBeLessThan(200)
    }
    expect((await swap(raw.now())).outcome).toBe('made')
    await raw.close()
  })

  test('changes nothing where the epoch is another one, and tells what the names have', async () => {
    const raw = await usable(redisStore(addressOf(redis.url), () => undefined))
    const [a, epochName] = names()
    const swap = (next: Buffer, expected: Buffer | null): Swap => ({
      changes: [change(a, expected, next)],
      ttlMs: TTL_MS,
      check: { epochName, epoch: EPOCH },
    })
    expect(await raw.compareAndSwapAll(swap(ONE, null))).toMatchObject({ outcome: 'epoch', found: [null] })
    await admin.set(epochName, `${EPOCH} and more`)
    expect((await raw.compareAndSwapAll(swap(ONE, null))).outcome).toBe('made')
    await admin.set(epochName, randomUUID())
    expect(await raw.compareAndSwapAll(swap(TWO, ONE))).toMatchObject({ outcome: 'epoch', found: [ONE] })
    await raw.close()
  })
})

test('a keyed write sends two commands, and its repeat one', async () => {
  const raw = await usable(redisStore(addressOf(redis.url), () => undefined))
  const store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  const idempotency = new Idempotency(30_000)
  const write = (idempotencyKey: string) =>
    idempotency.execute<{ id: string }>({
      caller: { tenant: 'tenant:bank', client: 'app', subject: 'ada' },
      store,
      mutation: 'create',
      input: { idempotencyKey },
      repeatable: true,
      intentRecorded: Promise.resolve(),
      toStored: (payload) => payload,
      run: () => Promise.resolve({ id: 'new' }),
    })
  const scripts = async (ask: () => Promise<unknown>) => {
    await admin.config('RESETSTAT')
    await ask()
    const calls = (await admin.info('commandstats')).matchAll(/^cmdstat_(eval\w*):calls=(\d+)/gm)
    return Object.fromEntries([...calls].map(([, name, count]) => [name, Number(count)]))
  }
  // The first time a script is sent with its text.
  await write(randomUUID())
  const key = randomUUID()
  expect(await scripts(() => write(key))).toEqual({ evalsha: 2 })
  expect(await scripts(() => write(key))).toEqual({ evalsha: 1 })
  await raw.close()
})

import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { redisStore } from '../../src/store/redis.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { countTurns, today } from '../support/clock.js'
import { privateRedis, addressOf } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'

const silent = () => undefined
const key = () => randomBytes(32)
let unique = 0
const name = () => ['apq', String(process.pid), String((unique += 1))] as const

const stores: readonly [string, () => RawStore][] = [
  ['memory', () => memoryStore()],
  ['Redis', () => redisStore(addressOf(inject('redisUrl')), silent)],
]

describe.each(stores)('the store in %s', (_where, open) => {
  let raw: RawStore
  beforeAll(async () => {
    raw = open()
    // ioredis connects in the background, and a command before that is refused rather than queued.
    await vi.waitFor(() => raw.probe(), { timeout: 20_000 })
  })
  afterAll(() => raw.close())

  test('answers a value until its TTL ends', async () => {
    const store = encryptedStore(raw, cipherOf([key()]))
    const place = name()
    await store.set(place, { a: ['value'] }, 60)
    expect(await store.get(place)).toEqual({ a: ['value'] })
    await store.set(place, 'short', 0.02)
    await expect.poll(() => store.get(place)).toBeNull()
  })

  test('counts every one of a hundred concurrent changes', async () => {
    const store = encryptedStore(raw, cipherOf([key()]))
    const place = name()
    await Promise.all(
      Array.from({ length: 100 }, () => store.update<number>(place, 60, (current) => (current ?? 0) + 1)),
    )
    expect(await store.get(place)).toBe(100)
  })

  test('counts every one of sixty concurrent changes of each of two processes', async () => {
    const secret = key()
    const stores = [encryptedStore(raw, cipherOf([secret])), encryptedStore(raw, cipherOf([secret]))]
    const place = name()
    await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 60 }, () => store.update<number>(place, 60, (current) => (current ?? 0) + 1)),
      ),
    )
    for (const store of stores) expect(await store.get(place)).toBe(120)
  })

  test('lets one of two claim a name, also while keys rotate and each puts another first', async () => {
    const [old, fresh] = [key(), key()]
    const stores = [encryptedStore(raw, cipherOf([old, fresh])), encryptedStore(raw, cipherOf([fresh, old]))]
    for (let round = 0; round < 50; round += 1) {
      const place = name()
      const claims = await Promise.all(
        stores.map((store, who) => store.update<number>(place, 60, (current) => (current === null ? who : undefined))),
      )
      const winner = claims.findIndex(({ changed }) => changed)
      expect(claims.filter(({ changed }) => changed)).toHaveLength(1)
      for (const store of stores) expect(await store.get(place)).toBe(winner)
    }
  })

  test('leaves, changes and removes as the change says', async () => {
    const store = encryptedStore(raw, cipherOf([key()]))
    const place = name()
    expect(await store.update(place, 60, () => undefined)).toEqual({ value: null, changed: false })
    expect(await store.update(place, 60, () => 'one')).toEqual({ value: 'one', changed: true })
    expect(await store.update(place, 60, () => undefined)).toEqual({ value: 'one', changed: false })
    expect(await store.update(place, 60, () => null)).toEqual({ value: null, changed: true })
    expect(await store.get(place)).toBeNull()
  })

  test('finds and opens under an older key while keys rotate, and not once it is gone', async () => {
    const [old, fresh] = [key(), key()]
    const place = name()
    await encryptedStore(raw, cipherOf([old])).set(place, 'kept', 60)
    expect(await encryptedStore(raw, cipherOf([fresh, old])).get(place)).toBe('kept')
    expect((await encryptedStore(raw, cipherOf([fresh, old])).update(place, 60, () => 'changed')).changed).toBe(true)
    expect(await encryptedStore(raw, cipherOf([fresh, old])).get(place)).toBe('changed')
    // A process that still puts the older key first finds values set under the newer one.
    await encryptedStore(raw, cipherOf([fresh, old])).set(place, 'set', 60)
    expect(await encryptedStore(raw, cipherOf([old, fresh])).get(place)).toBe('set')
    expect(await encryptedStore(raw, cipherOf([fresh])).get(place)).toBe('set')
  })
})

test('changes of one name in one process are queued, and so never conflict', async () => {
  const raw = memoryStore()
  let swaps = 0
  const store = encryptedStore(
    { ...raw, compareAndSwap: (...asked) => ((swaps += 1), raw.compareAndSwap(...asked)) },
    cipherOf([key()]),
  )
  const place = name()
  await Promise.all(Array.from({ length: 100 }, () => store.update<number>(place, 60, (current) => (current ?? 0) + 1)))
  expect([await store.get(place), swaps]).toEqual([100, 100])
  await raw.close()
})

test('neither names nor values can be read in Redis', async () => {
  const raw = redisStore(addressOf(inject('redisUrl')), silent)
  await expect
    .poll(() =>
      raw.probe().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await encryptedStore(raw, cipherOf([key()])).set(['apq', '90070012345678'], { name: 'Ada Accepted' }, 60)
  const redis = new Redis(inject('redisUrl'))
  const [found] = await redis.keys('kyc:apq:*')
  const value = await redis.getBuffer(found!)
  expect(found).not.toContain('90070012345678')
  expect(value!.toString('latin1')).not.toContain('Ada')
  redis.disconnect()
  await raw.close()
})

test('a value moved to another name, or altered, counts as absent', async () => {
  const kept = new Map<string, Buffer>()
  const raw: RawStore = {
    read: (place) => Promise.resolve({ bytes: kept.get(place) ?? null, now: Date.now() }),
    now: () => Date.now(),
    get: (place) => Promise.resolve(kept.get(place) ?? null),
    set: (place, value) => Promise.resolve(void kept.set(place, value)),
    compareAndSwap: () => Promise.resolve(false),
    compareAndSwapAll: () => Promise.resolve({ outcome: 'other', now: Date.now(), found: [] }),
    probe: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const store = encryptedStore(raw, cipherOf([key()]))
  await store.set(['apq', '1'], 'first', 60)
  await store.set(['apq', '2'], 'second', 60)
  const [one, two] = [...kept.keys()] as [string, string]
  kept.set(two, kept.get(one)!)
  expect(await store.get(['apq', '2'])).toBeNull()
  kept.get(one)!.writeUInt8(kept.get(one)!.at(-1)! ^ 1, kept.get(one)!.length - 1)
  expect(await store.get(['apq', '1'])).toBeNull()
})

test("changes get Redis' time, whatever the clock of this machine says", async () => {
  const raw = redisStore(addressOf(inject('redisUrl')), silent)
  await vi.waitFor(() => raw.probe(), { timeout: 20_000 })
  const store = encryptedStore(raw, cipherOf([key()]))
  const real = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(real + 3_600_000)
  let given = 0
  await store.update(name(), 60, (_current, now) => void (given = now))
  today()
  for (const now of [given, store.now()]) expect(Math.abs(now - real)).toBeLessThan(60_000)
  await raw.close()
})

test('a failed Redis is reported within a second, and found again when it is back', async () => {
  const redis = await privateRedis()
  const raw = redisStore(addressOf(redis.url), silent)
  const store = encryptedStore(raw, cipherOf([key()]))
  await expect
    .poll(() =>
      raw.probe().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await redis.kill()
  const turned = countTurns()
  await expect(store.get(['apq'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', extensions: { retryable: true } })
  await expect(store.update(['apq'], 60, () => 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(turned()).toBeLessThan(2_500)
  await redis.start()
  await expect
    .poll(() =>
      store.set(['apq'], 1, 60).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await raw.close()
  await redis.kill()
})

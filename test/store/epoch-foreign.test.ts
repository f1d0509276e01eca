import { randomBytes, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type EpochServer, StoreEpoch } from '../../src/store/epoch.js'
import { type EpochRecord, newEpoch, openEpoch, sealEpoch } from '../../src/store/epoch-record.js'
import { cipherOf } from '../support/keys.js'

const cipher = cipherOf([randomBytes(32)])
const part = (index: number) => `kyc:epoch:{${index}}`
const STORES: readonly (readonly [store: string, names: readonly string[]])[] = [
  ['one record', [part(0)]],
  ['a record for each part of a cluster', Array.from({ length: 64 }, (_, index) => part(index))],
]

describe.each(STORES)('an epoch with %s', (_store, names) => {
  let values: Map<string, Buffer>
  let now: number
  beforeEach(() => {
    values = new Map()
    now = 1_000
  })

  /** A process; `afterSwap` runs after each value that it has written. */
  function opened({ pinned, afterSwap }: { pinned?: string; afterSwap?: () => Promise<void> } = {}): StoreEpoch {
    const server: EpochServer = {
      epochNames: names,
      epochNameOf: (name) => name,
      facts: () => Promise.resolve([]),
      read: (name) => Promise.resolve({ bytes: values.get(name) ?? null, now }),
      async compareAndSwap(name, expected, next) {
        const current = values.get(name) ?? null
        const isExpected = expected === null ? current === null : current?.equals(expected) === true
        if (isExpected && next) values.set(name, next)
        if (isExpected) await afterSwap?.()
        return isExpected
      },
    }
    const ignore = () => undefined
    const events = { changed: ignore, created: ignore, described: ignore }
    return new StoreEpoch(server, cipher, events, { keyMs: 86_400_000, pinned })
  }
  async function checked(epoch: StoreEpoch): Promise<StoreEpoch['cause'] | 'trusted'> {
    await epoch.check()
    return epoch.cause ?? 'trusted'
  }
  const put = (record: EpochRecord, at: readonly string[] = names) => {
    for (const name of at) values.set(name, sealEpoch(cipher, name, record))
  }
  const first = () => openEpoch(cipher, names[0]!, values.get(names[0]!)!) as EpochRecord
  const begun = (state: EpochRecord['state'], at = now) => newEpoch(state, at, {})

  test('that another process has begun to write is not adopted by one that knows another, and no process trusts it', async () => {
    const known = opened()
    expect(await checked(known)).toBe('trusted')
    values.clear()
    put(begun('creating'), names.slice(0, 1))
    expect(await checked(known)).toBe('EPOCH_LOST')
    expect(first()).toMatchObject({ state: 'lost', cause: 'EPOCH_LOST' })
    expect(await checked(opened())).toBe('EPOCH_LOST')
    await expect(known.checkOf('name')).rejects.toMatchObject({ code: 'STORE_UNTRUSTED' })
  })

  test.each([1, 2])(
    'that a process writes while one checks that knows another, after %i of its records, is lost to both',
    async (at) => {
      const known = opened()
      await known.check()
      values.clear()
      let swaps = 0
      const process = opened({ afterSwap: async () => ((swaps += 1) === at ? known.check() : undefined) })
      await process.check()
      expect(known.cause).toBe('EPOCH_LOST')
      expect(await checked(process)).toBe('EPOCH_LOST')
      expect(first()).toMatchObject({ state: 'lost' })
    },
  )

  test('that is not the pinned one is not adopted while it is written; the pinned one is', async () => {
    const other = begun('creating')
    put(other, names.slice(0, 1))
    expect(await checked(opened({ pinned: other.id }))).toBe('trusted')
    values.clear()
    put(begun('creating'), names.slice(0, 1))
    expect(await checked(opened({ pinned: randomUUID() }))).toBe('EPOCH_LOST')
  })

  test('that a process left half written is completed by one that knows none', async () => {
    const half = begun('creating')
    put(half, names.slice(0, Math.ceil(names.length / 2)))
    expect(await checked(opened())).toBe('trusted')
    expect(first()).toMatchObject({ id: half.id, state: 'created' })
  })

  test('in place of the pinned one is told to all by a process that has found the pinned one, not by another', async () => {
    const pinned = begun('accepted')
    put(pinned)
    const [before, later] = [opened({ pinned: pinned.id }), opened({ pinned: pinned.id })]
    expect(await checked(before)).toBe('trusted')
    put(begun('created'))
    expect(await checked(later)).toBe('EPOCH_LOST')
    expect(await checked(opened())).toBe('trusted')
    expect(await checked(before)).toBe('EPOCH_LOST')
    expect(await checked(opened())).toBe('EPOCH_LOST')
  })

  test('that an operator accepted is adopted where it is later than the known one, and not where it is that of a backup', async () => {
    const old = begun('accepted')
    now += 1_000
    put(begun('accepted'))
    const known = opened()
    expect(await checked(known)).toBe('trusted')
    const next = begun('accepted', now + 1)
    put(next)
    expect(await checked(known)).toBe('trusted')
    put(old)
    expect(await checked(known)).toBe('EPOCH_LOST')
    expect(await checked(opened())).toBe('EPOCH_LOST')
  })
})

import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { acceptEpoch, inspectEpoch } from '../../src/store/accept-epoch.js'
import type { StoreCipher } from '../../src/store/cipher.js'
import { type EpochServer, StoreEpoch } from '../../src/store/epoch.js'
import { newEpoch, sealEpoch } from '../../src/store/epoch-record.js'
import { cipherOf } from '../support/keys.js'

const [previous, current, other] = [randomBytes(32), randomBytes(32), randomBytes(32)]
/** The keys of a process from before a rotation, of one after it, and of one that lacks the previous key. */
const [EARLIER, WHOLE, LACKING] = [cipherOf([previous]), cipherOf([current, previous]), cipherOf([current])]
const KEY_MS = 86_400_000

const part = (index: number) => `kyc:epoch:{${index}}`
const STORES: readonly (readonly [store: string, names: readonly string[]])[] = [
  ['one record', [part(0)]],
  ['a record for each part of a cluster', Array.from({ length: 64 }, (_, index) => part(index))],
]

describe.each(STORES)('the keys in use of an epoch with %s', (_store, names) => {
  let values: Map<string, Buffer>
  let now: number
  let evictedKeys: number
  let beforeSwap: (() => Promise<void>) | undefined
  const server: EpochServer = {
    epochNames: names,
    epochNameOf: (name) => name,
    facts: () =>
      Promise.resolve([{ runId: 'primary', evictedKeys, evictionPolicy: undefined, hasAppendOnlyFile: true }]),
    read: (name) => Promise.resolve({ bytes: values.get(name) ?? null, now }),
    async compareAndSwap(name, expected, next) {
      const act = beforeSwap
      beforeSwap = undefined
      await act?.()
      const found = values.get(name) ?? null
      const isExpected = expected === null ? found === null : found?.equals(expected) === true
      if (isExpected && next) values.set(name, next)
      return isExpected
    },
  }
  const ignore = () => undefined
  const opened = (cipher: StoreCipher) =>
    new StoreEpoch(server, cipher, { changed: ignore, created: ignore, described: ignore }, { keyMs: KEY_MS })
  const isGranted = (epoch: StoreEpoch) =>
    epoch.checkOf('name').then(
      () => true,
      () => false,
    )
  const readsAll = async (epoch: StoreEpoch) => {
    await epoch.check()
    return epoch.canReadAll()
  }

  let whole: StoreEpoch
  let lacking: StoreEpoch
  beforeEach(async () => {
    values = new Map()
    now = 1_000_000_000
    evictedKeys = 0
    beforeSwap = undefined
    await opened(EARLIER).check()
    whole = opened(WHOLE)
    lacking = opened(LACKING)
    expect(await isGranted(whole)).toBe(true)
    expect(await isGranted(lacking)).toBe(false)
    expect(lacking.cause).toBe('OTHER_KEY')
  })

  /** The store is lost to all, and the process without a key still knows that it lacks one, until that key's records ended. */
  async function staysKnown(cause: StoreEpoch['cause']): Promise<void> {
    for (const each of [lacking, opened(LACKING)])
      for (let check = 0; check < 3; check += 1) {
        expect(await readsAll(each)).toBe(false)
        expect(each.cause).toBe(cause)
      }
    expect(await readsAll(whole)).toBe(true)
    await acceptEpoch(server, WHOLE)
    for (const each of [lacking, opened(LACKING)]) {
      expect(await isGranted(each)).toBe(false)
      expect(each.cause).toBe('OTHER_KEY')
    }
    for (const each of [whole, opened(WHOLE)]) expect(await isGranted(each)).toBe(true)
    now += KEY_MS + 1_200_000
    expect(await isGranted(lacking)).toBe(true)
  }

  test.each(['whole', 'lacking'])(
    'stay stated where the server evicts, and a process that is %s finds it',
    async (who) => {
      evictedKeys = 1
      await (who === 'whole' ? whole : lacking).recheck()
      await staysKnown('EVICTING')
    },
  )

  test.each([0, names.length - 1])('stay stated where the record of part %i is gone', async (index) => {
    values.delete(part(index))
    await whole.recheck()
    await staysKnown('EPOCH_LOST')
  })

  test('stay stated where a process has begun another epoch', async () => {
    values.clear()
    await opened(LACKING).check()
    await whole.recheck()
    await staysKnown('EPOCH_LOST')
  })

  test('stay stated where a process states one while another one tells that the store has forgotten', async () => {
    const third = cipherOf([current, other])
    const [otherId] = cipherOf([other]).usedIds as [string]
    const begun = newEpoch('created', now, {})
    for (const name of names) values.set(name, sealEpoch(third, name, begun))
    beforeSwap = () => {
      values.set(names[0]!, sealEpoch(third, names[0]!, { ...begun, keys: { [otherId]: now } }))
      return Promise.resolve()
    }
    await whole.recheck()
    expect(whole.cause).toBe('EPOCH_LOST')
    expect(await readsAll(opened(WHOLE))).toBe(false)
  })

  test('stay stated where an operator accepts a store that is trusted, also one that is stated meanwhile', async () => {
    const all = cipherOf([current, previous, other])
    beforeSwap = () => opened(cipherOf([other, current, previous])).recheck()
    await acceptEpoch(server, all)
    expect(await isGranted(lacking)).toBe(false)
    expect(await isGranted(opened(WHOLE))).toBe(false)
    expect(await isGranted(opened(all))).toBe(true)
  })

  test('are shown to an operator, and given up where the operator does not give them', async () => {
    const { epochs } = await inspectEpoch(server, LACKING)
    const ids = [...EARLIER.usedIds, ...LACKING.usedIds]
    expect(epochs).toEqual([expect.objectContaining({ keys: Object.fromEntries(ids.map((id) => [id, now])) })])
    await acceptEpoch(server, LACKING)
    expect(await isGranted(lacking)).toBe(true)
    evictedKeys = 1
    await lacking.recheck()
    expect(await readsAll(lacking)).toBe(true)
  })
})

import { randomBytes } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../datasources/contract/errors.js'
import type { StoreKey } from '../../datasources/contract/store.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { DEFAULT_LIFETIMES, type Lifetimes } from '../../src/idempotency/lifetimes.js'
import type { WriteRecord } from '../../src/idempotency/record.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { later, today } from '../support/clock.js'
import { cipherOf } from '../support/keys.js'

const HOUR = 3600
const DAY = 24 * HOUR
const CALLER = { tenant: 'client:app', client: 'app' }

afterEach(today)

function open(lifetimes: Lifetimes, { repeatable = true, fails = false } = {}) {
  const raw = memoryStore()
  const store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  const run = vi.fn(() => (fails ? Promise.reject(new ApiError('OUTCOME_UNKNOWN')) : Promise.resolve({ id: 'ada' })))
  const idempotency = new Idempotency(30_000, lifetimes)
  const write = () =>
    idempotency
      .execute<{ id: string }>({
        caller: CALLER,
        store,
        mutation: 'create',
        input: { idempotencyKey: 'k' },
        repeatable,
        intentRecorded: Promise.resolve(),
        toStored: (payload) => payload,
        run,
      })
      .then(
        ({ replayed }) => replayed,
        (error: unknown) => (error as ApiError).code,
      )
  return { raw, store, run, write }
}

test('a payload that ends before its key: a repeat is answered, then says that it was erased, then is a new write', async () => {
  const { raw, store, run, write } = open({ keyMs: 30 * DAY * 1000, payloadMs: HOUR * 1000 })
  expect([await write(), await write()]).toEqual([false, true])
  // Version 0.1.0 cannot replay it, and refuses the key.
  const earlier: StoreKey = ['write', CALLER.tenant, CALLER.client, 'create', 'k']
  expect(await store.get<WriteRecord>(earlier)).toMatchObject({ input: 'guard', payload: {} })
  later(2 * HOUR)
  expect([await write(), await write()]).toEqual(['OUTCOME_ERASED', 'OUTCOME_ERASED'])
  later(28 * DAY)
  expect(await write()).toBe('OUTCOME_ERASED')
  expect(run).toHaveBeenCalledTimes(1)
  later(2 * DAY)
  expect(await write()).toBe(false)
  await raw.close()
})

test('a payload lives as long as its key unless a setting says otherwise', async () => {
  const { raw, write } = open(DEFAULT_LIFETIMES)
  await write()
  later(6 * DAY)
  expect(await write()).toBe(true)
  later(2 * DAY)
  expect(await write()).toBe(false)
  await raw.close()
})

test('a write with an unknown outcome is not repeated once the provider has forgotten its key', async () => {
  const { raw, run, write } = open({ ...DEFAULT_LIFETIMES, keyMs: 30 * DAY * 1000 }, { fails: true })
  await write()
  later(6 * DAY)
  await write()
  expect(run).toHaveBeenCalledTimes(2)
  later(2 * DAY)
  expect(await write()).toBe('OUTCOME_UNKNOWN')
  expect(run).toHaveBeenCalledTimes(2)
  await raw.close()
})

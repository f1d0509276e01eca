import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { later, today } from '../support/clock.js'
import { cipherOf } from '../support/keys.js'

const WEEK_SECONDS = 7 * 24 * 3600
const DONE = { id: 'new' }
/** A provider, or a proxy in its place, says that it executed nothing. */
const ANSWERED = new ApiError('PROVIDER_UNAVAILABLE', { providerStatus: 503 })
/** Nothing was sent, as while a circuit is open. */
const UNSENT = new ApiError('PROVIDER_UNAVAILABLE')
const RECORDED = Promise.resolve()
const unrecorded = () => {
  const failed = Promise.reject(new ApiError('AUDIT_UNAVAILABLE'))
  failed.catch(() => undefined)
  return failed
}

afterEach(today)

interface Call {
  readonly customer?: string
  readonly intentRecorded?: Promise<void>
}

interface Options {
  readonly raw?: RawStore
  readonly leaseMs?: number
  readonly repeatable?: boolean
}

/** One key, the outcomes of its attempts in order, and the ids of the attempts. */
function open(
  outcomes: readonly (object | ApiError)[],
  { raw = memoryStore(), leaseMs = 30_000, repeatable = false }: Options = {},
) {
  const store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  const idempotency = new Idempotency(leaseMs)
  const left = [...outcomes]
  const attempts: string[] = []
  const write = ({ customer = 'ada', intentRecorded = RECORDED }: Call = {}): Promise<object | ErrorCode> =>
    idempotency
      .execute<object>({
        caller: { tenant: 'tenant:bank', client: 'app' },
        store,
        mutation: 'add',
        input: { idempotencyKey: 'k', ...{ customer } },
        place: [customer],
        repeatable,
        intentRecorded,
        toStored: (payload) => payload,
        run({ id, isRetry }) {
          expect(isRetry).toBe(false)
          attempts.push(id)
          const outcome = left.shift()!
          return outcome instanceof ApiError ? Promise.reject(outcome) : Promise.resolve(outcome)
        },
      })
      .catch(({ code }: ApiError) => code)
  return { write, attempts, idempotency }
}

test('a key that a 503 freed has another attempt id for another input, which may name a record of another customer', async () => {
  const { write, attempts } = open([ANSWERED, DONE])
  expect(await write()).toBe('PROVIDER_UNAVAILABLE')
  expect(await write({ customer: 'bob' })).toEqual({ ...DONE, replayed: false })
  expect(new Set(attempts).size).toBe(2)
  expect(await write()).toBe('IDEMPOTENCY_KEY_REUSED')
})

test('the attempt id of a freed key outlives calls that send nothing, and those whose intent is not recorded', async () => {
  // A second before the end of the week by which attempt ids are made.
  later(WEEK_SECONDS - ((Date.now() / 1000) % WEEK_SECONDS) - 1)
  const { write, attempts } = open([ANSWERED, UNSENT, UNSENT, DONE])
  for (let i = 0; i < 3; i += 1) expect(await write()).toBe('PROVIDER_UNAVAILABLE')
  expect(await write({ intentRecorded: unrecorded() })).toBe('AUDIT_UNAVAILABLE')
  later(3600)
  expect(await write()).toEqual({ ...DONE, replayed: false })
  expect(attempts).toHaveLength(4)
  expect(new Set(attempts).size).toBe(1)
  expect(await write()).toEqual({ ...DONE, replayed: true })
})

test('the attempt id of a freed key ends after a day', async () => {
  const { write, attempts } = open([ANSWERED, UNSENT, DONE])
  for (let i = 0; i < 2; i += 1) expect(await write()).toBe('PROVIDER_UNAVAILABLE')
  later(WEEK_SECONDS)
  expect(await write()).toEqual({ ...DONE, replayed: false })
  expect(attempts[2]).not.toBe(attempts[0])
})

test('a claim of a freed key that the store makes only later does not hold the key, and keeps its attempt id', async () => {
  const raw: { -readonly [name in keyof RawStore]: RawStore[name] } = memoryStore()
  const { compareAndSwapAll } = raw
  const { write, attempts } = open([ANSWERED, DONE], { raw })
  expect(await write()).toBe('PROVIDER_UNAVAILABLE')
  // A claim waits on a connection of its own: it is refused for its time, and is made after the first look for it.
  raw.compareAndSwapAll = (claim) => {
    raw.compareAndSwapAll = async (look) => {
      const looked = await compareAndSwapAll(look)
      raw.compareAndSwapAll = compareAndSwapAll
      await compareAndSwapAll(claim)
      return looked
    }
    return Promise.reject(new ApiError('STORE_UNAVAILABLE'))
  }
  expect(await write()).toBe('STORE_UNAVAILABLE')
  later(WEEK_SECONDS / 14)
  await expect.poll(() => write(), { timeout: 5_000 }).toEqual({ ...DONE, replayed: false })
  expect(attempts[1]).toBe(attempts[0])
})

describe('a claim whose reply is lost in an outage that outlasts its lease', () => {
  const LEASE_MS = 1_000

  /** A store that makes the first claim, loses the reply, and answers nothing from then until it is back. */
  function outage() {
    const raw: { -readonly [name in keyof RawStore]: RawStore[name] } = memoryStore()
    const { compareAndSwapAll } = raw
    const lost = () => Promise.reject(new ApiError('STORE_UNAVAILABLE'))
    raw.compareAndSwapAll = async (claim) => {
      raw.compareAndSwapAll = lost
      await compareAndSwapAll(claim)
      return lost()
    }
    return { raw, back: () => void (raw.compareAndSwapAll = compareAndSwapAll) }
  }

  test.each([true, false])('is undone once the store is back (repeatable: %s)', async (repeatable) => {
    const { raw, back } = outage()
    const { write, attempts, idempotency } = open([DONE], { raw, leaseMs: LEASE_MS, repeatable })
    expect(await write()).toBe('STORE_UNAVAILABLE')
    let isSettled = false
    const settled = idempotency.settled().then(() => (isSettled = true))
    await delay(1.3 * LEASE_MS)
    expect(isSettled).toBe(false)
    back()
    await settled
    expect(await write()).toEqual({ ...DONE, replayed: false })
    expect(attempts).toHaveLength(1)
  })

  test('is undone also where a repeat has found it abandoned meanwhile', async () => {
    const { raw, back } = outage()
    const { write, attempts, idempotency } = open([DONE], { raw, leaseMs: LEASE_MS })
    expect(await write()).toBe('STORE_UNAVAILABLE')
    await delay(1.3 * LEASE_MS)
    back()
    expect(await write()).toBe('OUTCOME_UNKNOWN')
    await idempotency.settled()
    expect(await write()).toEqual({ ...DONE, replayed: false })
    expect(attempts).toHaveLength(1)
  })
})

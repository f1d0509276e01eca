import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApiError } from '../../datasources/contract/errors.js'
import type { Store } from '../../datasources/contract/store.js'
import { erasePerson } from '../../src/erasure/erasure.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { CountingStore } from '../../src/store/raw-store.js'
import { later, today } from '../support/clock.js'
import { createGate, type Gate } from '../support/gate.js'
import { cipherOf } from '../support/keys.js'

const LEASE_MS = 30_000
const LIFETIMES = { keyMs: 30 * 24 * 3_600_000, payloadMs: 3_600_000 }
const cipher = cipherOf([randomBytes(32)])

let raw: CountingStore
let names: Set<string>
let store: Store
beforeEach(() => {
  const memory = memoryStore()
  names = new Set()
  raw = {
    ...memory,
    set: (name, ...rest) => (names.add(name), memory.set(name, ...rest)),
    compareAndSwapAll: (swap) => (swap.changes.forEach(({ name }) => names.add(name)), memory.compareAndSwapAll(swap)),
  }
  store = encryptedStore(raw, cipher)
})
afterEach(async () => {
  today()
  await raw.close()
})

/** The payloads that the store has. */
async function payloads(): Promise<unknown[]> {
  const all = [...names].filter((name) => name.startsWith('kyc:write-payload:'))
  const bytes = await Promise.all(all.map(async (name) => ({ name, found: await raw.get(name) })))
  return bytes.flatMap(({ name, found }) => (found ? [cipher.open(name, found)] : []))
}
const erase = () =>
  erasePerson(
    { ids: ['ada'] },
    {
      store: {
        ...raw,
        async *scan() {
          await Promise.resolve()
          yield [...names]
        },
      },
      cipher,
      keyMs: LIFETIMES.keyMs,
      isDryRun: false,
      progress: () => undefined,
    },
  )

/** A write of one process under the one key: its answer, or the code of its error. */
function write(session: string, { of = store, gate }: { of?: Store; gate?: Gate } = {}) {
  const begun = createGate()
  const ended = new Idempotency(LEASE_MS, LIFETIMES)
    .execute<{ session: string }>({
      caller: { tenant: 'client:app', client: 'app' },
      store: of,
      mutation: 'updatePerson',
      input: { idempotencyKey: 'k', personId: 'ada' } as object,
      repeatable: true,
      intentRecorded: Promise.resolve(),
      toStored: (payload) => payload,
      async run() {
        begun.open()
        await gate?.opened
        return { session }
      },
    })
    .catch((error: unknown) => (error as ApiError).code)
  return { begun: begun.opened, ended }
}
const answer = (session: string) => write(session).ended
/** The store of a process that ends when it has stored the payload. */
const ending = (): Store => {
  let isStored = false
  const never = () => new Promise<never>(() => undefined)
  return {
    ...store,
    set: async (...args) => {
      await store.set(...args)
      isStored = true
    },
    updateWrite: (...args) => (isStored ? never() : store.updateWrite(...args)),
  }
}

test('a payload whose write ends after an erasure is removed again', async () => {
  const gate = createGate()
  const running = write('one', { gate })
  await running.begun
  expect(await erase()).toMatchObject({ tombstones: { write: 2 }, remaining: {} })
  gate.open()
  expect(await running.ended).toEqual({ session: 'one', replayed: false })
  expect(await payloads()).toEqual([])
  expect(await answer('two')).toBe('OUTCOME_ERASED')
})

test('a runner that lost its lease does not change what a repeat is told, and leaves no payload', async () => {
  const gate = createGate()
  const stopped = write('of the stopped one', { gate })
  await stopped.begun
  later(LEASE_MS / 1000 + 1)
  expect(await answer('of the other')).toEqual({ session: 'of the other', replayed: false })
  gate.open()
  expect(await stopped.ended).toEqual({ session: 'of the stopped one', replayed: false })
  expect(await answer('new')).toEqual({ session: 'of the other', replayed: true })
  expect(await payloads()).toEqual([{ session: 'of the other' }])
})

test('a runner that lost its lease and ends after its payload does not change what a repeat is told', async () => {
  const gate = createGate()
  const stopped = write('of the stopped one', { gate, of: ending() })
  await stopped.begun
  later(LEASE_MS / 1000 + 1)
  expect(await answer('of the other')).toEqual({ session: 'of the other', replayed: false })
  gate.open()
  await expect.poll(payloads).toHaveLength(2)
  expect(await answer('new')).toEqual({ session: 'of the other', replayed: true })
})

test('a process that ends between the payload and the record leaves a lost answer, not an erased one', async () => {
  const ended = write('one', { of: ending() })
  await ended.begun
  await expect.poll(payloads).toHaveLength(1)
  later(LEASE_MS / 1000 + 1)
  expect(await answer('two')).toEqual({ session: 'two', replayed: false })
  expect(await answer('three')).toEqual({ session: 'two', replayed: true })
  later(2 * 3600)
  expect(await answer('four')).toBe('OUTCOME_ERASED')
})

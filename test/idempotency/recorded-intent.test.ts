import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { ApiError } from '../../datasources/contract/errors.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { createGate } from '../support/gate.js'
import { cipherOf } from '../support/keys.js'

const LEASE_MS = 120

/** Writes of one key, whose intents are recorded when their caller says so. */
function open() {
  const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
  const idempotency = new Idempotency(LEASE_MS)
  const run = vi.fn(() => Promise.resolve({ id: 'new' }))
  const write = (intentRecorded: Promise<void>, repeatable = false) =>
    idempotency
      .execute<{ id: string }>({
        caller: { tenant: 'tenant:bank', client: 'app' },
        store,
        mutation: 'create',
        input: { idempotencyKey: 'k' },
        repeatable,
        intentRecorded,
        toStored: (payload) => payload,
        run,
      })
      .catch(({ code }: ApiError) => code)
  return { run, write }
}

const RECORDED = Promise.resolve()
const unrecorded = () => {
  const failed = Promise.reject(new ApiError('AUDIT_UNAVAILABLE'))
  failed.catch(() => undefined)
  return failed
}

test('a write whose intent cannot be recorded asks no provider, and its key is free again', async () => {
  const { run, write } = open()
  expect(await write(unrecorded())).toBe('AUDIT_UNAVAILABLE')
  expect(run).not.toHaveBeenCalled()
  expect(await write(RECORDED)).toEqual({ id: 'new', replayed: false })
})

test('an outcome is not told again where that cannot be recorded', async () => {
  const { run, write } = open()
  await write(RECORDED)
  expect(await write(unrecorded())).toBe('AUDIT_UNAVAILABLE')
  expect(await write(RECORDED)).toEqual({ id: 'new', replayed: true })
  expect(run).toHaveBeenCalledOnce()
})

test.each([true, false])(
  'an intent that takes longer than a lease holds the key, and the write begins after it (repeatable: %s)',
  async (repeatable) => {
    const { run, write } = open()
    const intent = createGate()
    const waiting = write(intent.opened, repeatable)
    await delay(2 * LEASE_MS)
    expect(await write(RECORDED, repeatable)).toBe('IDEMPOTENCY_IN_PROGRESS')
    expect(run).not.toHaveBeenCalled()
    intent.open()
    expect(await waiting).toEqual({ id: 'new', replayed: false })
    expect(run).toHaveBeenCalledOnce()
  },
)

test('without a key the write begins after its intent too', async () => {
  const run = vi.fn(() => Promise.resolve({ id: 'new' }))
  const failed = new Idempotency(LEASE_MS).execute({
    caller: { tenant: 'tenant:bank', client: 'app' },
    store: encryptedStore(memoryStore(), cipherOf([randomBytes(32)])),
    mutation: 'create',
    input: {},
    repeatable: false,
    intentRecorded: unrecorded(),
    toStored: (payload: object) => payload,
    run,
  })
  await expect(failed).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
  expect(run).not.toHaveBeenCalled()
})

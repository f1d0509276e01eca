import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import type { Write } from '../../src/idempotency/write.js'
import type { WriteRecord } from '../../src/idempotency/record.js'
import { EARLIER_NAMES_END, nameParts } from '../../src/idempotency/write-name.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { later, today } from '../support/clock.js'
import { cipherOf } from '../support/keys.js'

const LEASE_MS = 30_000
const APP = { tenant: 'tenant:bank', client: 'app' }
const ADA = { ...APP, subject: 'ada' }
const BOB = { ...APP, subject: 'bob' }
type Caller = typeof APP | typeof ADA

afterEach(today)

/** What a write of version 0.1.0 does under a key, in its own words: the answer, or the state that keeps it from running. */
function earlier(store: Store, input: object) {
  const text = JSON.stringify(input)
  const keyOf = (key: string): StoreKey => ['write', APP.tenant, APP.client, 'create', key]
  const change = (key: string, next: (record: WriteRecord | null) => WriteRecord | null | undefined) =>
    store.update<WriteRecord>(keyOf(key), 604_800, next)
  return {
    /** Claims the key where it may; `ran` when the provider would be called. */
    async claim(key: string, mayRepeat: boolean): Promise<string> {
      const runner = randomUUID()
      const until = () => Date.now() + LEASE_MS
      const { value, changed } = await change(key, (record) => {
        if (record === null)
          return {
            input: store.digest('write input', text),
            attempt: 'of-0.1.0',
            begun: Date.now(),
            again: false,
            state: 'running',
            runner,
            until: until(),
          }
        if (!store.isDigest(record.input, 'write input', text)) return undefined
        const isOver = record.state === 'running' && (record.until ?? 0) < Date.now()
        const { input: hash, attempt, begun } = record
        if (mayRepeat && (record.state === 'unknown' || isOver))
          return { input: hash, attempt, begun, again: true, state: 'running', runner, until: until() }
        return isOver ? { ...record, state: 'unknown' } : undefined
      })
      if (!store.isDigest(value!.input, 'write input', text)) return 'reused'
      return changed && value!.state === 'running' ? 'ran' : value!.state
    },
    async finish(key: string, outcome: Pick<WriteRecord, 'state' | 'payload'> | null): Promise<void> {
      await change(key, (record) => {
        const { input: hash, attempt, begun } = record!
        return outcome && { input: hash, attempt, begun, ...outcome }
      })
    },
    record: (key: string) => store.get<WriteRecord>(keyOf(key)),
  }
}

/** Both versions on one store. `run` is the provider's call. */
function sideBySide({ repeatable = true } = {}) {
  const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
  const input = { name: 'Ada' }
  const run = vi.fn(() => Promise.resolve({ id: 'new' }))
  const idempotency = new Idempotency(LEASE_MS)
  const write = (key: string, caller: Caller = APP, more: Partial<Write<{ id: string }>> = {}) =>
    idempotency
      .execute<{ id: string }>({
        caller,
        store,
        mutation: 'create',
        input: { idempotencyKey: key, ...input },
        repeatable,
        intentRecorded: Promise.resolve(),
        toStored: (payload) => payload,
        run,
        ...more,
      })
      .then(
        ({ id, replayed }) => `${id}${replayed ? ' again' : ''}`,
        (error: ApiError) => error.code,
      )
  return { store, run, write, old: earlier(store, input) }
}

test('a write of 0.1.0 is replayed, waited for, refused for other input, and never run again', async () => {
  const { run, write, old } = sideBySide()
  for (const caller of [APP, ADA]) {
    const key = randomUUID()
    expect(await old.claim(key, true)).toBe('ran')
    expect(await write(key, caller)).toBe('IDEMPOTENCY_IN_PROGRESS')
    await old.finish(key, { state: 'done', payload: { id: 'old' } })
    expect(await write(key, caller)).toBe('old again')
    expect(await write(key, caller, { input: { idempotencyKey: key, ...{ name: 'Bob' } } })).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
  }
  expect(run).not.toHaveBeenCalled()
})

test('a write that 0.1.0 left open is continued under its attempt id, and 0.1.0 finds the outcome', async () => {
  const { run, write, old } = sideBySide()
  const key = randomUUID()
  await old.claim(key, true)
  await old.finish(key, { state: 'unknown' })
  expect(await write(key)).toBe('new')
  expect(run).toHaveBeenCalledWith({ id: 'of-0.1.0', isRetry: true, begunAt: expect.any(Number) })
  expect(await old.claim(key, true)).toBe('done')
  expect(await write(key)).toBe('new again')
})

test.each<[string, Caller]>([
  ['a client', APP],
  ['a user', ADA],
])('a write of %s is not run by 0.1.0: not during it, not after it', async (_whose, caller) => {
  const { write, old, run } = sideBySide()
  const key = randomUUID()
  let during = ''
  run.mockImplementation(async () => {
    during = await old.claim(key, true)
    return { id: 'new' }
  })
  expect(await write(key, caller)).toBe('new')
  expect([during, await old.claim(key, true)]).toEqual(['running', 'done'])
  expect((await old.record(key))!.payload).toEqual({ id: 'new' })
})

test('a key that is free again is free for both versions', async () => {
  const { write, old, run } = sideBySide()
  const key = randomUUID()
  run.mockRejectedValueOnce(new ApiError('PROVIDER_UNAVAILABLE'))
  expect(await write(key)).toBe('PROVIDER_UNAVAILABLE')
  expect(await old.record(key)).toBeNull()
  expect(await old.claim(key, true)).toBe('ran')
  expect(await write(key)).toBe('IDEMPOTENCY_IN_PROGRESS')
})

test('a write whose process died is taken over by one version, and the other one waits for it', async () => {
  const { write, old, run } = sideBySide()
  const key = randomUUID()
  run.mockImplementationOnce(() => new Promise(() => undefined))
  void write(key)
  await expect.poll(() => run.mock.calls.length).toBe(1)
  // The renewal goes by real timers, so the lease is over at once for both.
  later(3600)
  expect(await old.claim(key, true)).toBe('ran')
  expect(await write(key)).toBe('IDEMPOTENCY_IN_PROGRESS')
  await old.finish(key, { state: 'done', payload: { id: 'old' } })
  expect(await write(key)).toBe('old again')
  expect(run).toHaveBeenCalledOnce()
})

test('two users of one client with the same key are apart, and 0.1.0 runs the key of neither', async () => {
  const { write, old, run } = sideBySide()
  const key = randomUUID()
  run.mockResolvedValueOnce({ id: 'of-ada' }).mockResolvedValueOnce({ id: 'of-bob' })
  expect(await write(key, ADA)).toBe('of-ada')
  expect(await write(key, BOB)).toBe('of-bob')
  expect(await old.claim(key, true)).toBe('reused')
  expect([await write(key, ADA), await write(key, BOB)]).toEqual(['of-ada again', 'of-bob again'])
  // The key of one becomes free; 0.1.0 does not know that the other one's is not.
  const freed = randomUUID()
  run
    .mockImplementationOnce(async () => {
      await write(freed, BOB)
      throw new ApiError('PROVIDER_UNAVAILABLE')
    })
    .mockResolvedValueOnce({ id: 'of-bob' })
  expect(await write(freed, ADA)).toBe('PROVIDER_UNAVAILABLE')
  expect(await old.claim(freed, true)).toBe('reused')
})

test('the name of a write is that of 0.1.0 for a client, and one of its own for each user', () => {
  expect(nameParts(APP, 'create', 'k')).toEqual(['tenant:bank', 'app', 'create', 'k'])
  expect(nameParts({ ...APP, subject: 'app' }, 'create', 'k')).toEqual(['tenant:bank', 'app', 'create', 'k'])
  expect(nameParts(ADA, 'create', 'k')).not.toEqual(nameParts(BOB, 'create', 'k'))
})

test('the names of 0.1.0 are kept before the version that drops them, and the docs state it', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const isBefore = version.localeCompare(EARLIER_NAMES_END, 'en', { numeric: true }) < 0
  expect(isBefore, `version ${version} must not have PairedRecord any more`).toBe(true)
  expect(readFileSync('docs/store.md', 'utf8')).toContain(`The earlier names end with version ${EARLIER_NAMES_END}`)
  expect(readFileSync('docs/decisions.md', 'utf8')).toContain(`two names until version ${EARLIER_NAMES_END}`)
})

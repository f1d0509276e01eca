import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JobRunner } from '../../../datasources/banfico/job-runner.js'
import { JobStore } from '../../../datasources/banfico/job-store.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import { AccountIdScheme, type VerificationResult, VerificationState } from '../../../schema/verification.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { cipherOf } from '../../support/keys.js'

const CALLER = { tenant: 'bank', client: 'app', subject: 'app', scopes: new Set(), claims: {} } as never
const RESULT: VerificationResult = {
  id: 'r',
  state: VerificationState.COMPLETED,
  message: null,
  account: { accountId: '1', idScheme: AccountIdScheme.SCAN } as never,
  responder: null,
  checkedAt: '2024-01-01T00:00:00Z',
  fromCache: false,
  nextPollAt: null,
}
const rateLimited = (retryAfterSeconds: number) =>
  new ApiError('RATE_LIMITED', { providerStatus: 429, retryAfterSeconds })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Runs a job of so many rows by the fake clock, with 16 rows side by side, and answers how its rows ended. */
async function outcomes(count: number, ask: (row: string) => Promise<VerificationResult>) {
  const raw = memoryStore()
  const store = new JobStore(encryptedStore(raw, cipherOf([randomBytes(32)])), 7 * 86_400)
  const id = randomUUID()
  const names = Array.from({ length: count }, (_, i) => `row-${i}`)
  const newRow = (name: string) => ({
    clientReference: name,
    verify: { account: { id: name, name }, types: ['NAME'] } as never,
  })
  const job = await store.create(id, CALLER, names.map(newRow), null)
  let isOver = false
  const begunAt = performance.now()
  new JobRunner(64).start({
    id,
    job,
    store,
    share: [],
    ask: ({ account }) => ask(account.id),
    asked: () => Promise.resolve(void (isOver = true)),
  })
  while (!isOver && performance.now() - begunAt < 3 * 86_400_000) await vi.advanceTimersByTimeAsync(250)
  const rows = await store.rows(id, count)
  await raw.close()
  return {
    isOver,
    seconds: Math.round((performance.now() - begunAt) / 1000),
    states: rows.map((row) => (row?.state === 'failed' ? row.failure.code : row?.state)),
  }
}

/** Waits as a call does. */
const called = () => new Promise((resolve) => setTimeout(resolve, 20))

test('all rows are answered by a provider that allows four of them a second', async () => {
  let second = 0
  let used = 0
  const refusals: Record<string, number> = {}
  const { states, seconds } = await outcomes(60, async (row) => {
    await called()
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) used = 0
    second = now
    used += 1
    if (used <= 4) return RESULT
    refusals[row] = (refusals[row] ?? 0) + 1
    throw rateLimited(1)
  })
  expect(new Set(states)).toEqual(new Set(['answered']))
  // It asks as fast as it may: 15 s at least.
  expect(seconds).toBeLessThan(45)
})

test('after a limit of the rate one row is asked, and others only when it is answered', async () => {
  let running = 0
  let round = 0
  /** The rows that were asked side by side in each round of a pause. */
  const most: number[] = []
  const beganAt = performance.now()
  const { states } = await outcomes(40, async () => {
    // Three rounds of ten seconds are refused.
    round = Math.floor((performance.now() - beganAt) / 10_000)
    running += 1
    most[round] = Math.max(most[round] ?? 0, running)
    await called()
    running -= 1
    if (round < 3) throw rateLimited(10)
    return RESULT
  })
  expect(states).toEqual(Array(40).fill('answered'))
  expect(most).toEqual([16, 1, 1, 16])
})

test('a shorter wait does not replace a longer one, and one beyond a minute is kept', async () => {
  const begunAt = performance.now()
  let asked = 0
  const times: number[] = []
  const { states } = await outcomes(3, async () => {
    asked += 1
    const number = asked
    await called()
    if (number > 3) times.push(Math.round((performance.now() - begunAt) / 1000))
    if (number === 1) throw rateLimited(900)
    if (number === 2) throw rateLimited(1)
    if (number === 3) throw new ApiError('PROVIDER_UNAVAILABLE', { providerStatus: 503, retryAfterSeconds: 2 })
    return RESULT
  })
  expect(states).toEqual(['answered', 'answered', 'answered'])
  expect(times).toEqual([900, 900, 900])
})

test('a limit of the rate that never ends fails each row after five attempts', async () => {
  const attempts: Record<string, number> = {}
  const { states } = await outcomes(4, async (row) => {
    await called()
    attempts[row] = (attempts[row] ?? 0) + 1
    throw rateLimited(1)
  })
  expect(states).toEqual(Array(4).fill('RATE_LIMITED'))
  expect(attempts).toEqual({ 'row-0': 5, 'row-1': 5, 'row-2': 5, 'row-3': 5 })
})

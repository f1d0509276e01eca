import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { JobRunner } from '../../../datasources/banfico/job-runner.js'
import { JobStore, type StoredRow } from '../../../datasources/banfico/job-store.js'
import { AccountIdScheme, type VerificationResult, VerificationState } from '../../../schema/verification.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { Store } from '../../../datasources/contract/store.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { cipherOf } from '../../support/keys.js'

const CALLER = { tenant: 'bank', client: 'app', subject: 'app', scopes: new Set(), claims: {} } as never
const raw = memoryStore()
let job: string
beforeEach(() => {
  job = randomUUID()
})
const store: Store = encryptedStore(raw, cipherOf([randomBytes(32)]))
afterAll(() => raw.close())

const newRow = (name: string) => ({
  clientReference: name,
  verify: { account: { id: name, name }, types: ['NAME'] } as never,
})

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

test('a row that another process has claimed since is not put back once more', async () => {
  const rows = new JobStore(store, 60)
  await rows.create(job, CALLER, ['refused'].map(newRow), null)
  const mine = (await rows.claim(job, 0))!
  await rows.putBack(job, 0, mine)
  const theirs = (await rows.claim(job, 0))!
  // The reply of the store to the first time was lost.
  await rows.putBack(job, 0, mine)
  expect(await rows.claim(job, 0)).toBeUndefined()
  await rows.putBack(job, 0, theirs)
  expect(await rows.claim(job, 0)).toMatchObject({ attempts: 3 })
})

test('a completed answer stays when the pending one is offered once more; a failure gives way to either', async () => {
  const rows = new JobStore(store, 60)
  const pending = { ...RESULT, state: VerificationState.PENDING, account: null }
  await rows.create(job, CALLER, ['later', 'lost'].map(newRow), null)
  await rows.answer(job, 0, pending)
  await rows.answer(job, 0, RESULT)
  await rows.answer(job, 0, pending)
  await rows.fail(job, 1, new ApiError('OUTCOME_UNKNOWN'))
  await rows.answer(job, 1, pending)
  expect(await rows.rows(job, 2)).toMatchObject([
    { state: 'answered', result: { state: 'COMPLETED' } },
    { state: 'answered', result: { state: 'PENDING' } },
  ])
})

/** Rows as a process reads them that takes over the job, a moment before their first process puts one of them back. */
class SlowJobStore extends JobStore {
  constructor(readonly between: () => Promise<void>) {
    super(store, 60)
  }

  override async rows(id: string, count: number): Promise<readonly (StoredRow | null)[]> {
    const rows = await super.rows(id, count)
    await this.between()
    return rows
  }
}

test('a row that its first process puts back, as it was certainly not asked, is asked by the next; one that stays asked is unknown', async () => {
  const first = new JobStore(store, 60)
  const stored = await first.create(job, CALLER, ['refused', 'lost', 'new'].map(newRow), null)
  const refused = (await first.claim(job, 0))!
  await first.claim(job, 1)
  const asked: string[] = []
  const ended = new Promise<void>((resolve) =>
    new JobRunner(4).start({
      id: job,
      job: stored,
      store: new SlowJobStore(() => first.putBack(job, 0, refused)),
      share: [],
      ask: (verify) => {
        asked.push(verify.account.id)
        return Promise.resolve(RESULT)
      },
      asked: () => Promise.resolve(resolve()),
    }),
  )
  await ended
  expect(asked).toEqual(['refused', 'new'])
  expect(await first.rows(job, 3)).toMatchObject([
    { state: 'answered' },
    { state: 'failed', failure: { code: 'OUTCOME_UNKNOWN', retryable: false } },
    { state: 'answered' },
  ])
})

test('a job that is erased while it runs asks for no further row, and ends', async () => {
  const jobs = new JobStore(store, 60)
  const begun = await jobs.create(job, CALLER, ['first', 'second', 'third'].map(newRow), null)
  const asked: string[] = []
  await new Promise<void>((resolve) =>
    new JobRunner(4).start({
      id: job,
      job: begun,
      store: jobs,
      share: [],
      ask: async (verify) => {
        asked.push(verify.account.id)
        await store.update(['verification-job', job], 60, () => null)
        return RESULT
      },
      asked: () => Promise.resolve(resolve()),
    }),
  )
  expect(asked).toEqual(['first'])
  expect(await jobs.rows(job, 3)).toMatchObject([{ state: 'answered' }, { state: 'waiting' }, { state: 'waiting' }])
  await expect.poll(() => jobs.lease(job)).toBeDefined()
})

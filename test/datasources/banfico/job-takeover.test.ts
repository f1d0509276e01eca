import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { JobRunner } from '../../../datasources/banfico/job-runner.js'
import { JobStore, type StoredRow } from '../../../datasources/banfico/job-store.js'
import { AccountIdScheme, type VerificationResult, VerificationState } from '../../../schema/verification.js'
import type { Store } from '../../../datasources/contract/store.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { cipherOf } from '../../support/keys.js'

const JOB = 'job'
const ERASED_JOB = 'erased job'
const CALLER = { tenant: 'bank', client: 'app', subject: 'app', scopes: new Set(), claims: {} } as never
const raw = memoryStore()
const store: Store = encryptedStore(raw, cipherOf([randomBytes(32)]))
afterEach(() => raw.close())

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
  const job = await first.create(JOB, CALLER, ['refused', 'lost', 'new'].map(newRow), null)
  await first.claim(JOB, 0)
  await first.claim(JOB, 1)
  const asked: string[] = []
  const ended = new Promise<void>((resolve) =>
    new JobRunner(4).start({
      id: JOB,
      job,
      store: new SlowJobStore(() => first.putBack(JOB, 0)),
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
  expect(await first.rows(JOB, 3)).toMatchObject([
    { state: 'answered' },
    { state: 'failed', failure: { code: 'OUTCOME_UNKNOWN', retryable: false } },
    { state: 'answered' },
  ])
})

test('a job that is erased while it runs asks for no further row, and ends', async () => {
  const jobs = new JobStore(store, 60)
  const job = await jobs.create(ERASED_JOB, CALLER, ['first', 'second', 'third'].map(newRow), null)
  const asked: string[] = []
  await new Promise<void>((resolve) =>
    new JobRunner(4).start({
      id: ERASED_JOB,
      job,
      store: jobs,
      share: [],
      ask: async (verify) => {
        asked.push(verify.account.id)
        await store.update(['verification-job', ERASED_JOB], 60, () => null)
        return RESULT
      },
      asked: () => Promise.resolve(resolve()),
    }),
  )
  expect(asked).toEqual(['first'])
  expect(await jobs.rows(ERASED_JOB, 3)).toMatchObject([
    { state: 'answered' },
    { state: 'waiting' },
    { state: 'waiting' },
  ])
  await expect.poll(() => jobs.lease(ERASED_JOB)).toBeDefined()
})

import {
  type AccountVerification,
  type AccountVerificationCounts,
  type AccountVerificationJob,
  AccountVerificationJobState,
  AccountVerificationState,
} from '../../schema/account-verification-job.js'
import { DEFAULT_PAGE, type Page } from '../../schema/page.js'
import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { askedByCaller } from '../contract/operations.js'
import { detachedScope } from '../http/call.js'
import { cursorsOf } from '../support/cursor.js'
import { keyLoader } from '../support/loader.js'
import { nextPollAt, pollSchedule } from '../support/poll-schedule.js'
import { callerOf, mayRead } from './asker.js'
import { jobChange } from './changes.js'
import { check } from './check.js'
import { AmbiguousAnswer } from './datasource.js'
import { type BanficoInstance, jobStore, query, verificationStore } from './instance.js'
import type { StoredJob, StoredRow } from './job-store.js'
import { results } from './results.js'
import { fromStoredResult } from './stored-result.js'
import type { StoredVerification } from './verification-store.js'

/** A page of the rows of a job. */
interface JobRowsKey {
  readonly jobId: string
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

/** A job with its rows, as one operation reads it. */
interface LoadedJob {
  readonly job: AccountVerificationJob
  readonly rows: readonly AccountVerification[]
}

const { QUEUED, PENDING, COMPLETED, FAILED } = AccountVerificationState

const failed = (clientReference: string | null, error: AccountVerification['error']): AccountVerification => ({
  clientReference,
  state: FAILED,
  result: null,
  error,
})

const errorOf = (code: ErrorCode, message: string) => ({ code, retryable: false, message })

/** A row as the graph shows it; null stands for one that was erased. */
function toRow(row: StoredRow | null): AccountVerification {
  if (row === null) return failed(null, errorOf('OUTCOME_ERASED', 'The row was erased with the data of a person.'))
  const { clientReference, state } = row
  if (state === 'failed') return failed(clientReference, row.failure)
  if (state !== 'answered') return { clientReference, state: QUEUED, result: null, error: null }
  const result = fromStoredResult(row.result)
  const isPending = result.state === VerificationState.PENDING
  return { clientReference, state: isPending ? PENDING : COMPLETED, result, error: null }
}

/** The scope of the calls of a job, which are its asker's and do not end with the operation that began it or reads it. */
const scopeOf = (operation: OperationScope, job: StoredJob): OperationScope => {
  const { correlationId, interactionId, store } = operation
  const caller = callerOf(job, operation.caller)
  return {
    caller,
    correlationId,
    interactionId,
    store,
    foreign: (kind) => operation.foreign(kind),
    loader: (instance, definition) => operation.loader(instance, definition),
    share: [caller.tenant, caller.client, caller.subject],
    signal: detachedScope.signal,
  }
}

/** Runs the rows of a job that wait, unless a process does so already. */
export function runJob(instance: BanficoInstance, operation: OperationScope, id: string, job: StoredJob): void {
  const scope = scopeOf(operation, job)
  const store = jobStore(instance, scope)
  instance.jobs.start({
    id,
    job,
    store,
    share: scope.share!,
    ask: (verify, maxAgeSeconds) => check(instance, scope, verify, maxAgeSeconds),
    async asked() {
      const rows = (await store.rows(id, job.rows)).map(toRow)
      instance.record(jobChange(toJob(id, job, rows, store.now()), { owner: job.tenant }))
    },
  })
}

/** The error of a pending row without an answer. Only of a verification that is pending still did the bank say nothing. */
const absent = (known: StoredVerification | null): ApiError =>
  known?.pending != null
    ? new ApiError('PROVIDER_TIMEOUT', {
        message: 'The bank did not answer within the time that it promised.',
        retryable: false,
      })
    : new ApiError('OUTCOME_UNKNOWN', { message: 'The bank was asked, but its answer cannot be read any more.' })

/** Asks for the answer of a pending row, where that is due, and stores what has ended. */
async function refreshed(
  instance: BanficoInstance,
  operation: OperationScope,
  jobId: string,
  index: number,
  row: AccountVerification,
): Promise<AccountVerification> {
  const { id } = row.result!
  const store = jobStore(instance, operation)
  let latest: VerificationResult | null
  try {
    latest = await operation.loader(instance, results).load(id)
  } catch (error) {
    // Any other failed poll does not tell the state of the row.
    if (!(error instanceof AmbiguousAnswer)) return row
    await store.fail(jobId, index, error)
    return failed(row.clientReference, errorOf(error.code, error.message))
  }
  if (latest === null) {
    // What only its asker may read says nothing of the bank.
    const known = await verificationStore(instance, operation).find(id)
    if (known && !mayRead({ caller: operation.caller, foreign: () => undefined }, known)) return row
    const error = absent(known)
    await store.fail(jobId, index, error)
    return failed(row.clientReference, errorOf(error.code, error.message))
  }
  if (latest.state === VerificationState.PENDING) return { ...row, result: latest }
  await store.answer(jobId, index, latest)
  return { ...row, state: COMPLETED, result: latest }
}

const countsOf = (rows: readonly AccountVerification[]): AccountVerificationCounts => {
  const count = (wanted: AccountVerificationState) => rows.filter(({ state }) => state === wanted).length
  return {
    total: rows.length,
    queued: count(QUEUED),
    pending: count(PENDING),
    completed: count(COMPLETED),
    failed: count(FAILED),
  }
}

/** When the next query makes sense: soon while rows wait, else when the first pending row is due. */
function nextQueryAt(rows: readonly AccountVerification[], createdAt: number, now: number): string {
  const later = nextPollAt(pollSchedule(now, undefined, createdAt), now)
  if (rows.some(({ state }) => state === QUEUED)) return later
  const due = rows.flatMap(({ state, result }) => (state === PENDING ? [result?.nextPollAt ?? later] : []))
  return due.sort()[0] ?? later
}

/** A job as the graph shows it. */
function toJob(
  id: string,
  { createdAt }: StoredJob,
  rows: readonly AccountVerification[],
  now: number,
): AccountVerificationJob {
  const counts = countsOf(rows)
  const isRunning = counts.queued + counts.pending > 0
  return {
    id,
    state: isRunning ? AccountVerificationJobState.RUNNING : AccountVerificationJobState.COMPLETED,
    counts,
    createdAt: new Date(createdAt).toISOString(),
    nextPollAt: isRunning ? nextQueryAt(rows, createdAt, now) : null,
  }
}

/** A new job, none of whose rows has been asked. */
export const newJob = (id: string, job: StoredJob, references: readonly string[]): AccountVerificationJob =>
  toJob(
    id,
    job,
    references.map((clientReference) => ({ clientReference, state: QUEUED, result: null, error: null })),
    job.createdAt,
  )

const jobs = keyLoader<BanficoInstance, string, LoadedJob | null>(async (instance, operation, id) => {
  const store = jobStore(instance, operation)
  const stored = await store.find(id)
  if (stored === null || !mayRead(operation, stored)) return null
  const found = (await store.rows(id, stored.rows)).map(toRow)
  if (found.some(({ state }) => state === QUEUED)) runJob(instance, operation, id, stored)
  const rows = await Promise.all(
    found.map((row, index) =>
      row.state === PENDING ? refreshed(instance, operation, id, index, row) : Promise.resolve(row),
    ),
  )
  const job = toJob(id, stored, rows, store.now())
  const isObserved = found.every(({ state }) => state !== PENDING)
  instance.record(jobChange(job, { owner: stored.tenant, isObserved }))
  return { job, rows }
})

async function jobPage(
  instance: BanficoInstance,
  operation: OperationScope,
  { jobId, first, after }: JobRowsKey,
): Promise<Page<AccountVerification>> {
  const cursors = cursorsOf<number>(operation, 'accountVerifications', jobId)
  const begin = after == null ? 0 : cursors.decode(after)
  const all = (await operation.loader(instance, jobs).load(jobId))?.rows ?? []
  const nodes = all.slice(begin, begin + (first ?? DEFAULT_PAGE))
  const cursorAt = (i: number) => cursors.encode(begin + i + 1)
  return {
    nodes,
    cursorAt,
    endCursor: nodes.length > 0 ? cursorAt(nodes.length - 1) : null,
    hasNextPage: begin + nodes.length < all.length,
    hasPreviousPage: after != null,
  }
}

/** The queries of jobs. */
export const jobQueries = {
  jobById: query<string, AccountVerificationJob | null>({
    scope: 'verifications:read',
    owner: askedByCaller,
    type: 'AccountVerificationJob',
    load: async (instance, operation, id) => (await operation.loader(instance, jobs).load(id))?.job ?? null,
  }),
  jobRows: query<JobRowsKey, Page<AccountVerification>>({
    scope: 'verifications:read',
    owner: askedByCaller,
    type: 'AccountVerificationConnection',
    load: jobPage,
  }),
}

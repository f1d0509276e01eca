import { randomUUID } from 'node:crypto'
import type { VerificationResult } from '../../schema/verification.js'
import { ApiError } from '../contract/errors.js'
import type { ErrorCode } from '../contract/error-codes.js'
import type { Caller } from '../contract/caller.js'
import type { Store, StoreKey } from '../contract/store.js'
import { askerOf, isOwnOnly, type JobAsker } from './asker.js'
import type { Verify } from './contract.js'
import { type StoredResult, toStoredResult } from './stored-result.js'

/** The lease of a process that died expires after this. */
export const LEASE_MS = 30_000

/** What a job is for all of its rows; it does not change. */
export interface StoredJob extends JobAsker {
  readonly rows: number
  /** In ms since 1970, by the store's clock. */
  readonly createdAt: number
  readonly maxAgeSeconds: number | null
}

/** The error of a row, as it is stored. */
interface RowFailure {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly message: string
}

/** What a row is of, whatever becomes of it. */
interface RowIdentity {
  readonly clientReference: string
  /** Keyed hash of what is asked; absent in rows of versions that did not keep it. */
  readonly input?: string | undefined
}

/** A stored row: `asked` from before its call until the answer is stored, so that no process asks twice. */
export type StoredRow = RowIdentity &
  (
    | {
        readonly state: 'waiting' | 'asked'
        readonly verify: Verify
        /** How often it was asked: tells one claim of the row from another. */
        readonly attempts: number
        /** The attempts that do not count, because the provider answered others meanwhile; absent where there are none. */
        readonly excused?: number | undefined
      }
    | { readonly state: 'answered'; readonly result: StoredResult }
    | { readonly state: 'failed'; readonly failure: RowFailure }
  )

/** A row that has no outcome yet. */
export type OpenRow = Extract<StoredRow, { readonly verify: Verify }>

/** The row that is given with a new job. */
export interface NewRow {
  readonly clientReference: string
  readonly verify: Verify
}

interface JobLease {
  readonly by: string
  readonly until: number
}

const jobKey = (id: string): StoreKey => ['verification-job', id]
const rowKey = (id: string, index: number): StoreKey => ['verification-row', id, String(index)]
const leaseKeys = (id: string) => ({
  record: ['verification-lease', id] as StoreKey,
  earlier: ['verification-lease', id, 'earlier'] as StoreKey,
})

const failureOf = (error: ApiError): RowFailure => ({
  code: error.code,
  retryable: error.extensions['retryable'] === true,
  message: error.message,
})

const isCompleted = (row: StoredRow): boolean => row.state === 'answered' && row.result.account !== null

const identityOf = ({ clientReference, input }: RowIdentity): RowIdentity => ({ clientReference, input })

const inputParts = (id: string, { verify }: NewRow) => ['verification input', id, JSON.stringify(verify)] as const

/** The jobs in the store: one record for the job, one for each row, and the lease of the process that asks. */
export class JobStore {
  readonly #store: Store
  readonly #retentionSeconds: number

  constructor(store: Store, retentionSeconds: number) {
    this.#store = store
    this.#retentionSeconds = retentionSeconds
  }

  now(): number {
    return this.#store.now()
  }

  /** The job that an attempt before this one has stored, else null. Refused where it is of another input. */
  async made(id: string, rows: readonly NewRow[], maxAgeSeconds: number | null): Promise<StoredJob | null> {
    const job = await this.find(id)
    return job && this.#ofInput(id, job, await this.rows(id, job.rows), rows, maxAgeSeconds)
  }

  /**
   * Stores a new job; what an attempt before it has stored stays as it is. Refused where that is of another input, which
   * would else be the answer to this one.
   */
  async create(id: string, caller: Caller, rows: readonly NewRow[], maxAgeSeconds: number | null): Promise<StoredJob> {
    const stored = await Promise.all(rows.map((row, index) => this.#add(id, index, row, caller)))
    this.#refuseOther(id, stored, rows)
    // Last: a job that can be found has all of its rows.
    const { value } = await this.#store.update<StoredJob>(
      jobKey(id),
      this.#retentionSeconds,
      (current, now) =>
        current === null
          ? { ...askerOf(caller), ownOnly: isOwnOnly(caller), rows: rows.length, createdAt: now, maxAgeSeconds }
          : undefined,
      { tenant: caller.tenant },
    )
    return this.#ofInput(id, value!, stored, rows, maxAgeSeconds)
  }

  /** Stores a row, and returns it; the earlier one where there is one. */
  async #add(id: string, index: number, row: NewRow, { tenant }: Caller): Promise<StoredRow | null> {
    const { clientReference, verify } = row
    const input = this.#store.digest(...inputParts(id, row))
    const { value } = await this.#store.update<StoredRow>(
      rowKey(id, index),
      this.#retentionSeconds,
      (current) => (current === null ? { clientReference, input, state: 'waiting', verify, attempts: 0 } : undefined),
      { subjects: [verify.account.id], tenant },
    )
    return value
  }

  #ofInput(
    id: string,
    job: StoredJob,
    stored: readonly (StoredRow | null)[],
    rows: readonly NewRow[],
    maxAgeSeconds: number | null,
  ): StoredJob {
    if (job.rows !== rows.length || job.maxAgeSeconds !== maxAgeSeconds) throw new ApiError('IDEMPOTENCY_KEY_REUSED')
    this.#refuseOther(id, stored, rows)
    return job
  }

  /** Refuses rows that are stored for another input. An erased row is of any. */
  #refuseOther(id: string, stored: readonly (StoredRow | null)[], rows: readonly NewRow[]): void {
    const isOther = stored.some((found, i) => {
      if (found === null) return false
      const { clientReference, input } = found
      const isSame = input === undefined || this.#store.isDigest(input, ...inputParts(id, rows[i]!))
      return clientReference !== rows[i]!.clientReference || !isSame
    })
    if (isOther) throw new ApiError('IDEMPOTENCY_KEY_REUSED')
  }

  find(id: string): Promise<StoredJob | null> {
    return this.#store.get<StoredJob>(jobKey(id))
  }

  /** The rows in the order of the input; null for one that was erased. */
  rows(id: string, count: number): Promise<readonly (StoredRow | null)[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.#store.get<StoredRow>(rowKey(id, index))))
  }

  /**
   * Takes the lease of a job; undefined while another process has it. It is a claim: refused where the store may have
   * forgotten which rows were asked.
   */
  async lease(id: string): Promise<string | undefined> {
    const by = randomUUID()
    const { changed } = await this.#updateLease(
      id,
      (current, now) => (current === null || current.until <= now ? { by, until: now + LEASE_MS } : undefined),
      true,
    )
    return changed ? by : undefined
  }

  /** Keeps the lease; false when another process has taken it. */
  async renew(id: string, by: string): Promise<boolean> {
    const { changed } = await this.#updateLease(id, (current, now) =>
      current?.by === by ? { by, until: now + LEASE_MS } : undefined,
    )
    return changed
  }

  async release(id: string, by: string): Promise<void> {
    await this.#updateLease(id, (current) => (current?.by === by ? null : undefined))
  }

  /** Marks a waiting row as asked; undefined where it does not wait any more, and where its job was erased with its asker. */
  async claim(id: string, index: number): Promise<OpenRow | undefined> {
    if ((await this.find(id)) === null) return undefined
    const { value, changed } = await this.#updateRow(id, index, (row) =>
      row.state === 'waiting' ? { ...row, state: 'asked', attempts: row.attempts + 1 } : undefined,
    )
    return changed ? (value as OpenRow) : undefined
  }

  /** Lets a row wait again that was certainly not asked, unless it was claimed anew since. */
  async putBack(id: string, index: number, { attempts, excused }: OpenRow): Promise<void> {
    await this.#updateRow(id, index, (row) =>
      row.state === 'asked' && row.attempts === attempts ? { ...row, state: 'waiting', excused } : undefined,
    )
  }

  /**
   * Stores the answer, also that of a row of which another process has given up hope. A completed answer stays: the
   * pending one may be offered once more, where the reply to the first time was lost.
   */
  async answer(id: string, index: number, result: VerificationResult): Promise<void> {
    await this.#updateRow(id, index, (row) =>
      isCompleted(row) ? undefined : { ...identityOf(row), state: 'answered', result: toStoredResult(result) },
    )
  }

  /** Ends a row without an answer; an answer that is stored meanwhile stays. */
  async fail(id: string, index: number, error: ApiError): Promise<void> {
    await this.#updateRow(id, index, (row) =>
      isCompleted(row) ? undefined : { ...identityOf(row), state: 'failed', failure: failureOf(error) },
    )
  }

  /**
   * Ends a row whose answer is lost with the process that asked; returns the row as it is now. A row that this process
   * has put back meanwhile was certainly not asked: it still waits.
   */
  async giveUp(id: string, index: number, error: ApiError): Promise<StoredRow | null> {
    const { value } = await this.#updateRow(id, index, (row) =>
      row.state === 'asked' ? { ...identityOf(row), state: 'failed', failure: failureOf(error) } : undefined,
    )
    return value
  }

  #updateRow(id: string, index: number, change: (row: StoredRow) => StoredRow | undefined) {
    return this.#store.update<StoredRow>(rowKey(id, index), this.#retentionSeconds, (row) =>
      // An erased row stays erased.
      row === null ? undefined : change(row),
    )
  }

  #updateLease(
    id: string,
    change: (current: JobLease | null, now: number) => JobLease | null | undefined,
    isClaim = false,
  ) {
    return this.#store.updateWrite<JobLease>(
      leaseKeys(id),
      this.#retentionSeconds,
      ({ record }, now) => {
        const next = change(record, now)
        return next === undefined ? undefined : { record: next }
      },
      { isClaim },
    )
  }
}

import { randomUUID } from 'node:crypto'
import type { VerificationResult } from '../../schema/verification.js'
import type { ApiError } from '../contract/errors.js'
import type { ErrorCode } from '../contract/error-codes.js'
import type { Caller } from '../contract/caller.js'
import type { Store, StoreKey } from '../contract/store.js'
import { type Asker, askerOf } from './asker.js'
import type { Verify } from './contract.js'
import { type StoredResult, toStoredResult } from './stored-result.js'

/** The lease of a process that died expires after this. */
export const LEASE_MS = 30_000

/** What a job is for all of its rows; it does not change. */
export interface StoredJob extends Asker {
  readonly rows: number
  /** In ms since 1970, by the store's clock. */
  readonly createdAt: number
  readonly maxAgeSeconds: number | null
}

/** The error of a row, as it is stored. */
export interface RowFailure {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly message: string
}

/** A stored row: `asked` from before its call until the answer is stored, so that no process asks twice. */
export type StoredRow = { readonly clientReference: string } & (
  | { readonly state: 'waiting' | 'asked'; readonly verify: Verify; readonly attempts: number }
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

  /** Stores a new job; the rows that an attempt before it has stored stay as they are. */
  async create(id: string, caller: Caller, rows: readonly NewRow[], maxAgeSeconds: number | null): Promise<StoredJob> {
    await Promise.all(
      rows.map(({ clientReference, verify }, index) =>
        this.#store.update<StoredRow>(
          rowKey(id, index),
          this.#retentionSeconds,
          (current) => (current === null ? { clientReference, state: 'waiting', verify, attempts: 0 } : undefined),
          { subjects: [verify.account.id], tenant: caller.tenant },
        ),
      ),
    )
    // Last: a job that can be found has all of its rows.
    const { value } = await this.#store.update<StoredJob>(
      jobKey(id),
      this.#retentionSeconds,
      (current, now) =>
        current === null ? { ...askerOf(caller), rows: rows.length, createdAt: now, maxAgeSeconds } : undefined,
      { tenant: caller.tenant },
    )
    return value!
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

  /** Marks a waiting row as asked; undefined where it does not wait any more. */
  async claim(id: string, index: number): Promise<OpenRow | undefined> {
    const { value, changed } = await this.#updateRow(id, index, (row) =>
      row.state === 'waiting' ? { ...row, state: 'asked', attempts: row.attempts + 1 } : undefined,
    )
    return changed ? (value as OpenRow) : undefined
  }

  /** Lets a row wait again that was certainly not asked. */
  async putBack(id: string, index: number): Promise<void> {
    await this.#updateRow(id, index, (row) => (row.state === 'asked' ? { ...row, state: 'waiting' } : undefined))
  }

  /** Stores the answer, also that of a row of which another process has given up hope. */
  async answer(id: string, index: number, result: VerificationResult): Promise<void> {
    await this.#updateRow(id, index, ({ clientReference }) => ({
      clientReference,
      state: 'answered',
      result: toStoredResult(result),
    }))
  }

  /** Ends a row without an answer; an answer that is stored meanwhile stays. */
  async fail(id: string, index: number, error: ApiError): Promise<void> {
    await this.#updateRow(id, index, (row) =>
      row.state === 'answered' && row.result.account !== null
        ? undefined
        : { clientReference: row.clientReference, state: 'failed', failure: failureOf(error) },
    )
  }

  /**
   * Ends a row whose answer is lost with the process that asked; returns the row as it is now. A row that this process
   * has put back meanwhile was certainly not asked: it still waits.
   */
  async giveUp(id: string, index: number, error: ApiError): Promise<StoredRow | null> {
    const { value } = await this.#updateRow(id, index, ({ state, clientReference }) =>
      state === 'asked' ? { clientReference, state: 'failed', failure: failureOf(error) } : undefined,
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

import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import type { Caller } from '../contract/caller.js'
import { ApiError } from '../contract/errors.js'
import type { Labels, Store, StoreKey } from '../contract/store.js'
import {
  completePoll,
  isDue,
  leasePoll,
  newPollLease,
  nextPollAt,
  type PollSchedule,
  pollSchedule,
} from '../support/poll-schedule.js'
import { type Asker, askerOf, isAsker, isOwnOnly } from './asker.js'
import type { BanficoReply, Verify } from './contract.js'
import { type AskedAccount, askedAccount, canonical, isDefinitive, namesAccount } from './question.js'
import { fromStoredResult, type StoredResult, toStoredResult } from './stored-result.js'

/** Slow schemes give up after hours; this is the deadline of a responder that promises none. */
const DEFAULT_SLA_SECONDS = 24 * 3600

/** The stored state of a verification that this server began. */
export interface StoredVerification extends Asker {
  /** The question that the id answers, and its account; absent in records of versions that did not keep them. */
  readonly question?: string | undefined
  readonly account?: AskedAccount | undefined
  /**
   * Set once Banfico has given the id to another question too, `asker` where that was asked by the same caller. What
   * Banfico answers for the id from then on may belong to either.
   */
  readonly sharedWith?: 'asker' | 'others' | undefined
  /** Until this time, in ms since 1970, a 404 means that the answer is still to come. */
  readonly slaUntil: number
  /** The last result of a pending verification; null once it is completed. */
  readonly pending: StoredResult | null
  /** True when the last poll found no verification although its deadline had passed. */
  readonly missing?: boolean | undefined
  /** The poll schedule and its lease. */
  readonly pace: PollSchedule
}

/** The result as of the last poll, for a caller that asks before the next poll is due. */
export const lastKnownResult = (
  { pending, missing, pace }: StoredVerification,
  now: number,
): VerificationResult | null =>
  pending === null || missing
    ? null
    : { ...fromStoredResult(pending), fromCache: true, nextPollAt: nextPollAt(pace, now) }

/** Null while the store is unavailable, for steps that go on without it. */
async function nullIfUnavailable<T>(stored: Promise<T>): Promise<T | null> {
  try {
    return await stored
  } catch (error) {
    if (error instanceof ApiError && error.code === 'STORE_UNAVAILABLE') return null
    throw error
  }
}

/** True where the id of a record was given for another question; a record of a version without questions does not tell. */
const isOfAnother = (current: StoredVerification | null, question: string): boolean =>
  current?.question !== undefined && (current.sharedWith !== undefined || current.question !== question)

/** Whose a polled result is: of the verification, perhaps of another one with the same id, or of one that is known no more. */
export type Completion = 'mine' | 'shared' | 'gone'

const completionOf = (known: StoredVerification | null): Completion =>
  known === null ? 'gone' : known.sharedWith === undefined ? 'mine' : 'shared'

const ownerKey = (id: string): StoreKey => ['verification', id]
const resultKey = (id: string): StoreKey => ['verification-result', id]
const questionKey = (question: string): StoreKey => ['verification-question', question]

/**
 * The verifications in the store. Only the client that asked a question gets a stored answer to it, because a bank
 * discloses a name to one client only, and only the same user where the user reads its own; a result can be read by id
 * within its tenant.
 */
export class VerificationStore {
  readonly #store: Store
  readonly #maxAgeSeconds: number
  readonly #retentionSeconds: number

  constructor(store: Store, maxAgeSeconds: number, retentionSeconds: number) {
    this.#store = store
    this.#maxAgeSeconds = maxAgeSeconds
    this.#retentionSeconds = retentionSeconds
  }

  /** The maximum age of a stored answer for a caller that accepts this age. */
  limitAge(accepted: number): number {
    return Math.min(accepted, this.#maxAgeSeconds)
  }

  /** Identifies a question of this caller: a keyed hash. */
  questionOf(caller: Caller, verify: Verify): string {
    const { tenant, client, subject } = caller
    const user = isOwnOnly(caller) ? [subject] : []
    return this.#store.digest('verification', tenant, client, canonical(verify), ...user)
  }

  /** An earlier answer to the question, up to this age. */
  async recall(question: string, ageSeconds: number): Promise<VerificationResult | null> {
    const kept = await nullIfUnavailable(this.#store.get<StoredResult>(questionKey(question)))
    return kept && this.#store.now() - Date.parse(kept.checkedAt) <= ageSeconds * 1000
      ? { ...fromStoredResult(kept), fromCache: true }
      : null
  }

  /**
   * Stores a new verification. While the store is unavailable the answer is returned all the same, but cannot be read later.
   * False where Banfico has given the id to another question before: nothing of this one is stored.
   */
  async add(
    caller: Caller,
    question: string,
    verify: Verify,
    result: VerificationResult,
    { at, hintSeconds, slaSeconds = DEFAULT_SLA_SECONDS }: BanficoReply,
  ): Promise<boolean> {
    const completed = result.state === VerificationState.COMPLETED
    const verification: StoredVerification = {
      ...askerOf(caller),
      question,
      account: askedAccount(this.#store, verify.account),
      slaUntil: at + slaSeconds * 1000,
      pending: completed ? null : toStoredResult(result),
      pace: pollSchedule(at, hintSeconds),
    }
    // Banfico knows a person by the account that is verified.
    const labels = { subjects: [verify.account.id], tenant: caller.tenant }
    const stored = await nullIfUnavailable(
      this.#store.update<StoredVerification>(
        ownerKey(result.id),
        this.#retentionSeconds,
        (current) => (isOfAnother(current, question) ? undefined : verification),
        labels,
      ),
    )
    if (stored === null) return true
    if (!stored.changed) {
      await this.#noteShared(result.id, caller)
      return false
    }
    await nullIfUnavailable(
      Promise.all([
        completed ? this.#setResult(resultKey(result.id), result, labels) : undefined,
        isDefinitive(result, verify) ? this.#setResult(questionKey(question), result, labels) : undefined,
      ]),
    )
    return true
  }

  /** True unless a polled result names another account than the question did. */
  answers({ account }: StoredVerification, result: VerificationResult | null): boolean {
    return account === undefined || result?.account == null || namesAccount(this.#store, account, result.account)
  }

  async #noteShared(id: string, caller: Caller): Promise<void> {
    const change = (current: StoredVerification): StoredVerification => ({
      ...current,
      sharedWith: current.sharedWith === 'asker' || isAsker(caller, current) ? 'asker' : 'others',
    })
    await nullIfUnavailable(this.#update(id, (current) => (current === null ? undefined : change(current))))
  }

  /** The tenant and the state of a verification. Only the store holds them, so this rejects while it is unavailable. */
  find(id: string): Promise<StoredVerification | null> {
    return this.#store.get<StoredVerification>(ownerKey(id))
  }

  /** A completed result that is still stored. */
  async completed(id: string): Promise<VerificationResult | null> {
    const kept = await this.#store.get<StoredResult>(resultKey(id))
    return kept && { ...fromStoredResult(kept), fromCache: true }
  }

  /**
   * Leases the poll for one operation of all replicas. Without a lease another operation is polling or has just
   * polled, or the verification is completed.
   */
  async leasePoll(id: string): Promise<{ known: StoredVerification | null; lease: string | undefined }> {
    const lease = newPollLease()
    const { value, changed } = await this.#update(id, (current, now) =>
      current?.pending && isDue(current.pace, now)
        ? { ...current, pace: leasePoll(current.pace, lease, now) }
        : undefined,
    )
    return { known: value, lease: changed ? lease : undefined }
  }

  /**
   * Releases the lease with the polled result, null where the verification was not found. A late pending result does
   * not replace a completed one.
   */
  async completePoll(
    id: string,
    lease: string,
    result: VerificationResult | null,
    { at, hintSeconds }: Pick<BanficoReply, 'at' | 'hintSeconds'>,
  ): Promise<Completion> {
    if (result?.state === VerificationState.COMPLETED) return this.complete(id, result)
    const released = await nullIfUnavailable(
      this.#update(id, (current) => {
        const next = current?.pending ? completePoll(current.pace, lease, at, hintSeconds) : undefined
        return (
          next && {
            ...current!,
            pace: next,
            pending: result ? toStoredResult(result) : current!.pending,
            missing: result === null,
          }
        )
      }),
    )
    return released === null ? 'mine' : completionOf(released.value)
  }

  /** Releases the lease after a failed poll, which does not tell the state of the verification. */
  async failPoll(id: string, lease: string, hintSeconds: number | undefined): Promise<void> {
    await nullIfUnavailable(
      this.#update(id, (current, now) => {
        const next = current?.pending ? completePoll(current.pace, lease, now, hintSeconds) : undefined
        return next && { ...current!, pace: next }
      }),
    )
  }

  /**
   * Stores a completed result: no more polls while it is stored. Of a verification whose id was given twice, or that was
   * erased while the bank was asked, it stores nothing. While the store is unavailable the result is told all the same.
   */
  async complete(id: string, result: VerificationResult): Promise<Completion> {
    const completed = await nullIfUnavailable(
      this.#update(id, (current) =>
        current?.pending && completionOf(current) === 'mine' ? { ...current, pending: null } : undefined,
      ),
    )
    const known = completed?.value
    const completion = known === undefined ? 'mine' : completionOf(known)
    if (known && completion === 'mine') {
      const labels: Labels = { subjects: result.account ? [result.account.accountId] : [], tenant: known.tenant }
      await nullIfUnavailable(this.#setResult(resultKey(id), result, labels))
    }
    return completion
  }

  async #setResult(key: StoreKey, result: VerificationResult, labels: Labels): Promise<void> {
    if (this.#maxAgeSeconds > 0) await this.#store.set(key, toStoredResult(result), this.#maxAgeSeconds, labels)
  }

  #update(
    id: string,
    change: (current: StoredVerification | null, now: number) => StoredVerification | undefined,
  ): Promise<{ readonly value: StoredVerification | null; readonly changed: boolean }> {
    return this.#store.update<StoredVerification>(ownerKey(id), this.#retentionSeconds, change)
  }
}

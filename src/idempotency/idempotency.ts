import { randomUUID } from 'node:crypto'
import type { Caller } from '../../datasources/contract/caller.js'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError, type ApiErrorDetails, NotRepeated, PartlyDone } from '../../datasources/contract/errors.js'
import type { Attempt } from '../../datasources/contract/operations.js'
import type { Store } from '../../datasources/contract/store.js'
import { PendingTasks } from '../../datasources/support/pending-tasks.js'
import { canonicalJson } from './canonical-json.js'
import { type Acquired, Lease } from './lease.js'
import { DEFAULT_LIFETIMES, isPayloadApart, type Lifetimes, shortened } from './lifetimes.js'
import { outcomeUnknown, type Resolution } from './outcome-unknown.js'
import { attemptId, errorDetails, isUnkept, type WriteRecord } from './record.js'
import { labelsOf } from './write-labels.js'
import { retryUntilStored } from './retry-until-stored.js'
import { nameParts, payloadKey, writeKeys } from './write-name.js'

/** How long an outcome that the store did not take is retried. */
const PERSIST_MS = 5 * 60_000

/** Refusals that a repeat does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])

export type Replayable<Payload> = Payload & { replayed: boolean }

/** One write of an operation, with its command's declarations resolved for its input. */
export interface Write<Payload extends object> {
  /** The key belongs to the subject too, where that is not the client. */
  readonly caller: Pick<Caller, 'tenant' | 'client'> & Partial<Pick<Caller, 'subject'>>
  readonly store: Store
  readonly mutation: string
  readonly input: object & { readonly idempotencyKey?: string | null }
  readonly ignoredInput?: readonly string[] | undefined
  /** The record that the write goes to: the attempt id holds it. */
  readonly place?: readonly string[] | undefined
  readonly repeatable: boolean
  /**
   * Resolves once the intent of the write is on record; nothing is asked of a provider, and no outcome is told, before.
   * Rejects where it cannot be recorded.
   */
  readonly recorded: Promise<void>
  readonly run: (attempt: Attempt) => Promise<Payload>
  readonly readBack?: ((attempt: Attempt) => Promise<Payload | null>) | undefined
  readonly recover?: ((attempt: Attempt) => Promise<Payload | null>) | undefined
  readonly toStored: (payload: Payload) => object | undefined
  /** How long the payload is kept, where that is shorter than the setting says. */
  readonly payloadMs?: number | undefined
  /** The payload of a stored outcome; absent where the stored form is the payload itself. */
  readonly fromStored?: ((stored: object) => Payload) | undefined
}

/** The read that resolves an unknown outcome in place of a repeat; undefined where the write is repeated, or nothing resolves it. */
const readOf = <Payload extends object>({ repeatable, readBack, recover }: Write<Payload>, unkept: boolean) =>
  repeatable ? (unkept ? recover : undefined) : readBack

const resolutionOf = <Payload extends object>(write: Write<Payload>, unkept: boolean): Resolution =>
  readOf(write, unkept) ? 'read back' : write.repeatable ? 'repeat' : 'none'

/** True where an open write is run again: a repeat does no harm, or a rest is left that was certainly not executed. */
const mayGoOn = <Payload extends object>(write: Write<Payload>, { state, unkept, done }: WriteRecord): boolean =>
  resolutionOf(write, unkept === true) === 'repeat' || (state === 'unknown' && done !== undefined)

/** The canonical form of the input, without the key and the ignored members. */
function canonicalInput<Payload extends object>({ input, ignoredInput = [] }: Write<Payload>): string {
  const members = Object.entries(input).filter(([name]) => name !== 'idempotencyKey' && !ignoredInput.includes(name))
  return JSON.stringify(canonicalJson(Object.fromEntries(members)))
}

const withReplayed = <Payload extends object>(payload: Payload, replayed: boolean): Replayable<Payload> => ({
  ...payload,
  replayed,
})

/** The payload of a record that is done; null where its life has ended. */
const payloadOf = async <Payload extends object>(
  { caller, store, mutation, input }: Write<Payload>,
  { payload, isApart, payloadBy }: WriteRecord,
): Promise<object | null> =>
  isApart ? store.get<object>(payloadKey(caller, mutation, input.idempotencyKey!, payloadBy)) : payload!

const erased = () => new ApiError('OUTCOME_ERASED', { replayed: true } as ApiErrorDetails)

/** The outcome that a record holds, answered once more. */
async function replay<Payload extends object>(
  write: Write<Payload>,
  record: WriteRecord,
): Promise<Replayable<Payload>> {
  const { state, failure } = record
  switch (state) {
    case 'done': {
      const payload = await payloadOf(write, record)
      if (payload === null) throw erased()
      return withReplayed(write.fromStored ? write.fromStored(payload) : (payload as Payload), true)
    }
    case 'erased':
      throw erased()
    case 'refused':
      throw new ApiError(failure!.code, { ...failure!.details, replayed: true } as ApiErrorDetails)
    case 'unknown':
      throw outcomeUnknown(failure?.details ?? {}, 'none', { replayed: true })
    case 'free':
    case 'running':
      throw new ApiError('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 })
  }
}

/** The records that the outcomes of one write become. */
class Outcomes<Payload extends object> {
  readonly #record: WriteRecord
  readonly #toStored: Write<Payload>['toStored']

  constructor(record: WriteRecord, toStored: Write<Payload>['toStored']) {
    this.#record = record
    this.#toStored = toStored
  }

  /** An attempt without a final outcome frees the key, unless an earlier attempt is still open. */
  get open(): WriteRecord | null {
    const { again = false, state, done } = this.#record
    return again || state === 'unknown' ? this.unknown(undefined, { done }) : null
  }

  done(payload: Payload): WriteRecord | null {
    const stored = this.#toStored(payload)
    return stored === undefined ? this.open : this.#as({ state: 'done', payload: stored })
  }

  unknown(
    failure?: WriteRecord['failure'],
    { unkept = this.#record.unkept, done }: { unkept?: boolean | undefined; done?: readonly string[] | undefined } = {},
  ): WriteRecord {
    return this.#as({
      state: 'unknown',
      ...(failure && { failure }),
      ...(unkept && { unkept }),
      ...(done && { done }),
    })
  }

  /** A final refusal by the provider is the outcome of a first attempt; any other refusal executed nothing. */
  refused(error: ApiError): WriteRecord | null {
    const isFinal = !this.#record.again && FINAL.has(error.code) && error.extensions['providerStatus'] !== undefined
    if (isFinal) return this.#as({ state: 'refused', failure: { code: error.code, details: errorDetails(error) } })
    const { open } = this
    return open === null && error.extensions['providerStatus'] !== undefined ? this.#as({ state: 'free' }) : open
  }

  #as(outcome: Pick<WriteRecord, 'state' | 'payload' | 'failure' | 'unkept' | 'done'>): WriteRecord {
    const { input, attempt, begun } = this.#record
    return { input, attempt, begun, ...outcome }
  }
}

/**
 * Idempotency: a write under a key runs once. The lease on the key is acquired in the store before the provider is
 * called, so no other caller, in any process, runs the same write at the same time. A process that died loses its
 * leases after `leaseMs`.
 */
export class Idempotency {
  readonly #leaseMs: number
  readonly #lifetimes: Lifetimes
  readonly #pending = new PendingTasks()

  constructor(leaseMs: number, lifetimes: Lifetimes = DEFAULT_LIFETIMES) {
    this.#leaseMs = leaseMs
    this.#lifetimes = lifetimes
  }

  /** Executes a write, once per idempotency key. */
  execute<Payload extends object>(write: Write<Payload>): Promise<Replayable<Payload>> {
    const { idempotencyKey } = write.input
    return this.#track(idempotencyKey == null ? this.#withoutKey(write) : this.#withKey(write, idempotencyKey))
  }

  /** Resolves when no write is pending, including those of callers that have disconnected. */
  settled(): Promise<void> {
    return this.#pending.settled()
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work)
    return work
  }

  async #withoutKey<Payload extends object>(write: Write<Payload>): Promise<Replayable<Payload>> {
    await write.recorded
    try {
      return withReplayed(await write.run({ id: randomUUID(), isRetry: false, begunAt: Date.now() }), false)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'OUTCOME_UNKNOWN')
        throw outcomeUnknown(error.extensions, 'none', { cause: error })
      throw error
    }
  }

  async #withKey<Payload extends object>(write: Write<Payload>, key: string): Promise<Replayable<Payload>> {
    const { caller, store, mutation, input, place = [], toStored } = write
    const { keyMs, payloadMs } = shortened(this.#lifetimes, write.payloadMs)
    const lease = new Lease({
      store,
      keys: writeKeys(caller, mutation, key),
      labels: { tenant: caller.tenant, ...labelsOf(input) },
      canonicalInput: canonicalInput(write),
      attemptId: (begun) => attemptId({ name: nameParts(caller, mutation, key), place, begun }),
      leaseMs: this.#leaseMs,
      keyMs,
      payload: isPayloadApart({ keyMs, payloadMs })
        ? { keyOf: (runner) => payloadKey(caller, mutation, key, runner), ttlSeconds: payloadMs / 1000 }
        : undefined,
      persist: (change) => void this.#track(retryUntilStored(change, PERSIST_MS)),
    })
    const { record, isHolder, isOtherInput } = await this.#acquire(write, lease)
    if (record.state === 'erased') throw erased()
    if (isOtherInput) throw new ApiError('IDEMPOTENCY_KEY_REUSED')
    const outcomes = new Outcomes(record, toStored)
    return isHolder ? this.#run(write, record, lease, outcomes) : this.#replay(write, record, lease, outcomes)
  }

  /** Acquires the lease beside the record of the intent. Both must succeed; a lease without the other is released. */
  async #acquire<Payload extends object>(write: Write<Payload>, lease: Lease): Promise<Acquired> {
    const acquiring = lease.acquire((record) => mayGoOn(write, record))
    // From now on: the record of the intent may take longer than a lease.
    const held = acquiring.then((acquired) => {
      if (acquired.isHolder) lease.keepAlive(acquired.record)
      return acquired
    })
    const [acquired, recorded] = await Promise.allSettled([held, write.recorded])
    if (recorded.status === 'rejected') {
      if (acquired.status === 'fulfilled' && acquired.value.isHolder)
        await lease.complete(new Outcomes(acquired.value.record, write.toStored).open)
      throw recorded.reason
    }
    if (acquired.status === 'rejected') throw acquired.reason
    return acquired.value
  }

  /** Answers the stored outcome; an unknown one is first read back at the provider, where the command can. */
  async #replay<Payload extends object>(
    write: Write<Payload>,
    record: WriteRecord,
    lease: Lease,
    outcomes: Outcomes<Payload>,
  ): Promise<Replayable<Payload>> {
    const read = readOf(write, record.unkept === true)
    if (record.state !== 'unknown' || !read) return replay(write, record)
    const found = await read({ id: record.attempt, isRetry: true, begunAt: record.begun })
    // Another value at the provider proves nothing: it may have been changed since.
    if (found === null) return replay(write, record)
    await lease.resolveUnknown(outcomes.done(found), labelsOf(found))
    return withReplayed(found, true)
  }

  async #run<Payload extends object>(
    write: Write<Payload>,
    record: WriteRecord,
    lease: Lease,
    outcomes: Outcomes<Payload>,
  ): Promise<Replayable<Payload>> {
    try {
      const payload = await write.run({
        id: record.attempt,
        isRetry: record.again === true,
        begunAt: record.begun,
        ...(record.done && { done: record.done }),
      })
      await lease.complete(outcomes.done(payload), labelsOf(payload))
      return withReplayed(payload, false)
    } catch (error) {
      // An unforeseen error may have come after the provider was called.
      if (!(error instanceof ApiError)) {
        await lease.complete(outcomes.unknown())
        throw error
      }
      if (error.code === 'OUTCOME_UNKNOWN') throw await this.#leaveOpen(write, record, lease, outcomes, error)
      const outcome = outcomes.refused(error)
      await lease.complete(outcome)
      // An earlier attempt is still in doubt, whatever this one was told.
      throw outcome?.state === 'unknown' ? this.#stillUnknown(write, outcome, error) : error
    }
  }

  /** The error of a repeat that was refused, where an earlier attempt may have been executed. */
  #stillUnknown<Payload extends object>(
    write: Write<Payload>,
    { unkept, done }: WriteRecord,
    error: ApiError,
  ): ApiError {
    const resolution = done ? 'repeat' : resolutionOf(write, unkept === true)
    return outcomeUnknown(errorDetails(error), resolution, { cause: done ? new PartlyDone(error, done) : error })
  }

  /** Stores an unknown outcome; returns the error that tells what the next call with the key does. */
  async #leaveOpen<Payload extends object>(
    write: Write<Payload>,
    record: WriteRecord,
    lease: Lease,
    outcomes: Outcomes<Payload>,
    error: ApiError,
  ): Promise<ApiError> {
    const failure = { code: error.code, details: errorDetails(error) }
    const unkept = record.unkept === true || isUnkept(error)
    const done = error instanceof PartlyDone ? error.done : undefined
    await lease.complete(outcomes.unknown(failure, { unkept, done }))
    if (error instanceof NotRepeated) return outcomeUnknown(failure.details, 'none', { replayed: true })
    return outcomeUnknown(failure.details, done ? 'repeat' : resolutionOf(write, unkept), { cause: error })
  }
}

import { randomUUID } from 'node:crypto'
import { ApiError, PartlyDone } from '../../datasources/contract/errors.js'
import { PendingTasks } from '../../datasources/support/pending-tasks.js'
import { retryUntilStored } from '../../datasources/support/retry-until-stored.js'
import { KeyedWrite } from './keyed-write.js'
import { type Acquired, Lease } from './lease.js'
import { DEFAULT_LIFETIMES, isPayloadApart, type Lifetimes, shortened } from './lifetimes.js'
import { outcomeUnknown } from './outcome-unknown.js'
import { Outcomes } from './outcomes.js'
import { attemptId } from './record.js'
import { canonicalInput, mayGoOn, type Replayable, withReplayed, type Write } from './write.js'
import { labelsOf } from './write-labels.js'
import { nameParts, payloadKey, writeKeys } from './write-name.js'

/** How long an outcome, or the undoing of a claim, that the store did not take is retried. */
const PERSIST_MS = 5 * 60_000

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
    await write.intentRecorded
    try {
      return withReplayed(await write.run({ id: randomUUID(), isRetry: false, begunAt: Date.now() }), false)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'OUTCOME_UNKNOWN')
        throw outcomeUnknown(error.extensions, 'none', { isPartlyDone: error instanceof PartlyDone })
      throw error
    }
  }

  async #withKey<Payload extends object>(write: Write<Payload>, key: string): Promise<Replayable<Payload>> {
    const { caller, store, mutation, input, place = [] } = write
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
    // What is erased has no input any more.
    if (isOtherInput && record.state !== 'erased') throw new ApiError('IDEMPOTENCY_KEY_REUSED')
    const keyed = new KeyedWrite(write, record, lease)
    return isHolder ? keyed.run() : keyed.answer()
  }

  /** Acquires the lease while the intent is recorded. Both must succeed; a lease without the other is released. */
  async #acquire<Payload extends object>(write: Write<Payload>, lease: Lease): Promise<Acquired> {
    const acquiring = lease.acquire((record) => mayGoOn(write, record))
    // From now on: to record the intent may take longer than a lease.
    const held = acquiring.then((acquired) => {
      if (acquired.isHolder) lease.keepAlive(acquired.record)
      return acquired
    })
    const [acquired, intent] = await Promise.allSettled([held, write.intentRecorded])
    if (intent.status === 'rejected') {
      if (acquired.status === 'fulfilled' && acquired.value.isHolder)
        await lease.complete(new Outcomes(acquired.value.record, write).withoutOutcome())
      throw intent.reason
    }
    if (acquired.status === 'rejected') throw acquired.reason
    return acquired.value
  }
}

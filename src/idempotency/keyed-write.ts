import { ApiError, NotRepeated, PartlyDone } from '../../datasources/contract/errors.js'
import type { Lease } from './lease.js'
import { outcomeUnknown } from './outcome-unknown.js'
import { Outcomes } from './outcomes.js'
import { attemptOf, errorDetails, isUnkept, type WriteRecord } from './record.js'
import { readOf, type Replayable, resolutionOf, withReplayed, type Write } from './write.js'
import { labelsOf } from './write-labels.js'
import { payloadKey } from './write-name.js'

/** A write under an idempotency key, with the record that the key has. */
export class KeyedWrite<Payload extends object> {
  readonly #write: Write<Payload>
  readonly #record: WriteRecord
  readonly #lease: Lease
  readonly #outcomes: Outcomes<Payload>

  constructor(write: Write<Payload>, record: WriteRecord, lease: Lease) {
    this.#write = write
    this.#record = record
    this.#lease = lease
    this.#outcomes = new Outcomes(record, write)
  }

  /** Runs the write, whose lease this process holds, and stores its outcome. */
  async run(): Promise<Replayable<Payload>> {
    try {
      const payload = await this.#write.run(attemptOf(this.#record))
      await this.#lease.complete(this.#outcomes.done(payload), labelsOf(payload))
      return withReplayed(payload, false)
    } catch (error) {
      // An unforeseen error may have come after the provider was called.
      if (!(error instanceof ApiError)) {
        await this.#lease.complete(this.#outcomes.unknown({ unkept: this.#record.unkept }))
        throw error
      }
      throw await (error.code === 'OUTCOME_UNKNOWN' ? this.#leaveOpen(error) : this.#refuse(error))
    }
  }

  /** Answers the outcome of the record; an unknown one is first read back at the provider, where the command can. */
  async answer(): Promise<Replayable<Payload>> {
    const read = this.#record.state === 'unknown' ? readOf(this.#write, this.#record) : undefined
    const found = await read?.({ ...attemptOf(this.#record), isRetry: true }).catch((error: unknown) => {
      throw error instanceof ApiError ? this.#stillUnknown(error) : error
    })
    // Another value at the provider proves nothing: it may have been changed since.
    if (found == null) return this.#answerStored()
    await this.#lease.resolveUnknown(this.#outcomes.done(found), labelsOf(found))
    return withReplayed(found, true)
  }

  async #answerStored(): Promise<Replayable<Payload>> {
    const { state, failure } = this.#record
    switch (state) {
      case 'done': {
        const payload = await this.#storedPayload()
        if (payload === null) throw new ApiError('OUTCOME_ERASED', { replayed: true })
        return withReplayed(this.#write.fromStored?.(payload) ?? (payload as Payload), true)
      }
      case 'erased':
        throw new ApiError('OUTCOME_ERASED', { replayed: true })
      case 'refused':
        throw new ApiError(failure!.code, { ...failure!.details, replayed: true })
      case 'unknown':
        throw outcomeUnknown(failure?.details ?? {}, 'none', { replayed: true })
      case 'free':
      case 'running':
        throw new ApiError('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 })
    }
  }

  /** The payload of a record that is done; null where its life has ended. */
  async #storedPayload(): Promise<object | null> {
    const { caller, store, mutation, input } = this.#write
    const { payload, isApart, payloadBy } = this.#record
    return isApart ? store.get<object>(payloadKey(caller, mutation, input.idempotencyKey!, payloadBy)) : payload!
  }

  /** Stores a refusal; returns the error of this call. An earlier attempt stays in doubt, whatever this one was told. */
  async #refuse(error: ApiError): Promise<ApiError> {
    const outcome = this.#outcomes.refused(error)
    await this.#lease.complete(outcome)
    return outcome?.state === 'unknown' ? this.#stillUnknown(error) : error
  }

  /** The error of a call that failed while an earlier attempt is in doubt: any other code would say that nothing was done. */
  #stillUnknown(error: ApiError): ApiError {
    const isPartlyDone = this.#record.done !== undefined
    return outcomeUnknown(errorDetails(error), resolutionOf(this.#write, this.#record), { isPartlyDone })
  }

  /** Stores an unknown outcome; returns the error that tells what the next call with the key does. */
  async #leaveOpen(error: ApiError): Promise<ApiError> {
    const details = errorDetails(error)
    const isPartlyDone = error instanceof PartlyDone
    const unkept = this.#record.unkept === true || isUnkept(error)
    const open = { unkept, done: isPartlyDone ? error.done : undefined }
    await this.#lease.complete(this.#outcomes.unknown({ failure: { code: error.code, details }, ...open }))
    if (error instanceof NotRepeated) return outcomeUnknown(details, 'none', { replayed: true })
    return outcomeUnknown(details, resolutionOf(this.#write, open), { isPartlyDone })
  }
}

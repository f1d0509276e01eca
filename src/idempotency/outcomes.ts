import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import type { ApiError } from '../../datasources/contract/errors.js'
import { errorDetails, freed, type WriteRecord } from './record.js'
import type { Write } from './write.js'

/** Refusals that a repeat does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])

interface Outcome extends Pick<WriteRecord, 'state' | 'payload' | 'failure'> {
  readonly unkept?: boolean | undefined
  readonly done?: readonly string[] | undefined
}

/** The records that the outcomes of one attempt become; null frees the key. */
export class Outcomes<Payload extends object> {
  readonly #record: WriteRecord
  readonly #toStored: Write<Payload>['toStored']

  constructor(record: WriteRecord, { toStored }: Pick<Write<Payload>, 'toStored'>) {
    this.#record = record
    this.#toStored = toStored
  }

  /**
   * Nothing was executed, or what was is not final: the key is free again, unless an earlier attempt is still open.
   * `isAnswer`: the provider said so; an intermediary may have said it in its place.
   */
  withoutOutcome(isAnswer = false): WriteRecord | null {
    const { again = false, wasFree = false, state, unkept, done } = this.#record
    return again || state === 'unknown' ? this.unknown({ unkept, done }) : freed(this.#record, wasFree || isAnswer)
  }

  done(payload: Payload): WriteRecord | null {
    const stored = this.#toStored(payload)
    return stored === undefined ? this.withoutOutcome() : this.#as({ state: 'done', payload: stored })
  }

  unknown({ failure, unkept, done }: Omit<Outcome, 'state' | 'payload'>): WriteRecord {
    return this.#as({
      state: 'unknown',
      ...(failure && { failure }),
      ...(unkept && { unkept }),
      ...(done && { done }),
    })
  }

  /** A final refusal by the provider is the outcome of a first attempt; any other refusal executed nothing. */
  refused(error: ApiError): WriteRecord | null {
    const isAnswer = error.extensions['providerStatus'] !== undefined
    if (isAnswer && !this.#record.again && FINAL.has(error.code))
      return this.#as({ state: 'refused', failure: { code: error.code, details: errorDetails(error) } })
    return this.withoutOutcome(isAnswer)
  }

  #as(outcome: Pick<WriteRecord, keyof Outcome>): WriteRecord {
    const { input, attempt, begun } = this.#record
    return { input, attempt, begun, ...outcome }
  }
}

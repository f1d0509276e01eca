import type { AnswerHead, Attempt } from './attempt.js'
import { type ErrorParts, type GraphError, KycGraphError, OutcomeUnknownError } from './errors.js'
import type { Operation } from './typed-document.js'

/** What is known of a call when it fails. */
export interface CallState {
  readonly operation: Operation
  readonly attempts: number
  readonly idempotencyKey: string | undefined
  /** Whether the answer to an earlier attempt at a write was lost, and none since says what became of it. */
  readonly isInDoubt: boolean
}

const titleOf = ({ name, kind }: Operation): string => name ?? `the ${kind}`

/** The error that decides: a write in doubt before all others, else the first. */
const deciding = (errors: readonly GraphError[]): GraphError =>
  errors.find(({ extensions }) => extensions?.code === 'OUTCOME_UNKNOWN') ?? errors[0]!

const codeOf = ({ extensions }: GraphError): string => extensions?.code ?? 'INTERNAL_SERVER_ERROR'

/**
 * Whether an error leaves open what became of a write: also one that the server did not foresee, and one that is not the
 * server's own, such as a router's. The server's own errors say whether they are retryable.
 */
export const saysNothing = (error: GraphError): boolean =>
  ['OUTCOME_UNKNOWN', 'INTERNAL_SERVER_ERROR'].includes(codeOf(error)) ||
  typeof error.extensions?.retryable !== 'boolean'

/**
 * Refusals that tell the outcome under the key of a write. `NOT_FOUND` does so where it is `replayed` alone: it also comes
 * before the server looks for the key.
 */
const STORED_CODES = ['BAD_USER_INPUT', 'CONFLICT']

/** Whether an error tells the outcome under the key, or is one of a field below a write whose answer came. */
const tellsOutcome = ({ path, extensions }: GraphError, data: unknown): boolean =>
  extensions?.replayed === true ||
  STORED_CODES.includes(extensions?.code ?? '') ||
  (data as Readonly<Record<string, unknown>> | null)?.[path?.[0] ?? ''] != null

const FOREIGN_CODES: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 429: 'RATE_LIMITED' }

/**
 * Whether the server has said what became of all of the operation: it ran, and a repeat would not end otherwise. A refusal
 * that comes before the server looks for the key, such as `FORBIDDEN`, says nothing of an earlier attempt.
 */
const isFinal = (outcome: Attempt): boolean =>
  outcome.kind === 'answered' &&
  outcome.status === 200 &&
  outcome.result.errors.every(
    (error) => error.extensions?.retryable !== true && !saysNothing(error) && tellsOutcome(error, outcome.result.data),
  )

/** The error of a call that is not repeated any more. */
export function failureOf(outcome: Attempt, state: CallState, toldMs: number | undefined): KycGraphError<string> {
  const failure = ownFailureOf(outcome, state, toldMs)
  const isUnknown = failure instanceof OutcomeUnknownError
  return state.isInDoubt && !isUnknown && !isFinal(outcome) ? inDoubt(state, failure, failure) : failure
}

/** The error of a write that may have been carried out, with what the last answer holds where there is one. */
export function inDoubt(
  { operation, attempts, idempotencyKey }: CallState,
  cause: unknown,
  last?: KycGraphError<string>,
): OutcomeUnknownError {
  const message = `Whether ${titleOf(operation)} was carried out is not known. Send the same input with the same idempotencyKey to finish it or find it done.`
  const { errors = [], data, status, retryAfterSeconds }: Partial<KycGraphError<string>> = last ?? {}
  const answer = { errors, data, status, retryAfterSeconds }
  return new OutcomeUnknownError('REPEAT', { ...answer, message, attempts, idempotencyKey, cause })
}

function ownFailureOf(outcome: Attempt, state: CallState, toldMs: number | undefined): KycGraphError<string> {
  const { operation, attempts, idempotencyKey } = state
  const common = { attempts, idempotencyKey, ...(toldMs !== undefined && { retryAfterSeconds: toldMs / 1_000 }) }
  switch (outcome.kind) {
    case 'answered': {
      const { errors, data } = outcome.result
      const first = deciding(errors)
      const ordered = [first, ...errors.filter((error) => error !== first)]
      return answered(first, { ...common, message: first.message, errors: ordered, data, status: outcome.status })
    }
    case 'foreign': {
      const { status } = outcome
      const message = `The answer to ${titleOf(operation)} is not the server's own (HTTP ${status}).`
      return new KycGraphError(FOREIGN_CODES[status] ?? 'INVALID_ANSWER', {
        ...common,
        message,
        status,
        retryable: isTemporary(outcome),
      })
    }
    case 'lost': {
      const { cause } = outcome
      const code = cause instanceof Error && cause.name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK_ERROR'
      return new KycGraphError(code, {
        ...common,
        message: `No answer to ${titleOf(operation)} came.`,
        retryable: true,
        cause,
      })
    }
  }
}

function answered(error: GraphError, parts: ErrorParts): KycGraphError<string> {
  const code = codeOf(error)
  if (code !== 'OUTCOME_UNKNOWN') return new KycGraphError(code, parts)
  return new OutcomeUnknownError(error.extensions?.retryable === true ? 'REPEAT' : 'READ_BACK', parts)
}

/** Whether another attempt may help after an answer that is none of the server's own: a proxy says that it did not reach it for the moment, or its JSON was cut off. */
export const isTemporary = ({ status, headers }: Pick<AnswerHead, 'status' | 'headers'>): boolean =>
  [408, 429, 500, 502, 503, 504].includes(status) ||
  (status === 200 && /\bjson\b/i.test(headers.get('content-type') ?? ''))

/**
 * Statuses of a proxy with which the server has certainly not executed the request. 503 is none: proxies also answer it
 * when their connection to the server ended after the request was sent.
 */
export const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 408

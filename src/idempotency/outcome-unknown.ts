import { ApiError, type ApiErrorDetails } from '../../datasources/contract/errors.js'

/** Resolution of an unknown outcome by the next call with the same key: repeat the write, read its record back, or none. */
export type Resolution = 'repeat' | 'read back' | 'none'

const ADVICE: Readonly<Record<Resolution, string>> = {
  repeat: 'Repeat it with the same idempotencyKey and input: it is then finished, or found done.',
  'read back':
    'Repeat it with the same idempotencyKey and input: the provider is then asked what it has, and nothing is written.',
  none: 'Read the record back before you try again.',
}

const NOT_KNOWN = 'The request left, but whether it was carried out is not known.'
const PARTLY_DONE = 'A part of the request was carried out, and the rest certainly was not.'

interface UnknownOutcome {
  /** True where the stored outcome is told once more. */
  readonly replayed?: boolean
  /** True where the doubt is of a part: the rest was certainly not executed. */
  readonly isPartlyDone?: boolean
}

/**
 * Unknown outcome: the write was sent, and whether it was executed is not known; or a part of it was. The message tells
 * the client what to do.
 */
export function outcomeUnknown(
  failure: ApiErrorDetails,
  resolution: Resolution,
  { replayed = false, isPartlyDone = false }: UnknownOutcome = {},
): ApiError {
  const { message: _message, ...details } = failure
  return new ApiError('OUTCOME_UNKNOWN', {
    ...details,
    retryable: resolution !== 'none',
    message: `${isPartlyDone ? PARTLY_DONE : NOT_KNOWN} ${ADVICE[resolution]}`,
    ...(replayed ? { replayed: true } : {}),
  })
}

import { ApiError, type ApiErrorDetails } from '../../datasources/contract/errors.js'

/** How the next call with the same key finds out what became of a write: by repeating it, by reading it back, or not at all. */
export type Resolution = 'repeat' | 'read back' | 'none'

const HOW_TO_FIND_OUT: Readonly<Record<Resolution, string>> = {
  repeat: 'Repeat it with the same idempotencyKey and input: it is then finished, and not done twice.',
  'read back':
    'Repeat it with the same idempotencyKey and input: the provider is then asked what it has, and nothing is written.',
  none: 'Read the record back before you try again.',
}

/** The write left, and whether it was carried out is not known; says how to find out. */
export function outcomeUnknown(failure: ApiErrorDetails, resolution: Resolution, replayed = false): ApiError {
  const { message: _message, ...details } = failure
  return new ApiError('OUTCOME_UNKNOWN', {
    ...details,
    retryable: resolution !== 'none',
    message: `The request left, but whether it was carried out is not known. ${HOW_TO_FIND_OUT[resolution]}`,
    ...(replayed ? { replayed: true } : {}),
  })
}

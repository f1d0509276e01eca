import type { GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'

/** The time after which a stream reads an object again that could not be read; it doubles up to the longest. */
const RETRY_MS = 5_000
const MAX_RETRY_MS = 60_000

/** Failures of a provider that a repeat of one request may not mend, and that pass nevertheless. */
const PASSING: ReadonlySet<unknown> = new Set<ErrorCode>(['PROVIDER_REFUSED', 'PROVIDER_MALFORMED'])

type Errors = readonly GraphQLFormattedError[]

/** True where the object may be read later: a failure of a provider, or a limit that is reached. */
export const mayPass = (errors: Errors): boolean =>
  errors.some(({ extensions }) => extensions?.['retryable'] === true || PASSING.has(extensions?.['code']))

/** When to read again after so many failures one after the other. */
export function retryMs(errors: Errors, failures: number): number {
  const seconds = errors.map(({ extensions }) => Number(extensions?.['retryAfterSeconds'] ?? 0))
  return Math.max(Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failures), 1_000 * Math.max(0, ...seconds))
}

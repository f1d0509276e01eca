import type { IncomingMessage } from 'node:http'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Caller } from '../../datasources/contract/caller.js'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { errorClass } from '../observability/error-class.js'
import type { EventIds } from './ecs.js'
import type { SecurityEvent } from './events.js'
import type { Origin, SecurityEvents } from './security-events.js'

/** What refuses a purpose or a consent begins so. */
const isOfConsent = (refusal: string | undefined): refusal is string => /^(?:purpose|consent)_/.test(refusal ?? '')

/** A refusal as an event needs it. */
interface Refusal {
  readonly code: ErrorCode
  readonly refusal: string | undefined
  /** True where a provider refuses, whose limits are none of this server's. */
  readonly isOfProvider: boolean
}

const refusalOf = ({ code, refusal, extensions }: ApiError): Refusal => ({
  code,
  refusal,
  isOfProvider: extensions['provider'] !== undefined,
})

/** The security event of a refusal; undefined for one that is none. */
function eventOf({ code, refusal, isOfProvider }: Refusal): SecurityEvent | undefined {
  switch (code) {
    case 'UNAUTHENTICATED':
      return { action: 'login-failed', reason: refusal ?? 'token_missing' }
    case 'FORBIDDEN':
      if (isOfConsent(refusal)) return { action: 'consent-refused', reason: refusal }
      return refusal === 'schema:read' ? { action: 'introspection-denied' } : { action: 'access-denied', rule: refusal }
    case 'CONSENT_UNAVAILABLE':
      return { action: 'consent-refused', reason: 'register_unavailable' }
    case 'BAD_USER_INPUT':
      if (isOfConsent(refusal)) return { action: 'consent-refused', reason: refusal }
      return refusal === undefined ? undefined : { action: 'limit-reached', reason: refusal }
    case 'RATE_LIMITED':
      return isOfProvider ? undefined : { action: 'limit-reached', reason: refusal ?? 'client_budget' }
    case 'OVERLOADED':
      return { action: 'limit-reached', reason: refusal ?? 'overload' }
    case 'QUERY_TOO_COMPLEX':
      return { action: 'limit-reached', reason: 'complexity' }
    case 'PERSISTED_QUERY_NOT_ALLOWED':
      return { action: 'operation-not-listed' }
    default:
      return undefined
  }
}

/** The class of a failed login: a word of the authenticator, else the code of the error that it met. */
function loginFailure({ refusal, cause }: ApiError, hasToken: boolean): string {
  if (!hasToken) return 'token_missing'
  return refusal ?? (cause === undefined ? 'token_malformed' : errorClass(cause).toLowerCase())
}

const apiErrorOf = (error: unknown): ApiError | undefined => {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  return original instanceof ApiError ? original : undefined
}

/** Records the errors of an answer, each kind once; `formatted` are the same errors as they are sent. */
export function recordErrors(
  events: SecurityEvents,
  errors: readonly unknown[],
  formatted: readonly GraphQLFormattedError[],
  origin: Origin,
): void {
  const seen = new Set<string>()
  for (const [i, { extensions }] of formatted.entries()) {
    const refused = apiErrorOf(errors[i])
    // Limits of documents are errors of graphql-js.
    const refusal = refused
      ? refusalOf(refused)
      : { code: extensions?.['code'] as ErrorCode, refusal: undefined, isOfProvider: false }
    const searched = refused?.searched
    const kind = `${refusal.code} ${refusal.refusal} ${refusal.isOfProvider} ${searched}`
    if (seen.has(kind)) continue
    seen.add(kind)
    const event = eventOf(refusal)
    if (event !== undefined) events.record(event, origin)
    if (searched !== undefined) events.record({ action: 'personal-search-denied', rule: searched }, origin)
  }
}

/** Errors of the pipeline, which has recorded them, that end a request as a whole too. */
const recorded = new WeakSet<object>()

/** Notes that an error is recorded: a recorder of whole requests passes over it. */
export function noteRecorded(error: unknown): void {
  if (error instanceof ApiError) recorded.add(error)
}

/** The callers of requests that are refused after their token was verified. */
const callers = new WeakMap<IncomingMessage, Caller>()

/** Remembers whom refusals of a request concern from now on. */
export function identify(request: IncomingMessage, caller: Caller | undefined): void {
  if (caller !== undefined) callers.set(request, caller)
}

/** Remembers whom the refusal of a request concerns; returns the error. */
export function blame(request: IncomingMessage, caller: Caller | undefined, error: unknown): unknown {
  identify(request, caller)
  return error
}

/**
 * Told of each request that was refused as a whole, outside the pipeline; `authorization` is what its caller sent in
 * place of the header.
 */
export type OnRefused = (request: IncomingMessage, error: unknown, ids: EventIds, authorization?: string) => void

/** Records the refusal of a request as a whole. */
export const refusalRecorder =
  (events: SecurityEvents): OnRefused =>
  (request, error, ids, authorization = request.headers.authorization) => {
    if (error instanceof ApiError) {
      if (recorded.has(error)) return
      const isLogin = error.code === 'UNAUTHENTICATED'
      const refusal = isLogin ? loginFailure(error, authorization !== undefined) : error.refusal
      const event = eventOf({ ...refusalOf(error), refusal })
      // A token that is refused names nobody, also on a connection whose caller was known.
      if (event !== undefined)
        events.record(event, { request, ids, caller: isLogin ? undefined : callers.get(request) })
    } else if ((error as { statusCode?: unknown } | undefined)?.statusCode === 413) {
      events.record({ action: 'limit-reached', reason: 'body_bytes' }, { request, ids })
    }
  }

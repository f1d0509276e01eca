import { ERROR_CODES, type ErrorCode } from '../../datasources/contract/error-codes.js'

/** What an operation asks for; `list`: one of its root fields is a list or a connection. */
export type OperationClass = 'query' | 'list' | 'mutation' | 'none'

/** What decided how an operation ended. */
type Blamed = 'caller' | 'provider' | 'server'
export type OperationOutcome = 'ok' | Blamed

/** What each error code blames. `server` is this server and what every operation needs: store, trail, issuer, register. */
export const BLAMED: Readonly<Record<ErrorCode, Blamed>> = {
  UNAUTHENTICATED: 'caller',
  FORBIDDEN: 'caller',
  BAD_USER_INPUT: 'caller',
  NOT_FOUND: 'caller',
  CONFLICT: 'caller',
  RATE_LIMITED: 'caller',
  CHALLENGE_REQUIRED: 'caller',
  IDEMPOTENCY_KEY_REUSED: 'caller',
  IDEMPOTENCY_IN_PROGRESS: 'caller',
  OUTCOME_UNKNOWN: 'provider',
  OUTCOME_ERASED: 'caller',
  PROVIDER_REFUSED: 'provider',
  PROVIDER_TIMEOUT: 'provider',
  PROVIDER_UNAVAILABLE: 'provider',
  PROVIDER_MALFORMED: 'provider',
  STORE_UNAVAILABLE: 'server',
  STORE_UNTRUSTED: 'server',
  AUDIT_UNAVAILABLE: 'server',
  CONSENT_UNAVAILABLE: 'server',
  ISSUER_UNAVAILABLE: 'server',
  OVERLOADED: 'server',
  PROVIDER_NOT_CONFIGURED: 'caller',
  DEADLINE_EXCEEDED: 'provider',
  QUERY_TOO_COMPLEX: 'caller',
  PERSISTED_QUERY_NOT_FOUND: 'caller',
  PERSISTED_QUERY_NOT_ALLOWED: 'caller',
  INTERNAL_SERVER_ERROR: 'server',
}

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)

/** The outcome of an operation with these error codes: the gravest one decides, and a code that is none is this server's. */
export function outcomeOf(codes: readonly unknown[]): OperationOutcome {
  let outcome: OperationOutcome = 'ok'
  for (const code of codes) {
    const blamed = isCode(code) ? BLAMED[code] : 'server'
    if (blamed === 'server') return 'server'
    if (blamed === 'provider' || outcome === 'ok') outcome = blamed
  }
  return outcome
}

/** The values of `extensions.code`. */
export type ErrorCode =
  /** The audit trail cannot be written, and the operation must not go on without it. */
  | 'AUDIT_UNAVAILABLE'
  /** The document, a variable or an input is not valid to this server or to the provider. */
  | 'BAD_USER_INPUT'
  /** The provider requires proof of identity where the schema has no place for its challenge. */
  | 'CHALLENGE_REQUIRED'
  /** The record exists already, or its state does not allow the operation. */
  | 'CONFLICT'
  /** The register of consents gave no clear answer, and personal values are not shown without it. */
  | 'CONSENT_UNAVAILABLE'
  /** The deadline of the operation has passed, and no write was sent. */
  | 'DEADLINE_EXCEEDED'
  /** The token lacks a scope, or the request lacks a purpose or a consent that this needs. */
  | 'FORBIDDEN'
  /** The first call with this idempotency key is still running. */
  | 'IDEMPOTENCY_IN_PROGRESS'
  /** The idempotency key was used with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** An unforeseen error; its text is masked. */
  | 'INTERNAL_SERVER_ERROR'
  /** The issuer's keys or its answer cannot be read, so the token cannot be verified; it may be valid. */
  | 'ISSUER_UNAVAILABLE'
  /** A mutation names a record that does not exist or is not visible to the caller, or there is nothing at the address. */
  | 'NOT_FOUND'
  /** The idempotency key was used, and its outcome was erased with the data of a person or at the end of its life; the write is not done again. */
  | 'OUTCOME_ERASED'
  /** A write was sent, and whether the provider executed it is not known. */
  | 'OUTCOME_UNKNOWN'
  /** The server has more requests than it can answer in time; the request was not executed. */
  | 'OVERLOADED'
  /** The operation is not on the safelist. */
  | 'PERSISTED_QUERY_NOT_ALLOWED'
  /** No operation is stored under the hash. */
  | 'PERSISTED_QUERY_NOT_FOUND'
  /** The provider's answer does not fit its contract. */
  | 'PROVIDER_MALFORMED'
  /** This deployment is not connected to the provider. */
  | 'PROVIDER_NOT_CONFIGURED'
  /** The provider refuses the credentials or permissions of this server. */
  | 'PROVIDER_REFUSED'
  /** The provider did not answer in time. */
  | 'PROVIDER_TIMEOUT'
  /** The provider cannot be reached or fails. */
  | 'PROVIDER_UNAVAILABLE'
  /** The document is over a document limit, or the operation is over the cost limit. */
  | 'QUERY_TOO_COMPLEX'
  /** The quota of this minute of the user, the client or the tenant is spent, the client's address sent too many requests without a valid token, or the provider limits its calls. */
  | 'RATE_LIMITED'
  /** The store cannot be reached, and the operation must not go on without it. */
  | 'STORE_UNAVAILABLE'
  /** The store may have lost idempotency records, or holds one that this server cannot read, so no write with an idempotency key is executed. */
  | 'STORE_UNTRUSTED'
  /** The request has no valid token. */
  | 'UNAUTHENTICATED'

/** Every value of `extensions.code` that this version of the package knows. */
export const ERROR_CODES = [
  'AUDIT_UNAVAILABLE',
  'BAD_USER_INPUT',
  'CHALLENGE_REQUIRED',
  'CONFLICT',
  'CONSENT_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'FORBIDDEN',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_KEY_REUSED',
  'INTERNAL_SERVER_ERROR',
  'ISSUER_UNAVAILABLE',
  'NOT_FOUND',
  'OUTCOME_ERASED',
  'OUTCOME_UNKNOWN',
  'OVERLOADED',
  'PERSISTED_QUERY_NOT_ALLOWED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PROVIDER_MALFORMED',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_REFUSED',
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'STORE_UNAVAILABLE',
  'STORE_UNTRUSTED',
  'UNAUTHENTICATED',
] as const satisfies readonly ErrorCode[]

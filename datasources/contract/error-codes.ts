/** Error codes: the values of `extensions.code` that clients branch on. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'CHALLENGE_REQUIRED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'IDEMPOTENCY_IN_PROGRESS'
  | 'OUTCOME_UNKNOWN'
  | 'OUTCOME_ERASED'
  | 'PROVIDER_REFUSED'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_MALFORMED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_UNTRUSTED'
  | 'AUDIT_UNAVAILABLE'
  | 'CONSENT_UNAVAILABLE'
  | 'ISSUER_UNAVAILABLE'
  | 'OVERLOADED'
  | 'PROVIDER_NOT_CONFIGURED'
  | 'DEADLINE_EXCEEDED'
  | 'QUERY_TOO_COMPLEX'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_ALLOWED'
  | 'INTERNAL_SERVER_ERROR'

/** What a code says. */
interface ErrorCodeRule {
  /** When the code is used. */
  readonly meaning: string
  /** The HTTP statuses of answers with the code; 200 where a field alone fails. */
  readonly httpStatuses: readonly number[]
  /** Whether a repeat of the same request may succeed, unless the error says otherwise. */
  readonly retryable: boolean
  /** The default message. */
  readonly sentence: (who: string) => string
}

/** The rules of all codes: the source of `Query.errorCodes` and of the enum `ErrorCode`. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeRule>> = {
  UNAUTHENTICATED: {
    meaning: 'The request has no valid token.',
    httpStatuses: [401],
    retryable: false,
    sentence: () => 'A valid bearer token is required.',
  },
  FORBIDDEN: {
    meaning: 'The token lacks a scope, or the request lacks a purpose or a consent that this needs.',
    httpStatuses: [200, 403],
    retryable: false,
    sentence: () => 'The token lacks a scope.',
  },
  BAD_USER_INPUT: {
    meaning: 'The document, a variable or an input is not valid to this server or to the provider.',
    httpStatuses: [200, 400, 405, 406, 408, 413, 415],
    retryable: false,
    sentence: (who) => `${who} does not accept this input.`,
  },
  NOT_FOUND: {
    meaning:
      'A mutation names a record that does not exist or is not visible to the caller, or there is nothing at the address.',
    httpStatuses: [200, 404],
    retryable: false,
    sentence: (who) => `${who} has no such record.`,
  },
  CONFLICT: {
    meaning: 'The record exists already, or its state does not allow the operation.',
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `The record at ${who} exists already or is in a state that does not allow this.`,
  },
  RATE_LIMITED: {
    meaning:
      "The quota of this minute of the user, the client or the tenant is spent, the client's address sent too many requests without a valid token, or the provider limits its calls.",
    httpStatuses: [200, 429],
    retryable: true,
    sentence: (who) => `${who} asks to slow down.`,
  },
  CHALLENGE_REQUIRED: {
    meaning: 'The provider requires proof of identity where the schema has no place for its challenge.',
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `${who} wants the customer to prove who they are.`,
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'The idempotency key was used with another input.',
    httpStatuses: [200],
    retryable: false,
    sentence: () => 'This idempotencyKey was used with another input.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    meaning: 'The first call with this idempotency key is still running.',
    httpStatuses: [200],
    retryable: true,
    sentence: () => 'The first call with this idempotencyKey is still running.',
  },
  OUTCOME_UNKNOWN: {
    meaning: 'A write was sent, and whether the provider executed it is not known.',
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `The request reached ${who}, but whether it was carried out is not known.`,
  },
  OUTCOME_ERASED: {
    meaning:
      'The idempotency key was used, and its outcome was erased with the data of a person or at the end of its life; the write is not done again.',
    httpStatuses: [200],
    retryable: false,
    sentence: () => 'This idempotencyKey was used, and its outcome has been erased. Read the record itself.',
  },
  PROVIDER_REFUSED: {
    meaning: 'The provider refuses the credentials or permissions of this server.',
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `${who} refuses the credentials or permissions of this server.`,
  },
  PROVIDER_TIMEOUT: {
    meaning: 'The provider did not answer in time.',
    httpStatuses: [200],
    retryable: true,
    sentence: (who) => `${who} did not answer in time.`,
  },
  PROVIDER_UNAVAILABLE: {
    meaning: 'The provider cannot be reached or fails.',
    httpStatuses: [200],
    retryable: true,
    sentence: (who) => `${who} cannot be reached or does not work at the moment.`,
  },
  PROVIDER_MALFORMED: {
    meaning: "The provider's answer does not fit its contract.",
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `${who} answered something that does not fit its contract.`,
  },
  STORE_UNAVAILABLE: {
    meaning: 'The store cannot be reached, and the operation must not go on without it.',
    httpStatuses: [200, 503],
    retryable: true,
    sentence: () => 'The store cannot be reached, and this must not go on without it.',
  },
  STORE_UNTRUSTED: {
    meaning:
      'The store may have lost idempotency records, or holds one that this server cannot read, so no write with an idempotency key is executed.',
    httpStatuses: [200],
    retryable: true,
    sentence: () =>
      'The store may have lost records of idempotency keys: writes with a key are refused until an operator has checked it.',
  },
  AUDIT_UNAVAILABLE: {
    meaning: 'The audit trail cannot be written, and the operation must not go on without it.',
    httpStatuses: [200],
    retryable: true,
    sentence: () => 'The audit trail cannot be written, and this must not go on without it.',
  },
  CONSENT_UNAVAILABLE: {
    meaning: 'The register of consents gave no clear answer, and personal values are not shown without it.',
    httpStatuses: [200, 503],
    retryable: true,
    sentence: () => 'The register of consents cannot be asked at the moment.',
  },
  ISSUER_UNAVAILABLE: {
    meaning: "The issuer's keys or its answer cannot be read, so the token cannot be verified; it may be valid.",
    httpStatuses: [503],
    retryable: true,
    sentence: () => "The issuer's keys cannot be read at the moment.",
  },
  OVERLOADED: {
    meaning: 'The server has more requests than it can answer in time; the request was not executed.',
    httpStatuses: [503],
    retryable: true,
    sentence: () => 'The server has more requests than it can answer in time.',
  },
  PROVIDER_NOT_CONFIGURED: {
    meaning: 'This deployment is not connected to the provider.',
    httpStatuses: [200],
    retryable: false,
    sentence: (who) => `This deployment is not connected to ${who}.`,
  },
  DEADLINE_EXCEEDED: {
    meaning: 'The deadline of the operation has passed, and no write was sent.',
    httpStatuses: [200],
    retryable: true,
    sentence: () => 'The deadline of this operation has passed.',
  },
  QUERY_TOO_COMPLEX: {
    meaning: 'The document is over a document limit, or the operation is over the cost limit.',
    httpStatuses: [400],
    retryable: false,
    sentence: () => 'The operation is too complex.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: 'No operation is stored under the hash.',
    httpStatuses: [200],
    retryable: false,
    sentence: () => 'No operation is stored under this hash.',
  },
  PERSISTED_QUERY_NOT_ALLOWED: {
    meaning: 'The operation is not on the safelist.',
    httpStatuses: [400],
    retryable: false,
    sentence: () => 'This operation is not on the safelist.',
  },
  INTERNAL_SERVER_ERROR: {
    meaning: 'An unforeseen error; its text is masked.',
    httpStatuses: [200, 500],
    retryable: false,
    sentence: () => 'Something went wrong on our side.',
  },
}

export type { AccessToken, TokenProvider } from './access-token.js'
export type { Result } from './attempt.js'
export {
  type CallOptions,
  KycGraph,
  type KycGraphOptions,
  type Mutated,
  type MutationOptions,
  type WaitOptions,
} from './client.js'
export type { Connection } from './connection.js'
export type { RetryPolicy } from './delays.js'
export { DpopKey, type ProofOf } from './dpop.js'
export {
  type AnyKycGraphError,
  type ClientErrorCode,
  type ErrorExtensions,
  type GraphError,
  isKycGraphError,
  KycGraphError,
  OutcomeUnknownError,
} from './errors.js'
export { ERROR_CODES, type ErrorCode } from './generated/error-codes.js'
export { createIdempotencyKey } from './idempotency.js'
export { type OperationText, TypedDocumentString } from './typed-document.js'

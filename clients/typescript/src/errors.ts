import type { ErrorCode } from './generated/error-codes.js'

/** Codes of this package, for what has no answer of the server. */
export type ClientErrorCode =
  /** No answer came, or none of the server's own, and all attempts are used. Nothing was written by this call. */
  | 'NETWORK_ERROR'
  /** The time of the call is over (`timeoutMs`), or the server asks to wait for longer than it. */
  | 'TIMEOUT'
  /** The answer is none of a GraphQL server, such as a page of a proxy. */
  | 'INVALID_ANSWER'

/** One error of an answer, as the server sends it. */
export interface GraphError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: ErrorExtensions
}

/** The extensions of an error that every code may have; see docs/errors.md. */
export interface ErrorExtensions {
  readonly code?: ErrorCode | (string & {})
  readonly retryable?: boolean
  readonly correlationId?: string
  readonly retryAfterSeconds?: number
  readonly provider?: string
  readonly providerStatus?: number
  readonly providerCode?: string
  readonly providerRequestId?: string
  readonly replayed?: boolean
  readonly [name: string]: unknown
}

/** The extensions that only some codes have. */
interface ExtensionsByCode {
  readonly BAD_USER_INPUT: {
    /** The refused members by path from the argument, each with the rules that it broke. */
    readonly fields?: Readonly<Record<string, readonly string[]>>
    readonly moreFields?: number
  }
  readonly RATE_LIMITED: { readonly limitedBy?: 'user' | 'client' | 'tenant' }
  readonly CONFLICT: { readonly missingDisclosures?: readonly string[] }
  readonly PROVIDER_MALFORMED: { readonly leftOut?: number }
}

type ExtensionsOf<Code> = ErrorExtensions & (Code extends keyof ExtensionsByCode ? ExtensionsByCode[Code] : unknown)

/** What an error is made of. */
export interface ErrorParts {
  readonly message: string
  readonly errors?: readonly GraphError[]
  readonly data?: unknown
  readonly status?: number | undefined
  readonly attempts?: number
  readonly idempotencyKey?: string | undefined
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** A failed call. Branch on `code`; treat a code that you do not know by `retryable`. */
export class KycGraphError<Code extends string = ErrorCode | ClientErrorCode> extends Error {
  override readonly name: string = 'KycGraphError'
  readonly code: Code
  /** Whether the same request, unchanged, may succeed later. The client has repeated it as often as it may. */
  readonly retryable: boolean
  /** How long to wait before the next attempt, where the server says so. */
  readonly retryAfterSeconds: number | undefined
  /** The extensions of the first error, such as `fields` of `BAD_USER_INPUT`. */
  readonly extensions: ExtensionsOf<Code>
  /** All errors of the answer; empty where there was no answer. */
  readonly errors: readonly GraphError[]
  /** What the answer holds beside the errors: failed fields are null. */
  readonly data: unknown
  /** The HTTP status of the last answer. */
  readonly status: number | undefined
  /** How often the operation was sent. */
  readonly attempts: number
  /** The key under which a mutation was sent. */
  readonly idempotencyKey: string | undefined

  constructor(code: Code, parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    const first = parts.errors?.[0]?.extensions
    this.code = code
    this.errors = parts.errors ?? []
    this.extensions = (first ?? {}) as ExtensionsOf<Code>
    this.retryable = parts.retryable ?? first?.retryable ?? false
    this.retryAfterSeconds = parts.retryAfterSeconds ?? first?.retryAfterSeconds
    this.data = parts.data ?? null
    this.status = parts.status
    this.attempts = parts.attempts ?? 0
    this.idempotencyKey = parts.idempotencyKey
  }

  /** Names the failure in the server's log; give it to its operator. */
  get correlationId(): string | undefined {
    return this.extensions.correlationId
  }
}

/**
 * A write was sent, and whether it was carried out is not known. `next` says what to do:
 * - `REPEAT`: send the same input with the same `idempotencyKey`, within seven days. The write is then finished, found
 *   done, or still unknown; it is never done twice.
 * - `READ_BACK`: read the record before anything else. A repeat could add a second record or undo a later change.
 */
export class OutcomeUnknownError extends KycGraphError<'OUTCOME_UNKNOWN'> {
  override readonly name = 'OutcomeUnknownError'
  readonly next: 'REPEAT' | 'READ_BACK'

  constructor(next: 'REPEAT' | 'READ_BACK', parts: ErrorParts) {
    super('OUTCOME_UNKNOWN', { ...parts, retryable: next === 'REPEAT' })
    this.next = next
  }
}

/** Every error of this package, discriminated by `code`. */
export type AnyKycGraphError =
  | { [Code in Exclude<ErrorCode | ClientErrorCode, 'OUTCOME_UNKNOWN'>]: KycGraphError<Code> }[Exclude<
      ErrorCode | ClientErrorCode,
      'OUTCOME_UNKNOWN'
    >]
  | OutcomeUnknownError

/** Whether an error is one of this package, and has this code where one is given. */
export function isKycGraphError<Code extends AnyKycGraphError['code']>(
  error: unknown,
  code: Code,
): error is Extract<AnyKycGraphError, { readonly code: Code }>
export function isKycGraphError(error: unknown): error is AnyKycGraphError
export function isKycGraphError(error: unknown, code?: string): boolean {
  return error instanceof KycGraphError && (code === undefined || error.code === code)
}

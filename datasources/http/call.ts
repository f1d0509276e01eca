import { setMaxListeners } from 'node:events'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, type ApiErrorDetails } from '../contract/errors.js'
import type { OperationTrace } from '../contract/trace.js'

/** A path with encoded segments, and its template, which holds no ids and may be logged. */
export interface Path {
  readonly text: string
  readonly template: string
}

/** The form of most ids, which encoding does not change. */
const UNRESERVED = /^[\w-][\w.-]*$/

function encodeSegment(value: string): string {
  if (UNRESERVED.test(value)) return value
  // An unpaired surrogate cannot be encoded.
  if (value === '' || value === '.' || value === '..' || /\p{Surrogate}/u.test(value))
    throw new ApiError('BAD_USER_INPUT', { message: 'An id is not valid.' })
  return encodeURIComponent(value)
}

/** The tag of templates of paths below a prefix. Each value becomes exactly one segment, so no value can change the target of a request. */
export function pathsBelow(prefix: string) {
  const templates = new WeakMap<TemplateStringsArray, string>()
  return (strings: TemplateStringsArray, ...values: string[]): Path => {
    let text = prefix + strings[0]!
    for (let i = 0; i < values.length; i += 1) text += encodeSegment(values[i]!) + strings[i + 1]!
    let template = templates.get(strings)
    if (template === undefined) templates.set(strings, (template = prefix + strings.join('{}')))
    return { text, template }
  }
}

/** Builds a `Path`. */
export const path = pathsBelow('')

/** A compiled schema. `firstMismatch` names the first path that does not fit, without its value. */
export interface Contract<T> {
  readonly fits: (value: unknown) => value is T
  readonly firstMismatch: (value: unknown) => string
  /** Reads a value that fits, where its parts are checked each by itself. */
  readonly read?: (value: unknown) => T
}

/** The contract of a schema, which is compiled for the first value. */
export function contract<S extends TSchema>(schema: S): Contract<Static<S>> {
  let compiled: TypeCheck<S> | undefined
  const check = () => (compiled ??= TypeCompiler.Compile(schema))
  return {
    fits: (value): value is Static<S> => check().Check(value),
    firstMismatch: (value) => {
      const error = check().Errors(value).First()
      return error ? `${error.path || '/'} ${error.message}` : '/'
    },
  }
}

/**
 * The effect of a call at the provider, which decides what a lost answer means:
 * - `read`: none; the call can be repeated
 * - `nonRepeatableRead`: none that lasts, but the call is not repeated automatically (a lost answer is `PROVIDER_TIMEOUT`)
 * - `write`: a change; a lost answer is `OUTCOME_UNKNOWN`
 */
export type Effect = 'read' | 'nonRepeatableRead' | 'write'

/**
 * When a failed call is repeated automatically:
 * - `always`: after every transient failure (reads; writes with an idempotency key that the provider honours)
 * - `unsent`: when it certainly had no effect: it was not sent, or was refused as retryable
 * - `never`
 */
export type RetryPolicy = 'always' | 'unsent' | 'never'

/** The retry policy of a call that declares none. */
export const DEFAULT_RETRY_POLICY: Readonly<Record<Effect, RetryPolicy>> = {
  read: 'always',
  nonRepeatableRead: 'never',
  write: 'unsent',
}

/** One call to a provider, as a data source describes it. */
export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: Path
  readonly effect: Effect
  /** Replaces the default of the effect. */
  readonly retry?: RetryPolicy | undefined
  readonly query?: readonly (readonly [string, string])[] | undefined
  /** A JSON body. */
  readonly json?: unknown
  /** A form-encoded body, in place of JSON. */
  readonly form?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The contract of a 2xx body; null when the body is not read: then it is absent, or any JSON. */
  readonly response: Contract<T> | null
  /** Replaces the client's credential, for calls made on behalf of the caller. */
  readonly credential?: Credential | undefined
  /** Replaces the client's error mapping, for a call whose error responses have a meaning of their own. */
  readonly mapError?: ((response: ErrorResponse) => ErrorMapping) | undefined
}

/** A 2xx response that fits its contract. */
export interface Reply<T> {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: T
}

/** A non-2xx response. `body` is the parsed JSON, or undefined. */
export interface ErrorResponse {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: unknown
}

/** The meaning of an error response. Absent members follow from the status. */
export interface ErrorMapping {
  readonly code?: ErrorCode | undefined
  readonly message?: string | undefined
  readonly providerCode?: string | undefined
  readonly providerRequestId?: string | undefined
  readonly fields?: ApiErrorDetails['fields']
  readonly retryAfterSeconds?: number | undefined
  /** True when the credential has expired: it is renewed, or replaced by a newer one, and the call made once more. */
  readonly stale?: boolean | undefined
  /** True when a 500, 502 or 504 certainly had no effect; false when any error response may have had one. */
  readonly notExecuted?: boolean | undefined
  /** True when the provider states that the same call may succeed a moment later. */
  readonly transient?: boolean | undefined
}

/** Authenticates a client to its provider. `renew` receives the headers that were refused. */
export interface Credential {
  readonly headers: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  readonly renew?: (refused: Readonly<Record<string, string>>) => void
  /** True when a newer token exists than in these headers, here or at another replica. */
  readonly isSuperseded?: (refused: Readonly<Record<string, string>>) => Promise<boolean>
  /** What an error response means that answers this credential, where the mapping of the call does not tell it. */
  readonly mapError?: (response: ErrorResponse, mapping: ErrorMapping) => ErrorMapping
}

/** The operation that a call belongs to. */
export interface CallScope {
  /** Aborts when the operation's deadline passes or the client disconnects; reads stop with it. */
  readonly signal: AbortSignal
  /** The deadline, on the clock of `performance.now()`; absent where there is none. */
  readonly deadline?: number | undefined
  /**
   * Called when a call that is no `read` is sent, or a write begins to change this server's own store: from then on the
   * operation cannot claim that nothing was done.
   */
  readonly markSent?: (() => void) | undefined
  /** True once the operation writes: the reads that a write depends on are not shared with other operations. */
  readonly isWriting?: (() => boolean) | undefined
  readonly trace?: OperationTrace | undefined
  readonly correlationId: string
  /** The interaction id (FAPI) of the request that the call belongs to, a UUID; absent where it belongs to none. */
  readonly interactionId?: string | undefined
  /** The owner of the operation, from the widest to the narrowest share of scarce permits: tenant, client, user. */
  readonly share?: readonly string[] | undefined
}

const neverAborted = new AbortController().signal
setMaxListeners(0, neverAborted)

/** The scope of a call that belongs to no operation, such as a token request. Its signal never aborts. */
export const detachedScope: CallScope = { signal: neverAborted, correlationId: 'unattended' }

/** One finished attempt at a call, for logs and metrics; holds no personal data. */
export interface CallAttempt {
  readonly provider: string
  readonly method: string
  readonly route: string
  /** 1 for the first attempt. */
  readonly try: number
  readonly status: number | undefined
  readonly code: ErrorCode | undefined
  readonly seconds: number
  readonly correlationId: string
  /** Absent where it is the correlation id. */
  readonly interactionId?: string | undefined
  /** The trace that the call belongs to, where there is one. */
  readonly traceId?: string | undefined
  readonly detail?: string | undefined
}

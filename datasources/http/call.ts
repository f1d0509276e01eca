import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import { type ErrorCode, ApiError, type ApiErrorDetails } from '../contract/errors.js'
import { type Leaving, staying } from '../leaving.js'
import type { OperationTrace } from '../support/trace.js'

export type { Leaving } from '../leaving.js'

/** A path whose segments are encoded, with the template it was made from (which holds no ids and may be logged). */
export interface Path {
  readonly text: string
  readonly template: string
}

/** What most ids are, and what stays as it is when it is encoded. */
const PLAIN = /^[\w-][\w.-]*$/

function segment(value: string): string {
  if (PLAIN.test(value)) return value
  // Half of a character cannot be encoded.
  if (value === '' || value === '.' || value === '..' || /\p{Surrogate}/u.test(value))
    throw new ApiError('BAD_USER_INPUT', { message: 'An id is not valid.' })
  return encodeURIComponent(value)
}

/** One for each place in the code. */
const templates = new WeakMap<TemplateStringsArray, string>()

function templateOf(strings: TemplateStringsArray): string {
  let template = templates.get(strings)
  if (template === undefined) templates.set(strings, (template = strings.join('{}')))
  return template
}

/** Builds a `Path`: whatever is put in becomes exactly one segment, so no value can change where a request goes. */
export function path(strings: TemplateStringsArray, ...values: string[]): Path {
  let text = strings[0]!
  for (let i = 0; i < values.length; i += 1) text += segment(values[i]!) + strings[i + 1]!
  return { text, template: templateOf(strings) }
}

/** A contract compiled into a check. `first` names the first place that does not fit, without its value. */
export interface Contract<T> {
  readonly fits: (value: unknown) => value is T
  readonly firstMismatch: (value: unknown) => string
}

/** Compiles a contract once, when the room is loaded. */
export function contract<S extends TSchema>(schema: S): Contract<Static<S>> {
  const check = TypeCompiler.Compile(schema)
  return {
    fits: (value): value is Static<S> => check.Check(value),
    firstMismatch: (value) => {
      const error = check.Errors(value).First()
      return error ? `${error.path || '/'} ${error.message}` : '/'
    },
  }
}

/**
 * What a call does at the provider, and so what a lost answer means:
 * - `read`: nothing; the answer can be asked for again
 * - `nonRepeatableRead`: nothing that lasts, but it must not be repeated by itself (a lost answer is `PROVIDER_TIMEOUT`)
 * - `write`: something; a lost answer is `OUTCOME_UNKNOWN`
 */
export type Effect = 'read' | 'nonRepeatableRead' | 'write'

/**
 * When a call that failed may be made again without anybody asking for it:
 * - `always`: whatever came of it (reads; writes whose idempotency key the provider honours)
 * - `unsent`: when it certainly did nothing: it never left, or was refused with the word that it may come again
 * - `never`
 */
export type RetryPolicy = 'always' | 'unsent' | 'never'

/** What goes for an endpoint that does not say more. */
export const DEFAULT_RETRY_POLICY: Readonly<Record<Effect, RetryPolicy>> = {
  read: 'always',
  nonRepeatableRead: 'never',
  write: 'unsent',
}

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: Path
  readonly effect: Effect
  /** In place of what goes for the effect. */
  readonly retry?: RetryPolicy | undefined
  readonly query?: readonly (readonly [string, string])[] | undefined
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent form-encoded, in place of JSON. */
  readonly form?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What a 2xx answer must look like; null when its body does not matter. */
  readonly response: Contract<T> | null
  /** In place of the client's credential, for calls made as the caller. */
  readonly credential?: Credential | undefined
  /** In place of the client's reading of refusals, for a call whose refusals mean something of their own. */
  readonly mapError?: ((refusal: ErrorResponse) => ErrorMapping) | undefined
}

export interface Reply<T> {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: T
}

/** A non-2xx answer as a room may read it. `body` is parsed JSON, or undefined. */
export interface ErrorResponse {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: unknown
}

/** What a room makes of a refusal. Members left out follow the status. */
export interface ErrorMapping {
  readonly code?: ErrorCode | undefined
  readonly message?: string | undefined
  readonly providerCode?: string | undefined
  readonly providerRequestId?: string | undefined
  readonly fields?: ApiErrorDetails['fields']
  readonly retryAfterSeconds?: number | undefined
  /** True when the credential is stale: it is renewed and the call made once more. */
  readonly stale?: boolean | undefined
  /** True when a 500, 502 or 504 certainly did nothing, false when any refusal may have. */
  readonly notExecuted?: boolean | undefined
  /** True when the provider says that the very same call may succeed a moment later. */
  readonly transient?: boolean | undefined
}

/** How a client proves who it is. `renew` is told the headers that were refused. */
export interface Credential {
  readonly headers: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  readonly renew?: (refused: Readonly<Record<string, string>>) => void
}

/** What a call needs to know of the operation it is made for. */
export interface CallScope {
  /** Ends when the operation's deadline passes or the client leaves; reads stop with it. */
  readonly signal: Leaving
  /** When the deadline passes, on the clock of `performance.now()`; left out where there is none. */
  readonly deadline?: number | undefined
  /** Told when a write leaves: from then on the operation cannot say that nothing was done. */
  readonly markSent?: (() => void) | undefined
  /** True once the operation writes: what a write is decided by is asked for by itself, and not before. */
  readonly isWriting?: (() => boolean) | undefined
  readonly trace?: OperationTrace | undefined
  readonly correlationId: string
}

/** A call outside any operation, such as a token request: nobody's leaving ends it. */
export const detachedScope: CallScope = { signal: staying, correlationId: 'unattended' }

/** One finished try of a call, for logs and metrics: nothing in it is personal. */
export interface CallAttempt {
  readonly provider: string
  readonly method: string
  readonly route: string
  /** 1 for the first try. */
  readonly try: number
  readonly status: number | undefined
  readonly code: ErrorCode | undefined
  readonly seconds: number
  readonly correlationId: string
  readonly detail?: string | undefined
}

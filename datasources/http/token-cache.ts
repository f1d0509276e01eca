import { Type } from '@sinclair/typebox'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, copyError, retryAfterOf } from '../contract/errors.js'
import { monotonicClock } from '../support/monotonic-clock.js'
import { contract, type Credential, type ErrorMapping, type ErrorResponse } from './call.js'
import { LoginTaken } from './login-gate.js'
import { nextRefusedPauseMs } from './login-pause.js'
import { ProblemBody } from './provider-errors.js'

/** A token as its issuer returned it. */
export interface Token {
  readonly value: string
  /** Lifetime in seconds from now; undefined when the issuer does not state it. */
  readonly expiresIn: number | undefined
}

/** The members of RFC 6749 section 5.1 that are used. `expires_in` is read by itself: it is optional, and a text of some issuers. */
export const tokenResponse = contract(Type.Object({ access_token: Type.String({ minLength: 1 }) }))

/** Converts a token response. A lifetime that is no number is not stated: the token is used until it is refused. */
export const toToken = (body: { access_token: string }): Token => ({
  value: body.access_token,
  expiresIn: new ProblemBody(body).number('expires_in'),
})

/** Maps the errors of a token endpoint: a refusal concerns this server's credentials, not the caller's input. */
export function mapTokenError({ status, body }: ErrorResponse): ErrorMapping {
  if (status >= 500 || status === 408 || status === 429) return {}
  // RFC 6749 section 5.2: one of a fixed list of codes.
  const error = (body as { error?: unknown } | null | undefined)?.error
  return {
    code: 'PROVIDER_REFUSED',
    ...(typeof error === 'string' && /^\w{1,64}$/.test(error) ? { providerCode: error } : {}),
  }
}

/** A token is renewed when a tenth of its lifetime is left, and at the latest this long before it expires. */
const MIN_RENEWAL_MARGIN_SECONDS = 10
/** The pause between two early renewals, when the first fails. */
const RENEWAL_RETRY_MS = 5_000
/** The pause when the issuer has not responded for `UNRESPONSIVE_AFTER_MS`. */
const UNRESPONSIVE_PAUSE = { minMs: 5_000, maxMs: 30_000 }
const UNRESPONSIVE_AFTER_MS = 5_000
const UNRESPONSIVE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE'])
/** The wait that callers are told while one request probes the issuer. */
const PROBE_WAIT_MS = 1_000

type Headers = Readonly<Record<string, string>>

interface CachedToken {
  readonly value: string
  readonly headers: Headers
  readonly expiresAt: number
  renewAt: number
}

interface TokenCacheOptions {
  /** Obtains a token other than `outdated`, the one that was refused or is near its end. */
  readonly fetch: (outdated: string | undefined) => Promise<Token>
  readonly headers: (token: string) => Headers
  /** True where `fetch` pauses by itself after a refusal, and says for how long. */
  readonly isGated?: boolean
  /** The newest token that another process may have obtained, for a token that all share; undefined when not known. */
  readonly newest?: () => Promise<string | undefined>
}

const withRetryAfter = (error: ApiError, ms: number): ApiError =>
  copyError(error, { retryAfterSeconds: Math.ceil(ms / 1000) })

/**
 * Token cache: one token for all calls, renewed before it expires and after it was refused. Concurrent callers share
 * one token request. After a refused login, or when the issuer does not respond, token requests pause for a time that
 * doubles; the issuer's circuit breaker cannot do this, because it counts one request where many callers wait.
 */
export class TokenCache implements Credential {
  readonly #options: TokenCacheOptions
  #token: CachedToken | undefined
  /** The token that was discarded last. */
  #outdated: string | undefined
  #request: Promise<Headers> | undefined
  /** While requests pause: the error that callers get, and until when. */
  #pause: { readonly error: ApiError; readonly until: number } | undefined
  #pauseMs = 0
  #unresponsiveSince: number | undefined

  constructor(options: TokenCacheOptions) {
    this.#options = options
  }

  /** The headers with the token; a promise only when there is no valid token. */
  readonly headers = (): Headers | Promise<Headers> => {
    const now = monotonicClock.now()
    const token = this.#token
    if (token === undefined || now >= token.expiresAt) return this.#obtain()
    // Renewed in the background: if that fails or hangs, the present token is still valid for a while.
    if (now >= token.renewAt) {
      token.renewAt = now + RENEWAL_RETRY_MS
      void this.#obtain().catch(() => undefined)
    }
    return token.headers
  }

  /** Discards the token that these headers hold. Of several calls that were refused, only the first has an effect. */
  readonly renew = (refused: Headers): void => {
    if (refused !== this.#token?.headers) return
    this.#outdated = this.#token.value
    this.#token = undefined
  }

  /** True when these headers hold another token than the newest one. */
  readonly isSuperseded = async (refused: Headers): Promise<boolean> => {
    const token = this.#token
    if (token === undefined || token.headers !== refused) return true
    const newest = await this.#options.newest?.()
    return newest !== undefined && newest !== token.value
  }

  #obtain(): Promise<Headers> {
    if (this.#pause !== undefined) {
      const { error, until } = this.#pause
      const leftMs = until - monotonicClock.now()
      if (leftMs > 0) return Promise.reject(withRetryAfter(error, leftMs))
      if (this.#request !== undefined && UNRESPONSIVE.has(error.code))
        return Promise.reject(withRetryAfter(error, PROBE_WAIT_MS))
    }
    return (this.#request ??= this.#fetch().finally(() => (this.#request = undefined)))
  }

  async #fetch(): Promise<Headers> {
    const beganAt = monotonicClock.now()
    const outdated = this.#token?.value ?? this.#outdated
    const { value, expiresIn = Infinity } = await this.#options.fetch(outdated).catch((error: unknown) => {
      throw error instanceof ApiError ? this.#fail(error, beganAt) : error
    })
    this.#pause = undefined
    this.#unresponsiveSince = undefined
    this.#pauseMs = 0
    const marginSeconds = Math.max(MIN_RENEWAL_MARGIN_SECONDS, expiresIn / 10)
    const headers = this.#options.headers(value)
    const renewAt =
      expiresIn === Infinity ? Infinity : monotonicClock.now() + Math.max(0, expiresIn - marginSeconds) * 1000
    this.#token = { value, headers, renewAt, expiresAt: monotonicClock.now() + expiresIn * 1000 }
    return headers
  }

  /** The error of a failed request; begins a pause where its code demands one. */
  #fail(error: ApiError, beganAt: number): ApiError {
    if (error instanceof LoginTaken) return error
    const isUnresponsive = UNRESPONSIVE.has(error.code)
    if (!isUnresponsive && error.code !== 'PROVIDER_REFUSED') return error
    if (isUnresponsive && monotonicClock.now() - (this.#unresponsiveSince ??= beganAt) < UNRESPONSIVE_AFTER_MS)
      return error
    this.#pauseMs = isUnresponsive ? this.#nextUnresponsivePauseMs() : this.#refusedPauseMs(error)
    this.#pause = { error, until: monotonicClock.now() + this.#pauseMs }
    return withRetryAfter(error, this.#pauseMs)
  }

  #nextUnresponsivePauseMs(): number {
    const { minMs, maxMs } = UNRESPONSIVE_PAUSE
    return Math.min(Math.max(minMs, this.#pauseMs * 2), maxMs)
  }

  #refusedPauseMs(error: ApiError): number {
    const given = this.#options.isGated ? retryAfterOf(error) : undefined
    return given === undefined ? nextRefusedPauseMs(this.#pauseMs) : given * 1000
  }
}

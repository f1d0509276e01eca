import { Type } from '@sinclair/typebox'
import { copyError, type ErrorCode, ApiError } from '../contract/errors.js'
import { contract, type Credential, type Refusal, type Verdict } from './client.js'

/** A token as its issuer gave it. */
export interface Token {
  readonly value: string
  /** Seconds it lives from now; undefined when the issuer does not say. */
  readonly expiresIn: number | undefined
}

/** RFC 6749 section 5.1, as far as it is needed; some issuers print `expires_in` as a string. */
export const tokenResponse = contract(
  Type.Object({
    access_token: Type.String({ minLength: 1 }),
    expires_in: Type.Optional(Type.Union([Type.Number(), Type.String({ pattern: '^\\d+$' })])),
  }),
)

export const toToken = (body: { access_token: string; expires_in?: number | string }): Token => ({
  value: body.access_token,
  expiresIn: body.expires_in === undefined ? undefined : Number(body.expires_in),
})

/** A token endpoint that refuses means this server, never what its caller asked for. */
export function mapTokenError({ status, body }: Refusal): Verdict {
  if (status >= 500 || status === 408 || status === 429) return {}
  // RFC 6749 section 5.2: a word of a fixed list.
  const error = (body as { error?: unknown } | null | undefined)?.error
  return {
    code: 'PROVIDER_REFUSED',
    ...(typeof error === 'string' && /^\w{1,64}$/.test(error) ? { providerCode: error } : {}),
  }
}

/** Renewed when a tenth of its life is left, and never less than this many seconds before its end. */
const MARGIN_SECONDS = 10
/** From one early renewal to the next, where it fails. */
const NEXT_TRY_MS = 5_000
/** How long nobody logs in after a refused login: a wrong password tried five times locks an account at some providers. */
const AFTER_REFUSAL = { firstMs: 30_000, longestMs: 300_000 }
/** How long nobody asks an issuer that has answered nothing for a while. */
const AFTER_SILENCE = { firstMs: 5_000, longestMs: 30_000 }
const PATIENCE_MS = 5_000
const SILENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE'])
/** When to come back where one finds out whether it answers again. */
const MOMENT_MS = 1_000

type Headers = Readonly<Record<string, string>>

/**
 * A token fetched once and shared by every call, renewed before it expires and after it was refused.
 * Concurrent callers share one and the same fetch; a failed fetch is forgotten, unless the login was refused or the
 * issuer is silent for long: then none is made for a while, which grows each time. The circuit before the issuer cannot
 * see to that: it hears of one fetch where many wait.
 */
export function cachedToken(options: {
  readonly fetch: () => Promise<Token>
  readonly headers: (token: string) => Headers
}): Credential {
  let held: { readonly headers: Headers; readonly endsAt: number; renewAt: number } | undefined
  let fetching: Promise<Headers> | undefined
  let stopped: { readonly failure: ApiError; readonly until: number } | undefined
  let pauseMs = 0
  let silentSince: number | undefined

  const later = (failure: ApiError, ms: number): ApiError =>
    copyError(failure, { retryAfterSeconds: Math.ceil(ms / 1000) })

  /** What a failed fetch comes to, and for how long it is the answer. */
  function stop(failure: ApiError, begun: number): ApiError {
    const isSilent = SILENT.has(failure.code)
    if (!isSilent && failure.code !== 'PROVIDER_REFUSED') return failure
    if (isSilent && Date.now() - (silentSince ??= begun) < PATIENCE_MS) return failure
    const { firstMs, longestMs } = isSilent ? AFTER_SILENCE : AFTER_REFUSAL
    pauseMs = Math.min(Math.max(firstMs, pauseMs * 2), longestMs)
    stopped = { failure, until: Date.now() + pauseMs }
    return later(failure, pauseMs)
  }

  async function fetchToken(): Promise<Headers> {
    const begun = Date.now()
    const { value, expiresIn = Infinity } = await options.fetch().catch((error: unknown) => {
      throw error instanceof ApiError ? stop(error, begun) : error
    })
    stopped = undefined
    silentSince = undefined
    pauseMs = 0
    const margin = Math.max(MARGIN_SECONDS, expiresIn / 10)
    const headers = options.headers(value)
    const renewAt = expiresIn === Infinity ? Infinity : Date.now() + Math.max(0, expiresIn - margin) * 1000
    held = { headers, renewAt, endsAt: Date.now() + expiresIn * 1000 }
    return headers
  }

  function obtain(): Promise<Headers> {
    if (stopped !== undefined) {
      const left = stopped.until - Date.now()
      if (left > 0) return Promise.reject(later(stopped.failure, left))
      if (fetching !== undefined && SILENT.has(stopped.failure.code))
        return Promise.reject(later(stopped.failure, MOMENT_MS))
    }
    return (fetching ??= fetchToken().finally(() => (fetching = undefined)))
  }

  return {
    headers: () => {
      const now = Date.now()
      const current = held
      if (current === undefined || now >= current.endsAt) return obtain()
      // Renewed beside the calls, which wait for nothing: should it fail or hang, the token at hand is good for a while yet.
      if (now >= current.renewAt) {
        current.renewAt = now + NEXT_TRY_MS
        void obtain().catch(() => undefined)
      }
      return current.headers
    },
    renew: (stale) => {
      // Only the first of several refused calls renews: the others find a newer token there, or on its way.
      if (stale === held?.headers) held = undefined
    },
  }
}

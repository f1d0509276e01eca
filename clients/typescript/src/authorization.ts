import { TokenCache, type TokenProvider } from './access-token.js'
import type { DpopKey } from './dpop.js'

/** How often one call may get another token or nonce before the server's refusal stands. */
const MAX_RENEWALS = 2

/** The headers that authorise one request. */
export interface Authorized {
  readonly headers: Readonly<Record<string, string>>
  readonly token: string
}

/** A request cannot be sent: `reason` is what the token provider throws, why it cannot be built, or that of the signal. */
export class NotSent extends Error {
  readonly reason: unknown

  constructor(reason: unknown) {
    super('The request cannot be sent.')
    this.reason = reason
  }
}

/** What the caller is told of a failure: that of the token provider, or of their own input, is theirs. */
export const reasonOf = (error: unknown): unknown => (error instanceof NotSent ? error.reason : error)

/** Authorises requests: a bearer token, or a token that is bound to a DPoP key with a proof for each request (RFC 9449). */
export class Authorization {
  readonly #tokens: TokenCache
  readonly #dpop: DpopKey | undefined
  readonly #url: string
  #nonce: string | undefined

  constructor(url: string, token: string | TokenProvider, dpop: DpopKey | undefined) {
    this.#url = url
    this.#tokens = new TokenCache(token)
    this.#dpop = dpop
  }

  /** The headers of the next request; each needs a proof of its own. Rejects with `NotSent`. */
  async authorize(signal: AbortSignal): Promise<Authorized> {
    try {
      return await this.#authorized(signal)
    } catch (error) {
      throw new NotSent(error)
    }
  }

  async #authorized(signal: AbortSignal): Promise<Authorized> {
    const token = await this.#tokens.token(signal)
    if (this.#dpop === undefined) return { token, headers: { authorization: `Bearer ${token}` } }
    const proof = await this.#dpop.proof({ method: 'POST', url: this.#url, accessToken: token, nonce: this.#nonce })
    return { token, headers: { authorization: `DPoP ${token}`, dpop: proof } }
  }

  /** Takes the nonce of an answer. */
  learn(headers: Headers): void {
    this.#nonce = headers.get('dpop-nonce') ?? this.#nonce
  }

  /** Counts the refusals of one call. */
  renewals(): Renewals {
    return new Renewals(this.#tokens)
  }
}

/** The refusals of one call, and whether another token or proof may help. */
export class Renewals {
  readonly #tokens: TokenCache
  #left = MAX_RENEWALS

  constructor(tokens: TokenCache) {
    this.#tokens = tokens
  }

  /** Whether to repeat a request that the server refused with 401: with the nonce that it asks for, or with another token. */
  mayRepeat({ token }: Authorized, headers: Headers): boolean {
    if (this.#left === 0) return false
    this.#left -= 1
    if (!isNonceWanted(headers)) this.#tokens.refuse(token)
    return true
  }
}

const isNonceWanted = (headers: Headers): boolean =>
  headers.get('www-authenticate')?.includes('use_dpop_nonce') === true

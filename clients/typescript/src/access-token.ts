import { raced } from './delays.js'

/** An access token, or one with the time at which it expires: a `Date`, or ms since 1970. */
export type AccessToken = string | { readonly accessToken: string; readonly expiresAt?: Date | number | undefined }

/**
 * Gets an access token of the issuer; it is called again before the token expires, and when the server refuses it. After
 * 30 seconds `signal` aborts: give it to `fetch`. What comes later is not waited for, and it is called anew.
 */
export type TokenProvider = (signal: AbortSignal) => AccessToken | Promise<AccessToken>

/** A token is renewed so long before it expires. */
const RENEWAL_MS = 30_000

interface Held {
  readonly value: string
  readonly renewAt: number
}

/** When a token expires, in ms: the claim `exp` where it is a JWT; never where that cannot be read. */
function expiryOf(token: string): number {
  try {
    const payload = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))
    const { exp } = JSON.parse(payload) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : Infinity
  } catch {
    return Infinity
  }
}

function held(token: AccessToken): Held {
  const { accessToken: value, expiresAt } =
    typeof token === 'string' ? { accessToken: token, expiresAt: undefined } : token
  const expiry = expiresAt === undefined ? expiryOf(value) : Number(expiresAt)
  // A token that lives for less than a minute is renewed after half of its life.
  return { value, renewAt: expiry - Math.min(RENEWAL_MS, Math.max(0, expiry - Date.now()) / 2) }
}

/** A call of the provider, whose outcome is for all who wait for it; `signal` aborts when its time is over. */
interface Renewal {
  readonly outcome: Promise<Held>
  readonly signal: AbortSignal
}

/** Holds the present token; calls that need a new one at the same time share one call of the provider. */
export class TokenCache {
  readonly #provider: TokenProvider
  #held: Held | undefined
  #renewal: Renewal | undefined

  constructor(token: string | TokenProvider) {
    this.#provider = typeof token === 'string' ? () => token : token
  }

  /**
   * The present token; rejects as the provider does, or with the signal's reason. Where the time of the provider's call is
   * over it is called anew once, so that one call that hangs stops nobody.
   */
  async token(signal: AbortSignal): Promise<string> {
    for (let isLast = false; ; isLast = true) {
      signal.throwIfAborted()
      if (this.#held !== undefined && Date.now() < this.#held.renewAt) return this.#held.value
      const renewal = (this.#renewal ??= this.#renew())
      try {
        return (await raced(renewal.outcome, signal)).value
      } catch (error) {
        if (isLast || !renewal.signal.aborted) throw error
      }
    }
  }

  /** Forgets a token that the server refused, unless it has been renewed since. */
  refuse(token: string): void {
    if (this.#held?.value === token) this.#held = undefined
  }

  // Shared by all who wait, so the signal of none of them ends it; a provider that heeds no signal does not hold them up.
  #renew(): Renewal {
    const signal = AbortSignal.timeout(PROVIDER_TIMEOUT_MS)
    const outcome = this.#called(signal).finally(() => (this.#renewal = undefined))
    return { outcome, signal }
  }

  async #called(signal: AbortSignal): Promise<Held> {
    this.#held = held(await raced(Promise.resolve(this.#provider(signal)), signal))
    return this.#held
  }
}

const PROVIDER_TIMEOUT_MS = 30_000

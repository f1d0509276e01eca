/** An access token, or one with the time at which it expires. */
export type AccessToken = string | { readonly accessToken: string; readonly expiresAt?: Date | number | undefined }

/**
 * Gets an access token of the issuer; it is called again before the token expires, and when the server refuses it. After
 * 30 seconds `signal` aborts: give it to `fetch`. What comes later is not waited for.
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

/** Holds the present token; calls that need a new one at the same time share one call of the provider. */
export class TokenCache {
  readonly #provider: TokenProvider
  #held: Held | undefined
  #pending: Promise<Held> | undefined

  constructor(token: string | TokenProvider) {
    this.#provider = typeof token === 'string' ? () => token : token
  }

  /** The present token; rejects as the provider does, or with the signal's reason. */
  async token(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    if (this.#held !== undefined && Date.now() < this.#held.renewAt) return this.#held.value
    this.#pending ??= this.#renew().finally(() => (this.#pending = undefined))
    return (await raced(this.#pending, signal)).value
  }

  /** Forgets a token that the server refused, unless it has been renewed since. */
  refuse(token: string): void {
    if (this.#held?.value === token) this.#held = undefined
  }

  // Shared by all who wait, so the signal of none of them ends it; a provider that heeds no signal does not hold them up.
  async #renew(): Promise<Held> {
    const signal = AbortSignal.timeout(PROVIDER_TIMEOUT_MS)
    this.#held = held(await raced(Promise.resolve(this.#provider(signal)), signal))
    return this.#held
  }
}

const PROVIDER_TIMEOUT_MS = 30_000

/** Waits for a promise until the signal says otherwise. */
export function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

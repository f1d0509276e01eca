/** A token is renewed so long before it expires, or after half of its life. */
const RENEWAL_MS = 60_000

export interface Token {
  readonly value: string
  readonly lifetimeMs: number
}

/** The access token of a session. All who send requests ask here, so that a token which one of them renews is everyone's. */
export class TokenSource {
  readonly #login: () => Promise<Token>
  #token: string | undefined
  #renewAt = 0
  #pending: Promise<string> | undefined

  constructor(login: () => Promise<Token>) {
    this.#login = login
  }

  /** The present token; another one where that is about to expire, or is the one that was refused. */
  async get(refused?: string): Promise<string> {
    if (this.#token !== undefined && this.#token !== refused && Date.now() < this.#renewAt) return this.#token
    this.#pending ??= this.#renew().finally(() => (this.#pending = undefined))
    return this.#pending
  }

  async #renew(): Promise<string> {
    const { value, lifetimeMs } = await this.#login()
    this.#token = value
    this.#renewAt = Date.now() + lifetimeMs - Math.min(RENEWAL_MS, lifetimeMs / 2)
    return value
  }
}

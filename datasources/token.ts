import { Type } from '@sinclair/typebox'
import { contract, type Credential } from './http.js'

/** A token as its issuer gave it. */
export interface Token {
  readonly value: string
  /** Seconds it lives from now; undefined when the issuer does not say. */
  readonly expiresIn: number | undefined
}

/** RFC 6749 section 5.1, as far as it is needed; some issuers print `expires_in` as a string. */
export const tokenAnswer = contract(
  Type.Object({
    access_token: Type.String({ minLength: 1 }),
    expires_in: Type.Optional(Type.Union([Type.Number(), Type.String({ pattern: '^\\d+$' })])),
  }),
)

export const toToken = (body: { access_token: string; expires_in?: number | string }): Token => ({
  value: body.access_token,
  expiresIn: body.expires_in === undefined ? undefined : Number(body.expires_in),
})

/** Renewed when a tenth of its life is left, and never less than this many seconds before its end. */
const MARGIN_SECONDS = 10

/**
 * A token fetched once and shared by every call, renewed before it expires and after it was refused.
 * Concurrent callers wait for one and the same fetch; a failed fetch is forgotten.
 */
export function sharedToken(options: {
  readonly fetch: () => Promise<Token>
  readonly headers: (token: string) => Readonly<Record<string, string>>
}): Credential {
  let current: Promise<Readonly<Record<string, string>>> | undefined
  /** What `current` has become; undefined while it is on its way. */
  let known: Readonly<Record<string, string>> | undefined
  let renewAt = Infinity

  const obtain = () => {
    renewAt = Infinity
    known = undefined
    const fetched = options.fetch().then((token) => {
      if (token.expiresIn !== undefined) {
        const margin = Math.max(MARGIN_SECONDS, token.expiresIn / 10)
        renewAt = Date.now() + Math.max(0, token.expiresIn - margin) * 1000
      }
      const headers = options.headers(token.value)
      if (current === fetched) known = headers
      return headers
    })
    current = fetched
    fetched.catch(() => {
      if (current === fetched) current = undefined
    })
    return fetched
  }

  return {
    headers: () => (current === undefined || Date.now() >= renewAt ? obtain() : current),
    renew: (refused) => {
      // Only the first of several refused calls renews: the others find a newer token already there, or on its way.
      if (refused === known) current = undefined
    },
  }
}

import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Issuers } from './issuers.js'
import type { Refusals, Scheme } from './refusals.js'
import type { AnswerHeaders, Sender, SenderConstraint } from './sender-constraint.js'
import { type CachedCaller, VerifiedTokens } from './verified-tokens.js'

/** A token with the scheme by which it is presented; undefined for a header in another form. */
function presented(authorization: string): { readonly scheme: Scheme; readonly token: string } | undefined {
  const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/=-]+)$/i.exec(authorization) ?? []
  return token === undefined ? undefined : { scheme: scheme!.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
}

interface AuthenticatorOptions {
  readonly issuers: Issuers
  readonly refusals: Refusals
  readonly constraint: SenderConstraint
  readonly maxCached?: number | undefined
}

/** The caller of a request, by its header `authorization` and what it shows beside that. */
export type Authenticate = (sender: Sender, response: AnswerHeaders) => Caller | Promise<Caller>

/** The caller of a stream, and when its token ends, in ms since 1970. */
type StreamCaller = Pick<CachedCaller, 'caller' | 'endsAt'>

/** Authenticates requests, and the events of streams whose request was authenticated. */
export interface Authenticator extends Authenticate {
  /** Verifies a token again. What a bound token demands of its sender was shown when the stream was opened. */
  readonly again: (authorization: string) => StreamCaller | Promise<StreamCaller>
}

/**
 * Authenticator: verifies access tokens with their issuer and returns the caller, without waiting where a bearer token
 * (RFC 6750) is known. A verified token is cached for a minute, at most until it expires; a change of keys clears the
 * cache. What a bound token demands of its sender is verified for each request. Throws `UNAUTHENTICATED` with its
 * challenges, `ISSUER_UNAVAILABLE` where the issuer cannot be asked, or `STORE_UNAVAILABLE`.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issuers, refusals, constraint, maxCached } = options
  const cache = new VerifiedTokens(issuers.now, maxCached)
  /** Counts changes of the keys. */
  let generation = 0
  issuers.onChange(() => {
    generation += 1
    cache.clear()
  })

  async function verify(authorization: string): Promise<CachedCaller> {
    const { scheme, token } = presented(authorization) ?? {}
    if (scheme === undefined || token === undefined) throw refusals.noToken()
    const began = generation
    try {
      const { caller, confirmation, until: expiresAt, endsAt } = await issuers.verify(token)
      const possession = constraint.possessionOf(token, scheme, confirmation)
      const verified = { authorization, caller, possession, expiresAt, endsAt }
      // Not after a change of the keys meanwhile: the cache was cleared for it.
      if (began === generation) cache.add(verified)
      return verified
    } catch (error) {
      const isPlain = error instanceof ApiError && error.code === 'UNAUTHENTICATED' && !('http' in error.extensions)
      throw isPlain ? refusals.badToken(scheme, error.message, error) : error
    }
  }

  function admit(
    { caller, possession }: CachedCaller,
    sender: Sender,
    response: AnswerHeaders,
  ): Caller | Promise<Caller> {
    const shown = possession && constraint.verify(possession, sender, response)
    return shown === undefined ? caller : shown.then(() => caller)
  }

  function known(authorization: string): CachedCaller | undefined {
    issuers.refreshIfDue()
    return cache.get(authorization)
  }

  const authenticate: Authenticate = (sender, response) => {
    const { authorization } = sender.headers
    if (authorization === undefined) throw refusals.noToken()
    const cached = known(authorization)
    if (cached !== undefined) return admit(cached, sender, response)
    return verify(authorization).then((verified) => admit(verified, sender, response))
  }
  return Object.assign(authenticate, {
    again: (authorization: string) => known(authorization) ?? verify(authorization),
  })
}

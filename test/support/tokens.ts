import { type Scope, SCOPES } from '../../schema/scopes.js'
import type { Grant, Issuer } from '../../src/dev/issuer.js'

/** The caller of a token. */
export interface TokenOptions {
  /** Scopes of the caller; every one that is not `:own` when left out. */
  readonly scopes?: readonly Scope[]
  readonly client?: string
  readonly claims?: Grant['claims']
}

const ALL: readonly Scope[] = (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own'))

const TOKEN_REUSE_MS = 60_000

/** Signs a token once for callers that are alike, by the clock of the test: to sign and to verify one takes longer than most requests here. */
export function createTokens(issuer: Issuer): (options?: TokenOptions) => Promise<string> {
  const signed = new Map<string, { readonly at: number; readonly token: Promise<string> }>()
  return ({ client = 'tester', scopes = ALL, claims = {} } = {}) => {
    // A claim that is undefined takes the standard one away.
    const name = JSON.stringify([client, scopes, claims], (_key, value: unknown) => value ?? String(value))
    const known = signed.get(name)
    if (known !== undefined && Math.abs(Date.now() - known.at) < TOKEN_REUSE_MS) return known.token
    const token = issuer.token({ client, scope: scopes.join(' '), claims })
    signed.set(name, { at: Date.now(), token })
    return token
  }
}

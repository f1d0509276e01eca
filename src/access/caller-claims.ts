import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'

/** The claims of a token whose issuer is verified. */
export type Claims = Readonly<Record<string, unknown>>

/** Where an issuer's tokens say who calls, and what of it is taken. */
export interface CallerRules {
  /** Claims with scopes; those of all of them count. */
  readonly scopeClaims: readonly string[]
  /** What the scopes of this API begin with; it is stripped, and scopes without it do not count. */
  readonly scopePrefix: string | undefined
  /** Claims with the client, the subject and the tenant; of each list the first that a token has counts. */
  readonly clientClaims: readonly string[]
  readonly subjectClaims: readonly string[]
  readonly tenantClaims: readonly string[]
  /** The clients whose tokens are accepted; empty: all. */
  readonly clients: readonly string[]
  /** The tenants that tokens may name; empty: all. A token without a tenant belongs to the only one. */
  readonly tenants: readonly string[]
  /** What distinguishes the names of this issuer from those of others; empty for the first issuer. */
  readonly namespace: string
  /** The namespaces of the other issuers: no name may begin with one of them. */
  readonly otherNamespaces: readonly string[]
}

const refused = (message = 'The token is not valid here.'): ApiError =>
  new ApiError('UNAUTHENTICATED', { message, refusal: 'token_claims' })

const LONE_SURROGATE = /\p{Cs}/u

const isRecord = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A claim by its name, or by a path with dots such as `realm_access.roles`. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let at: unknown = claims
  for (const part of name.split('.')) at = isRecord(at) && Object.hasOwn(at, part) ? at[part] : undefined
  return at
}

/** The first text that one of the claims holds. A claim in another form is no reason to read the next one: it is refused. */
function nameOf(claims: Claims, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = claimOf(claims, name)
    if (value === undefined || value === null || value === '') continue
    // Two texts with halves of surrogate pairs would be one in a hash.
    if (typeof value !== 'string' || LONE_SURROGATE.test(value))
      throw refused(`The claim ${name} of the token is no text.`)
    return value
  }
  return undefined
}

/** The parts of a text that is separated by spaces or commas, or the texts of a list; none of anything else. */
function textsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(/[ ,]+/).filter(Boolean)
  return Array.isArray(claim) ? claim.filter((item): item is string => typeof item === 'string') : []
}

function scopesOf(claims: Claims, { scopeClaims, scopePrefix = '' }: CallerRules): ReadonlySet<string> {
  const scopes = scopeClaims.flatMap((name) => textsOf(claimOf(claims, name)))
  return new Set(
    scopes.filter((scope) => scope.startsWith(scopePrefix)).map((scope) => scope.slice(scopePrefix.length)),
  )
}

/** The current actor of a delegated token (RFC 8693, 4.1). Nested actors are the history of the delegation. */
function actorOf(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined
  const actor = isRecord(claim) ? nameOf(claim, ['sub']) : undefined
  if (actor === undefined) throw refused('The claim act of the token names no actor.')
  return actor
}

/** A name of this issuer, which no other issuer can give. */
function qualified(name: string, { namespace, otherNamespaces }: CallerRules): string {
  if (otherNamespaces.some((other) => name.startsWith(other))) throw refused()
  return namespace + name
}

/** The tenant: one that this issuer shares with others (`AUTH_TENANTS`), or one of its own. */
function tenantOf(claims: Claims, client: string, rules: CallerRules): string {
  const { tenants, tenantClaims } = rules
  const named = nameOf(claims, tenantClaims) ?? (tenants.length === 1 ? tenants[0] : undefined)
  if (tenants.length === 0) return named === undefined ? `client:${client}` : `tenant:${qualified(named, rules)}`
  if (named === undefined || !tenants.includes(named)) throw refused('The token names no tenant that is served here.')
  return `tenant:${named}`
}

/**
 * The caller of a verified token, by the claims that its issuer uses. Throws `UNAUTHENTICATED` where the token names
 * nobody, a client or tenant that is not accepted, or one in a form that is not a text.
 */
export function callerOf(claims: Claims, token: string, rules: CallerRules): Caller {
  const named = nameOf(claims, rules.clientClaims)
  const subject = nameOf(claims, rules.subjectClaims)
  if (rules.clients.length > 0 && (named === undefined || !rules.clients.includes(named)))
    throw refused('The token names no client that is accepted here.')
  const holder = named ?? subject
  if (holder === undefined) throw refused('The token names no subject.')
  const client = qualified(holder, rules)
  return {
    subject: qualified(subject ?? holder, rules),
    client,
    namedClient: named === undefined ? undefined : client,
    tenant: tenantOf(claims, client, rules),
    scopes: scopesOf(claims, rules),
    actor: actorOf(claims['act']),
    // A claim always restricts: with an unreadable claim, no bank is permitted.
    banks: claims['banks'] === undefined ? undefined : textsOf(claims['banks']),
    token,
  }
}

import 'reflect-metadata'
import { Directive } from 'type-graphql'

/** Every scope a token may hold, and what it opens. */
export const SCOPES = {
  'customers:read': 'customers and their own collections',
  'customers:write': 'changes to those, and linkCustomer',
  'kyc:read': 'KYC checks, documents, media and statuses',
  'kyc:write': 'changes to those',
  'persons:read': 'persons and their verifications',
  'persons:write': 'creating, changing and verifying persons',
  'entitlements:read': 'account entitlements',
  'entitlements:write': 'changes to those',
  'attributes:write': 'account attributes and their jobs',
  'verifications:read': 'account verification results',
  'verifications:write': 'verifyAccount',
  'verifications:read:any': 'account verification results of other tenants',
  'engagement:read': 'CRM events, meetings and messages',
  'engagement:write': 'creating meetings and messages',
  'accounts:write': 'createAccount',
  'users:write': 'createUser',
  'pii:read': 'personal values unmasked',
  'schema:read': 'introspection outside dev',
  'customers:read:own': 'the same, of customers the provider links to the caller',
  'kyc:read:own': 'the same, of customers the provider links to the caller',
  'persons:read:own': 'the same, of persons linked to those customers',
} as const

export type Scope = keyof typeof SCOPES

/** A scope that also comes as `…:own`. */
type Owned = { [S in Scope]: S extends `${infer Full}:own` ? Full : never }[Scope]

/** This scope, or the one that opens only what is the caller's own. */
export const orOwn = (scope: Owned): readonly Scope[] => [scope, `${scope}:own`]

/** Every way to have one of each. */
const combinations = (demands: readonly (readonly Scope[])[]): readonly (readonly Scope[])[] =>
  demands.reduce<readonly (readonly Scope[])[]>(
    (ways, scopes) => ways.flatMap((way) => scopes.map((scope) => [...way, scope])),
    [[]],
  )

/**
 * Tells a federation router which scopes a field needs: each one that is named, and of a list any. What depends on
 * arguments is not said here; the guard demands it. That both say the same is proved field by field by a test.
 */
export const Scopes = (...demands: (Scope | readonly Scope[])[]) =>
  Directive(
    `@requiresScopes(scopes: ${JSON.stringify(combinations(demands.map((demand) => (typeof demand === 'string' ? [demand] : demand))))})`,
  )

/** Tells a federation router that a field needs a valid token and no scope: the provider decides, or there is nothing to decide. */
export const Authenticated = () => Directive('@authenticated')

import 'reflect-metadata'
import { Directive } from 'type-graphql'

/** Every scope of access tokens, with a description. */
export const SCOPES = {
  'customers:read': 'customers and their own collections',
  'customers:write': 'changes to those',
  'links:write': 'links of users, customers and their records at other providers, and customer numbers',
  'kyc:read': 'KYC checks, documents, media and statuses',
  'kyc:write': 'changes to those',
  'persons:read': 'persons and their verifications',
  'persons:write': 'creating, changing and verifying persons',
  'personal-ids:write': 'adding, correcting and deleting the official identifiers of persons',
  'person-outcomes:write': 'recording the outcomes of checks of persons that were made outside Synctera',
  'entitlements:read': 'account entitlements',
  'entitlements:write': 'changes to those',
  'attributes:write': 'account attributes and their jobs',
  'verifications:read': 'account verification results and jobs',
  'verifications:write': 'verifyAccount and verifyAccounts',
  'verifications:read:any': 'account verification results of other tenants',
  'engagement:read': 'CRM events, meetings and messages',
  'engagement:write': 'creating meetings and messages',
  'accounts:write': 'createAccount',
  'users:write': 'createUser',
  'webhooks:read': 'webhook endpoints of the client, and their deliveries',
  'webhooks:write': 'creating and changing those, and replaying deliveries',
  'pii:read': 'personal values unmasked',
  'schema:read': 'introspection outside dev',
  'customers:read:own': 'the same, of customers the provider links to the caller',
  'customers:write:own': 'changes to the contact data of those customers',
  'kyc:read:own': 'the same, of customers the provider links to the caller',
  'persons:read:own': 'the same, of persons linked to those customers',
  'persons:write:own': 'changes to the contact data of those persons, and disclosures to them',
  'entitlements:read:own': 'the same, of banking customers linked to those customers',
  'verifications:read:own': 'the same, of verifications that the caller asked for',
  'verifications:write:own': 'verifyAccount and verifyAccounts, with an answer for the caller alone',
} as const

export type Scope = keyof typeof SCOPES

/** A scope that has an `…:own` form. */
type Owned = { [S in Scope]: S extends `${infer Full}:own` ? Full : never }[Scope]

/** A scope or its `…:own` form, which opens only the records of the caller. */
export const orOwn = (scope: Owned): readonly Scope[] => [scope, `${scope}:own`]

/** The cartesian product: every combination of one scope of each requirement. */
const combinations = (requirements: readonly (readonly Scope[])[]): readonly (readonly Scope[])[] =>
  requirements.reduce<readonly (readonly Scope[])[]>(
    (ways, scopes) => ways.flatMap((way) => scopes.map((scope) => [...way, scope])),
    [[]],
  )

/**
 * `@requiresScopes`: the scopes that a field needs, for a federation router: each argument, and any one of a list.
 * Scopes that depend on arguments are left to the guard. A test compares the directive with the guard field by field.
 */
export const Scopes = (...requirements: (Scope | readonly Scope[])[]) =>
  Directive(
    `@requiresScopes(scopes: ${JSON.stringify(combinations(requirements.map((required) => (typeof required === 'string' ? [required] : required))))})`,
  )

/** `@authenticated`: a field needs a valid token and no scope, because the provider decides or the data is not protected. */
export const Authenticated = () => Directive('@authenticated')

import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  valueFromASTUntyped,
} from 'graphql'
import { expect } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import type { ProviderName } from '../../datasources/index.js'
import type { references } from '../../resolvers/index.js'
import { type Scope, SCOPES } from '../../schema/scopes.js'
import { schemas } from '../../src/graphql/schema.js'
import type { App } from './app.js'
import { isPlainMember } from '../../src/graphql/plain-members.js'

/** The schema as it is served; the rest is read from it, so a new field gets its access path automatically. */
export const schema = schemas().served
export const EVERY_SCOPE = Object.keys(SCOPES) as Scope[]

type Field = GraphQLField<unknown, unknown>

/** What needs more than its type says. A new member that does is named by the failure of its field's test. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  email: 'nora@example.com',
  currency: 'EUR',
  amount: '10.00',
  countryCode: 'US',
  country: 'US',
  bic: 'DEUTDEFF',
  iban: 'DE89370400440532013000',
  url: 'https://images.example.com/1.png',
  customerConsent: true,
  emailAddress: 'nora@example.com',
  mobilePhone: '+14155550100',
  version: '1.0',
  username: 'nora.newcomer',
  password: 'Long-enough-4-anybody!',
  account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' },
}
/** The same, of values of enums. */
const BY_ENUM: Readonly<Record<string, string>> = { AccountVerificationType: 'NAME' }
const BY_TYPE: Readonly<Record<string, unknown>> = {
  ID: ADA.personId,
  String: 'text',
  Boolean: false,
  Int: 1,
  Float: 1,
  Date: '1990-01-02',
  DateTime: '2024-01-02T03:04:05Z',
  JSONObject: {},
}

/** The least that may be given for a type. */
function least(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return least(type.ofType, name)
  if (name in BY_NAME) return BY_NAME[name]
  if (isListType(type)) return [least(type.ofType, name)]
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, least(field.type, field.name)]),
    )
  if (isEnumType(type)) return BY_ENUM[type.name] ?? type.getValues()[0]!.name
  expect(Object.keys(BY_TYPE)).toContain(type.name)
  return BY_TYPE[type.name]
}

/** How a selection may be written. */
export const FORMS = ['plain', 'alias', 'inline fragment', 'named fragment'] as const
export type Form = (typeof FORMS)[number]

function written(selection: string, type: string, form: Form): { selection: string; fragment: string } {
  switch (form) {
    case 'plain':
      return { selection, fragment: '' }
    case 'alias':
      return { selection: `aliased: ${selection}`, fragment: '' }
    case 'inline fragment':
      return { selection: `... on ${type} { ${selection} }`, fragment: '' }
    case 'named fragment':
      return { selection: '...Named', fragment: `fragment Named on ${type} { ${selection} }` }
  }
}

export interface Operation {
  readonly document: string
  readonly variables: Record<string, unknown>
}

/** An operation that reads or writes one field. */
export interface AccessPath {
  /** `Type.field`, or what is referred to. */
  readonly name: string
  /** What the emitted schema says: alternatives of scopes that are needed together. Undefined where it names none. */
  readonly demands: readonly (readonly Scope[])[] | undefined
  /** What the way to the field needs by itself. */
  readonly through: readonly Scope[]
  readonly kind: 'query' | 'mutation' | 'field' | 'reference'
  readonly path: readonly (string | number)[]
  readonly ask: (form?: Form) => Operation
}

const directive = ({ astNode }: Field, name: string) => astNode?.directives?.find((one) => one.name.value === name)

/** The scopes that a field's directive names. */
export function demandsOf(field: Field): readonly (readonly Scope[])[] | undefined {
  const scopes = directive(field, 'requiresScopes')?.arguments?.[0]
  return scopes && (valueFromASTUntyped(scopes.value) as Scope[][])
}

/** True of a field that says of itself that a valid token is enough. */
export const needsOnlyToken = (field: Field): boolean => directive(field, 'authenticated') !== undefined

/** A root field with the least arguments. */
function operation(
  kind: 'query' | 'mutation',
  { name, args, type }: Field,
  overrides: object = {},
  below?: string,
  form: Form = 'plain',
  fragment = '',
): Operation {
  const given = args.filter(isRequiredArgument)
  const declared = given.length > 0 ? `(${given.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ')})` : ''
  const passed = given.length > 0 ? `(${given.map((arg) => `${arg.name}: $${arg.name}`).join(', ')})` : ''
  const leaf = isLeafType(isNonNullType(type) ? type.ofType : type)
  const root = written(
    `${name}${passed} ${below ?? (leaf ? '' : '{ __typename }')}`,
    kind === 'query' ? 'Query' : 'Mutation',
    form,
  )
  const variables = Object.fromEntries(given.map((arg) => [arg.name, least(arg.type, arg.name)]))
  if (variables['input'] !== undefined) Object.assign(variables['input'] as object, overrides)
  return { document: `${kind}${declared} { ${root.selection} } ${root.fragment} ${fragment}`, variables }
}

/** Scopes that what is given needs beside those of the field, as the guard decides by arguments. */
const BY_ARGUMENTS: Readonly<Record<string, readonly Scope[]>> = { createWebhookEndpoint: ['verifications:read'] }

const rootPaths = (kind: 'query' | 'mutation', fields: readonly Field[]): AccessPath[] =>
  fields.map((field) => ({
    name: `${kind === 'query' ? 'Query' : 'Mutation'}.${field.name}`,
    demands: demandsOf(field),
    through: BY_ARGUMENTS[field.name] ?? [],
    kind,
    path: [field.name],
    ask: (form) => operation(kind, field, {}, undefined, form),
  }))

export const queries: readonly Field[] = Object.values(schema.getQueryType()!.getFields())
export const mutations: readonly Field[] = Object.values(schema.getMutationType()!.getFields())

export const mutationPaths = rootPaths('mutation', mutations)
/** References are access paths of their own, one for each entity. */
export const queryPaths = rootPaths(
  'query',
  queries.filter(({ name }) => name !== '_entities'),
)

/** How a value of a type is come by with the least scope there is. */
interface Way {
  readonly path: readonly (string | number)[]
  readonly scopes: readonly Scope[]
  readonly ask: (selection: string, fragment: string) => Operation
}

const { customerId } = CROWD[0]!
// The user that the emulator links to another customer.
const userId = CROWD[1]!.customerId.replace(/^./, 'e')

/** By a write's answer; given again where the way is taken again. */
function byWrite(name: string, member: string, input: object, scope: Scope): Way {
  const field = schema.getMutationType()!.getFields()[name]!
  return {
    path: [name, member],
    scopes: [scope],
    ask: (selection, fragment) =>
      operation(
        'mutation',
        field,
        { ...input, idempotencyKey: `way-${name}` },
        `{ ${member} { ${selection} } }`,
        'plain',
        fragment,
      ),
  }
}

const WAYS: Readonly<Record<string, Way>> = {
  Viewer: {
    path: ['viewer'],
    scopes: [],
    ask: (selection, fragment) => ({ document: `{ viewer { ${selection} } } ${fragment}`, variables: {} }),
  },
  Customer: {
    path: ['viewer', 'customers', 0],
    scopes: [],
    ask: (selection, fragment) => ({
      document: `{ viewer { customers { ${selection} } } } ${fragment}`,
      variables: {},
    }),
  },
  Person: byWrite('createPerson', 'person', {}, 'persons:write'),
  PersonVerification: byWrite('verifyPerson', 'verification', { personId: ADA.personId }, 'persons:write'),
  KycCheck: byWrite('addKycCheck', 'kycCheck', { customerId }, 'kyc:write'),
  KycDocument: byWrite('addKycDocument', 'kycDocument', { customerId }, 'kyc:write'),
  KycMedia: byWrite('addKycMedia', 'kycMedia', { customerId }, 'kyc:write'),
  AccountVerificationJob: byWrite(
    'verifyAccounts',
    'job',
    {
      types: ['STATUS'],
      accounts: [{ clientReference: 'one', account: { idScheme: 'SCAN', id: ADA.account } }],
    },
    'verifications:write',
  ),
  UserCustomerLink: byWrite('createUserCustomerLink', 'link', { customerId, userId }, 'links:write'),
}
/** Another customer's, for a caller without access to them. */
const WAYS_TO_ANOTHERS: Readonly<Record<string, Way>> = {
  ...WAYS,
  Customer: byWrite('updateCustomerBranch', 'customer', { customerId, branchId: 'branch-1' }, 'customers:write'),
}

const ROOTS: readonly unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
/** Every field below the root that has a resolver. */
export const nestedFields: readonly (readonly [type: string, field: Field])[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !type.name.startsWith('__') && !ROOTS.includes(type))
  .flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => (isPlainMember(field) ? [] : [[type.name, field] as const])),
  )

const nestedPaths = (ways: Readonly<Record<string, Way>>): AccessPath[] =>
  nestedFields.map(([type, field]) => {
    const way = ways[type]
    if (way === undefined) throw new Error(`no way to ${type}: add one to WAYS`)
    const given = field.args
      .filter(isRequiredArgument)
      .map((arg) => `${arg.name}: ${JSON.stringify(least(arg.type, arg.name))}`)
    const leaf = isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type)
    const selection = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${leaf ? '' : '{ __typename }'}`
    return {
      name: `${type}.${field.name}`,
      demands: demandsOf(field),
      through: way.scopes,
      kind: 'field',
      path: [...way.path, field.name],
      ask(form = 'plain') {
        const { selection: below, fragment } = written(selection, type, form)
        return way.ask(below, fragment)
      },
    }
  })

export const fieldPaths = nestedPaths(WAYS)
export const fieldPathsToOthers = nestedPaths(WAYS_TO_ANOTHERS)

/** An entity by the keys that another subgraph would give. */
export function reference(type: string, keys: Readonly<Record<string, unknown>>, form: Form = 'plain'): Operation {
  const { selection, fragment } = written('id', type, form === 'plain' ? 'inline fragment' : form)
  // A member of a union is selected by fragment only, so what an alias renames is the way to it.
  const [field, members] =
    form === 'alias' ? ['aliased: _entities', `... on ${type} { ${selection} }`] : ['_entities', selection]
  return {
    document: `query($of: [_Any!]!) { ${field}(representations: $of) { __typename ${members} } } ${fragment}`,
    variables: { of: [{ __typename: type, ...keys }] },
  }
}

/** What opens a reference: what opens a lookup of the same. Types of entities name no scope of their own. */
export const REFERENCE_SCOPES: Readonly<Record<keyof typeof references, readonly (readonly Scope[])[]>> = {
  Customer: [['customers:read'], ['customers:read:own']],
  KycCheck: [['kyc:read'], ['kyc:read:own']],
  Person: [['persons:read'], ['persons:read:own']],
  VerificationResult: [['verifications:read'], ['verifications:read:own']],
}

export const referencePaths: readonly AccessPath[] = Object.entries(REFERENCE_SCOPES).map(([type, demands]) => ({
  name: `a reference to a ${type}`,
  demands,
  through: [],
  kind: 'reference',
  path: ['_entities', 0],
  ask: (form) => reference(type, { id: ADA.personId, bankId: ADA.bankId, customerId: ADA.customerId }, form),
}))

/** What providers were asked, token requests included. */
export const askedOf = (app: App): string[] =>
  (Object.keys(app.emulators) as ProviderName[]).flatMap((provider) =>
    app.emulators[provider].calls().map(({ method, url }) => `${provider} ${method} ${url}`),
  )

/** What was asked after the last write of each provider, or at all where nothing was written. */
export const askedAfterwards = (app: App): string[] =>
  (Object.keys(app.emulators) as ProviderName[]).flatMap((provider) => {
    const calls = app.calls(provider)
    return calls.slice(calls.findLastIndex((call) => !call.startsWith('GET ')) + 1)
  })

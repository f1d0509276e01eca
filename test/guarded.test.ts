import { type GraphQLField, type GraphQLInputType, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, CROWD } from '../datasources/cast.js'
import type { ProviderName } from '../datasources/index.js'
import { references } from '../resolvers/index.js'
import { type Scope, SCOPES } from '../schema/scopes.js'
import { buildClassSchema, buildServedSchema } from '../src/schema.js'
import { type App, startApp } from './harness.js'

const schema = buildServedSchema(buildClassSchema())
const NAMES = Object.keys(SCOPES) as Scope[]

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

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
  username: 'nora.newcomer',
  password: 'Long-enough-4-anybody!',
  account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' },
  types: ['NAME'],
}
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
  if (isInputObjectType(type)) return Object.fromEntries(Object.values(type.getFields()).filter(isRequiredInputField).map((field) => [field.name, least(field.type, field.name)]))
  if (isEnumType(type)) return type.getValues()[0]!.name
  expect(Object.keys(BY_TYPE)).toContain(type.name)
  return BY_TYPE[type.name]
}

/** The same field, with the least arguments, as an operation on its own. */
function operation(kind: 'query' | 'mutation', { name, args, type }: GraphQLField<unknown, unknown>, overrides: object = {}, selection?: string) {
  const given = args.filter(isRequiredArgument)
  const declared = given.length > 0 ? `(${given.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ')})` : ''
  const passed = given.length > 0 ? `(${given.map((arg) => `${arg.name}: $${arg.name}`).join(', ')})` : ''
  const below = selection ?? (isLeafType(isNonNullType(type) ? type.ofType : type) ? '' : '{ __typename }')
  const variables = Object.fromEntries(given.map((arg) => [arg.name, least(arg.type, arg.name)]))
  if (variables['input'] !== undefined) Object.assign(variables['input'] as object, overrides)
  return { document: `${kind}${declared} { ${name}${passed} ${below} }`, variables }
}

const providers = () => Object.keys(app.emulators) as ProviderName[]
const asked = () => providers().flatMap((provider) => app.emulators[provider].calls().map(({ method, url }) => `${provider} ${method} ${url}`))
/** What was asked after the last write of each provider, or at all where nothing was written. */
const askedAfterwards = () =>
  providers().flatMap((provider) => {
    const calls = app.calls(provider)
    return calls.slice(calls.findLastIndex((call) => !call.startsWith('GET ')) + 1)
  })

const queries = Object.values(schema.getQueryType()!.getFields())
const mutations = Object.values(schema.getMutationType()!.getFields())

describe('a token without any scope', () => {
  // What the token itself says, and references, which are asked one by one below.
  const OPEN = ['viewer', '_entities']

  test.each(queries.filter(({ name }) => !OPEN.includes(name)).map((field) => [field.name, field] as const))('is refused the query %s', async (name, field) => {
    const { document, variables } = operation('query', field)
    const { data, errors } = await app.run(document, variables, { scopes: [] })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', retryable: false } }])
    expect(errors[0]!.path![0]).toBe(name)
    // A list of which each has an error of its own.
    expect([data?.[name] ?? null].flat()).toEqual([null])
    expect(asked()).toEqual([])
  })

  test('is told what it is', async () => {
    const { data, errors } = await app.run('{ viewer { id scopes } }', undefined, { scopes: [] })
    expect([data, errors]).toEqual([{ viewer: { id: 'tester', scopes: [] } }, []])
    expect(asked()).toEqual([])
  })

  test.each(Object.keys(references))('is refused a reference to a %s', async (__typename) => {
    const keys = { id: ADA.personId, bankId: ADA.bankId, customerId: ADA.customerId }
    const { data, errors } = await app.run('query($of: [_Any!]!) { _entities(representations: $of) { __typename } }', { of: [{ __typename, ...keys }] }, { scopes: [] })
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'FORBIDDEN' } }])
    expect(data).toEqual({ _entities: [null] })
    expect(asked()).toEqual([])
  })
})

test('every entity can be referred to', () => {
  const keyed = Object.values(schema.getTypeMap()).filter((type) => type.astNode && 'directives' in type.astNode && type.astNode.directives?.some(({ name }) => name.value === 'key'))
  expect(keyed.map(({ name }) => name).sort()).toEqual(Object.keys(references).sort())
})

describe.each<[string, readonly Scope[]]>([
  ['without any scope', []],
  ["with every scope of a caller's own", NAMES.filter((scope) => scope.endsWith(':own'))],
  ['with every scope that is not for writing', NAMES.filter((scope) => !scope.endsWith(':write'))],
])('a token %s', (_what, scopes) => {
  test.each(mutations.map((field) => [field.name, field] as const))('is refused the mutation %s', async (name, field) => {
    const { document, variables } = operation('mutation', field)
    const { data, errors } = await app.run(document, variables, { scopes, client: 'ada' })
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'FORBIDDEN', retryable: false } }])
    expect(data).toEqual({ [name]: null })
    expect(asked()).toEqual([])
  })
})

describe('what hangs off a value is not opened by the value', () => {
  const mutation = (name: string) => schema.getMutationType()!.getFields()[name]!
  const { customerId } = CROWD[0]!
  // The user whom the emulator gives to another customer.
  const userId = CROWD[1]!.customerId.replace(/^./, 'e')
  const through = (name: string, member: string, input: object, scope: Scope) => ({
    ask: (selection: string) => operation('mutation', mutation(name), input, `{ ${member} { ${selection} } }`),
    member: [name, member],
    scopes: [scope],
  })

  /** How a value of each type is come by with the least scope there is. */
  const ROADS: Readonly<Record<string, { ask: (selection: string) => { document: string; variables: Record<string, unknown> }; member: (string | number)[]; scopes: Scope[] }>> = {
    Customer: { ask: (selection) => ({ document: `{ viewer { customers { ${selection} } } }`, variables: {} }), member: ['viewer', 'customers', 0], scopes: [] },
    Person: through('createPerson', 'person', {}, 'persons:write'),
    PersonVerification: through('verifyPerson', 'verification', { personId: ADA.personId }, 'persons:write'),
    KycCheck: through('addKycCheck', 'kycCheck', { customerId }, 'kyc:write'),
    KycDocument: through('addKycDocument', 'kycDocument', { customerId }, 'kyc:write'),
    KycMedia: through('addKycMedia', 'kycMedia', { customerId }, 'kyc:write'),
    UserCustomerLink: through('createUserCustomerLink', 'link', { customerId, userId }, 'customers:write'),
  }
  // The provider itself says what is the caller's; and what is worked out from the value alone.
  const OPEN = ['Viewer.customers', 'Viewer.messages', 'KycDocument.expired']

  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !type.name.startsWith('__') && ![schema.getQueryType(), schema.getMutationType()].includes(type))
    .flatMap((type) => Object.values(type.getFields()).flatMap((field) => (field.resolve && !OPEN.includes(`${type.name}.${field.name}`) ? [[`${type.name}.${field.name}`, type.name, field] as const] : [])))

  test.each(fields)('%s', async (_name, type, field) => {
    expect(Object.keys(ROADS), `a road to ${type}`).toContain(type)
    const { ask, member, scopes } = ROADS[type]!
    const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${JSON.stringify(least(arg.type, arg.name))}`)
    const { document, variables } = ask(`${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} { __typename }`)
    const { data, errors } = await app.run(document, variables, { scopes, client: 'ada' })
    expect(errors).toMatchObject([{ path: [...member, field.name], extensions: { code: 'FORBIDDEN' } }])
    expect(member.reduce((value, step) => value[step], data)).toEqual({ [field.name]: null })
    const mine = 'GET /obp/v4.0.0/users/current/customers'
    expect(askedAfterwards()).toEqual(type === 'Customer' ? [mine] : [])
  })
})

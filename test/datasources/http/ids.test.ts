import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { path } from '../../../datasources/http/call.js'
import type { EmulatorCall } from '../../../datasources/emulator/run.js'
import { schemas } from '../../../src/graphql/schema.js'
import { type App, startApp } from '../../support/app.js'
import { OPERATIONS } from '../obp/surface/operations.js'

/** Hostile ids that try to change the path, the query or the host of a call. */
const HOSTILE = [
  '..',
  '...',
  '.:.',
  '../../evil',
  '%2e%2e',
  '%2e%2e%2fevil',
  'x/../../evil',
  '//evil.example',
  'https://evil.example/evil',
  '@evil.example:1/evil',
  '?evil=1',
  'x&evil=1',
  'x,evil',
  '#evil',
  '..\\..\\evil',
  'x\r\nevil: 1\r\n\r\nGET /evil HTTP/1.1',
  'x\u0000evil',
  ';evil',
  '．．／evil',
  '\u202eevil',
  '\ud800evil',
]
/** One of each kind, for the table of all places. */
const KINDS = HOSTILE.filter(
  (hostile) =>
    ['..', '.:.', '%2e%2e%2fevil', 'https://evil.example/evil', '?evil=1', 'x,evil', '\ud800evil'].includes(hostile) ||
    hostile.includes('\n'),
)
/** A valid id without a record: it shows that every place is called. */
const UNHEARD_OF = 'unheard-of'

const PROVIDERS = ['obp', 'synctera', 'apiture', 'sei', 'banfico'] as const
const ANY = '[^/?#\\\\]+'
const PATHS = [
  ...OPERATIONS.map(([, , , address]) => address),
  '/obp/v4.0.0/customers/*/kyc_media',
  '/v0/persons',
  '/v0/persons/*',
  '/v0/verifications',
  '/v0/verifications/verify',
  '/bankingAdmin/bankingCustomers/*/accountEntitlements',
  '/v1/accounts/attributes',
  '/v1/insight/status/*',
  '/v1.0/account-verifications',
  '/v1.0/account-verifications/*',
].map((path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', ANY)}$`))

/** Values that are in order, so that what is wrong is one id alone. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  String: 'sample',
  Boolean: true,
  Int: 1,
  Float: 1,
  Date: '2024-01-01',
  DateTime: '2024-01-01T00:00:00Z',
  JSONObject: {},
}
const IDS: Readonly<Record<string, string | undefined>> = {
  customerId: ADA.customerId,
  personId: ADA.personId,
  bankingCustomerId: ADA.bankingCustomerId,
  externalId: ADA.seiExternalId,
}

type Input = GraphQLArgument | GraphQLInputField
interface Place {
  readonly at: string
  readonly value: (hostile: string) => unknown
}

const isId = (type: GraphQLInputType) => getNamedType(type).name === 'ID'
const listed = (type: GraphQLInputType, value: unknown) => (isListType(getNullableType(type)) ? [value] : value)

function sample({ name, type }: Input): unknown {
  const named = getNamedType(type)
  if (isId(type)) return listed(type, IDS[name] ?? (name === 'id' ? ADA.customerId : 'sample'))
  if (isEnumType(named)) return listed(type, named.getValues()[0]!.name)
  if (!isInputObjectType(named)) return listed(type, /email/i.test(name) ? 'a@example.com' : SAMPLES[named.name])
  return listed(
    type,
    Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, sample(field)]),
    ),
  )
}

/** Every place where an input takes an id or, where one is kept in a string, a text that is called one. */
function placesIn(input: Input): Place[] {
  const named = getNamedType(input.type)
  if (isId(input.type) || (named.name === 'String' && /id$/i.test(input.name)))
    return [{ at: input.name, value: (hostile) => listed(input.type, hostile) }]
  if (!isInputObjectType(named)) return []
  return Object.values(named.getFields()).flatMap((field) =>
    placesIn(field).map(({ at, value }) => ({
      at: `${input.name}.${at}`,
      value: (hostile: string) => {
        const base = sample(input)
        const [first] = Array.isArray(base) ? (base as object[]) : [base as object]
        return listed(input.type, { ...first, [field.name]: value(hostile) })
      },
    })),
  )
}

interface Row {
  readonly name: string
  readonly document: string
  readonly variables: (hostile: string) => Record<string, unknown>
}

const rowsOf = (kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): Row[] =>
  field.args.flatMap((hostileArgument) =>
    placesIn(hostileArgument).map(({ at, value }) => {
      const args = field.args.filter((argument) => argument === hostileArgument || isNonNullType(argument.type))
      const declared = args.map(({ name, type }) => `$${name}: ${type.toString()}`).join(', ')
      const given = args.map(({ name }) => `${name}: $${name}`).join(', ')
      return {
        name: `${field.name}(${at})`,
        document: `${kind} (${declared}) { ${field.name}(${given}) ${isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'} }`,
        variables: (hostile: string) =>
          Object.fromEntries(
            args.map((argument) => [argument.name, argument === hostileArgument ? value(hostile) : sample(argument)]),
          ),
      }
    }),
  )

const { schema } = schemas()
const ROWS = [
  ...Object.values(schema.getQueryType()!.getFields()).flatMap((field) => rowsOf('query', field)),
  ...Object.values(schema.getMutationType()!.getFields()).flatMap((field) => rowsOf('mutation', field)),
]

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const reached = new Set<string>()

/** What a call did wrong, or nothing. */
function strayed({ url, headers }: EmulatorCall): string | undefined {
  const [address = '', query = ''] = url.split('?', 2)
  if (url.includes('#') || url.split('?').length > 2) return `address ${url}`
  if (!PATHS.some((allowed) => allowed.test(address))) return `path ${address}`
  if (address.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) return `a step upwards ${address}`
  const names = [...new URLSearchParams(query).keys()]
  if (names.some((name) => name.includes('evil'))) return `query ${query}`
  if (Object.keys(headers).some((name) => name.includes('evil')) || !/^127\.0\.0\.1:\d+$/.test(headers['host']!))
    return 'a header'
  return undefined
}

describe('whatever stands where an id belongs, a call stays at its address', () => {
  test.each(ROWS.map((row): [string, Row] => [row.name, row]))('%s', async (_name, { name, document, variables }) => {
    app.clear()
    const client = `client-${name.replace(/\W/g, '-')}`
    const answers = await Promise.all(
      [...KINDS, UNHEARD_OF].map((hostile) => app.run(document, variables(hostile), { client })),
    )
    const calls = PROVIDERS.flatMap((provider) => app.recorded(provider))
    expect(calls.map(strayed).filter(Boolean)).toEqual([])
    if (calls.some(({ url, body }) => `${url} ${JSON.stringify(body)}`.includes(UNHEARD_OF))) reached.add(name)
    for (const { errors } of answers)
      for (const { extensions } of errors) expect(extensions.code).not.toBe('INTERNAL_SERVER_ERROR')
  })

  test('and at many of these places a provider is asked', () => {
    expect(reached.size).toBeGreaterThan(30)
  })
})

test.each(HOSTILE)('%j becomes one segment of a path, or none', (hostile) => {
  let text: string
  try {
    text = path`/a/${hostile}/b`.text
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' })
    return
  }
  const { host, pathname, search, hash } = new URL(`http://provider.example${text}`)
  expect([host, search, hash]).toEqual(['provider.example', '', ''])
  expect(pathname).toMatch(/^\/a\/[^/]+\/b$/)
  expect(decodeURIComponent(pathname.slice(3, -2))).toBe(hostile)
})

test('an id with a comma is one id', async () => {
  app.clear()
  const { data } = await app.run('query ($id: ID!) { person(id: $id) { id } }', {
    id: `${ADA.personId},a0000000-0000-4000-8000-000000000002`,
  })
  expect(data).toEqual({ person: null })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { providerEntries } from '../../datasources/index.js'
import { argumentScopesOf } from '../../resolvers/argument-scopes.js'
import type { Scope } from '../../schema/scopes.js'
import { schemas } from '../../src/graphql/schema.js'
import { scopeRows } from '../../src/tools/scope-table.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const PERSONS =
  'query($filter: PersonFilter, $orderBy: [PersonOrder!]) { persons(filter: $filter, orderBy: $orderBy) { edges { node { id } } } }'
const PHONE =
  'query($mobilePhoneNumber: String!, $match: PhoneNumberMatch) { customersByMobilePhoneNumber(mobilePhoneNumber: $mobilePhoneNumber, match: $match) { id } }'
const mutation = (name: string) =>
  `mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { replayed } }`
const filter = (members: object) => ({ filter: members })
const byDate = { field: 'DATE_OF_BIRTH', direction: 'ASC' }
const address = { line1: '' }

/** Arguments that break a rule too, each with the only scopes of its caller and the scope that it lacks. */
const TABLE: readonly (readonly [
  what: string,
  document: string,
  variables: object,
  scopes: readonly Scope[],
  missing: string,
])[] = [
  ...Object.entries({
    dateOfBirth: ['1899-12-31', '2999-01-01', '1980-02-30', 'soon', 19800101, {}],
    firstName: ['', '*', 'x'.repeat(300), 7],
    lastName: ['', '%', ['Doe']],
    email: ['', 'x'.repeat(256)],
    phoneNumber: ['12', 'a phone'],
    ssnLast4: ['12345', 'abcd', 1234],
    status: ['UNKNOWN_STATUS', 1],
    banStatuses: [[], ['ALLOWED', 'ALLOWED'], 'NONE'],
  }).flatMap(([member, values]) =>
    values.map(
      (value) =>
        [
          `persons by ${member} ${JSON.stringify(value).slice(0, 20)}`,
          PERSONS,
          filter({ [member]: value }),
          ['persons:read'],
          'pii:read',
        ] as const,
    ),
  ),
  ['persons beside ids that are none', PERSONS, filter({ ids: ['x'], lastName: 'Doe' }), ['persons:read'], 'pii:read'],
  ['persons in an order with a field twice', PERSONS, { orderBy: [byDate, byDate] }, ['persons:read'], 'pii:read'],
  [
    'persons in an order that is no list',
    PERSONS,
    { orderBy: { field: 'DATE_OF_BIRTH' } },
    ['persons:read'],
    'pii:read',
  ],
  [
    'customers by a part of no number',
    PHONE,
    { mobilePhoneNumber: '', match: 'CONTAINS' },
    ['customers:read'],
    'pii:read',
  ],
  [
    'customers by a part of a number as a number',
    PHONE,
    { mobilePhoneNumber: 1, match: 'STARTS_WITH' },
    ['customers:read'],
    'pii:read',
  ],
  [
    'a customer with a status and no name',
    mutation('createCustomer'),
    { input: { kycStatus: true, legalName: '' } },
    ['customers:write'],
    'kyc:write',
  ],
  [
    'a link to no person',
    mutation('linkCustomer'),
    { input: { customerId: ADA.customerId, personId: '' } },
    ['links:write'],
    'persons:read',
  ],
  ...Object.entries({
    dateOfBirth: '1850-01-01',
    ssn: 'x',
    status: 'NO_STATUS',
    firstName: '',
    legalAddress: address,
  }).map(
    ([member, value]) =>
      [
        `the own person with ${member}`,
        mutation('updatePerson'),
        { input: { id: ADA.personId, [member]: value } },
        ['persons:write:own'],
        `persons:write for input.${member}`,
      ] as const,
  ),
  [
    'an own disclosure at another time',
    mutation('recordDisclosure'),
    { input: { personId: ADA.personId, type: 'E_SIGN', version: '', eventType: 'VIEWED', disclosedAt: 'yesterday' } },
    ['persons:write:own'],
    'persons:write for input.disclosedAt',
  ],
]

describe('a scope that depends on arguments comes before the rules of the arguments', () => {
  test.each(TABLE)('%s', async (_what, document, variables, scopes, missing) => {
    const refused = await app.run(document, variables as Record<string, unknown>, { client: 'ada', scopes })
    expect(refused.errors).toMatchObject([
      { message: `This needs the scope ${missing}.`, extensions: { code: 'FORBIDDEN', retryable: false } },
    ])
    expect([refused.status, Object.values(refused.data)]).toEqual([200, [null]])
    expect(app.calls('obp').concat(app.calls('synctera'))).toEqual([])
    const all = [...scopes, missing.split(' ')[0] as Scope]
    const told = await app.run(document, variables as Record<string, unknown>, { client: 'ada', scopes: all })
    expect(told.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
  })

  test.each<[where: string, document: string]>([
    ['in a literal', '{ persons(filter: { dateOfBirth: "1899-12-31" }) { edges { node { id } } } }'],
    [
      'in a default',
      'query($f: PersonFilter = { dateOfBirth: "1899-12-31" }) { persons(filter: $f) { edges { node { id } } } }',
    ],
    [
      'beside a field that may be called',
      '{ viewer { id } persons(filter: { dateOfBirth: "1899-12-31" }) { edges { node { id } } } }',
    ],
    [
      'in a field below the root',
      `{ person(id: "${ADA.personId}") { verificationHistory(filter: { outcomes: [ACCEPTED, ACCEPTED] }) { edges { node { id } } } } }`,
    ],
  ])('%s', async (_where, document) => {
    for (let i = 0; i < 2; i += 1) {
      const { errors } = await app.run(document, undefined, { scopes: ['persons:read'] })
      expect(errors).toMatchObject([{ message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } }])
    }
  })

  test('an input of thousands of members is named by none that the schema does not have', async () => {
    const input = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`member${i}`, 'text']))
    const { errors } = await app.run(
      mutation('updatePerson'),
      { input: { ...input, ssn: '1' } },
      { client: 'ada', scopes: ['persons:write:own'] },
    )
    expect(errors.map(({ message }) => message)).toEqual(['This needs the scope persons:write for input.ssn.'])
  })

  test.each<[what: string, input: unknown]>([
    ['a text', 'x'.repeat(100_000)],
    ['a list', [{ ssn: '1' }]],
    ['null', null],
  ])('an input that is %s is refused by its type', async (_what, input) => {
    const { status, errors } = await app.run(
      mutation('updatePerson'),
      { input },
      { client: 'ada', scopes: ['persons:write:own'] },
    )
    expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']])
  })
})

test('every query and command with scopes that depend on arguments is declared at its fields', () => {
  const partly = scopeRows().flatMap(({ name, ownInput }) => (ownInput ? [name.split('.')[1]!] : []))
  const dependent = providerEntries.flatMap(([room, { queries, commands }]) =>
    Object.entries({ ...queries, ...commands }).flatMap(([name, declared]) =>
      ((declared as { extraScopes?: (given: unknown) => unknown }).extraScopes?.length ?? 0) > 0 ||
      partly.includes(name)
        ? [`${room}.${name}`]
        : [],
    ),
  )
  const declared: string[] = []
  const named = Object.fromEntries(
    providerEntries.map(([room]) => [room, { assertScopes: (name: string) => declared.push(`${room}.${name}`) }]),
  )
  for (const type of Object.values(schemas().schema.getTypeMap()))
    if ('getFields' in type)
      for (const field of Object.values(type.getFields())) argumentScopesOf(field)?.(named as never, { input: {} })
  expect(declared.sort()).toEqual(dependent.sort())
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'

let apps: Readonly<Record<'compiled' | 'interpreted', App>>
beforeAll(async () => {
  const compiled = await startApp({ EXECUTOR: 'compiled' })
  apps = { compiled, interpreted: await startApp({ EXECUTOR: 'interpreted' }, compiled) }
})
afterAll(async () => {
  await apps.interpreted.close()
  await apps.compiled.close()
})

const CUSTOMER = 'mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { replayed } }'
const RENAMED = 'mutation($x: CreateCustomerInput!) { createCustomer(input: $x) { replayed } }'
const ATTRIBUTES = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { replayed } }'
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { replayed } }'
const PERSONS = 'query($first: Int, $filter: PersonFilter) { persons(first: $first, filter: $filter) { nodes { id } } }'
const SEARCH = 'query($a: [CustomerAttributeMatch!]!) { customersByAttributes(attributes: $a) { id } }'
const SECRET = '987-65-4321'

const customer = (members: object) => ({
  legalName: 'Ada',
  mobilePhoneNumber: '+447911123456',
  email: 'ada@example.com',
  dateOfBirth: '1990-01-02',
  relationshipStatus: '',
  highestEducationAttained: '',
  employmentStatus: '',
  kycStatus: false,
  lastOkDate: '2024-01-02T03:04:05Z',
  ...members,
})

type Fields = Readonly<Record<string, readonly unknown[]>>

describe('refused input is one error with every path', () => {
  test.each<[what: string, document: string, variables: Record<string, unknown> | undefined, fields: Fields]>([
    [
      'required members left out',
      CUSTOMER,
      { input: customer({ mobilePhoneNumber: undefined, email: undefined }) },
      { 'input.mobilePhoneNumber': ['is required (String!)'], 'input.email': ['is required (String!)'] },
    ],
    [
      'members that are null, of another type, and not known',
      CUSTOMER,
      { input: customer({ legalName: null, kycStatus: SECRET, [`x${SECRET}`]: 1 }) },
      {
        'input.legalName': ['expected String!'],
        'input.kycStatus': ['expected Boolean'],
        input: ['has a member that is not known'],
      },
    ],
    [
      'a variable of another name than its argument',
      RENAMED,
      { x: customer({ email: undefined, dateOfBirth: SECRET }) },
      {
        'input.email': ['is required (String!)'],
        'input.dateOfBirth': [expect.stringMatching(/^must be a day/)],
      },
    ],
    [
      'rules of classes',
      CUSTOMER,
      { input: customer({ email: SECRET, legalName: '' }) },
      {
        'input.email': ['must be an email'],
        'input.legalName': expect.any(Array) as never,
      },
    ],
    [
      'items of a list, by type',
      ATTRIBUTES,
      { input: { externalId: 'x', attributes: [{ name: 'a' }, { name: 1, value: 'b' }] } },
      { 'input.attributes[0].value': ['is required (String!)'], 'input.attributes[1].name': ['expected String'] },
    ],
    [
      'items of a list, by rule',
      ATTRIBUTES,
      {
        input: {
          externalId: 'x',
          attributes: [
            { name: '', value: 'a' },
            { name: 'b', value: 'x'.repeat(4001) },
          ],
        },
      },
      {
        'input.attributes[0].name': expect.any(Array) as never,
        'input.attributes[1].value': expect.any(Array) as never,
      },
    ],
    [
      'items of a list argument, by type',
      SEARCH,
      { a: [{ name: 'x', value: 'y' }, { name: 'x' }] },
      { 'attributes[1].value': ['is required (String!)'] },
    ],
    [
      'items of a list argument, by rule',
      SEARCH,
      {
        a: [
          { name: 'x', value: 'y' },
          { name: 'x', value: '' },
        ],
      },
      { 'attributes[1].value': expect.any(Array) as never },
    ],
    [
      'enum values',
      VERIFY,
      { input: { types: ['NAME', SECRET], account: { idScheme: 'IBANN', id: 'x' } } },
      {
        'input.types[1]': ['expected AccountVerificationType'],
        'input.account.idScheme': ['expected AccountIdScheme'],
      },
    ],
    [
      'numbers that do not fit',
      VERIFY,
      { input: { types: ['NAME'], account: { idScheme: 'IBAN', id: 'x' }, maxAgeSeconds: 2 ** 31 } },
      { 'input.maxAgeSeconds': [expect.stringMatching(/^does not fit Int/)] },
    ],
    [
      'several variables',
      PERSONS,
      { first: 1e100, filter: { status: SECRET, ids: 1, isCustomer: 'yes' } },
      {
        first: [expect.stringMatching(/^does not fit Int/)],
        'filter.status': ['expected PersonStatus'],
        'filter.isCustomer': ['expected Boolean'],
      },
    ],
    ['a required variable left out', 'query($id: ID!) { person(id: $id) { id } }', {}, { id: ['is required (ID!)'] }],
    [
      'required variables that are null, under other names',
      'query($p: ID!, $c: ID!) { person(id: $p) { id } customer(id: $c, bankId: $c) { id } }',
      { p: null, c: null },
      { id: ['is required (ID!)'] },
    ],
    [
      'literals',
      `mutation { createPerson(input: { isCustomer: "${SECRET}", status: S98765, dateOfBirth: "${SECRET}", legalAddress: { line1: 1, x: 2 }, metadata: [1] }) { replayed } }`,
      undefined,
      {
        'input.isCustomer': ['expected Boolean'],
        'input.status': ['expected PersonStatus'],
        'input.dateOfBirth': [expect.stringMatching(/^must be a day/)],
        'input.legalAddress.countryCode': ['is required (String!)'],
        'input.legalAddress.line1': ['expected String'],
        'input.legalAddress': ['has a member that is not known'],
        'input.metadata': ['must be a JSON object'],
      },
    ],
    [
      'literals in a list',
      'mutation { setAccountAttributes(input: { externalId: "x", attributes: [{ name: "a", value: "b" }, { name: null }] }) { replayed } }',
      undefined,
      { 'input.attributes[1].name': ['expected String!'], 'input.attributes[1].value': ['is required (String!)'] },
    ],
    ['an argument left out', '{ person { id } customer { id } }', undefined, { id: ['is required (ID!)'] }],
    [
      'a number in the document',
      '{ persons(first: 2147483648) { nodes { id } } }',
      undefined,
      {
        first: [expect.stringMatching(/^does not fit Int/)],
      },
    ],
    [
      'a fraction in the document',
      '{ persons(first: 1e100) { nodes { id } } }',
      undefined,
      { first: ['expected Int'] },
    ],
    [
      'a default of a variable',
      `query($n: Int = "${SECRET}") { persons(first: $n) { nodes { id } } }`,
      undefined,
      { first: ['expected Int'] },
    ],
  ])('%s', async (_what, document, variables, fields) => {
    for (const app of Object.values(apps)) {
      app.clear()
      for (let i = 0; i < 3; i += 1) {
        const { errors, status } = await app.run(document, variables)
        expect(errors.map(({ extensions }) => ({ code: extensions.code, fields: extensions.fields }))).toEqual([
          { code: 'BAD_USER_INPUT', fields: expect.objectContaining(fields) },
        ])
        for (const path of Object.keys(fields)) expect(errors[0]!.message).toContain(path)
        expect(status).toBe(errors[0]!.path ? 200 : 400)
        expect(JSON.stringify(errors) + app.log()).not.toMatch(/987-65-4321|S98765|IBANN/)
      }
      expect([...app.calls('synctera'), ...app.calls('obp'), ...app.calls('banfico'), ...app.calls('sei')]).toEqual([])
    }
  })

  test('more faults than are told are still one error', async () => {
    const attributes = Array.from({ length: 80 }, () => ({ name: 1, value: 2 }))
    for (const app of Object.values(apps)) {
      const { errors } = await app.run(ATTRIBUTES, { input: { externalId: 'x', attributes } })
      expect(
        errors.map(({ extensions }) => [
          extensions.code,
          Object.keys(extensions.fields!).length,
          extensions['moreFields'],
        ]),
      ).toEqual([['BAD_USER_INPUT', 20, 30]])
      expect(errors[0]!.message).toMatch(/^The input is not valid: .* and 30 more\.$/)
    }
  })

  test('a variable that may be null where the argument may not names the argument', async () => {
    const document = `query($id: ID = "${ADA.personId}") { person(id: $id) { id } }`
    for (const app of Object.values(apps)) {
      const { errors } = await app.run(document, { id: null })
      expect(errors).toMatchObject([
        { path: ['person'], extensions: { code: 'BAD_USER_INPUT', fields: { id: ['is required (ID!)'] } } },
      ])
    }
  })

  test('another error of the document stays beside it', async () => {
    const { errors } = await apps.compiled.run('{ persons(first: "x") { nodes { nothing } } }')
    expect(errors.map(({ extensions }) => extensions.fields)).toEqual([{ first: ['expected Int'] }, undefined])
  })
})

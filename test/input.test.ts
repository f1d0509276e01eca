import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type App, startApp } from './harness.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }'
const PERSONS = 'query($filter: PersonFilter, $first: Int, $after: String) { persons(filter: $filter, first: $first, after: $after) { nodes { id } } }'
const SECRET = '987-65-4321'
const person = (members: object) => ({ input: { isCustomer: true, status: 'ACTIVE', ...members } })

describe('input that cannot be right names its field, reaches no provider and is not repeated', () => {
  test.each<[why: string, query: string, variables: Record<string, unknown> | undefined, field: string | undefined]>([
    ['a required member left out', CREATE, { input: { isCustomer: true } }, 'input'],
    ['a number for a string', CREATE, person({ firstName: 98765 }), 'input.firstName'],
    ['a string for a boolean', CREATE, { input: { isCustomer: SECRET, status: 'ACTIVE' } }, 'input.isCustomer'],
    ['a word that is no enum value', CREATE, person({ status: SECRET }), 'input.status'],
    ['a member that is not there', CREATE, person({ socialSecurity: SECRET }), 'input'],
    ['an SSN without hyphens', CREATE, person({ ssn: '987654321' }), 'input.ssn'],
    ['an SSN with letters', CREATE, person({ ssn: `${SECRET}x` }), 'input.ssn'],
    ['a day that does not exist', CREATE, person({ dateOfBirth: '2001-02-30' }), 'input.dateOfBirth'],
    ['a birth in the future', CREATE, person({ dateOfBirth: '2999-01-01' }), 'input.dateOfBirth'],
    ['a birth before 1900', CREATE, person({ dateOfBirth: '1899-12-31' }), 'input.dateOfBirth'],
    ['an over-long name', CREATE, person({ lastName: 'x'.repeat(256) }), 'input.lastName'],
    ['no email', CREATE, person({ email: 'nobody' }), 'input.email'],
    ['a national phone number', CREATE, person({ phoneNumber: '0171 987654' }), 'input.phoneNumber'],
    ['a country in letters that are none', CREATE, person({ legalAddress: { line1: 'x', countryCode: 'usa' } }), 'input.legalAddress.countryCode'],
    ['a passport without a country', CREATE, person({ personalIds: [{ type: 'PASSPORT_NUMBER', identifier: SECRET }] }), 'input.personalIds[0].countryCode'],
    ['a suspension without a note', CREATE, person({ banStatus: 'SUSPENDED' }), 'input.note'],
    ['a ban', CREATE, person({ banStatus: 'BANNED' }), 'input.banStatus'],
    ['an empty idempotency key', CREATE, person({ idempotencyKey: '' }), 'input.idempotencyKey'],
    ['an over-long idempotency key', CREATE, person({ idempotencyKey: 'x'.repeat(256) }), 'input.idempotencyKey'],
    ['a wildcard in a search', PERSONS, { filter: { lastName: 'Acc*' } }, 'filter.lastName'],
    ['no id of the provider', PERSONS, { filter: { ids: [SECRET] } }, 'filter.ids'],
    ['a page of 0', PERSONS, { first: 0 }, 'first'],
    ['a page of 101', PERSONS, { first: 101 }, 'first'],
    ['a cursor of another list', PERSONS, { after: SECRET }, 'after'],
    ['a value in the document', `mutation { createPerson(input: { isCustomer: "${SECRET}", status: ACTIVE }) { replayed } }`, undefined, undefined],
    ['an enum value in the document', `mutation { createPerson(input: { isCustomer: true, status: "${SECRET}" }) { replayed } }`, undefined, undefined],
    ['a document that does not parse', `mutation { createPerson(input: { ssn: "${SECRET}" "${SECRET}" }) { replayed } }`, undefined, undefined],
    ['a field that does not exist', '{ person(id: "x") { socialSecurityNumber } }', undefined, undefined],
  ])('%s', async (_why, query, variables, field) => {
    const { errors } = await app.run(query, variables)
    expect(errors).toHaveLength(1)
    const [error] = errors
    expect(error!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false })
    if (field !== undefined) expect(Object.keys(error!.extensions.fields ?? {})).toContain(field)
    expect(app.calls('synctera')).toEqual([])
    const given = JSON.stringify(errors) + app.log()
    for (const value of [SECRET, '987654321', '98765', 'nobody', '0171', '2001-02-30', 'usa', 'Acc*']) expect(given).not.toContain(value)
  })
})

test('an update refuses to clear what the provider cannot clear', async () => {
  const { errors } = await app.run('mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }', {
    input: { id: 'a0000000-0000-4000-8000-000000000001', middleName: null },
  })
  expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { 'input.middleName': [expect.stringContaining('cannot be cleared')] } })
  expect(app.calls('synctera')).toEqual([])
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK } from '../../../datasources/emulator/people.js'
import type { ProviderName } from '../../../datasources/index.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const answer = (provider: ProviderName, match: string, body: object, status = 200) =>
  app.fault(provider, { match, fault: 'status', status, body, times: 0 })

const person = (rest: object) => ({
  id: ADA.personId,
  tenant: 't',
  is_customer: true,
  status: 'ACTIVE',
  ban_status: 'ALLOWED',
  verification_status: 'ACCEPTED',
  creation_time: '2024-01-01T00:00:00Z',
  last_updated_time: '2024-01-01T00:00:00Z',
  ...rest,
})
const personalId = { id: 'i', id_type: 'PASSPORT', identifier: 'X', system_provided: false }
const verification = (details: unknown) => ({
  verifications: [
    {
      person_id: ADA.personId,
      verification_type: 'IDENTITY',
      result: 'ACCEPTED',
      verification_time: '2024-01-01T00:00:00Z',
      details,
    },
  ],
})
const detail = { label: 'name', result: 'PASS', score: 0.9 }
const invitee = { contact_details: { name: 'Sue' }, status: 'invited' }
const meeting = (invitees: unknown) => ({ meeting_id: 'm', bank_id: BANK, creator: { name: 'Bob' }, invitees })
const account = (rest: object) => ({ account_id: 'a', balance: { currency: 'EUR', amount: '0' }, ...rest })
const routing = { scheme: 'IBAN', address: 'DE1' }
const attribute = { account_attribute_id: 'x', name: 'N', type: 'STRING', value: 'v' }
const user = (list: unknown) => ({
  user_id: 'u',
  username: 'nora.first',
  provider: 'p',
  provider_id: 'i',
  entitlements: { list },
})
const role = { entitlement_id: 'e', role_name: 'R', bank_id: '' }

const PERSON = `{ person(id: "${ADA.personId}") { id personalIds { typeRaw } } }`
const RESULTS = `{ person(id: "${ADA.personId}") { verifications { resultRaw details { label } } } }`
const MEETINGS = '{ meetings { id invitees { status } } }'
const ACCOUNT = `mutation { createAccount(input: { label: "L", productCode: "P", currency: "EUR" }) {
  account { accountId routings { scheme } attributes { name } }
} }`
const USER = `mutation { createUser(input: { email: "n@example.com", username: "nora.first",
  password: "Only.Nora-knows-4711", firstName: "N", lastName: "N" }) { user { id entitlements { roleName } } } }`
const PERSONS_PATH = 'GET /v0/persons/*'
const VERIFICATIONS_PATH = 'GET /v0/verifications'
const MEETINGS_PATH = `GET /obp/v4.0.0/banks/${BANK}/meetings`
const ACCOUNTS_PATH = `POST /obp/v4.0.0/banks/${BANK}/accounts`
const USERS_PATH = 'POST /obp/v4.0.0/users'

type Row = [what: string, provider: ProviderName, match: string, body: object, query: string, path: (string | number)[]]

const read = (value: any, path: readonly (string | number)[]): any => path.reduce((at, key) => at[key], value)

describe('a list within a row has the rows that can be read, and its parent stands', () => {
  const ROWS: Row[] = [
    ...[{ ...personalId, identifier: null }, { ...personalId, system_provided: 'no' }, 'passport', null].map(
      (odd): Row => [
        `personal id ${JSON.stringify(odd)}`,
        'synctera',
        PERSONS_PATH,
        person({ personal_ids: [odd, personalId] }),
        PERSON,
        ['person', 'personalIds'],
      ],
    ),
    ...[{ ...detail, score: '0.9' }, { ...detail, label: 7 }, []].map((odd): Row => [
      `detail ${JSON.stringify(odd)}`,
      'synctera',
      VERIFICATIONS_PATH,
      verification([detail, odd]),
      RESULTS,
      ['person', 'verifications', 0, 'details'],
    ]),
    ...[{ status: 'invited' }, { ...invitee, status: 1 }, 'Sue'].map((odd): Row => [
      `invitee ${JSON.stringify(odd)}`,
      'obp',
      MEETINGS_PATH,
      { meetings: [meeting([odd, invitee])] },
      MEETINGS,
      ['meetings', 0, 'invitees'],
    ]),
    ...[{ scheme: 'IBAN' }, null].map((odd): Row => [
      `routing ${JSON.stringify(odd)}`,
      'obp',
      ACCOUNTS_PATH,
      account({ account_routings: [routing, odd] }),
      ACCOUNT,
      ['createAccount', 'account', 'routings'],
    ]),
    ...[{ ...attribute, type: 7 }, { name: 'N' }].map((odd): Row => [
      `account attribute ${JSON.stringify(odd)}`,
      'obp',
      ACCOUNTS_PATH,
      account({ account_attributes: [odd, attribute] }),
      ACCOUNT,
      ['createAccount', 'account', 'attributes'],
    ]),
    ...[{ ...role, bank_id: null }, 'R'].map((odd): Row => [
      `role ${JSON.stringify(odd)}`,
      'obp',
      USERS_PATH,
      user([role, odd]),
      USER,
      ['createUser', 'user', 'entitlements'],
    ]),
  ]

  test.each(ROWS)('%s of %s', async (_what, provider, match, body, query, path) => {
    answer(provider, match, body, match.startsWith('POST') ? 201 : 200)
    const masked: RunOptions = { scopes: ['persons:read', 'engagement:read', 'accounts:write', 'users:write'] }
    for (const options of [{}, masked]) {
      const { data, errors } = await app.run(query, undefined, options)
      // Findings are hidden as a whole, and with them that one of them cannot be read.
      const isHidden = options === masked && path.at(-1) === 'details'
      expect(read(data, path)).toHaveLength(isHidden ? 0 : 1)
      const error = { path, extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }
      expect(errors).toMatchObject(isHidden ? [] : [error])
    }
  })
})

describe('of a list of which no row can be read', () => {
  test('a nullable field is null', async () => {
    answer('synctera', PERSONS_PATH, person({ personal_ids: [7] }))
    const { data, errors } = await app.run(PERSON)
    expect(data.person).toEqual({ id: ADA.personId, personalIds: null })
    expect(errors).toMatchObject([{ path: ['person', 'personalIds'], extensions: { code: 'PROVIDER_MALFORMED' } }])
  })

  test('another is empty, and its parent stands', async () => {
    answer('synctera', VERIFICATIONS_PATH, verification([7, 'x']))
    const { data, errors } = await app.run(RESULTS)
    expect(data.person.verifications).toEqual([{ resultRaw: 'ACCEPTED', details: [] }])
    expect(errors).toMatchObject([{ path: ['person', 'verifications', 0, 'details'], extensions: { leftOut: 2 } }])
  })
})

test('the error stands where the list is asked for, and nowhere else', async () => {
  answer('synctera', PERSONS_PATH, person({ personal_ids: [personalId, 7] }))
  expect((await app.run(`{ person(id: "${ADA.personId}") { id } }`)).errors).toEqual([])
  const { errors } = await app.run(`{ person(id: "${ADA.personId}") { a: personalIds { id } b: personalIds { id } } }`)
  expect(errors.map(({ path }) => path)).toEqual([
    ['person', 'a'],
    ['person', 'b'],
  ])
})

test('masked members of the others are still told', async () => {
  answer('synctera', PERSONS_PATH, person({ personal_ids: [personalId, 7] }))
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await app.token({ scopes: ['persons:read'] })}`,
    },
    body: JSON.stringify({ query: `{ person(id: "${ADA.personId}") { personalIds { identifier } } }` }),
  })
  expect(((await response.json()) as any).extensions.masked).toEqual([['person', 'personalIds', 0, 'identifier']])
})

describe('an element of another type is left out of a list of texts', () => {
  const CUSTOMER = `/obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}`
  const customer = { bank_id: BANK, customer_id: ADA.customerId, customer_number: '1', kyc_status: true }

  test.each<Row>([
    [
      'dates of birth',
      'obp',
      `GET ${CUSTOMER}`,
      { ...customer, dob_of_dependants: ['2010-01-01', 7, null, {}] },
      `{ customer(id: "${ADA.customerId}") { datesOfBirthOfDependants } }`,
      ['customer', 'datesOfBirthOfDependants'],
    ],
    [
      'tags',
      'obp',
      `GET ${CUSTOMER}/addresses`,
      { addresses: [{ customer_address_id: 'x', customer_id: ADA.customerId, tags: [1, 'home', null] }] },
      `{ customer(id: "${ADA.customerId}") { addresses { tags } } }`,
      ['customer', 'addresses', 0, 'tags'],
    ],
    [
      'views',
      'obp',
      `GET /obp/v4.0.0/banks/${BANK}/attribute-definitions/customer`,
      {
        attributes: [
          {
            attribute_definition_id: 'd',
            bank_id: BANK,
            name: 'N',
            category: 'Customer',
            type: 'STRING',
            can_be_seen_on_views: ['owner', 5],
            is_active: true,
          },
        ],
      },
      '{ customerAttributeDefinitions { canBeSeenOnViews } }',
      ['customerAttributeDefinitions', 0, 'canBeSeenOnViews'],
    ],
    [
      'codes of a scheme',
      'banfico',
      'POST /v1.0/**',
      {
        data: {
          result: {
            id: 'r',
            account: { id: 'a', status: 'ACTIVE' },
            responder: { accountVerificationScheme: 'S', schemeResponseCodes: [7, 'OK', { code: 'x' }, null] },
          },
        },
      },
      `mutation { verifyAccount(input: { types: [STATUS], maxAgeSeconds: 0, account: { idScheme: SCAN, id: "${ADA.account}" } }) {
        result { responder { responseCodes } }
      } }`,
      ['verifyAccount', 'result', 'responder', 'responseCodes'],
    ],
  ])('%s of %s', async (_what, provider, match, body, query, path) => {
    answer(provider, match, body)
    const { data, errors } = await app.run(query)
    expect(errors).toEqual([])
    expect(read(data, path)).toHaveLength(1)
  })
})

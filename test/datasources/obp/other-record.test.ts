import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { customerRows } from './surface/customers.js'
import { engagementRows } from './surface/engagement.js'
import { kycRows } from './surface/kyc.js'
import { linksRows } from './surface/links.js'
import { onboardingRows } from './surface/onboarding.js'
import { recordsRows } from './surface/records.js'
import { updatesRows } from './surface/updates.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const rows = [
  ...customerRows,
  ...kycRows,
  ...recordsRows,
  ...updatesRows,
  ...linksRows,
  ...onboardingRows,
  ...engagementRows,
]

/** What a request names: ids of its path and its input. */
interface Named {
  readonly bank: string
  readonly customer: string
  readonly last: string
  readonly input: Readonly<Record<string, any>>
}
type Answer = (named: Named) => Readonly<Record<string, unknown>>

const customer: Answer = ({ bank, customer }) => ({
  bank_id: bank,
  customer_id: customer,
  customer_number: '1',
  kyc_status: true,
})
const record: Answer = ({ bank, customer, last }) => ({ bank_id: bank, customer_id: customer, id: last })
const account: Answer = ({ last }) => ({
  account_id: last,
  user_id: 'user-1',
  balance: { currency: 'EUR', amount: '0' },
})

/** Each write whose answer repeats an id that was sent: an answer that fits, and the members that name the record. */
const WRITES: [operation: string, answer: Answer, members: readonly string[]][] = [
  ['createCustomer', customer, ['bank_id']],
  ...[
    'updateCustomerBranch',
    'updateCustomerCreditLimit',
    'updateCustomerCreditRatingAndSource',
    'updateCustomerData',
    'updateCustomerEmail',
    'updateCustomerIdentity',
    'updateCustomerMobileNumber',
    'updateCustomerNumber',
  ].map((operation): (typeof WRITES)[number] => [operation, customer, ['bank_id', 'customer_id']]),
  [
    'updateCustomerAttribute',
    ({ last }) => ({ customer_attribute_id: last, name: 'N', type: 'STRING' }),
    ['customer_attribute_id'],
  ],
  ['addKycCheck', (named) => ({ ...record(named), satisfied: true }), ['bank_id', 'customer_id', 'id']],
  ['addKycDocument', record, ['bank_id', 'customer_id', 'id']],
  ['addKycMedia', record, ['bank_id', 'customer_id', 'id']],
  ['addKycStatus', ({ customer: id }) => ({ customer_id: id, ok: true }), ['customer_id']],
  ['createCustomerAddress', ({ customer: id }) => ({ customer_address_id: 'x', customer_id: id }), ['customer_id']],
  [
    'updateCustomerAddress',
    ({ customer: id, last }) => ({ customer_address_id: last, customer_id: id }),
    ['customer_id', 'customer_address_id'],
  ],
  [
    'createUserCustomerLinks',
    ({ input }) => ({
      user_customer_link_id: 'x',
      customer_id: input['customerId'],
      user_id: input['userId'],
      date_inserted: '2024-01-01T00:00:00Z',
      is_active: true,
    }),
    ['customer_id', 'user_id'],
  ],
  [
    'createMeeting',
    ({ bank }) => ({
      meeting_id: 'x',
      bank_id: bank,
      present: { staff_user_id: '', customer_user_id: '' },
      when: '2024-01-01T00:00:00Z',
      creator: {},
      invitees: [],
    }),
    ['bank_id'],
  ],
  ['createAccount', account, ['account_id', 'user_id']],
  ['addAccount', account, ['user_id']],
  [
    'createUser',
    ({ input }) => ({ user_id: 'x', username: input['username'], provider: 'p', provider_id: 'p' }),
    ['username'],
  ],
]

const CASES = WRITES.flatMap(([operation, answer, members]) =>
  members.map((member) => [operation, member, answer] as const),
)

describe('an answer to a write that names another record', () => {
  test.each(CASES)('of %s by %s leaves the outcome unknown, and is not shown', async (operation, member, answer) => {
    const { query, variables: given, request } = rows.find((row) => row.operation === operation)!
    const variables: Record<string, any> = typeof given === 'function' ? await given(app) : { ...given }
    if (operation.endsWith('Account')) variables['input'] = { ...variables['input'], userId: 'user-1' }
    const { method, path } = request(variables)
    const segments = path.split('/')
    const after = (name: string) => segments[segments.indexOf(name) + 1] ?? 'x'
    const body = answer({
      bank: after('banks'),
      customer: after('customers'),
      last: segments.at(-1)!,
      input: variables['input'],
    })
    const run = async (sent: object) => {
      app.clear()
      app.fault('obp', { match: `${method} ${path}`, fault: 'status', status: 201, body: sent, times: 0 })
      const result = await app.run(query, variables)
      expect(app.calls('obp').filter((call) => call.startsWith(method))).toHaveLength(1)
      return result
    }
    const { data, errors } = await run({ ...body, [member]: 'FOREIGN' })
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['OUTCOME_UNKNOWN'])
    expect(JSON.stringify({ data, errors })).not.toContain('FOREIGN')
    // The answer fits but for this member.
    expect((await run(body)).errors).toEqual([])
  })

  test('of linkCustomer leaves the outcome unknown', async () => {
    const body = { customer_attribute_id: 'FOREIGN', name: 'SEI_EXTERNAL_ID', type: 'STRING', value: 'sei-other' }
    const match = `PUT /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}/attributes/*`
    app.fault('obp', { match, fault: 'status', status: 200, body })
    const { errors } = await app.run(
      'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { customer { id } } }',
      { input: { customerId: ADA.customerId, seiExternalId: 'sei-other' } },
    )
    expect(errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
  })
})

import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'
import { changeIn, HANDLE, INPUTS, type Mutation } from '../../support/records.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp()
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const change = changeIn(() => app)
const CUSTOMER = CROWD[0]!
const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!

/** The errors of an endpoint that checks roles, bank and customer. */
const NOT_LOGGED_IN = [401, 'OBP-20001: User not logged in. Authentication is required!', 'PROVIDER_REFUSED'] as const
const NO_ROLE = [403, 'OBP-20006: User is missing one or more roles: CanDoThis', 'PROVIDER_REFUSED'] as const
const WRONG_BODY = [
  400,
  'OBP-10001: Incorrect json format. The Json body should be the PostCustomerAddressJsonV310 ',
  'BAD_USER_INPUT',
] as const
const NEW = [
  NOT_LOGGED_IN,
  NO_ROLE,
  [404, `OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is ${BANK}`, 'NOT_FOUND'],
  [
    404,
    `OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(${CUSTOMER.customerId})`,
    'NOT_FOUND',
  ],
] as const
const OLD = [
  NOT_LOGGED_IN,
  NO_ROLE,
  [400, 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.', 'NOT_FOUND'],
  [400, 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.', 'NOT_FOUND'],
] as const
const UNAVAILABLE = 'OBP-50200: Connector cannot return the data we requested.'
const NO_ADDRESS = [
  400,
  `${UNAVAILABLE} <- OBP-30310: Customer's Address not found by CUSTOMER_ADDRESS_ID. `,
  'NOT_FOUND',
] as const
const REMOVED = [
  404,
  'OBP-10404: Request Not Found. The server has not found anything matching the Request-URI.',
  'PROVIDER_NOT_CONFIGURED',
] as const

type Refusal = readonly [status: number, message: string, code: string]
const codeOf = (message: string) => message.split('<-').at(-1)!.trim().slice(0, 9)

describe('provider errors of a write', () => {
  const ROWS: [Mutation, string, readonly Refusal[]][] = [
    [
      'addSocialMediaHandle',
      'POST */social_media_handles',
      [
        ...OLD,
        [400, 'OBP-10001: Incorrect json format.', 'BAD_USER_INPUT'],
        [
          400,
          "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
          'BAD_USER_INPUT',
        ],
        [
          500,
          'OBP-50015: The server encountered an unexpected condition which prevented it from fulfilling the request.',
          'OUTCOME_UNKNOWN',
        ],
      ],
    ],
    ['createCustomerAddress', 'POST */address', [...NEW, WRONG_BODY, [400, UNAVAILABLE, 'BAD_USER_INPUT']]],
    [
      'updateCustomerAddress',
      'PUT */addresses/*',
      [...NEW, WRONG_BODY, NO_ADDRESS, [400, UNAVAILABLE, 'BAD_USER_INPUT']],
    ],
    ['deleteCustomerAddress', 'DELETE */addresses/*', [...NEW, NO_ADDRESS]],
    [
      'createTaxResidence',
      'POST */tax-residence',
      [
        ...NEW,
        [
          400,
          'OBP-10001: Incorrect json format. The Json body should be the PostTaxResidenceJsonV310 ',
          'BAD_USER_INPUT',
        ],
        [400, UNAVAILABLE, 'BAD_USER_INPUT'],
      ],
    ],
    [
      'deleteTaxResidence',
      'DELETE */tax_residencies/*',
      [...NEW, [400, `${UNAVAILABLE} <- OBP-30300: Tax Residence not found by TAX_RESIDENCE_ID. `, 'NOT_FOUND']],
    ],
    ['requestCreditLimit', 'POST */credit_limit/requests', [REMOVED]],
  ]

  test.each(
    ROWS.flatMap(([mutation, match, refusals]) => refusals.map((refusal) => [mutation, ...refusal, match] as const)),
  )('%s: maps %i %s to %s', async (mutation, status, message, code, match) => {
    const member = mutation === 'addSocialMediaHandle' ? CUSTOMER : ADA
    const input = {
      ...INPUTS[mutation],
      ...(mutation === 'addSocialMediaHandle' ? { ...HANDLE, customerNumber: member.customerNumber } : {}),
      customerId: member.customerId,
    }
    app.fault('obp', {
      match: match.replace('*', `/obp/v4.0.0/banks/${BANK}/customers/${member.customerId}`),
      fault: 'status',
      status,
      body: { code: status, message },
      times: 0,
    })
    const { data, errors } = await change(mutation, input)
    expect(data).toEqual({ [mutation]: null })
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({
        code,
        provider: 'OPEN_BANK_PROJECT',
        providerStatus: status,
        providerCode: codeOf(message),
      }),
    ])
    expect(JSON.stringify(errors)).not.toContain(message.slice(11, 30))
  })
})

describe('provider errors of a read', () => {
  const ROWS: [string, string, readonly Refusal[]][] = [
    ['addresses { id }', 'addresses', NEW],
    ['taxResidences { id }', 'tax-residences', NEW],
    ['socialMediaHandles { handle }', 'social_media_handles', OLD],
    ['creditLimitRequests { rankAmount1 }', 'credit_limit/requests', [REMOVED]],
    ['creditLimitRequest(id: "1") { rankAmount1 }', 'credit_limit/requests/1', [REMOVED]],
    [
      'attribute(id: "ID") { id }',
      'attributes/*',
      [
        ...NEW,
        [
          400,
          `OBP-30113: Invalid Bank Id (${BANK}). The Customer(${ADA.customerId}) does not belong to this Bank`,
          'NOT_FOUND',
        ],
        [
          400,
          'OBP-30069: Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
          'NOT_FOUND',
        ],
      ],
    ],
  ]

  test.each(ROWS.flatMap(([field, path, refusals]) => refusals.map((refusal) => [field, ...refusal, path] as const)))(
    '%s: maps %i %s to %s',
    async (field, status, message, code, path) => {
      const { body } = await beside('GET', `/banks/${BANK}/customers/${ADA.customerId}/attributes`)
      app.fault('obp', {
        match: `GET /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}/${path}`,
        fault: 'status',
        status,
        body: { code: status, message },
        times: 0,
      })
      const { data, errors } = await app.run(
        `{ customer(id: "${ADA.customerId}") { id found: ${field.replace('ID', body.customer_attributes[0].customer_attribute_id as string)} } }`,
      )
      expect(data.customer).toEqual({ id: ADA.customerId, found: null })
      // A query answers null for a missing record, not an error.
      const expected =
        code === 'NOT_FOUND'
          ? []
          : [
              expect.objectContaining({
                code,
                provider: 'OPEN_BANK_PROJECT',
                providerStatus: status,
                providerCode: codeOf(message),
              }),
            ]
      expect(errors.map(({ extensions }) => extensions)).toEqual(expected)
    },
  )
})

describe('the emulator reproduces the behaviour of the provider', () => {
  const address = {
    line_1: '1',
    line_2: '',
    line_3: '',
    city: '',
    county: '',
    state: 'Brandenburg',
    postcode: '',
    country_code: 'DE',
    tags: [],
    status: 'OK',
  }
  const handle = {
    customer_number: '77',
    type: 'twitter',
    handle: '@x',
    date_added: '2024-01-01T00:00:00Z',
    date_activated: null,
  }
  const of = (customerId: string, bank = BANK) => `/banks/${bank}/customers/${customerId}`

  test('answers an empty tag for an empty tag list, and the state as the status', async () => {
    const { status, body } = await beside('POST', `${of(CUSTOMER.customerId)}/address`, address)
    expect([status, body]).toEqual([
      201,
      {
        ...address,
        customer_address_id: expect.any(String),
        customer_id: CUSTOMER.customerId,
        tags: [''],
        status: 'Brandenburg',
        insert_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
      },
    ])
  })

  test('updates and deletes records of any customer, also under another bank', async () => {
    const { body } = await beside('PUT', `${of(ADA.customerId, OTHER_BANK)}/addresses/address-rhea`, address)
    expect(body).toMatchObject({
      customer_address_id: 'address-rhea',
      customer_id: RHEA.customerId,
      insert_date: '2017-09-19T00:00:00Z',
    })
    expect(await beside('DELETE', `${of(ADA.customerId)}/addresses/address-rhea`)).toEqual({
      status: 200,
      body: { value: true },
    })
    expect(await beside('DELETE', `${of(ADA.customerId)}/tax_residencies/tax-residence-rhea`)).toEqual({
      status: 200,
      body: { value: true },
    })
  })

  test('stores a handle under the customer number of the body', async () => {
    expect(
      await beside('POST', `${of(ADA.customerId)}/social_media_handles`, {
        ...handle,
        customer_number: CUSTOMER.customerNumber,
      }),
    ).toEqual({ status: 201, body: { success: 'Success' } })
    expect((await beside('GET', `${of(CUSTOMER.customerId)}/social_media_handles`)).body).toEqual({
      checks: [{ ...handle, customer_number: CUSTOMER.customerNumber }],
    })
  })

  test.each<[string, string, object | undefined, number, string]>([
    [
      'POST',
      `${of(ADA.customerId)}/address`,
      { ...address, line_1: undefined },
      400,
      'OBP-10001: Incorrect json format. The Json body should be the PostCustomerAddressJsonV310 ',
    ],
    [
      'POST',
      `${of('nobody')}/address`,
      { ...address, tags: 'home' },
      400,
      'OBP-10001: Incorrect json format. The Json body should be the PostCustomerAddressJsonV310 ',
    ],
    [
      'POST',
      `${of('nobody')}/address`,
      address,
      404,
      'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(nobody)',
    ],
    ['POST', `${of(ADA.customerId)}/address`, { ...address, tags: ['mailing', 'home', 'holidays'] }, 400, UNAVAILABLE],
    ['PUT', `${of(ADA.customerId)}/addresses/address-ada`, { ...address, country_code: 'DEU' }, 400, UNAVAILABLE],
    ['PUT', `${of(ADA.customerId)}/addresses/none`, address, 400, NO_ADDRESS[1]],
    ['DELETE', `${of(ADA.customerId)}/addresses/none`, undefined, 400, NO_ADDRESS[1]],
    [
      'GET',
      `${of(ADA.customerId, 'nowhere')}/addresses`,
      undefined,
      404,
      'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is nowhere',
    ],
    ['POST', `${of(ADA.customerId)}/tax-residence`, { domain: 'x'.repeat(21), tax_number: '1' }, 400, UNAVAILABLE],
    [
      'POST',
      `${of(ADA.customerId)}/tax-residence`,
      { domain: 'x' },
      400,
      'OBP-10001: Incorrect json format. The Json body should be the PostTaxResidenceJsonV310 ',
    ],
    [
      'DELETE',
      `${of(ADA.customerId)}/tax_residencies/none`,
      undefined,
      400,
      `${UNAVAILABLE} <- OBP-30300: Tax Residence not found by TAX_RESIDENCE_ID. `,
    ],
    [
      'GET',
      `${of('nobody')}/tax-residences`,
      undefined,
      404,
      'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(nobody)',
    ],
    [
      'GET',
      `${of(ADA.customerId)}/attributes/none`,
      undefined,
      400,
      'OBP-30069: Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
    ],
    [
      'GET',
      `${of(ADA.customerId, OTHER_BANK)}/attributes/none`,
      undefined,
      400,
      `OBP-30113: Invalid Bank Id (${OTHER_BANK}). The Customer(${ADA.customerId}) does not belong to this Bank`,
    ],
    [
      'GET',
      `${of('nobody')}/social_media_handles`,
      undefined,
      400,
      'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
    ],
    [
      'GET',
      `${of(ADA.customerId, 'nowhere')}/social_media_handles`,
      undefined,
      400,
      'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    ],
    [
      'POST',
      `${of('nobody', 'no where')}/social_media_handles`,
      { ...handle, date_added: '2024-01-01T00:00:00.000Z' },
      400,
      'OBP-10001: Incorrect json format.',
    ],
    [
      'POST',
      `${of('nobody', 'no where')}/social_media_handles`,
      handle,
      400,
      "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
    ],
    [
      'POST',
      `${of('nobody', 'nowhere')}/social_media_handles`,
      handle,
      400,
      'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    ],
    [
      'POST',
      `${of('nobody')}/social_media_handles`,
      handle,
      400,
      'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
    ],
    [
      'POST',
      `${of(ADA.customerId)}/social_media_handles`,
      { ...handle, type: 'PlaceholderString' },
      500,
      'OBP-50015: The server encountered an unexpected condition which prevented it from fulfilling the request.',
    ],
  ])('%s %s', async (method, path, body, status, message) => {
    expect(await beside(method, path, body)).toEqual({ status, body: { code: status, message } })
  })

  test.each<[string, string, string, object | undefined]>([
    ['CanCreateCustomerAddress', 'POST', 'address', {}],
    ['CanGetCustomerAddress', 'GET', 'addresses', undefined],
    ['CanCreateCustomer', 'PUT', 'addresses/address-ada', {}],
    ['CanDeleteCustomerAddress', 'DELETE', 'addresses/address-ada', undefined],
    ['CanCreateTaxResidence', 'POST', 'tax-residence', {}],
    ['CanGetTaxResidence', 'GET', 'tax-residences', undefined],
    ['CanDeleteTaxResidence', 'DELETE', 'tax_residencies/tax-residence-ada', undefined],
    ['CanAddSocialMediaHandle', 'POST', 'social_media_handles', handle],
    ['CanGetSocialMediaHandles', 'GET', 'social_media_handles', undefined],
    ['CanGetCustomerAttributeAtOneBank', 'GET', 'attributes/none', undefined],
  ])('answers 403 without %s: %s %s', async (role, method, path, body) => {
    const answer = await fetch(`${app.emulators.obp.url}/obp/v4.0.0${of(ADA.customerId)}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await app.token({ client: 'ada' })}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { code: 403, message: `OBP-20006: User is missing one or more roles: ${role}` },
    ])
  })

  test('credit limit requests need no authentication and answer a constant', async () => {
    const url = `${app.emulators.obp.url}/obp/v4.0.0/banks/nowhere/customers/nobody/credit_limit/requests`
    const made = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect([made.status, await made.json()]).toEqual([
      201,
      { execution_time: 'String', execution_date: 'String', token: 'String', short_reference: 'String' },
    ])
    for (const one of [url, `${url}/any`])
      expect(await (await fetch(one)).json()).toEqual({
        rank_amount_1: 'String',
        nominal_interest_1: 'String',
        rank_amount_2: 'String',
        nominal_interest_2: 'String',
      })
  })
})

import type { Api, Field, Parsed } from './api.js'
import type { Customers } from './customers.js'
import { ResponseError } from './errors.js'
import { lengthOf } from '../../../schema/text.js'

const MAX_LENGTHS: Readonly<Record<string, number>> = {
  branch_id: 255,
  credit_rating: 100,
  credit_source: 100,
  relationship_status: 16,
  highest_education_attained: 32,
  employment_status: 32,
  email: 200,
  legal_name: 255,
  title: 255,
  name_suffix: 255,
  mobile_phone_number: 50,
  customer_number: 50,
}

/** The endpoints that change a part of a customer. They ignore the customer's bank. */
export class Updates {
  constructor(readonly customers: Customers) {}

  /** Checks bank, role, body and customer in this order; the database rejects values that are too long. */
  #change<Fields extends Record<string, Field>>(
    { endpoint }: Api,
    [part, role, type]: readonly [part: string, role: string, type: string],
    fields: Fields,
    changes: (body: Parsed<Fields>, bankId: string) => object = (body) => body,
  ): void {
    endpoint('PUT', `/banks/:bankId/customers/:customerId/${part}`, (request) => {
      const bankId = request.bank()
      request.role(role)
      const body = request.body(fields, `${type} `)
      const customer = this.customers.find(request)
      const tooLong = Object.entries(body).some(
        ([name, value]) => typeof value === 'string' && lengthOf(value) > (MAX_LENGTHS[name] ?? Infinity),
      )
      if (tooLong) throw new ResponseError(400, 'Value too long for column')
      return { status: 200, body: Object.assign(customer, changes(body, bankId)) }
    })
  }

  routes(api: Api): void {
    this.#change(api, ['branch', 'CanUpdateCustomerBranch', 'PutUpdateCustomerBranchJsonV310'], { branch_id: 'text' })

    this.#change(api, ['credit-limit', 'CanUpdateCustomerCreditLimit', 'PutUpdateCustomerCreditLimitJsonV310'], {
      credit_limit: { currency: 'text', amount: 'text' },
    })

    this.#change(
      api,
      [
        'credit-rating-and-source',
        'CanUpdateCustomerCreditRatingAndSource',
        'PutUpdateCustomerCreditRatingAndSourceJsonV310',
      ],
      { credit_rating: 'text', credit_source: 'text' },
      ({ credit_rating: rating, credit_source: source }) => ({ credit_rating: { rating, source } }),
    )

    this.#change(api, ['data', 'CanUpdateCustomerData', 'PutUpdateCustomerDataJsonV310'], {
      face_image: { url: 'text', date: 'date' },
      relationship_status: 'text',
      dependants: 'whole',
      highest_education_attained: 'text',
      employment_status: 'text',
    })

    this.#change(
      api,
      ['email', 'CanUpdateCustomerEmail', 'PutUpdateCustomerEmailJsonV310'],
      { email: 'text' },
      ({ email }) => ({
        email: email?.trim().toLowerCase() ?? null,
      }),
    )

    this.#change(api, ['identity', 'CanUpdateCustomerIdentity', 'PutUpdateCustomerIdentityJsonV310'], {
      legal_name: 'text',
      date_of_birth: 'date',
      title: 'text',
      name_suffix: 'text',
    })

    this.#change(
      api,
      ['mobile-number', 'CanUpdateCustomerMobilePhoneNumber', 'PutUpdateCustomerMobilePhoneNumberJsonV310'],
      { mobile_phone_number: 'text' },
    )

    this.#change(
      api,
      ['number', 'CanUpdateCustomerNumber', 'PutUpdateCustomerNumberJsonV310'],
      { customer_number: 'text' },
      (body, bankId) => {
        // A customer's own number is taken as well.
        if (!this.customers.byNumber(bankId, body.customer_number)) return body
        const current = `Current customer_number(${body.customer_number}) and Current bank_id(${bankId})`
        throw new ResponseError(
          400,
          `OBP-30006: Customer Number already exists. Please specify a different value for BANK_ID or CUSTOMER_NUMBER. ${current}`,
        )
      },
    )
  }
}

import { randomUUID } from 'node:crypto'
import { type Person, NAMED_PEOPLE } from '../../emulator/people.js'
import type { EndpointResponse, Api, EndpointRequest, Parsed } from './api.js'
import type { Customers } from './customers.js'
import { ResponseError } from './errors.js'
import { lengthOf } from '../../../schema/text.js'

const ADDRESS = {
  line_1: 'text',
  line_2: 'text',
  line_3: 'text',
  city: 'text',
  county: 'text',
  state: 'text',
  postcode: 'text',
  country_code: 'text',
  tags: ['text'],
  status: 'text',
} as const
const TAX_RESIDENCE = { domain: 'text', tax_number: 'text' } as const
const HANDLE = {
  customer_number: 'text',
  type: 'text',
  handle: 'text',
  date_added: 'date',
  date_activated: 'date',
} as const

const MAX_LENGTHS: Readonly<Record<string, number>> = {
  postcode: 20,
  country_code: 2,
  tags: 20,
  domain: 20,
  tax_number: 20,
  customer_number: 64,
  type: 16,
  handle: 64,
}

/** The maximum length of every other text column. */
const DEFAULT_MAX_LENGTH = 255

/** A row of the database: tags are one text, and the status column holds the state. */
type StoredAddress = { customer_address_id: string; customer_id: string; tags: string; insert_date: string } & Omit<
  Parsed<typeof ADDRESS>,
  'tags'
>
type StoredTaxResidence = { tax_residence_id: string; customer_id: string } & Parsed<typeof TAX_RESIDENCE>

const fitsColumns = (row: object): boolean =>
  Object.entries(row).every(
    ([name, value]) => typeof value !== 'string' || lengthOf(value) <= (MAX_LENGTHS[name] ?? DEFAULT_MAX_LENGTH),
  )

const ROW_REJECTED = 'OBP-50200: Connector cannot return the data we requested.'

const toAddressResponse = ({ insert_date, ...row }: StoredAddress) => ({
  ...row,
  tags: row.tags.split(','),
  insert_date,
})
const toResidenceResponse = ({ domain, tax_number, tax_residence_id }: StoredTaxResidence) => ({
  domain,
  tax_number,
  tax_residence_id,
})

/** A customer's addresses, tax residences and social media handles, and credit limit requests, which are not stored. */
export class Records {
  readonly #addresses = new Map<string, StoredAddress>()
  readonly #taxResidences = new Map<string, StoredTaxResidence>()
  /** By customer number, for the whole server. */
  readonly #handles = new Map<string, Parsed<typeof HANDLE>>()

  constructor(readonly customers: Customers) {
    NAMED_PEOPLE.forEach((person, i) => this.#addRecords(person, i))
  }

  #addRecords({ username, customerId, customerNumber }: Person, i: number): void {
    const insert_date = '2017-09-19T00:00:00Z'
    const home = {
      line_1: `No ${i + 1} the Road`,
      line_2: 'The Place',
      line_3: '',
      city: 'Berlin',
      county: '',
      state: 'Brandenburg',
      postcode: `1335${i}`,
      country_code: 'DE',
    }
    this.#addresses.set(`address-${username}`, {
      customer_address_id: `address-${username}`,
      customer_id: customerId,
      ...home,
      tags: 'mailing,home',
      status: home.state,
      insert_date,
    })
    this.#taxResidences.set(`tax-residence-${username}`, {
      tax_residence_id: `tax-residence-${username}`,
      customer_id: customerId,
      domain: 'DE',
      tax_number: `DE-${customerNumber}`,
    })
    this.#handles.set(customerNumber, {
      customer_number: customerNumber,
      type: 'twitter',
      handle: `@${username}`,
      date_added: insert_date,
      date_activated: insert_date,
    })
  }

  #addressOf(request: EndpointRequest): StoredAddress {
    const found = this.#addresses.get(request.params['addressId']!)
    if (found) return found
    throw new ResponseError(400, `${ROW_REJECTED} <- OBP-30310: Customer's Address not found by CUSTOMER_ADDRESS_ID. `)
  }

  #storeAddress(row: StoredAddress): object {
    if (!fitsColumns(row)) throw new ResponseError(400, ROW_REJECTED)
    this.#addresses.set(row.customer_address_id, row)
    return toAddressResponse(row)
  }

  #addressBody(request: EndpointRequest) {
    const body = request.body(ADDRESS, 'PostCustomerAddressJsonV310 ')
    return { ...body, tags: body.tags.join(','), status: body.state }
  }

  #addTaxResidence({ customer_id }: { customer_id: string }, body: Parsed<typeof TAX_RESIDENCE>): EndpointResponse {
    const row = { tax_residence_id: randomUUID(), customer_id, ...body }
    const taken = [...this.#taxResidences.values()].some(
      (other) =>
        other.customer_id === customer_id && other.domain === row.domain && other.tax_number === row.tax_number,
    )
    if (taken || !fitsColumns(row)) throw new ResponseError(400, ROW_REJECTED)
    this.#taxResidences.set(row.tax_residence_id, row)
    return { status: 201, body: toResidenceResponse(row) }
  }

  /** Checks bank and role in this order, the first checks of all but the oldest endpoints. */
  #checkAccess(request: EndpointRequest, role: string): void {
    request.bank()
    request.role(role)
  }

  routes({ endpoint, open }: Api): void {
    endpoint('POST', '/banks/:bankId/customers/:customerId/address', (request) => {
      this.#checkAccess(request, 'CanCreateCustomerAddress')
      const body = this.#addressBody(request)
      const { customer_id } = this.customers.find(request)
      const insert_date = new Date().toISOString().replace(/\.\d{3}/, '')
      return {
        status: 201,
        body: this.#storeAddress({ customer_address_id: randomUUID(), customer_id, ...body, insert_date }),
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/addresses', (request) => {
      this.#checkAccess(request, 'CanGetCustomerAddress')
      const { customer_id } = this.customers.find(request)
      return {
        status: 200,
        body: {
          addresses: [...this.#addresses.values()]
            .filter((row) => row.customer_id === customer_id)
            .map(toAddressResponse),
        },
      }
    })

    // Requires the role that creates customers; the address may be another customer's and stays with that one.
    endpoint('PUT', '/banks/:bankId/customers/:customerId/addresses/:addressId', (request) => {
      this.#checkAccess(request, 'CanCreateCustomer')
      const body = this.#addressBody(request)
      this.customers.find(request)
      return { status: 200, body: this.#storeAddress({ ...this.#addressOf(request), ...body }) }
    })

    endpoint('DELETE', '/banks/:bankId/customers/:customerId/addresses/:addressId', (request) => {
      this.#checkAccess(request, 'CanDeleteCustomerAddress')
      this.customers.find(request)
      return { status: 200, body: { value: this.#addresses.delete(this.#addressOf(request).customer_address_id) } }
    })

    endpoint('POST', '/banks/:bankId/customers/:customerId/tax-residence', (request) => {
      this.#checkAccess(request, 'CanCreateTaxResidence')
      const body = request.body(TAX_RESIDENCE, 'PostTaxResidenceJsonV310 ')
      return this.#addTaxResidence(this.customers.find(request), body)
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/tax-residences', (request) => {
      this.#checkAccess(request, 'CanGetTaxResidence')
      const { customer_id } = this.customers.find(request)
      return {
        status: 200,
        body: {
          tax_residence: [...this.#taxResidences.values()]
            .filter((row) => row.customer_id === customer_id)
            .map(toResidenceResponse),
        },
      }
    })

    endpoint('DELETE', '/banks/:bankId/customers/:customerId/tax_residencies/:taxResidenceId', (request) => {
      this.#checkAccess(request, 'CanDeleteTaxResidence')
      this.customers.find(request)
      if (this.#taxResidences.delete(request.params['taxResidenceId']!)) return { status: 200, body: { value: true } }
      throw new ResponseError(400, `${ROW_REJECTED} <- OBP-30300: Tax Residence not found by TAX_RESIDENCE_ID. `)
    })

    endpoint(
      'POST',
      '/banks/:bankId/customers/:customerId/social_media_handles',
      (request) => this.#addHandle(request),
      'old',
    )

    endpoint(
      'GET',
      '/banks/:bankId/customers/:customerId/social_media_handles',
      (request) => {
        this.#checkAccess(request, 'CanGetSocialMediaHandles')
        const found = this.#handles.get(this.customers.find(request, 'old').customer_number)
        return { status: 200, body: { checks: found ? [found] : [] } }
      },
      'old',
    )

    // No authentication, no checks, and the same response to every request.
    const requests = '/banks/:bankId/customers/:customerId/credit_limit/requests'
    const creditLimitRequest = {
      rank_amount_1: 'String',
      nominal_interest_1: 'String',
      rank_amount_2: 'String',
      nominal_interest_2: 'String',
    }
    const removed = { until: '2023-04' } as const
    const receipt = { execution_time: 'String', execution_date: 'String', token: 'String', short_reference: 'String' }
    open('POST', requests, () => ({ status: 201, body: receipt }), removed)
    open('GET', requests, () => ({ status: 200, body: creditLimitRequest }), removed)
    open('GET', `${requests}/:requestId`, () => ({ status: 200, body: creditLimitRequest }), removed)
  }

  #addHandle(request: EndpointRequest): EndpointResponse {
    const row = request.body(HANDLE)
    if (!/^[0-9A-Za-z._-]{1,254}$/.test(request.params['bankId']!))
      throw new ResponseError(
        400,
        "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
      )
    this.#checkAccess(request, 'CanAddSocialMediaHandle')
    this.customers.find(request, 'old')
    // The provider does not catch the database's error for a second row or a value that is too long.
    if (this.#handles.has(row.customer_number ?? '') || !fitsColumns(row)) throw new Error('the row was rejected')
    this.#handles.set(row.customer_number ?? '', row)
    return { status: 201, body: { success: 'Success' } }
  }
}

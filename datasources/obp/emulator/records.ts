import { randomUUID } from 'node:crypto'
import { type Person, NAMED_PEOPLE } from '../../emulator/people.js'
import { type Answered, type Api, type Asked, type Parsed, Refused } from './api.js'
import type { Customers } from './customers.js'

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

const LONGEST: Readonly<Record<string, number>> = {
  postcode: 20,
  country_code: 2,
  tags: 20,
  domain: 20,
  tax_number: 20,
  customer_number: 64,
  type: 16,
  handle: 64,
}

/** Other columns of text take this much. */
const LONGEST_ELSE = 255

/** A row as its columns hold it: tags are one text, and the state stands in the place of the status. */
type StoredAddress = { customer_address_id: string; customer_id: string; tags: string; insert_date: string } & Omit<
  Parsed<typeof ADDRESS>,
  'tags'
>
type StoredTaxResidence = { tax_residence_id: string; customer_id: string } & Parsed<typeof TAX_RESIDENCE>

const fits = (row: object): boolean =>
  Object.entries(row).every(
    ([name, value]) => typeof value !== 'string' || value.length <= (LONGEST[name] ?? LONGEST_ELSE),
  )

const REJECTED = 'OBP-50200: Connector cannot return the data we requested.'

const printedAddress = ({ insert_date, ...row }: StoredAddress) => ({ ...row, tags: row.tags.split(','), insert_date })
const printedResidence = ({ domain, tax_number, tax_residence_id }: StoredTaxResidence) => ({
  domain,
  tax_number,
  tax_residence_id,
})

/** What hangs off one customer: addresses, tax residences, social media handles, and credit limit requests that nobody keeps. */
export class Records {
  readonly #addresses = new Map<string, StoredAddress>()
  readonly #taxResidences = new Map<string, StoredTaxResidence>()
  /** By customer number, for the whole server. */
  readonly #handles = new Map<string, Parsed<typeof HANDLE>>()

  constructor(readonly customers: Customers) {
    NAMED_PEOPLE.forEach((member, i) => this.#tell(member, i))
  }

  #tell({ username, customerId, customerNumber }: Person, i: number): void {
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

  #addressOf(asked: Asked): StoredAddress {
    const found = this.#addresses.get(asked.params['addressId']!)
    if (found) return found
    throw new Refused(400, `${REJECTED} <- OBP-30310: Customer's Address not found by CUSTOMER_ADDRESS_ID. `)
  }

  #keepAddress(row: StoredAddress): object {
    if (!fits(row)) throw new Refused(400, REJECTED)
    this.#addresses.set(row.customer_address_id, row)
    return printedAddress(row)
  }

  #addressBody(asked: Asked) {
    const body = asked.body(ADDRESS, 'PostCustomerAddressJsonV310 ')
    return { ...body, tags: body.tags.join(','), status: body.state }
  }

  #addTaxResidence({ customer_id }: { customer_id: string }, body: Parsed<typeof TAX_RESIDENCE>): Answered {
    const row = { tax_residence_id: randomUUID(), customer_id, ...body }
    const taken = [...this.#taxResidences.values()].some(
      (other) =>
        other.customer_id === customer_id && other.domain === row.domain && other.tax_number === row.tax_number,
    )
    if (taken || !fits(row)) throw new Refused(400, REJECTED)
    this.#taxResidences.set(row.tax_residence_id, row)
    return { status: 201, body: printedResidence(row) }
  }

  /** Bank and role, in this order: what all but the oldest begin with. */
  #begin(asked: Asked, role: string): void {
    asked.bank()
    asked.role(role)
  }

  routes({ endpoint, open }: Api): void {
    endpoint('POST', '/banks/:bankId/customers/:customerId/address', (asked) => {
      this.#begin(asked, 'CanCreateCustomerAddress')
      const body = this.#addressBody(asked)
      const { customer_id } = this.customers.find(asked)
      const insert_date = new Date().toISOString().replace(/\.\d{3}/, '')
      return {
        status: 201,
        body: this.#keepAddress({ customer_address_id: randomUUID(), customer_id, ...body, insert_date }),
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/addresses', (asked) => {
      this.#begin(asked, 'CanGetCustomerAddress')
      const { customer_id } = this.customers.find(asked)
      return {
        status: 200,
        body: {
          addresses: [...this.#addresses.values()].filter((row) => row.customer_id === customer_id).map(printedAddress),
        },
      }
    })

    // Asks for the role that enters customers, and leaves the address with whomever it is of.
    endpoint('PUT', '/banks/:bankId/customers/:customerId/addresses/:addressId', (asked) => {
      this.#begin(asked, 'CanCreateCustomer')
      const body = this.#addressBody(asked)
      this.customers.find(asked)
      return { status: 200, body: this.#keepAddress({ ...this.#addressOf(asked), ...body }) }
    })

    endpoint('DELETE', '/banks/:bankId/customers/:customerId/addresses/:addressId', (asked) => {
      this.#begin(asked, 'CanDeleteCustomerAddress')
      this.customers.find(asked)
      return { status: 200, body: { value: this.#addresses.delete(this.#addressOf(asked).customer_address_id) } }
    })

    endpoint('POST', '/banks/:bankId/customers/:customerId/tax-residence', (asked) => {
      this.#begin(asked, 'CanCreateTaxResidence')
      const body = asked.body(TAX_RESIDENCE, 'PostTaxResidenceJsonV310 ')
      return this.#addTaxResidence(this.customers.find(asked), body)
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/tax-residences', (asked) => {
      this.#begin(asked, 'CanGetTaxResidence')
      const { customer_id } = this.customers.find(asked)
      return {
        status: 200,
        body: {
          tax_residence: [...this.#taxResidences.values()]
            .filter((row) => row.customer_id === customer_id)
            .map(printedResidence),
        },
      }
    })

    endpoint('DELETE', '/banks/:bankId/customers/:customerId/tax_residencies/:taxResidenceId', (asked) => {
      this.#begin(asked, 'CanDeleteTaxResidence')
      this.customers.find(asked)
      if (this.#taxResidences.delete(asked.params['taxResidenceId']!)) return { status: 200, body: { value: true } }
      throw new Refused(400, `${REJECTED} <- OBP-30300: Tax Residence not found by TAX_RESIDENCE_ID. `)
    })

    endpoint(
      'POST',
      '/banks/:bankId/customers/:customerId/social_media_handles',
      (asked) => this.#addHandle(asked),
      'old',
    )

    endpoint(
      'GET',
      '/banks/:bankId/customers/:customerId/social_media_handles',
      (asked) => {
        this.#begin(asked, 'CanGetSocialMediaHandles')
        const found = this.#handles.get(this.customers.find(asked, 'old').customer_number)
        return { status: 200, body: { checks: found ? [found] : [] } }
      },
      'old',
    )

    // Nobody is asked who they are, nothing is looked at, and everybody is answered the same.
    const requests = '/banks/:bankId/customers/:customerId/credit_limit/requests'
    const request = {
      rank_amount_1: 'String',
      nominal_interest_1: 'String',
      rank_amount_2: 'String',
      nominal_interest_2: 'String',
    }
    open('POST', requests, () => ({
      status: 201,
      body: { execution_time: 'String', execution_date: 'String', token: 'String', short_reference: 'String' },
    }))
    open('GET', requests, () => ({ status: 200, body: request }))
    open('GET', `${requests}/:requestId`, () => ({ status: 200, body: request }))
  }

  #addHandle(asked: Asked): Answered {
    const row = asked.body(HANDLE)
    if (!/^[0-9A-Za-z._-]{1,254}$/.test(asked.params['bankId']!))
      throw new Refused(
        400,
        "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
      )
    this.#begin(asked, 'CanAddSocialMediaHandle')
    this.customers.find(asked, 'old')
    // What the database says to a second one, or to one that is too long, is not caught.
    if (this.#handles.has(row.customer_number ?? '') || !fits(row)) throw new Error('the row was rejected')
    this.#handles.set(row.customer_number ?? '', row)
    return { status: 201, body: { success: 'Success' } }
  }
}

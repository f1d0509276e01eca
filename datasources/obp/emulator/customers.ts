import { randomInt, randomUUID } from 'node:crypto'
import { PEOPLE, type Person, CROWD, NAMED_PEOPLE } from '../../emulator/people.js'
import { LINKS } from '../customers/contract.js'
import type { EndpointResponse, Api, EndpointRequest, Parsed } from './api.js'
import { ResponseError, type Style } from './errors.js'
import type { Habits } from './habits.js'
import { lengthOf } from '../../../schema/text.js'

const CUSTOMER = {
  legal_name: 'text',
  mobile_phone_number: 'text',
  email: 'text',
  face_image: { url: 'text', date: 'date' },
  date_of_birth: 'date',
  relationship_status: 'text',
  dependants: 'whole',
  dob_of_dependants: 'dates',
  credit_rating: { rating: 'text', source: 'text' },
  credit_limit: { currency: 'text', amount: 'text' },
  highest_education_attained: 'text',
  employment_status: 'text',
  kyc_status: 'flag',
  last_ok_date: 'date',
  title: 'text',
  branch_id: 'text',
  name_suffix: 'text',
} as const

const MAX_LENGTHS: Readonly<Record<string, number>> = {
  legal_name: 255,
  mobile_phone_number: 50,
  email: 200,
  relationship_status: 16,
  highest_education_attained: 32,
  employment_status: 32,
  title: 255,
  branch_id: 255,
  name_suffix: 255,
}

export type StoredCustomer = { bank_id: string; customer_id: string; customer_number: string } & Parsed<typeof CUSTOMER>

interface StoredAttribute {
  customer_attribute_id: string
  name: string | null
  type: string
  value: string | null
  customer_id: string
  bank_id: string
}

const ATTRIBUTE = { name: 'text', type: 'text', value: 'text' } as const
const TYPES = ['STRING', 'INTEGER', 'DOUBLE', 'DATE_WITH_DAY']

const NO_CUSTOMER = 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.'
const INVALID_FILTER = 'OBP-10016: Incorrect filter Parameters in URL.  <- '
const DAY_MS = 24 * 3600 * 1000

/** Spread over years, the same in every run; one date is older than a year, one is in the future. */
function lastOkDate(person: Person, i: number): string {
  if (person.username === 'rhea') return '2015-06-30T09:00:00Z'
  if (person.username === 'prue') return '2090-01-01T00:00:00Z'
  return new Date(Date.UTC(2018, 0, 1, 12) + i * 61 * DAY_MS).toISOString().replace('.000', '')
}

function customerOf(person: Person, i: number): StoredCustomer {
  const dependants = i % 3 === 0 ? [`20${10 + (i % 9)}-05-0${1 + (i % 9)}T00:00:00Z`] : []
  return {
    bank_id: person.bankId,
    customer_id: person.customerId,
    customer_number: person.customerNumber,
    legal_name: `${person.firstName} ${person.lastName}`,
    mobile_phone_number: person.phone,
    email: person.email,
    face_image: { url: `https://images.example.com/${person.username}.png`, date: '2020-02-20T10:00:00Z' },
    date_of_birth: `${person.dateOfBirth}T00:00:00Z`,
    relationship_status: i % 2 === 0 ? 'single' : 'married',
    dependants: dependants.length,
    dob_of_dependants: dependants,
    credit_rating: { rating: 'A', source: 'bureau' },
    credit_limit: { currency: 'EUR', amount: '1000.00' },
    highest_education_attained: 'Master',
    employment_status: 'worker',
    kyc_status: person.kycStatus,
    last_ok_date: lastOkDate(person, i),
    title: 'Dr.',
    branch_id: 'branch-1',
    name_suffix: '',
  }
}

const day = (date: string | null): string => date?.slice(0, 10) ?? ''

/** The v3.0.0 format: dates where v3.1.0 has instants. */
const toV300 = (customer: StoredCustomer) => ({
  ...customer,
  date_of_birth: day(customer.date_of_birth),
  dob_of_dependants: customer.dob_of_dependants.map(day),
})

const OPTIONAL_MEMBERS = [
  'mobile_phone_number',
  'email',
  'face_image',
  'relationship_status',
  'dob_of_dependants',
  'credit_rating',
  'credit_limit',
  'highest_education_attained',
  'employment_status',
  'title',
  'branch_id',
  'name_suffix',
] as const

/** A matcher of an SQL LIKE pattern, with the backslash as the escape character of most databases. */
function like(pattern: string): (value: string | null) => boolean {
  const source = pattern.replace(/\\(.)|[%_]|[.*+?^${}()|[\]\\]/gs, (sign: string, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/, '\\$&')
    return { '%': '.*', _: '.' }[sign] ?? `\\${sign}`
  })
  const expression = new RegExp(`^${source}$`, 's')
  return (value) => value !== null && expression.test(value)
}

const toResponse = ({ customer_attribute_id, name, type, value }: StoredAttribute) => ({
  customer_attribute_id,
  name,
  type,
  value,
})

/** Customers and their attributes, and their endpoints. */
export class Customers {
  readonly #customers = new Map<string, StoredCustomer>()
  /** When a customer was entered, in ms; the test data at the start. */
  readonly #enteredAt = new Map<string, number>()
  readonly #startedAt = Date.now()
  #attributes: StoredAttribute[] = []

  constructor(readonly habits: Habits) {
    PEOPLE.forEach((person, i) => {
      this.#customers.set(person.customerId, customerOf(person, i))
      this.#link(person, LINKS.personId, person.personId)
      this.#link(person, LINKS.bankingCustomerId, person.bankingCustomerId)
      this.#link(person, LINKS.seiExternalId, person.seiExternalId)
    })
    for (const person of NAMED_PEOPLE) this.#link(person, 'SPECIAL_TAX_NUMBER', `tax-${person.customerNumber}`)
  }

  /** Adds customers to the first bank, without links or records; many have the same last OK date, or all the given one. */
  crowd(count: number, lastOkDate?: string): void {
    const [sample] = CROWD
    for (let i = 0; i < count; i += 1) {
      const customer = {
        ...customerOf(sample!, i % 90),
        customer_id: randomUUID(),
        customer_number: `crowd-${randomUUID()}`,
        ...(lastOkDate === undefined ? {} : { last_ok_date: lastOkDate }),
      }
      this.#enteredAt.set(customer.customer_id, Date.now())
      this.#customers.set(customer.customer_id, customer)
    }
  }

  #link({ customerId, bankId }: Person, name: string, value: string | undefined): void {
    if (value !== undefined)
      this.#attributes.push({
        customer_attribute_id: randomUUID(),
        name,
        type: 'STRING',
        value,
        customer_id: customerId,
        bank_id: bankId,
      })
  }

  byId(customerId: string): StoredCustomer | undefined {
    return this.#customers.get(customerId)
  }

  byNumber(bankId: string, customerNumber: string | null): StoredCustomer | undefined {
    return [...this.#customers.values()].find(
      (customer) => customer.bank_id === bankId && customer.customer_number === customerNumber,
    )
  }

  /** A customer by id alone; the bank is ignored. */
  find({ params }: Pick<EndpointRequest, 'params'>, style: Style = 'new'): StoredCustomer {
    const found = this.#customers.get(params['customerId']!)
    if (found) return found
    if (style === 'old') throw new ResponseError(400, NO_CUSTOMER)
    throw new ResponseError(404, `${NO_CUSTOMER}. Current CustomerId(${params['customerId']})`)
  }

  #customerOfBank(request: EndpointRequest, bankId: string): StoredCustomer {
    const customer = this.find(request)
    if (customer.bank_id !== bankId)
      throw new ResponseError(
        400,
        `OBP-30113: Invalid Bank Id (${bankId}). The Customer(${customer.customer_id}) does not belong to this Bank`,
      )
    return customer
  }

  #attributesOf(customerId: string, bankId: string) {
    return this.#attributes
      .filter((attribute) => attribute.customer_id === customerId && attribute.bank_id === bankId)
      .map(toResponse)
  }

  /** The customer as it is answered: with the quirks of values that the provider may answer. */
  #shown<Shape extends object>(shape: Shape & { customer_id: string }): object {
    return {
      ...shape,
      ...(this.habits.has('nullMembers') ? Object.fromEntries(OPTIONAL_MEMBERS.map((name) => [name, null])) : {}),
      ...(this.habits.has('dependantsAsText') && shape.customer_id === PEOPLE[0]!.customerId
        ? { dependants: '2' }
        : {}),
    }
  }

  #withAttributes(customer: StoredCustomer, bankId = customer.bank_id) {
    return { ...customer, customer_attributes: this.#attributesOf(customer.customer_id, bankId) }
  }

  #attributeOf({ params }: EndpointRequest): StoredAttribute {
    const found = this.#attributes.find(({ customer_attribute_id }) => customer_attribute_id === params['attributeId'])
    if (found) return found
    throw new ResponseError(
      400,
      'OBP-30069: Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
    )
  }

  #attributeBody(request: EndpointRequest, type: string) {
    const body = request.body(ATTRIBUTE, type)
    if (body.type === null || !TYPES.includes(body.type))
      throw new ResponseError(
        400,
        'OBP-10001: Incorrect json format. The `Type` filed can only accept the following field: DOUBLE(12.1234), STRING(TAX_NUMBER), INTEGER(123) and DATE_WITH_DAY(2012-04-23)',
      )
    if (lengthOf(body.name ?? '') > 50 || lengthOf(body.value ?? '') > (this.habits.since('2023-04') ? 2000 : 255))
      throw new ResponseError(400, 'OBP-50200: Connector cannot return the data we requested.')
    return { ...body, type: body.type }
  }

  /** By attribute rows, so a customer is repeated once per matching row. */
  #byAttributes(bankId: string, query: URLSearchParams) {
    const wanted = new Map<string, string[]>()
    for (const [name, value] of query) wanted.set(name, [...(wanted.get(name) ?? []), value])
    return this.#attributes
      .filter(
        ({ bank_id, name, value }) =>
          bank_id === bankId && (wanted.size === 0 || wanted.get(name ?? '')?.includes(value ?? '')),
      )
      .map(({ customer_id }) => this.#customers.get(customer_id)!)
  }

  /** A number that orders customers of one date: always the same, or another one for each limit and offset. */
  #tieOrder({ customer_id }: StoredCustomer, limit: string, offset: string): number {
    if (!this.habits.has('shuffledTies')) return 0
    let hash = 7
    for (const sign of `${limit} ${offset} ${customer_id}`) hash = (hash * 31 + sign.charCodeAt(0)) | 0
    // The finalizer of MurmurHash3: without it the orders of two pages would be rotations of each other.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return hash ^ (hash >>> 16)
  }

  #firehose(bankId: string, query: URLSearchParams) {
    const {
      limit = '50',
      offset = '0',
      sort_direction = 'DESC',
      from_date,
      to_date,
      ...attributes
    } = Object.fromEntries(query)
    if (!/^[1-9]\d*$/.test(limit))
      throw new ResponseError(
        400,
        `${INVALID_FILTER}OBP-10025: wrong value for obp_limit parameter. Please send a positive integer (=>1)!`,
      )
    if (!/^\d+$/.test(offset))
      throw new ResponseError(
        400,
        `${INVALID_FILTER}OBP-10024: wrong value for obp_offset parameter. Please send a positive integer (=>0)!`,
      )
    const direction = sort_direction.toUpperCase()
    if (!['ASC', 'DESC'].includes(direction))
      throw new ResponseError(
        400,
        `${INVALID_FILTER}OBP-10023: obp_sort_direction parameter can only take two values: DESC or ASC!`,
      )
    const time = (text: string | undefined, fallback: number): number => {
      if (text === undefined) return fallback
      if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(Z|[+-]\d{4})$/.test(text)) return Date.parse(text)
      throw new ResponseError(
        400,
        `${INVALID_FILTER}OBP-10026: Failed to parse date string. Please use this format yyyy-MM-dd'T'HH:mm:ss.SSS'Z'!`,
      )
    }
    const from = time(from_date, Date.now() - 365 * DAY_MS)
    const to = time(to_date, Date.now())
    const okAt = ({ last_ok_date }: StoredCustomer) => (last_ok_date === null ? NaN : Date.parse(last_ok_date))
    const filteredAt = this.habits.has('updateTimeFilter')
      ? ({ customer_id }: StoredCustomer) => this.#enteredAt.get(customer_id) ?? this.#startedAt
      : okAt
    const rows = [...this.#customers.values()]
      .filter((customer) => customer.bank_id === bankId && filteredAt(customer) >= from && filteredAt(customer) <= to)
      // A customer without a date comes first in ascending order, as the default database sorts.
      .map((customer) => [okAt(customer) || -Infinity, this.#tieOrder(customer, limit, offset), customer] as const)
    const sign = direction === 'ASC' ? 1 : -1
    rows.sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -sign : sign))
    const page = rows.slice(Number(offset), Number(offset) + Number(limit)).map(([, , customer]) => customer)
    // The attribute filter is applied after paging, so a page may be short.
    const matching =
      Object.keys(attributes).length > 0
        ? new Set(this.#byAttributes(bankId, new URLSearchParams(attributes)))
        : undefined
    return matching ? page.filter((customer) => matching.has(customer)) : page
  }

  #create(request: EndpointRequest, bankId: string): EndpointResponse {
    const body = request.body(CUSTOMER, 'PostCustomerJsonV310 ')
    const { length } = body.dob_of_dependants
    if (body.dependants !== length)
      throw new ResponseError(
        400,
        `OBP-10020: Incorrect json. The filed dependants(${body.dependants}) not equal the length(${length}) of dob_of_dependants array`,
      )
    const tooLong = Object.entries(MAX_LENGTHS).some(
      ([name, maxLength]) => lengthOf(((body as Record<string, unknown>)[name] as string | null) ?? '') > maxLength,
    )
    if (tooLong) throw new ResponseError(400, 'OBP-30051: Cannot create Customer')
    const customer = {
      bank_id: bankId,
      customer_id: randomUUID(),
      customer_number: String(randomInt(2 ** 31)),
      ...body,
      email: body.email?.trim().toLowerCase() ?? null,
    }
    this.#customers.set(customer.customer_id, customer)
    this.#enteredAt.set(customer.customer_id, Date.now())
    return { status: 201, body: customer }
  }

  routes({ endpoint }: Api): void {
    endpoint('POST', '/banks/:bankId/customers', (request) => {
      request.role('CanCreateCustomer', 'CanCreateCustomerAtAnyBank')
      return this.#create(request, request.bank())
    })

    endpoint('GET', '/banks/:bankId/customers', (request) => {
      const bankId = request.bank()
      request.role('CanGetCustomer')
      return {
        status: 200,
        body: {
          customers: this.#byAttributes(bankId, request.query).map((customer) =>
            this.#shown(this.#withAttributes(customer)),
          ),
        },
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId', (request) => {
      const bankId = request.bank()
      request.role('CanGetCustomer')
      return { status: 200, body: this.#shown(this.#withAttributes(this.find(request), bankId)) }
    })

    endpoint('POST', '/banks/:bankId/customers/customer-number', (request) => {
      const bankId = request.bank()
      request.role('CanGetCustomer')
      const { customer_number } = request.body({ customer_number: 'text' }, 'PostCustomerNumberJsonV310 ')
      const found = this.byNumber(bankId, customer_number)
      if (!found)
        throw new ResponseError(404, 'OBP-30002: Customer not found. Please specify a valid value for CUSTOMER_NUMBER.')
      return { status: 200, body: this.#shown(this.#withAttributes(found)) }
    })

    endpoint('POST', '/banks/:bankId/search/customers/mobile-phone-number', (request) => {
      const { mobile_phone_number } = request.body({ mobile_phone_number: 'text' }, 'PostCustomerPhoneNumberJsonV400 ')
      const matches = like(mobile_phone_number ?? '')
      const found = [...this.#customers.values()].filter(
        (customer) => customer.bank_id === request.params['bankId'] && matches(customer.mobile_phone_number),
      )
      return { status: 201, body: { customers: found.map((customer) => this.#shown(toV300(customer))) } }
    })

    endpoint('GET', '/users/current/customers', ({ user }) => ({
      status: 200,
      body: {
        customers: user.customerIds.map((id) => this.#shown(toV300(this.#withAttributes(this.#customers.get(id)!)))),
      },
    }))

    endpoint('GET', '/banks/:bankId/firehose/customers', (request) => {
      if (this.habits.has('firehoseOff'))
        throw this.habits.since('2024-10')
          ? new ResponseError(400, 'OBP-00009: Account firehose is not allowed on this instance.')
          : new ResponseError(
              403,
              'OBP-00012: Customer firehose is not allowed on this instance. Please set allow_customer_firehose = true in props files.  or OBP-20006: User is missing one or more roles: CanUseCustomerFirehoseAtAnyBank',
            )
      const bankId = request.bank()
      request.role('CanUseCustomerFirehoseAtAnyBank')
      return {
        status: 200,
        body: { customers: this.#firehose(bankId, request.query).map((customer) => this.#shown(toV300(customer))) },
      }
    })

    endpoint('POST', '/banks/:bankId/customers/:customerId/attribute', (request) => {
      const bankId = request.bank()
      request.role('CanCreateCustomerAttributeAtOneBank')
      const body = this.#attributeBody(request, 'CustomerAttributeJsonV400 ')
      const { customer_id } = this.#customerOfBank(request, bankId)
      const attribute = { customer_attribute_id: randomUUID(), ...body, customer_id, bank_id: bankId }
      this.#attributes.push(attribute)
      return { status: 201, body: toResponse(attribute) }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/attributes', (request) => {
      const bankId = request.bank()
      request.role('CanGetCustomerAttributesAtOneBank')
      return {
        status: 200,
        body: { customer_attributes: this.#attributesOf(this.#customerOfBank(request, bankId).customer_id, bankId) },
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/attributes/:attributeId', (request) => {
      const bankId = request.bank()
      request.role('CanGetCustomerAttributeAtOneBank')
      this.#customerOfBank(request, bankId)
      // The attribute may be another customer's.
      return { status: 200, body: toResponse(this.#attributeOf(request)) }
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/attributes/:attributeId', (request) => {
      const bankId = request.bank()
      request.role('CanUpdateCustomerAttributeAtOneBank')
      const body = this.#attributeBody(request, 'CustomerAttributeJsonV400')
      const { customer_id } = this.#customerOfBank(request, bankId)
      const attribute = this.#attributeOf(request)
      // The attribute moves to this customer, also from another one.
      return { status: 200, body: toResponse(Object.assign(attribute, body, { customer_id, bank_id: bankId })) }
    })

    endpoint('DELETE', '/banks/:bankId/customers/attributes/:attributeId', (request) => {
      request.role('CanDeleteCustomerAttributeAtOneBank')
      request.bank()
      this.#attributes = this.#attributes.filter(
        ({ customer_attribute_id }) => customer_attribute_id !== request.params['attributeId'],
      )
      return { status: 204 }
    })
  }
}

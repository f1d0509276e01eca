import { randomInt, randomUUID } from 'node:crypto'
import { PEOPLE, type Person, CROWD, NAMED_PEOPLE } from '../../emulator/people.js'
import { LINKS } from '../customers/contract.js'
import { type Answered, type Api, type Asked, type Parsed, Refused, type Style } from './api.js'

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

const LONGEST: Readonly<Record<string, number>> = {
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
const FILTER = 'OBP-10016: Incorrect filter Parameters in URL.  <- '
const DAY_MS = 24 * 3600 * 1000

/** Spread over years, the same in every run; one is older than a year, one lies in the future. */
function lastOkDate(member: Person, i: number): string {
  if (member.username === 'rhea') return '2015-06-30T09:00:00Z'
  if (member.username === 'prue') return '2090-01-01T00:00:00Z'
  return new Date(Date.UTC(2018, 0, 1, 12) + i * 61 * DAY_MS).toISOString().replace('.000', '')
}

function customerOf(member: Person, i: number): StoredCustomer {
  const dependants = i % 3 === 0 ? [`20${10 + (i % 9)}-05-0${1 + (i % 9)}T00:00:00Z`] : []
  return {
    bank_id: member.bankId,
    customer_id: member.customerId,
    customer_number: member.customerNumber,
    legal_name: `${member.firstName} ${member.lastName}`,
    mobile_phone_number: member.phone,
    email: member.email,
    face_image: { url: `https://images.example.com/${member.username}.png`, date: '2020-02-20T10:00:00Z' },
    date_of_birth: `${member.dateOfBirth}T00:00:00Z`,
    relationship_status: i % 2 === 0 ? 'single' : 'married',
    dependants: dependants.length,
    dob_of_dependants: dependants,
    credit_rating: { rating: 'A', source: 'bureau' },
    credit_limit: { currency: 'EUR', amount: '1000.00' },
    highest_education_attained: 'Master',
    employment_status: 'worker',
    kyc_status: member.kycStatus,
    last_ok_date: lastOkDate(member, i),
    title: 'Dr.',
    branch_id: 'branch-1',
    name_suffix: '',
  }
}

const day = (date: string | null): string => date?.slice(0, 10) ?? ''

/** v3.0.0 prints days where v3.1.0 prints instants. */
const older = (customer: StoredCustomer) => ({
  ...customer,
  date_of_birth: day(customer.date_of_birth),
  dob_of_dependants: customer.dob_of_dependants.map(day),
})

/** A pattern of SQL's LIKE, with the backslash for an escape as most databases have it. */
function like(pattern: string): (value: string | null) => boolean {
  const source = pattern.replace(/\\(.)|[%_]|[.*+?^${}()|[\]\\]/gs, (sign: string, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/, '\\$&')
    return { '%': '.*', _: '.' }[sign] ?? `\\${sign}`
  })
  const expression = new RegExp(`^${source}$`, 's')
  return (value) => value !== null && expression.test(value)
}

const printed = ({ customer_attribute_id, name, type, value }: StoredAttribute) => ({
  customer_attribute_id,
  name,
  type,
  value,
})

/** Customers, their attributes, and the endpoints that read and write them. */
export class Customers {
  readonly #customers = new Map<string, StoredCustomer>()
  #attributes: StoredAttribute[] = []

  constructor() {
    PEOPLE.forEach((member, i) => {
      this.#customers.set(member.customerId, customerOf(member, i))
      this.#link(member, LINKS.personId, member.personId)
      this.#link(member, LINKS.bankingCustomerId, member.bankingCustomerId)
      this.#link(member, LINKS.seiExternalId, member.seiExternalId)
    })
    for (const member of NAMED_PEOPLE) this.#link(member, 'SPECIAL_TAX_NUMBER', `tax-${member.customerNumber}`)
  }

  /** More customers of the first bank: without a story, links or records, many of them alike in their date. */
  crowd(count: number): void {
    const [sample] = CROWD
    for (let i = 0; i < count; i += 1) {
      const customer = {
        ...customerOf(sample!, i % 90),
        customer_id: randomUUID(),
        customer_number: `crowd-${randomUUID()}`,
      }
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

  /** A customer by id alone: whose bank it is, is not looked at. */
  find({ params }: Pick<Asked, 'params'>, style: Style = 'new'): StoredCustomer {
    const found = this.#customers.get(params['customerId']!)
    if (found) return found
    if (style === 'old') throw new Refused(400, NO_CUSTOMER)
    throw new Refused(404, `${NO_CUSTOMER}. Current CustomerId(${params['customerId']})`)
  }

  #ofBank(asked: Asked, bankId: string): StoredCustomer {
    const customer = this.find(asked)
    if (customer.bank_id !== bankId)
      throw new Refused(
        400,
        `OBP-30113: Invalid Bank Id (${bankId}). The Customer(${customer.customer_id}) does not belong to this Bank`,
      )
    return customer
  }

  #attributesOf(customerId: string, bankId: string) {
    return this.#attributes
      .filter((attribute) => attribute.customer_id === customerId && attribute.bank_id === bankId)
      .map(printed)
  }

  #withAttributes(customer: StoredCustomer, bankId = customer.bank_id) {
    return { ...customer, customer_attributes: this.#attributesOf(customer.customer_id, bankId) }
  }

  #attributeOf({ params }: Asked): StoredAttribute {
    const found = this.#attributes.find(({ customer_attribute_id }) => customer_attribute_id === params['attributeId'])
    if (found) return found
    throw new Refused(
      400,
      'OBP-30069: Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
    )
  }

  #attributeBody(asked: Asked, type: string) {
    const body = asked.body(ATTRIBUTE, type)
    if (body.type === null || !TYPES.includes(body.type))
      throw new Refused(
        400,
        'OBP-10001: Incorrect json format. The `Type` filed can only accept the following field: DOUBLE(12.1234), STRING(TAX_NUMBER), INTEGER(123) and DATE_WITH_DAY(2012-04-23)',
      )
    if ((body.name?.length ?? 0) > 50 || (body.value?.length ?? 0) > 255)
      throw new Refused(400, 'OBP-50200: Connector cannot return the data we requested.')
    return { ...body, type: body.type }
  }

  /** By attribute rows, so a customer comes once for each row that fits. */
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
      throw new Refused(
        400,
        `${FILTER}OBP-10025: wrong value for obp_limit parameter. Please send a positive integer (=>1)!`,
      )
    if (!/^\d+$/.test(offset))
      throw new Refused(
        400,
        `${FILTER}OBP-10024: wrong value for obp_offset parameter. Please send a positive integer (=>0)!`,
      )
    const direction = sort_direction.toUpperCase()
    if (!['ASC', 'DESC'].includes(direction))
      throw new Refused(400, `${FILTER}OBP-10023: obp_sort_direction parameter can only take two values: DESC or ASC!`)
    const time = (text: string | undefined, fallback: number): number => {
      if (text === undefined) return fallback
      if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(Z|[+-]\d{4})$/.test(text)) return Date.parse(text)
      throw new Refused(
        400,
        `${FILTER}OBP-10026: Failed to parse date string. Please use this format yyyy-MM-dd'T'HH:mm:ss.SSS'Z'!`,
      )
    }
    const from = time(from_date, Date.now() - 365 * DAY_MS)
    const to = time(to_date, Date.now())
    const okAt = ({ last_ok_date }: StoredCustomer) => (last_ok_date === null ? NaN : Date.parse(last_ok_date))
    const rows = [...this.#customers.values()].filter(
      (customer) => customer.bank_id === bankId && okAt(customer) >= from && okAt(customer) <= to,
    )
    rows.sort((a, b) => (okAt(a) - okAt(b)) * (direction === 'ASC' ? 1 : -1))
    const page = rows.slice(Number(offset), Number(offset) + Number(limit))
    // The attribute filter comes after paging, so a page may be short.
    const fitting =
      Object.keys(attributes).length > 0
        ? new Set(this.#byAttributes(bankId, new URLSearchParams(attributes)))
        : undefined
    return fitting ? page.filter((customer) => fitting.has(customer)) : page
  }

  #create(asked: Asked, bankId: string): Answered {
    const body = asked.body(CUSTOMER, 'PostCustomerJsonV310 ')
    const { length } = body.dob_of_dependants
    if (body.dependants !== length)
      throw new Refused(
        400,
        `OBP-10020: Incorrect json. The filed dependants(${body.dependants}) not equal the length(${length}) of dob_of_dependants array`,
      )
    const tooLong = Object.entries(LONGEST).some(
      ([name, longest]) => (((body as Record<string, unknown>)[name] as string | null) ?? '').length > longest,
    )
    if (tooLong) throw new Refused(400, 'OBP-30051: Cannot create Customer')
    const customer = {
      bank_id: bankId,
      customer_id: randomUUID(),
      customer_number: String(randomInt(2 ** 31)),
      ...body,
      email: body.email?.trim().toLowerCase() ?? null,
    }
    this.#customers.set(customer.customer_id, customer)
    return { status: 201, body: customer }
  }

  routes({ endpoint }: Api): void {
    endpoint('POST', '/banks/:bankId/customers', (asked) => {
      asked.role('CanCreateCustomer', 'CanCreateCustomerAtAnyBank')
      return this.#create(asked, asked.bank())
    })

    endpoint('GET', '/banks/:bankId/customers', (asked) => {
      const bankId = asked.bank()
      asked.role('CanGetCustomer')
      return {
        status: 200,
        body: { customers: this.#byAttributes(bankId, asked.query).map((customer) => this.#withAttributes(customer)) },
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId', (asked) => {
      const bankId = asked.bank()
      asked.role('CanGetCustomer')
      return { status: 200, body: this.#withAttributes(this.find(asked), bankId) }
    })

    endpoint('POST', '/banks/:bankId/customers/customer-number', (asked) => {
      const bankId = asked.bank()
      asked.role('CanGetCustomer')
      const { customer_number } = asked.body({ customer_number: 'text' }, 'PostCustomerNumberJsonV310 ')
      const found = this.byNumber(bankId, customer_number)
      if (!found)
        throw new Refused(404, 'OBP-30002: Customer not found. Please specify a valid value for CUSTOMER_NUMBER.')
      return { status: 200, body: this.#withAttributes(found) }
    })

    endpoint('POST', '/banks/:bankId/search/customers/mobile-phone-number', (asked) => {
      const { mobile_phone_number } = asked.body({ mobile_phone_number: 'text' }, 'PostCustomerPhoneNumberJsonV400 ')
      const fits = like(mobile_phone_number ?? '')
      const found = [...this.#customers.values()].filter(
        (customer) => customer.bank_id === asked.params['bankId'] && fits(customer.mobile_phone_number),
      )
      return { status: 201, body: { customers: found.map(older) } }
    })

    endpoint('GET', '/users/current/customers', ({ user }) => ({
      status: 200,
      body: { customers: user.customerIds.map((id) => older(this.#withAttributes(this.#customers.get(id)!))) },
    }))

    endpoint('GET', '/banks/:bankId/firehose/customers', (asked) => {
      const bankId = asked.bank()
      asked.role('CanUseCustomerFirehoseAtAnyBank')
      return { status: 200, body: { customers: this.#firehose(bankId, asked.query).map(older) } }
    })

    endpoint('POST', '/banks/:bankId/customers/:customerId/attribute', (asked) => {
      const bankId = asked.bank()
      asked.role('CanCreateCustomerAttributeAtOneBank')
      const body = this.#attributeBody(asked, 'CustomerAttributeJsonV400 ')
      const { customer_id } = this.#ofBank(asked, bankId)
      const attribute = { customer_attribute_id: randomUUID(), ...body, customer_id, bank_id: bankId }
      this.#attributes.push(attribute)
      return { status: 201, body: printed(attribute) }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/attributes', (asked) => {
      const bankId = asked.bank()
      asked.role('CanGetCustomerAttributesAtOneBank')
      return {
        status: 200,
        body: { customer_attributes: this.#attributesOf(this.#ofBank(asked, bankId).customer_id, bankId) },
      }
    })

    endpoint('GET', '/banks/:bankId/customers/:customerId/attributes/:attributeId', (asked) => {
      const bankId = asked.bank()
      asked.role('CanGetCustomerAttributeAtOneBank')
      this.#ofBank(asked, bankId)
      // Whosever it is.
      return { status: 200, body: printed(this.#attributeOf(asked)) }
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/attributes/:attributeId', (asked) => {
      const bankId = asked.bank()
      asked.role('CanUpdateCustomerAttributeAtOneBank')
      const body = this.#attributeBody(asked, 'CustomerAttributeJsonV400')
      const { customer_id } = this.#ofBank(asked, bankId)
      const attribute = this.#attributeOf(asked)
      // Whosever it was, it is this customer's now.
      return { status: 200, body: printed(Object.assign(attribute, body, { customer_id, bank_id: bankId })) }
    })

    endpoint('DELETE', '/banks/:bankId/customers/attributes/:attributeId', (asked) => {
      asked.role('CanDeleteCustomerAttributeAtOneBank')
      asked.bank()
      this.#attributes = this.#attributes.filter(
        ({ customer_attribute_id }) => customer_attribute_id !== asked.params['attributeId'],
      )
      return { status: 204 }
    })
  }
}

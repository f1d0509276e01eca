import { createHash } from 'node:crypto'
import type { Customer, CustomerFilter, CustomerLinks } from '../../../schema/customer.js'
import type { CustomerAttribute, CustomerAttributeMatch } from '../../../schema/customer-attribute.js'
import { DEFAULT_PAGE, type Page, TextMatch } from '../../../schema/shared.js'
import { batchLoader, keyLoader, type Loader } from '../../support/loader.js'
import { type CustomerKey, query } from '../../contract/operations.js'
import { nullIfNotFound, invalidInput } from '../../contract/errors.js'
import type { Credential } from '../../http/client.js'
import type { Drift } from '../../support/mapping.js'
import { type BankAccess, NO_CUSTOMER, type CustomerRef, customerRefKey } from '../bank-access.js'
import { obpError } from '../error-mapping.js'
import { isId } from '../codecs.js'
import { LINKS, MAX_VALUES, type ObpCustomer } from './contract.js'
import type { CustomerSource, FirehoseWindow } from './datasource.js'
import { firehoseWindow, phoneFits, phonePattern, toAttribute, toCustomer, toLinks } from './mapping.js'

export interface NumberKey {
  readonly customerNumber: string
  readonly bankId?: string | null | undefined
}

/** A page of a bank's customers; `after` is the cursor of the page before. */
export interface CustomersQuestion {
  readonly bankId?: string | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: CustomerFilter | null | undefined
}

export interface AttributesQuestion {
  readonly bankId?: string | null | undefined
  readonly attributes: readonly CustomerAttributeMatch[]
  readonly first?: number | null | undefined
}

export interface AttributeKey {
  readonly customer: CustomerKey
  readonly id: string
}

export interface PhoneQuestion {
  readonly bankId?: string | null | undefined
  readonly mobilePhoneNumber: string
  readonly match?: TextMatch | null | undefined
  readonly first?: number | null | undefined
}

/** How many a search answers unless it says fewer. */
const MOST_FOUND = 100

/** The provider counts rows, so a cursor is a count, of one list only. */
function cursorOf(bankId: string, window: FirehoseWindow) {
  const list = createHash('sha256')
    .update(JSON.stringify([bankId, window]))
    .digest('base64url')
    .slice(0, 12)
  return {
    write: (offset: number): string => Buffer.from(JSON.stringify([offset, list])).toString('base64url'),
    read(text: string): number {
      try {
        const [offset, of] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown]
        if (of === list && typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 && offset < 2 ** 31)
          return offset
      } catch {
        // Falls through to the one refusal below.
      }
      throw invalidInput({ after: ['is not a cursor of this list'] })
    },
  }
}

/** Questions about customers, their attributes and what these link them to. */
export function customerLoaders(source: CustomerSource, banks: BankAccess, asUser: () => Credential, drift: Drift) {
  /** The customer of an answer, or null when it is another bank's. What came along is remembered. */
  function take(row: ObpCustomer, bankId: string): Customer | null {
    if (row.bank_id !== bankId) return null
    const customer = toCustomer(row, drift)
    const place = { bankId, id: customer.id }
    if (row.customer_attributes)
      attributes.prime(
        place,
        row.customer_attributes.map((attribute) => toAttribute(attribute, drift)),
      )
    customers.prime(place, customer)
    return customer
  }

  /** Customers of an answer that repeats them, each once. */
  const takeAll = (rows: readonly ObpCustomer[], bankId: string): Customer[] => [
    ...new Map(rows.flatMap((row) => take(row, bankId) ?? []).map((customer) => [customer.id, customer])).values(),
  ]

  // Side by side: the only call that answers several customers by id lists the whole bank.
  const customers = keyLoader<CustomerRef, Customer | null>(async ({ bankId, id }) => {
    const row = await nullIfNotFound(source.getCustomerByCustomerId(bankId, id))
    return row?.customer_id === id ? take(row, bankId) : null
  }, customerRefKey)

  const byNumber = keyLoader<{ bankId: string; customerNumber: string }, Customer | null>(
    async ({ bankId, customerNumber }) => {
      const row = await nullIfNotFound(source.getCustomerByCustomerNumber(bankId, customerNumber))
      return row && take(row, bankId)
    },
  )

  const attributes = keyLoader<CustomerRef, CustomerAttribute[] | null>(async ({ bankId, id }) => {
    const answer = await nullIfNotFound(source.getCustomerAttributes(bankId, id))
    return answer && answer.customer_attributes.map((attribute) => toAttribute(attribute, drift))
  }, customerRefKey)

  /** One by one, each once until the customer's attributes change. */
  const single = keyLoader<CustomerRef, Loader<string, CustomerAttribute | null>>(async ({ bankId, id }) =>
    keyLoader(async (attributeId) => {
      const row = await nullIfNotFound(source.getCustomerAttributeById(bankId, id, attributeId))
      return row?.customer_attribute_id === attributeId ? toAttribute(row, drift) : null
    }),
  )

  const ofViewer = keyLoader<'viewer', Customer[]>(async () => {
    const { customers: rows } = await source.getCustomersForUser(asUser())
    return banks.all.flatMap((bankId) => takeAll(rows, bankId))
  })

  const ofPerson = batchLoader<string, Customer[], Customer[]>({
    max: MAX_VALUES,
    absent: () => [],
    async ask(personIds) {
      const wanted = personIds.filter(isId).map((id) => [LINKS.personId, id] as const)
      const byPerson = new Map(personIds.map((id) => [id, new Map<string, Customer>()]))
      // Without a value the provider would answer everybody who has any attribute.
      const asked = wanted.length > 0 ? banks.all : []
      const answers = await Promise.all(
        asked.map(async (bankId) => nullIfNotFound(source.getCustomersByAttributes(bankId, wanted))),
      )
      answers.forEach((answer, i) => {
        for (const row of answer?.customers ?? []) {
          const customer = take(row, asked[i]!)
          if (customer === null) continue
          for (const { name, value } of row.customer_attributes ?? [])
            if (name === LINKS.personId) byPerson.get(value ?? '')?.set(customer.id, customer)
        }
      })
      return new Map([...byPerson].map(([id, found]) => [id, [...found.values()]]))
    },
  })

  const readings = {
    customerById: query<CustomerKey, Customer | null>({
      scope: 'customers:read',
      type: 'Customer',
      owner: banks.owner,
      load: banks.within(customers.load),
    }),

    customerByNumber: query<NumberKey, Customer | null>({
      scope: 'customers:read',
      type: 'Customer',
      async load({ customerNumber, bankId: named }) {
        const bankId = banks.named(named)
        return bankId === null ? null : byNumber.load({ bankId, customerNumber })
      },
    }),

    /** Searching by what is personal tells as much as reading it. */
    customersByAttributes: query<AttributesQuestion, Customer[] | null>({
      scope: 'customers:read',
      extraScopes: () => ['pii:read'],
      type: 'Customer',
      async load({ attributes: wanted, first, bankId: named }) {
        const bankId = banks.named(named)
        if (bankId === null) return null
        const pairs = new Map(wanted.map(({ name, value }) => [JSON.stringify([name, value]), [name, value] as const]))
        const answer = await nullIfNotFound(source.getCustomersByAttributes(bankId, [...pairs.values()]))
        return answer && takeAll(answer.customers, bankId).slice(0, first ?? MOST_FOUND)
      },
    }),

    /** Parts of a number would be found one after the other until the whole is known, so only a whole number is free of `pii:read`. */
    customersByPhone: query<PhoneQuestion, Customer[] | null>({
      scope: 'customers:read',
      extraScopes: ({ match }) => ((match ?? TextMatch.EXACT) === TextMatch.EXACT ? [] : ['pii:read']),
      type: 'Customer',
      async load({ mobilePhoneNumber, match: asked, first, bankId: named }) {
        const bankId = banks.named(named)
        if (bankId === null) return null
        const match = asked ?? TextMatch.EXACT
        const answer = await nullIfNotFound(
          source.getCustomersByCustomerPhoneNumber(bankId, phonePattern(mobilePhoneNumber, match)),
        )
        if (answer === null) return null
        const found = answer.customers.filter(
          ({ mobile_phone_number: phone }) => phone != null && phoneFits(phone, mobilePhoneNumber, match),
        )
        return takeAll(found, bankId).slice(0, first ?? MOST_FOUND)
      },
    }),

    page: query<CustomersQuestion, Page<Customer> | null>({
      scope: 'customers:read',
      type: 'CustomerConnection',
      async load({ first: asked, after, filter, bankId: named }) {
        const bankId = banks.named(named)
        if (bankId === null) return null
        const window = firehoseWindow(filter)
        const cursor = cursorOf(bankId, window)
        const first = asked ?? DEFAULT_PAGE
        const offset = after == null ? 0 : cursor.read(after)
        // One more than wanted tells whether there is another page; the provider does not.
        const answer = await nullIfNotFound(source.getFirehoseCustomers(bankId, window, first + 1, offset))
        if (answer === null) return null
        const rows = answer.customers
        const nodes: Customer[] = []
        const cursors: string[] = []
        rows.slice(0, first).forEach((row, i) => {
          const node = take(row, bankId)
          if (node === null) return
          nodes.push(node)
          cursors.push(cursor.write(offset + i + 1))
        })
        return {
          nodes,
          cursors,
          // Rows of another bank are left out, and still the next page begins behind them.
          endCursor: rows.length === 0 ? null : cursor.write(offset + Math.min(first, rows.length)),
          hasNextPage: rows.length > first,
          hasPreviousPage: after != null,
        }
      },
    }),

    /** Asked as the caller: the provider says which customers are theirs, so a valid token is enough. */
    ofViewer: query<void, Customer[]>({
      scope: null,
      ownScope: 'customers:read',
      type: 'Customer',
      load: () => ofViewer.load('viewer'),
    }),

    attributesOf: query<CustomerKey, CustomerAttribute[] | null>({
      scope: 'customers:read',
      type: 'CustomerAttribute',
      owner: banks.owner,
      load: banks.within(attributes.load),
    }),

    /** The provider would answer anybody's, so it is looked for among the customer's first. */
    attributeById: query<AttributeKey, CustomerAttribute | null>({
      scope: 'customers:read',
      type: 'CustomerAttribute',
      owner: ({ customer }) => banks.owner(customer),
      load: ({ customer, id }) =>
        banks.within(async (place) => {
          const theirs = (await attributes.load(place))?.some((attribute) => attribute.id === id)
          return theirs ? (await single.load(place)).load(id) : null
        })(customer),
    }),

    linksOf: query<CustomerKey, CustomerLinks | null>({
      scope: 'customers:read',
      type: 'CustomerLinks',
      owner: banks.owner,
      load: banks.within(async (place) => {
        const found = await attributes.load(place)
        return found && toLinks(found)
      }),
    }),

    /** Who records this person as theirs, at any bank that the caller may name. */
    customersOfPerson: query<string, Customer[]>({
      scope: 'customers:read',
      type: 'Customer',
      owner: (person) => ({ person }),
      load: ofPerson.load,
    }),
  }

  /** The customer that a write names. The provider would also change another bank's, so this comes before every write. */
  async function named(
    key: CustomerKey,
  ): Promise<{ place: CustomerRef; customer: Customer; attributes: () => Promise<CustomerAttribute[]> }> {
    const place = banks.place(key)
    const customer = place && (await customers.load(place))
    if (!customer) throw obpError('NOT_FOUND', NO_CUSTOMER)
    return { place, customer, attributes: async () => (await attributes.load(place)) ?? [] }
  }

  /** After a write the operation must not see what it read before. */
  function forget(place: CustomerRef) {
    customers.clear(place)
    attributes.clear(place)
    single.clear(place)
    // Either may list the customer as it was.
    ofPerson.clearAll()
    ofViewer.clearAll()
  }

  return {
    readings,
    named,
    forget,

    /** The same customer as it is now, whatever the operation has read before. */
    afresh(key: CustomerKey) {
      const place = banks.place(key)
      if (place) forget(place)
      return named(key)
    },
  }
}

export type CustomerLoaders = ReturnType<typeof customerLoaders>

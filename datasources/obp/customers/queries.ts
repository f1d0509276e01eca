import type { Customer, CustomerLinks } from '../../../schema/customer.js'
import type { CustomerAttribute, CustomerAttributeMatch } from '../../../schema/customer-attribute.js'
import { PhoneNumberMatch } from '../../../schema/shared.js'
import { type Page } from '../../../schema/page.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { CustomerKey } from '../../contract/operations.js'
import { completeRows, findRow, type Rows } from '../../contract/rows.js'
import { UnreadableRow } from '../../http/list-contract.js'
import { firstOf } from '../../support/capped-list.js'
import { bankOf, customerRefOf, loadByCustomer, ownerOf } from '../bank-access.js'
import { query } from '../instance.js'
import { type CustomerPageKey, loadCustomerPage } from './customer-page.js'
import {
  acceptCustomers,
  attributes,
  customers,
  customersByNumber,
  customersOfPerson,
  customersOfViewer,
  findByAttributes,
  singleAttributes,
} from './loaders.js'
import { phoneFits, phonePattern, toLinks } from './mapping.js'

interface NumberKey {
  readonly customerNumber: string
  readonly bankId?: string | null | undefined
}

interface AttributesKey {
  readonly bankId?: string | null | undefined
  readonly attributes: readonly CustomerAttributeMatch[]
  readonly first?: number | null | undefined
}

interface AttributeKey {
  readonly customer: CustomerKey
  readonly id: string
}

interface PhoneKey {
  readonly bankId?: string | null | undefined
  readonly mobilePhoneNumber: string
  readonly match?: PhoneNumberMatch | null | undefined
  readonly first?: number | null | undefined
}

/** Customers in the result of a search at most, and by default. */
const MAX_FOUND = 100

const loadAttributes = loadByCustomer(attributes)

/** Queries of customers, their attributes and the links among these. */
export const customerQueries = {
  customerById: query<CustomerKey, Customer | null>({
    scope: 'customers:read',
    type: 'Customer',
    owner: ownerOf,
    load: loadByCustomer(customers),
  }),

  customerByNumber: query<NumberKey, Customer | null>({
    scope: 'customers:read',
    searchedBy: () => ['Query.customerByNumber(customerNumber:)'],
    type: 'Customer',
    async load(instance, operation, { customerNumber, bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      return bankId === null ? null : operation.loader(instance, customersByNumber).load({ bankId, customerNumber })
    },
  }),

  /** A search by personal values discloses them. */
  customersByAttributes: query<AttributesKey, Rows<Customer> | null>({
    scope: 'customers:read',
    extraScopes: () => ['pii:read'],
    searchedBy: () => ['CustomerAttributeMatch.value'],
    type: 'Customer',
    async load(instance, operation, { attributes: wanted, first, bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      if (bankId === null) return null
      const pairs = wanted.map(({ name, value }) => [name, value] as const)
      const rows = await findByAttributes(instance, operation, bankId, pairs)
      return rows && firstOf(acceptCustomers(instance, operation, rows, bankId), first ?? MAX_FOUND)
    },
  }),

  /** Searches by parts would reveal a number step by step, so only a search by a whole number needs no `pii:read`. */
  customersByPhone: query<PhoneKey, Rows<Customer> | null>({
    scope: 'customers:read',
    extraScopes: ({ match }) => ((match ?? PhoneNumberMatch.EXACT) === PhoneNumberMatch.EXACT ? [] : ['pii:read']),
    searchedBy: () => ['Query.customersByMobilePhoneNumber(mobilePhoneNumber:)'],
    type: 'Customer',
    async load(instance, operation, { mobilePhoneNumber, match: requestedMatch, first, bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      if (bankId === null) return null
      const match = requestedMatch ?? PhoneNumberMatch.EXACT
      const pattern = phonePattern(mobilePhoneNumber, match)
      const response = await nullIfNotFound(
        instance.sources.customers.getCustomersByCustomerPhoneNumber(operation, bankId, pattern),
      )
      if (response === null) return null
      const rows = response.customers.filter((row) => {
        const phone = row instanceof UnreadableRow ? row.text('mobile_phone_number') : row.mobile_phone_number
        return phone == null ? row instanceof UnreadableRow : phoneFits(phone, mobilePhoneNumber, match)
      })
      return firstOf(acceptCustomers(instance, operation, rows, bankId), first ?? MAX_FOUND)
    },
  }),

  customerPage: query<CustomerPageKey, Page<Customer> | null>({
    scope: 'customers:read',
    type: 'CustomerConnection',
    load: loadCustomerPage,
  }),

  /** Called with the caller's own credential: the provider decides which customers are the caller's. */
  customersOfViewer: query<void, Rows<Customer>>({
    scope: null,
    ownScope: 'customers:read',
    type: 'Customer',
    load: (instance, operation) => operation.loader(instance, customersOfViewer).load('viewer'),
  }),

  attributesOf: query<CustomerKey, Rows<CustomerAttribute> | null>({
    scope: 'customers:read',
    type: 'CustomerAttribute',
    owner: ownerOf,
    load: loadAttributes,
  }),

  /** The provider returns any customer's attribute, so it is first looked up among this customer's. */
  attributeById: query<AttributeKey, CustomerAttribute | null>({
    scope: 'customers:read',
    type: 'CustomerAttribute',
    owner: ({ customer }, instance) => ownerOf(customer, instance),
    async load(instance, operation, { customer, id }) {
      const ref = customerRefOf(instance, operation, customer)
      if (ref === null) return null
      const ofCustomer = await operation.loader(instance, attributes).load(ref)
      if (!ofCustomer || !findRow(ofCustomer, (attribute) => attribute.id === id)) return null
      return (await operation.loader(instance, singleAttributes).load(ref)).load(id)
    },
  }),

  linksOf: query<CustomerKey, CustomerLinks | null>({
    scope: 'customers:read',
    type: 'CustomerLinks',
    owner: ownerOf,
    async load(instance, operation, key) {
      const found = await loadAttributes(instance, operation, key)
      // A link may be in the row that cannot be read.
      return found && toLinks(completeRows(found))
    },
  }),

  /** The customers that record this person as theirs, at every bank that the caller may name. */
  customersOfPerson: query<string, Rows<Customer>>({
    scope: 'customers:read',
    type: 'Customer',
    owner: (person) => ({ person }),
    load: (instance, operation, personId) => operation.loader(instance, customersOfPerson).load(personId),
  }),
}

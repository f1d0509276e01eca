import type { Customer } from '../../../schema/customer.js'
import type { CustomerAttribute } from '../../../schema/customer-attribute.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Rows } from '../../contract/rows.js'
import { type ReadRows, UnreadableRow } from '../../http/list-contract.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { keyLoader, type Loader } from '../../support/loader.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { banksOf, isAtBank } from '../bank-access.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { unreadableObpRow } from '../error-mapping.js'
import { isId } from '../ids.js'
import type { ObpInstance } from '../instance.js'
import { type AttributePair, LINKS, type ObpAttribute, type ObpCustomer, readAttributes } from './contract.js'
import { attributeSearches, toAttribute, toCustomer } from './mapping.js'

/**
 * The customer of a response row, or null where it belongs to another bank. The loaders are primed with it and with its
 * attributes.
 */
export function acceptCustomer(
  instance: ObpInstance,
  operation: OperationScope,
  row: ObpCustomer,
  bankId: string,
): Customer | null {
  if (row.bank_id !== bankId) return null
  const customer = toCustomer(row, instance.drift)
  const ref = { bankId, id: customer.id }
  if (row.customer_attributes)
    operation
      .loader(instance, attributes)
      .prime(
        ref,
        toNodes(
          readAttributes(row.customer_attributes),
          'customer_attributes',
          toAttribute,
          unreadableObpRow,
          instance.drift,
        ),
      )
  operation.loader(instance, customers).prime(ref, customer)
  return customer
}

/** The customers of the bank in a response that may repeat them, each once. */
export function acceptCustomers(
  instance: ObpInstance,
  operation: OperationScope,
  rows: ReadRows<ObpCustomer>,
  bankId: string,
): Rows<Customer> {
  const seen = new Set<string>()
  const own = rows.filter((row) => {
    if (!hasMember(row, 'bank_id', bankId)) return false
    if (row instanceof UnreadableRow) return true
    const isNew = !seen.has(row.customer_id)
    seen.add(row.customer_id)
    return isNew
  })
  const accept = (row: ObpCustomer) => acceptCustomer(instance, operation, row, bankId)!
  return toNodes(own, 'customers', accept, unreadableObpRow, instance.drift)
}

// Parallel calls: the only call for several customers by id lists the whole bank.
export const customers = keyLoader<ObpInstance, CustomerRef, Customer | null>(
  async (instance, operation, { bankId, id }) => {
    const row = await nullIfNotFound(instance.sources.customers.getCustomerByCustomerId(operation, bankId, id))
    if (row?.customer_id !== id || !isAtBank(instance, operation, row.bank_id, bankId)) return null
    return acceptCustomer(instance, operation, row, bankId)
  },
  customerRefKey,
)

export const customersByNumber = keyLoader<
  ObpInstance,
  { readonly bankId: string; readonly customerNumber: string },
  Customer | null
>(async (instance, operation, { bankId, customerNumber }) => {
  const row = await nullIfNotFound(
    instance.sources.customers.getCustomerByCustomerNumber(operation, bankId, customerNumber),
  )
  return row?.customer_number === customerNumber ? acceptCustomer(instance, operation, row, bankId) : null
})

export const attributes = keyLoader<ObpInstance, CustomerRef, Rows<CustomerAttribute> | null>(
  async ({ sources, drift }, operation, { bankId, id }) => {
    const response = await nullIfNotFound(sources.attributes.getCustomerAttributes(operation, bankId, id))
    return (
      response && toNodes(response.customer_attributes, 'customer_attributes', toAttribute, unreadableObpRow, drift)
    )
  },
  customerRefKey,
)

/** A customer's loader of single attributes: clearing its entry clears all of them. */
export const singleAttributes = keyLoader<ObpInstance, CustomerRef, Loader<string, CustomerAttribute | null>>(
  (instance, operation, { bankId, id }) => {
    const ofCustomer = keyLoader<ObpInstance, string, CustomerAttribute | null>(
      async ({ sources, drift }, scope, attributeId) => {
        const row = await nullIfNotFound(sources.attributes.getCustomerAttributeById(scope, bankId, id, attributeId))
        return row?.customer_attribute_id === attributeId ? toAttribute(row, drift) : null
      },
    )
    return Promise.resolve(ofCustomer(instance, operation))
  },
  customerRefKey,
)

export const customersOfViewer = keyLoader<ObpInstance, 'viewer', Rows<Customer>>(async (instance, operation) => {
  const { sources, credentials } = instance
  const { customers: rows } = await sources.customers.getCustomersForUser(operation, credentials.asUser(operation))
  return banksOf(instance, operation).flatMap((bankId) => acceptCustomers(instance, operation, rows, bankId))
})

/**
 * The row if its customer has one of these attributes. Another row, or an attribute, that cannot be read may be that of
 * such a customer.
 */
function matchingRow(
  row: ObpCustomer | UnreadableRow,
  wanted: readonly AttributePair[],
): ObpCustomer | UnreadableRow | undefined {
  if (row instanceof UnreadableRow) return row
  const attributes = readAttributes(row.customer_attributes ?? [])
  const isWanted = (attribute: ObpAttribute | UnreadableRow) =>
    !(attribute instanceof UnreadableRow) &&
    wanted.some(([name, value]) => attribute.name === name && attribute.value === value)
  if (attributes.some(isWanted)) return row
  return attributes.find((attribute) => attribute instanceof UnreadableRow)
}

/** The rows of customers with any of these attributes, by searches side by side; null where there is no such bank. */
export async function findByAttributes(
  { sources }: ObpInstance,
  operation: OperationScope,
  bankId: string,
  wanted: readonly AttributePair[],
): Promise<ReadRows<ObpCustomer> | null> {
  const answers = await Promise.all(
    attributeSearches(wanted).map((pairs) =>
      nullIfNotFound(sources.customers.getCustomersByAttributes(operation, bankId, pairs)),
    ),
  )
  const found = answers.filter((answer) => answer !== null)
  if (found.length < answers.length) return null
  return found.flatMap(({ customers: rows }) => rows.flatMap((row) => matchingRow(row, wanted) ?? []))
}

/** The customers of a person at one bank: those whose link to the person is among their attributes. */
async function customersAtBank(
  instance: ObpInstance,
  operation: OperationScope,
  personId: string,
  bankId: string,
): Promise<Rows<Customer>> {
  const rows = (await findByAttributes(instance, operation, bankId, [[LINKS.personId, personId]])) ?? []
  return acceptCustomers(instance, operation, rows, bankId)
}

// Parallel calls, one for each person and bank: the provider refuses a query that repeats a name.
export const customersOfPerson = keyLoader<ObpInstance, string, Rows<Customer>>(
  async (instance, operation, personId) => {
    // An id that cannot be one is not sent.
    const banks = isId(personId) ? banksOf(instance, operation) : []
    const found = await Promise.all(banks.map((bankId) => customersAtBank(instance, operation, personId, bankId)))
    return found.flat()
  },
)

/** Clears what the operation has loaded of a customer, after a write to it, also a failed one: it may have been executed. */
export function clearCustomer(instance: ObpInstance, operation: OperationScope, ref: CustomerRef): void {
  operation.loader(instance, customers).clear(ref)
  operation.loader(instance, attributes).clear(ref)
  operation.loader(instance, singleAttributes).clear(ref)
  // Either may list the customer as it was before.
  operation.loader(instance, customersOfPerson).clearAll()
  operation.loader(instance, customersOfViewer).clearAll()
}

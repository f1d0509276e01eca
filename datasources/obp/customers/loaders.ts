import type { Customer } from '../../../schema/customer.js'
import type { CustomerAttribute } from '../../../schema/customer-attribute.js'
import { type ApiError, nullIfNotFound } from '../../contract/errors.js'
import { readableRows, type Rows, unreadableRows } from '../../contract/rows.js'
import { type ReadRows, UnreadableRow } from '../../http/list-contract.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { batchLoader, keyLoader, type Loader } from '../../support/loader.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { banksOf } from '../bank-access.js'
import { isId } from '../codecs.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { unreadableObpRow } from '../error-mapping.js'
import type { ObpInstance } from '../instance.js'
import { LINKS, MAX_VALUES, type ObpAttribute, type ObpCustomer, readAttributes } from './contract.js'
import { toAttribute, toCustomer } from './mapping.js'

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
    return row?.customer_id === id ? acceptCustomer(instance, operation, row, bankId) : null
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
  return row && acceptCustomer(instance, operation, row, bankId)
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

/** The persons that a customer's attributes record. */
const personsOf = (attributes: ReadRows<ObpAttribute>): string[] =>
  attributes.flatMap((attribute) =>
    !(attribute instanceof UnreadableRow) && attribute.name === LINKS.personId && attribute.value
      ? attribute.value
      : [],
  )

export const customersOfPerson = batchLoader<ObpInstance, string, Rows<Customer>>({
  maxBatchSize: MAX_VALUES,
  absent: () => [],
  async load(instance, operation, personIds) {
    const values = personIds.filter(isId).map((id) => [LINKS.personId, id] as const)
    const byPerson = new Map(personIds.map((id) => [id, new Map<string, Customer>()]))
    const unreadable: ApiError[] = []
    // Without a value the provider would list every customer that has any attribute.
    const banks = values.length > 0 ? banksOf(instance, operation) : []
    const responses = await Promise.all(
      banks.map((bankId) =>
        nullIfNotFound(instance.sources.customers.getCustomersByAttributes(operation, bankId, values)),
      ),
    )
    responses.forEach((response, i) => {
      const rows = response?.customers ?? []
      const found = acceptCustomers(instance, operation, rows, banks[i]!)
      // The row of any of these persons may be the one that cannot be read.
      unreadable.push(...unreadableRows(found))
      const customersById = new Map(readableRows(found).map((customer) => [customer.id, customer]))
      for (const row of rows) {
        if (row instanceof UnreadableRow) continue
        const customer = customersById.get(row.customer_id)
        if (!customer) continue
        const attributesOf = readAttributes(row.customer_attributes ?? [])
        const persons = personsOf(attributesOf)
        // The attribute by which the customer was found may be the one that cannot be read.
        if (persons.length === 0 && attributesOf.some((attribute) => attribute instanceof UnreadableRow))
          unreadable.push(unreadableObpRow())
        for (const person of persons) byPerson.get(person)?.set(customer.id, customer)
      }
    })
    return new Map([...byPerson].map(([id, found]) => [id, [...found.values(), ...unreadable]]))
  },
})

/** Clears what the operation has loaded of a customer, after a write to it, also a failed one: it may have been executed. */
export function clearCustomer(instance: ObpInstance, operation: OperationScope, ref: CustomerRef): void {
  operation.loader(instance, customers).clear(ref)
  operation.loader(instance, attributes).clear(ref)
  operation.loader(instance, singleAttributes).clear(ref)
  // Either may list the customer as it was before.
  operation.loader(instance, customersOfPerson).clearAll()
  operation.loader(instance, customersOfViewer).clearAll()
}

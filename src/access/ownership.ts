import { ApiError } from '../../datasources/contract/errors.js'
import type { Owner } from '../../datasources/contract/operations.js'
import { readableRows } from '../../datasources/contract/rows.js'
import { providers } from '../../datasources/index.js'
import type { Operation, OwnRecords } from './operation.js'

async function loadOwnRecords(operation: Operation): Promise<OwnRecords> {
  const { obp } = operation.providers
  if ('absent' in obp) throw obp.absent()
  const { customersOfViewer, linksOf } = providers.obp.queries
  // A customer that cannot be read is not known to be the caller's.
  const customers = readableRows(await customersOfViewer.load(obp.instance, operation.scope, undefined))
  const links = await Promise.all(
    customers.map((customer) =>
      linksOf.load(obp.instance, operation.scope, customer).catch((error: unknown) => {
        // Contradictory links give access to no linked record, and do not close the other records.
        if (error instanceof ApiError && error.code === 'CONFLICT') return null
        throw error
      }),
    ),
  )
  return {
    customers,
    persons: new Set(links.flatMap((link) => link?.personId ?? [])),
    bankingCustomers: new Set(links.flatMap((link) => link?.bankingCustomerId ?? [])),
  }
}

/**
 * True when a record belongs to the caller: the caller's own customers, the records linked to them, or what the caller
 * asked for, which the provider folder tells apart. Rejects where the links cannot be read.
 */
export async function isOwn(operation: Operation, owner: Owner): Promise<boolean> {
  if ('asker' in owner) return true
  operation.ownRecords ??= loadOwnRecords(operation)
  const { customers, persons, bankingCustomers } = await operation.ownRecords
  if ('person' in owner) return persons.has(owner.person)
  if ('bankingCustomer' in owner) return bankingCustomers.has(owner.bankingCustomer)
  const { id, bankId } = owner.customer
  return customers.some((customer) => customer.id === id && (bankId == null || bankId === customer.bankId))
}

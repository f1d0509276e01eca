import type { CreditLimitRequest, CustomerAddress, SocialMediaHandle, TaxResidence } from '../../../schema/records.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import type { CustomerKey } from '../../contract/operations.js'
import { filterRows, type Rows } from '../../contract/rows.js'
import { keyLoader } from '../../support/loader.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { customerRefOf, loadByCustomer, ownerOf } from '../bank-access.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { unreadableObpRow } from '../error-mapping.js'
import { isId } from '../ids.js'
import { type ObpInstance, query } from '../instance.js'
import { toAddress, toCreditLimitRequest, toHandle, toTaxResidence } from './mapping.js'

/** Names a customer and the customer number that its social media handles are stored under. */
interface NumberedKey extends CustomerKey {
  readonly number: string
}

interface CreditLimitRequestKey {
  readonly customer: CustomerKey
  readonly id: string
}

/** A loader of a customer's records of one kind. */
const listLoader = <Node>(
  list: (instance: ObpInstance, operation: OperationScope, ref: CustomerRef) => Promise<Rows<Node>>,
) =>
  keyLoader<ObpInstance, CustomerRef, Rows<Node> | null>(
    (instance, operation, ref) => nullIfNotFound(list(instance, operation, ref)),
    customerRefKey,
  )

export const addresses = listLoader(async ({ sources, drift }, operation, ref) => {
  const { addresses: rows } = await sources.records.getCustomerAddresses(operation, ref)
  const own = rows.filter((row) => hasMember(row, 'customer_id', ref.id))
  return toNodes(own, 'addresses', toAddress, unreadableObpRow, drift)
})

export const taxResidences = listLoader(async ({ sources, drift }, operation, ref) => {
  const { tax_residence: rows } = await sources.records.getTaxResidence(operation, ref)
  return toNodes(rows, 'tax_residence', toTaxResidence, unreadableObpRow, drift)
})

export const handles = listLoader(async ({ sources, drift }, operation, ref) => {
  const { checks: rows } = await sources.records.getSocialMediaHandles(operation, ref)
  return toNodes(rows, 'social_media_handles', toHandle, unreadableObpRow, drift)
})

// The provider answers one request in place of a list.
const creditLimitRequests = listLoader(async ({ sources }, operation, ref) => [
  toCreditLimitRequest(await sources.records.getCreditLimitRequests(operation, ref)),
])

const creditLimitRequestsById = keyLoader<
  ObpInstance,
  CustomerRef & { readonly requestId: string },
  CreditLimitRequest | null
>(async ({ sources }, operation, { requestId, ...ref }) => {
  const row = await nullIfNotFound(sources.records.getCreditLimitRequestByRequestId(operation, ref, requestId))
  return row && toCreditLimitRequest(row)
})

const loadHandles = loadByCustomer(handles)

/** Queries of a customer's records. The provider lists them by customer only. */
export const recordQueries = {
  addressesOf: query<CustomerKey, Rows<CustomerAddress> | null>({
    scope: 'customers:read',
    type: 'CustomerAddress',
    owner: ownerOf,
    load: loadByCustomer(addresses),
  }),

  taxResidencesOf: query<CustomerKey, Rows<TaxResidence> | null>({
    scope: 'customers:read',
    type: 'TaxResidence',
    owner: ownerOf,
    load: loadByCustomer(taxResidences),
  }),

  /** A handle under another number is left out: the number may have changed in the meantime. */
  socialMediaHandlesOf: query<NumberedKey, Rows<SocialMediaHandle> | null>({
    scope: 'customers:read',
    type: 'SocialMediaHandle',
    owner: ownerOf,
    async load(instance, operation, key) {
      const found = await loadHandles(instance, operation, key)
      return found && filterRows(found, ({ customerNumber }) => customerNumber === key.number)
    },
  }),

  creditLimitRequestsOf: query<CustomerKey, Rows<CreditLimitRequest> | null>({
    scope: 'customers:read',
    type: 'CreditLimitRequest',
    owner: ownerOf,
    load: loadByCustomer(creditLimitRequests),
  }),

  creditLimitRequestById: query<CreditLimitRequestKey, CreditLimitRequest | null>({
    scope: 'customers:read',
    type: 'CreditLimitRequest',
    owner: ({ customer }, instance) => ownerOf(customer, instance),
    async load(instance, operation, { customer, id: requestId }) {
      const ref = isId(requestId) ? customerRefOf(instance, operation, customer) : null
      return ref && operation.loader(instance, creditLimitRequestsById).load({ ...ref, requestId })
    },
  }),
}

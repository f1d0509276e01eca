import type { CreditLimitRequest, CustomerAddress, SocialMediaHandle, TaxResidence } from '../../../schema/records.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import type { CustomerKey } from '../../contract/operations.js'
import { keyLoader } from '../../support/loader.js'
import { customerRefOf, loadByCustomer, ownerOf } from '../bank-access.js'
import { isId } from '../codecs.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { type ObpInstance, query } from '../instance.js'
import { toAddress, toCreditLimitRequest, toHandle, toTaxResidence } from './mapping.js'

/** Names a customer and the customer number that its social media handles are stored under. */
export interface NumberedKey extends CustomerKey {
  readonly number: string
}

export interface CreditLimitRequestKey {
  readonly customer: CustomerKey
  readonly id: string
}

/** A loader of a customer's records of one kind. */
const listLoader = <Node>(
  list: (instance: ObpInstance, operation: OperationScope, ref: CustomerRef) => Promise<Node[]>,
) =>
  keyLoader<ObpInstance, CustomerRef, Node[] | null>(
    (instance, operation, ref) => nullIfNotFound(list(instance, operation, ref)),
    customerRefKey,
  )

export const addresses = listLoader(async ({ sources, drift }, operation, ref) => {
  const { addresses: rows } = await sources.records.getCustomerAddresses(operation, ref)
  return rows.filter((row) => row.customer_id === ref.id).map((row) => toAddress(row, drift))
})

export const taxResidences = listLoader(async ({ sources }, operation, ref) =>
  (await sources.records.getTaxResidence(operation, ref)).tax_residence.map(toTaxResidence),
)

export const handles = listLoader(async ({ sources, drift }, operation, ref) =>
  (await sources.records.getSocialMediaHandles(operation, ref)).checks.map((row) => toHandle(row, drift)),
)

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
  addressesOf: query<CustomerKey, CustomerAddress[] | null>({
    scope: 'customers:read',
    type: 'CustomerAddress',
    owner: ownerOf,
    load: loadByCustomer(addresses),
  }),

  taxResidencesOf: query<CustomerKey, TaxResidence[] | null>({
    scope: 'customers:read',
    type: 'TaxResidence',
    owner: ownerOf,
    load: loadByCustomer(taxResidences),
  }),

  /** A handle under another number is left out: the number may have changed in the meantime. */
  socialMediaHandlesOf: query<NumberedKey, SocialMediaHandle[] | null>({
    scope: 'customers:read',
    type: 'SocialMediaHandle',
    owner: ownerOf,
    async load(instance, operation, key) {
      const found = await loadHandles(instance, operation, key)
      return found && found.filter(({ customerNumber }) => customerNumber === key.number)
    },
  }),

  creditLimitRequestsOf: query<CustomerKey, CreditLimitRequest[] | null>({
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

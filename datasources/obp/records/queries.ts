import type { CreditLimitRequest, CustomerAddress, SocialMediaHandle, TaxResidence } from '../../../schema/records.js'
import { keyLoader } from '../../support/loader.js'
import { type CustomerKey, query } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import { type BankAccess, type CustomerRef, customerRefKey } from '../bank-access.js'
import { isId } from '../codecs.js'
import type { RecordSource } from './datasource.js'
import { toAddress, toCreditLimitRequest, toHandle, toTaxResidence } from './mapping.js'

/** Names a customer together with the number that handles are kept under. */
export interface NumberedKey extends CustomerKey {
  readonly number: string
}

export interface CreditLimitRequestKey {
  readonly customer: CustomerKey
  readonly id: string
}

/** Questions about what hangs off one customer. The provider lists by customer only, so each list is asked for once however deep it is needed. */
export function recordLoaders(source: RecordSource, banks: BankAccess, drift: Drift) {
  const listed = <Node>(ask: (place: CustomerRef) => Promise<Node[]>) =>
    keyLoader<CustomerRef, Node[] | null>((place) => nullIfNotFound(ask(place)), customerRefKey)

  const addresses = listed(async (place) => {
    const { addresses: rows } = await source.getCustomerAddresses(place)
    return rows.filter((row) => row.customer_id === place.id).map((row) => toAddress(row, drift))
  })

  const taxResidences = listed(async (place) => (await source.getTaxResidence(place)).tax_residence.map(toTaxResidence))

  const handles = listed(async (place) =>
    (await source.getSocialMediaHandles(place)).checks.map((row) => toHandle(row, drift)),
  )

  // The one that is answered stands for all.
  const creditLimitRequests = listed(async (place) => [
    toCreditLimitRequest(await source.getCreditLimitRequests(place)),
  ])

  const creditLimitRequest = keyLoader<CustomerRef & { requestId: string }, CreditLimitRequest | null>(
    async ({ requestId, ...place }) => {
      const row = await nullIfNotFound(source.getCreditLimitRequestByRequestId(place, requestId))
      return row && toCreditLimitRequest(row)
    },
  )

  const readings = {
    addressesOf: query<CustomerKey, CustomerAddress[] | null>({
      scope: 'customers:read',
      type: 'CustomerAddress',
      owner: banks.owner,
      load: banks.within(addresses.load),
    }),

    taxResidencesOf: query<CustomerKey, TaxResidence[] | null>({
      scope: 'customers:read',
      type: 'TaxResidence',
      owner: banks.owner,
      load: banks.within(taxResidences.load),
    }),

    /** A number that changed in between names somebody else's. */
    socialMediaHandlesOf: query<NumberedKey, SocialMediaHandle[] | null>({
      scope: 'customers:read',
      type: 'SocialMediaHandle',
      owner: banks.owner,
      async load(key) {
        const found = await banks.within(handles.load)(key)
        return found && found.filter(({ customerNumber }) => customerNumber === key.number)
      },
    }),

    creditLimitRequestsOf: query<CustomerKey, CreditLimitRequest[] | null>({
      scope: 'customers:read',
      type: 'CreditLimitRequest',
      owner: banks.owner,
      load: banks.within(creditLimitRequests.load),
    }),

    creditLimitRequestById: query<CreditLimitRequestKey, CreditLimitRequest | null>({
      scope: 'customers:read',
      type: 'CreditLimitRequest',
      owner: ({ customer }) => banks.owner(customer),
      async load({ customer, id: requestId }) {
        const place = isId(requestId) ? banks.place(customer) : null
        return place && creditLimitRequest.load({ ...place, requestId })
      },
    }),
  }

  return { readings, addresses, taxResidences, handles }
}

export type RecordLoaders = ReturnType<typeof recordLoaders>

import type { UserCustomerLink } from '../../../schema/user-link.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import type { CustomerKey } from '../../contract/operations.js'
import { isReadable, type Rows } from '../../contract/rows.js'
import { keyLoader } from '../../support/loader.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { bankOf, banksOf, loadByCustomer, ownerOf } from '../bank-access.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { customers } from '../customers/loaders.js'
import { unreadableObpRow } from '../error-mapping.js'
import { isId } from '../ids.js'
import { type ObpInstance, query } from '../instance.js'
import { toLink } from './mapping.js'

/** Names a user; without `bankId` the configured bank is asked. */
interface UserKey {
  readonly userId: string
  readonly bankId?: string | null | undefined
}

export const linksOfCustomer = keyLoader<ObpInstance, CustomerRef, Rows<UserCustomerLink> | null>(
  async ({ sources, drift }, operation, { bankId, id }) => {
    const response = await nullIfNotFound(sources.links.getUserCustomerLinksByCustomerId(operation, bankId, id))
    const rows = response && response.user_customer_links.filter((link) => hasMember(link, 'customer_id', id))
    return rows && toNodes(rows, 'user_customer_links', (link) => toLink(link, bankId), unreadableObpRow, drift)
  },
  customerRefKey,
)

/** By the same key as customers: a user's id and the bank that is asked. */
export const linksOfUser = keyLoader<ObpInstance, CustomerRef, Rows<UserCustomerLink> | null>(
  async ({ sources, drift }, operation, { bankId, id }) => {
    const response = await nullIfNotFound(sources.links.getUserCustomerLinksByUserId(operation, bankId, id))
    const rows = response && response.user_customer_links.filter((link) => hasMember(link, 'user_id', id))
    return rows && toNodes(rows, 'user_customer_links', (link) => toLink(link, bankId), unreadableObpRow, drift)
  },
  customerRefKey,
)

const loadCustomer = loadByCustomer(customers)

/** True for a customer at a bank that the caller may name; the likeliest bank, the one of the request, is asked first. */
async function isAccessible(
  instance: ObpInstance,
  operation: OperationScope,
  id: string,
  likelyBank: string,
): Promise<boolean> {
  const others = banksOf(instance, operation).filter((bank) => bank !== likelyBank)
  for (const bankId of [likelyBank, ...others]) if (await loadCustomer(instance, operation, { id, bankId })) return true
  return false
}

/** Queries of the links between users and customers. */
export const linkQueries = {
  userLinksOf: query<CustomerKey, Rows<UserCustomerLink> | null>({
    scope: 'customers:read',
    type: 'UserCustomerLink',
    owner: ownerOf,
    load: loadByCustomer(linksOfCustomer),
  }),

  /** The provider lists links of every bank; links to customers at banks that the caller may not name are left out. */
  linksOfUser: query<UserKey, Rows<UserCustomerLink> | null>({
    scope: 'customers:read',
    searchedBy: () => ['Query.userCustomerLinks(userId:)'],
    type: 'UserCustomerLink',
    async load(instance, operation, { userId, bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      if (bankId === null) return null
      const links = isId(userId) ? await operation.loader(instance, linksOfUser).load({ bankId, id: userId }) : []
      if (links === null) return null
      const accessible = await Promise.all(
        links.map(async (link) => !isReadable(link) || isAccessible(instance, operation, link.customerId, bankId)),
      )
      return links.filter((_link, i) => accessible[i])
    },
  }),
}

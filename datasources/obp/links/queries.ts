import type { UserCustomerLink } from '../../../schema/user-link.js'
import { keyLoader } from '../../support/loader.js'
import { type CustomerKey, query } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import { type BankAccess, type CustomerRef, customerRefKey } from '../bank-access.js'
import { isId } from '../codecs.js'
import type { LinkSource } from './datasource.js'
import { toLink } from './mapping.js'

/** Names a user; without `bankId` the configured bank is asked. */
export interface UserKey {
  readonly userId: string
  readonly bankId?: string | null | undefined
}

/** Questions about which users are linked to which customers. */
export function linkLoaders(
  source: LinkSource,
  banks: BankAccess,
  customerById: (key: CustomerKey) => Promise<unknown>,
  drift: Drift,
) {
  const ofCustomer = keyLoader<CustomerRef, UserCustomerLink[] | null>(async ({ bankId, id }) => {
    const answer = await nullIfNotFound(source.getUserCustomerLinksByCustomerId(bankId, id))
    return (
      answer &&
      answer.user_customer_links.filter((link) => link.customer_id === id).map((link) => toLink(link, bankId, drift))
    )
  }, customerRefKey)

  const ofUser = keyLoader<CustomerRef, UserCustomerLink[] | null>(async ({ bankId, id }) => {
    const answer = await nullIfNotFound(source.getUserCustomerLinksByUserId(bankId, id))
    return (
      answer &&
      answer.user_customer_links.filter((link) => link.user_id === id).map((link) => toLink(link, bankId, drift))
    )
  }, customerRefKey)

  /** True of a customer at a bank that the caller may name; the bank that was asked is the likeliest. */
  async function isKnown(id: string, asked: string): Promise<boolean> {
    for (const bankId of [asked, ...banks.all.filter((bank) => bank !== asked)])
      if (await customerById({ id, bankId })) return true
    return false
  }

  const readings = {
    userLinksOf: query<CustomerKey, UserCustomerLink[] | null>({
      scope: 'customers:read',
      type: 'UserCustomerLink',
      owner: banks.owner,
      load: banks.within(ofCustomer.load),
    }),

    /** The provider lists links of every bank; those of customers at banks that the caller may not name are left out. */
    linksOfUser: query<UserKey, UserCustomerLink[] | null>({
      scope: 'customers:read',
      type: 'UserCustomerLink',
      async load({ userId, bankId: named }) {
        const bankId = banks.named(named)
        if (bankId === null) return null
        const links = isId(userId) ? await ofUser.load({ bankId, id: userId }) : []
        const known = await Promise.all((links ?? []).map(({ customerId }) => isKnown(customerId, bankId)))
        return links && links.filter((_link, i) => known[i])
      },
    }),
  }

  return {
    readings,
    ofCustomer: ofCustomer.load,

    /** After a write the operation must not see what it read before. */
    forget(place: CustomerRef) {
      ofCustomer.clear(place)
      ofUser.clearAll()
    },
  }
}

export type LinkLoaders = ReturnType<typeof linkLoaders>

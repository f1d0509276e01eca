import type { UserCustomerLink } from '../../../schema/user-link.js'
import { type Drift, toDateTime } from '../../support/mapping.js'
import type { ObpLink } from './contract.js'

/** `bankId` is the bank of the request: a link does not name its bank. */
export const toLink = (link: ObpLink, bankId: string, drift: Drift): UserCustomerLink => ({
  id: link.user_customer_link_id,
  userId: link.user_id,
  customerId: link.customer_id,
  insertedAt: toDateTime(link.date_inserted, 'user_customer_link.date_inserted', drift) ?? link.date_inserted,
  isActive: link.is_active,
  bankId,
})

import { toInstant } from '../../../schema/scalars.js'
import type { UserCustomerLink } from '../../../schema/user-link.js'
import type { ObpLink } from './contract.js'

/** `bankId` is the bank of the request: a link does not name its bank. */
export const toLink = (link: ObpLink, bankId: string): UserCustomerLink => ({
  id: link.user_customer_link_id,
  userId: link.user_id,
  customerId: link.customer_id,
  insertedAt: toInstant(link.date_inserted)!,
  isActive: link.is_active,
  bankId,
})

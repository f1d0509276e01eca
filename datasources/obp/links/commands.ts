import type {
  CreateUserCustomerLinkInput,
  DeleteUserCustomerLinkInput,
  UserCustomerLink,
} from '../../../schema/user-link.js'
import { invalidInput, nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { findRow } from '../../contract/rows.js'
import { UnreadableRow } from '../../http/list-contract.js'
import { hasMember } from '../../support/rows.js'
import { bankOf } from '../bank-access.js'
import type { CustomerRef } from '../customer-ref.js'
import { findCustomer } from '../customers/customer-lookup.js'
import { clearCustomer } from '../customers/loaders.js'
import { obpError, unreadableObpRow } from '../error-mapping.js'
import { command, type ObpInstance } from '../instance.js'
import { toLink } from './mapping.js'
import { linksOfCustomer, linksOfUser } from './queries.js'

/** Customers of a bank that are searched for a link at most: each of them costs a call. */
const MAX_SEARCHED = 1000
const PARALLEL_CALLS = 50

/** Searches all customers of the bank: the provider has no read of a link by its id. */
async function searchLink(
  instance: ObpInstance,
  operation: OperationScope,
  bankId: string,
  linkId: string,
): Promise<UserCustomerLink | undefined> {
  const { customers } = instance.sources
  const { customers: rows } = await customers.getFirehoseCustomers(operation, bankId, 'DESC', MAX_SEARCHED + 1, 0)
  if (rows.length > MAX_SEARCHED)
    throw invalidInput({ 'input.customerId': ['is needed at a bank of this many customers'] })
  const own = rows.filter((row) => hasMember(row, 'bank_id', bankId))
  const ids = own.flatMap((row) => (row instanceof UnreadableRow ? (row.text('customer_id') ?? []) : row.customer_id))
  const loader = operation.loader(instance, linksOfCustomer)
  for (let i = 0; i < ids.length; i += PARALLEL_CALLS) {
    const lists = await Promise.all(ids.slice(i, i + PARALLEL_CALLS).map((id) => loader.load({ bankId, id })))
    const links = lists.flatMap((list) => list ?? [])
    const found = findRow(links, ({ id }) => id === linkId)
    if (found) return found
  }
  // The link may be of the customer whose row cannot be read.
  if (ids.length < own.length) throw unreadableObpRow()
  return undefined
}

/** The payload of a deletion, with what the link connected; absent where an earlier attempt deleted it. */
interface DeletedLink {
  readonly deletedId: string
  readonly link?: Pick<UserCustomerLink, 'userId' | 'customerId'> | undefined
}

/** The bank's link of this id; the provider would delete any other bank's as well. */
async function findLink(
  instance: ObpInstance,
  operation: OperationScope,
  { linkId, customerId, bankId: requestedBank }: DeleteUserCustomerLinkInput,
): Promise<UserCustomerLink | undefined> {
  if (customerId != null) {
    const { ref } = await findCustomer(instance, operation, { customerId, bankId: requestedBank })
    const links = await operation.loader(instance, linksOfCustomer).load(ref)
    return links ? findRow(links, ({ id }) => id === linkId) : undefined
  }
  const bankId = bankOf(instance, operation, requestedBank)
  return bankId === null ? undefined : searchLink(instance, operation, bankId, linkId)
}

/** Clears what the operation has loaded of the customer's links, after a write to them. */
function clearLinks(instance: ObpInstance, operation: OperationScope, ref: CustomerRef): void {
  operation.loader(instance, linksOfCustomer).clear(ref)
  operation.loader(instance, linksOfUser).clearAll()
  // The caller's own customers depend on the links.
  clearCustomer(instance, operation, ref)
}

/** Commands that create and delete links; a user and a customer have at most one. */
export const linkCommands = {
  createUserCustomerLink: command<CreateUserCustomerLinkInput, { link: UserCustomerLink }>({
    scope: 'links:write',
    type: 'CreateUserCustomerLinkPayload',
    // The provider does not tell a link that was never created from one that was deleted since: a late repeat would give
    // the user the customer again.
    repeatable: false,
    async readBack(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const loader = operation.loader(instance, linksOfCustomer)
      loader.clear(ref)
      const stored = await loader.load(ref)
      const link = stored && findRow(stored, ({ userId }) => userId === input.userId)
      return link ? { link } : null
    },
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const row = await instance.sources.links
        .createUserCustomerLinks(operation, ref.bankId, { user_id: input.userId, customer_id: ref.id })
        .finally(() => clearLinks(instance, operation, ref))
      return { link: toLink(row, ref.bankId) }
    },
  }),

  deleteUserCustomerLink: command<DeleteUserCustomerLinkInput, DeletedLink>({
    scope: 'links:write',
    type: 'DeleteUserCustomerLinkPayload',
    // The input may name the link alone.
    concerned: ({ link }) => link ?? {},
    repeatable: true,
    async run(instance, operation, input, { isRetry }) {
      const link = await findLink(instance, operation, input)
      if (link) {
        const deletion = instance.sources.links
          .deleteUserCustomerLink(operation, link.bankId, link.id)
          .finally(() => clearLinks(instance, operation, { bankId: link.bankId, id: link.customerId }))
        await (isRetry ? nullIfNotFound(deletion) : deletion)
      } else if (!isRetry) throw obpError('NOT_FOUND', 'The bank has no such link.')
      return { deletedId: input.linkId, link: link && { userId: link.userId, customerId: link.customerId } }
    },
  }),
}

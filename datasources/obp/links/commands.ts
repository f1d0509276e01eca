import type {
  CreateUserCustomerLinkInput,
  DeleteUserCustomerLinkInput,
  UserCustomerLink,
} from '../../../schema/user-link.js'
import { command } from '../../contract/operations.js'
import { nullIfNotFound, invalidInput } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess, CustomerRef } from '../bank-access.js'
import type { CustomerSource } from '../customers/datasource.js'
import type { CustomerLoaders } from '../customers/queries.js'
import { firehoseWindow } from '../customers/mapping.js'
import { obpError } from '../error-mapping.js'
import type { LinkSource } from './datasource.js'
import type { LinkLoaders } from './queries.js'
import { toLink } from './mapping.js'

/** A bank of more customers than this is not searched for a link: each of them costs a call. */
const MOST_SEARCHED = 1000
const SIDE_BY_SIDE = 50

/** What links one user to one customer at most once, and what ends that. */
export function linkCommands(
  source: LinkSource,
  bank: Pick<CustomerSource, 'getFirehoseCustomers'>,
  banks: BankAccess,
  customers: Pick<CustomerLoaders, 'named' | 'forget'>,
  links: LinkLoaders,
  drift: Drift,
) {
  /** The provider reads no link by its id, so the bank's customers are gone through. */
  async function searched(bankId: string, linkId: string): Promise<UserCustomerLink | undefined> {
    const { customers: rows } = await bank.getFirehoseCustomers(bankId, firehoseWindow(null), MOST_SEARCHED + 1, 0)
    if (rows.length > MOST_SEARCHED)
      throw invalidInput({ 'input.customerId': ['is needed at a bank of this many customers'] })
    const ids = rows.filter((row) => row.bank_id === bankId).map((row) => row.customer_id)
    for (let i = 0; i < ids.length; i += SIDE_BY_SIDE) {
      const lists = await Promise.all(ids.slice(i, i + SIDE_BY_SIDE).map((id) => links.ofCustomer({ bankId, id })))
      const found = lists.flatMap((list) => list ?? []).find(({ id }) => id === linkId)
      if (found) return found
    }
    return undefined
  }

  /** The bank's link of this id; the provider would end any other bank's as well. */
  async function linkOf({
    linkId,
    customerId,
    bankId: named,
  }: DeleteUserCustomerLinkInput): Promise<UserCustomerLink | undefined> {
    if (customerId != null) {
      const { place } = await customers.named({ id: customerId, bankId: named })
      return (await links.ofCustomer(place))?.find(({ id }) => id === linkId)
    }
    const bankId = banks.named(named)
    return bankId === null ? undefined : searched(bankId, linkId)
  }

  function forget(place: CustomerRef): void {
    links.forget(place)
    // Whose customers the caller's are may be another matter now.
    customers.forget(place)
  }

  return {
    /** The provider refuses a second link of the same two, so where an earlier try may have made it, it is looked for first. */
    createUserCustomerLink: command<CreateUserCustomerLinkInput, { link: UserCustomerLink }>({
      scope: 'customers:write',
      type: 'CreateUserCustomerLinkPayload',
      repeatable: true,
      async run({ userId, customerId, bankId }, { isRetry }) {
        const { place } = await customers.named({ id: customerId, bankId })
        const made = isRetry ? (await links.ofCustomer(place))?.find((link) => link.userId === userId) : undefined
        if (made) return { link: made }
        try {
          const link = await source.createUserCustomerLinks(place.bankId, { user_id: userId, customer_id: place.id })
          return { link: toLink(link, place.bankId, drift) }
        } finally {
          forget(place)
        }
      },
    }),

    deleteUserCustomerLink: command<DeleteUserCustomerLinkInput, { deletedId: string }>({
      scope: 'customers:write',
      type: 'DeleteUserCustomerLinkPayload',
      repeatable: true,
      async run(input, { isRetry }) {
        const link = await linkOf(input)
        if (!link) {
          if (isRetry) return { deletedId: input.linkId }
          throw obpError('NOT_FOUND', 'The bank has no such link.')
        }
        try {
          const sent = source.deleteUserCustomerLink(link.bankId, link.id)
          await (isRetry ? nullIfNotFound(sent) : sent)
          return { deletedId: link.id }
        } finally {
          forget({ bankId: link.bankId, id: link.customerId })
        }
      },
    }),
  }
}

import type { CustomerKey, Owner } from '../contract/operations.js'
import type { Caller } from '../contract/caller.js'
import type { Commands } from '../contract/operations.js'
import { obpError } from './error-mapping.js'
import type { ObpSettings } from './settings.js'
import { isId } from './codecs.js'

/** Said alike of a customer who is not there and of one who is at a bank that the caller may not name. */
export const NO_CUSTOMER = 'The bank has no such customer.'

/** A customer's id together with a bank that the caller may name. */
export interface CustomerRef {
  readonly bankId: string
  readonly id: string
}

/** A name for each place; its first part tells where the id ends. */
export const customerRefKey = ({ bankId, id }: CustomerRef): string => `${id.length} ${id}${bankId}`

/**
 * Which banks a caller may know. The provider finds customers and KYC records by their own id and hardly looks at the
 * bank in the address, so whose bank it is is kept here: at a bank that the caller may not name, nothing exists.
 */
export function bankAccessOf(
  { bankId: configured, bankIds }: Pick<ObpSettings, 'bankId' | 'bankIds'>,
  { banks }: Caller,
) {
  const all = banks === undefined ? bankIds : bankIds.filter((id) => banks.includes(id))

  const named = (bankId: string | null | undefined): string | null => {
    const meant = bankId ?? configured
    return all.includes(meant) ? meant : null
  }

  /** The bank that a write means; throws where the caller may not name it, which the writes are refused for already. */
  function required(bankId: string | null | undefined): string {
    const bank = named(bankId)
    if (bank === null) throw obpError('NOT_FOUND', 'There is no such bank.')
    return bank
  }

  function place({ id, bankId }: CustomerKey): CustomerRef | null {
    const bank = named(bankId)
    return bank !== null && isId(id) ? { bankId: bank, id } : null
  }

  function admit({ bankId, customerId }: { readonly bankId?: string | null; readonly customerId?: string }): void {
    if (customerId === undefined) required(bankId)
    else if (named(bankId) === null) throw obpError('NOT_FOUND', NO_CUSTOMER)
  }

  return {
    /** Every bank that the caller may name. */
    all,
    /** The bank that is meant, or null where the caller may not name it. */
    named,
    required,
    /** Where a customer is to be looked for, or null where the caller may not look. */
    place,
    owner: ({ id, bankId }: CustomerKey): Owner => ({ customer: { id, bankId: bankId ?? configured } }),
    /** Has these writes refused where the caller may not name the bank, also to be told how one ended before. */
    admitting<Declared extends Commands>(commands: Declared): Declared {
      for (const command of Object.values(commands)) Object.assign(command, { authorize: admit })
      return commands
    },
    /** A question about a customer, answered with null where the caller may not look. */
    within:
      <Value>(load: (place: CustomerRef) => Promise<Value>) =>
      (key: CustomerKey): Promise<Value | null> => {
        const found = place(key)
        return found ? load(found) : Promise.resolve(null)
      },
  }
}

export type BankAccess = ReturnType<typeof bankAccessOf>

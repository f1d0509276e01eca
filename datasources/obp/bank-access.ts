import type { OperationScope, LoaderDefinition } from '../contract/operation-scope.js'
import type { Commands, CustomerKey, Owner } from '../contract/operations.js'
import type { Loader } from '../support/loader.js'
import type { CustomerRef } from './customer-ref.js'
import { obpError } from './error-mapping.js'
import { isId } from './ids.js'
import type { ObpInstance } from './instance.js'

// Bank access: the provider finds customers and KYC records by their own id and hardly checks the bank in the path.
// So access is checked here: at a bank that the caller may not name, nothing exists.

/** The same error for an absent customer, for one at a bank that the caller may not name, and for another owner's. */
export const noCustomer = () => obpError('NOT_FOUND', 'The bank has no such customer.')

const mayName = ({ bankIds }: ObpInstance, { caller: { banks } }: OperationScope, id: string): boolean =>
  bankIds.includes(id) && (banks === undefined || banks.includes(id))

/** Every bank that the caller may name. */
export const banksOf = (instance: ObpInstance, operation: OperationScope): readonly string[] =>
  instance.bankIds.filter((id) => mayName(instance, operation, id))

/** The bank, or the configured one without `bankId`; null where the caller may not name it. */
export function bankOf(
  instance: ObpInstance,
  operation: OperationScope,
  bankId: string | null | undefined,
): string | null {
  const named = bankId ?? instance.bankId
  if (mayName(instance, operation, named)) return named
  operation.foreign('bank')
  return null
}

/** Whether a record is at the bank at which it was asked for; tells one that is at a bank that the caller may not name. */
export function isAtBank(instance: ObpInstance, operation: OperationScope, found: string, asked: string): boolean {
  if (found !== asked) bankOf(instance, operation, found)
  return found === asked
}

/** The bank of a command; throws where the caller may not name it, which `authorize` has refused already. */
export function requiredBankOf(
  instance: ObpInstance,
  operation: OperationScope,
  bankId: string | null | undefined,
): string {
  const bank = bankOf(instance, operation, bankId)
  if (bank === null) throw obpError('NOT_FOUND', 'There is no such bank.')
  return bank
}

/** The customer that a key names, or null where the caller may not name the bank or the id cannot be one. */
export function customerRefOf(
  instance: ObpInstance,
  operation: OperationScope,
  { id, bankId }: CustomerKey,
): CustomerRef | null {
  const bank = bankOf(instance, operation, bankId)
  return bank !== null && isId(id) ? { bankId: bank, id } : null
}

/** The owner of the data that a customer key names. */
export const ownerOf = ({ id, bankId }: CustomerKey, instance: ObpInstance): Owner => ({
  customer: { id, bankId: bankId ?? instance.bankId },
})

/** The owner of the data that a command's input names. */
export const ownerOfInput = (
  { customerId, bankId }: { readonly customerId: string; readonly bankId?: string | null | undefined },
  instance: ObpInstance,
): Owner => ownerOf({ id: customerId, bankId }, instance)

/** The `load` of a query by customer; null where the caller may not name the bank. */
export const loadByCustomer =
  <Value>(definition: LoaderDefinition<ObpInstance, Pick<Loader<CustomerRef, Value>, 'load'>>) =>
  (instance: ObpInstance, operation: OperationScope, key: CustomerKey): Promise<Value | null> => {
    const ref = customerRefOf(instance, operation, key)
    return ref ? operation.loader(instance, definition).load(ref) : Promise.resolve(null)
  }

function authorize(
  instance: ObpInstance,
  operation: OperationScope,
  { bankId, customerId }: { readonly bankId?: string | null; readonly customerId?: string },
): void {
  if (customerId === undefined) requiredBankOf(instance, operation, bankId)
  else if (bankOf(instance, operation, bankId) === null) throw noCustomer()
}

/** The same commands, refused where the caller may not name the bank, stored outcomes included. */
export const forBank = <Declared extends Commands<ObpInstance>>(commands: Declared): Declared =>
  Object.fromEntries<unknown>(
    Object.entries(commands).map(([name, declared]) => [name, { ...declared, authorize, absent: noCustomer }]),
  ) as Declared

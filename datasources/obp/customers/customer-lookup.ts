import type { Customer } from '../../../schema/customer.js'
import type { CustomerAttribute } from '../../../schema/customer-attribute.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import type { CustomerKey } from '../../contract/operations.js'
import type { Rows } from '../../contract/rows.js'
import { customerRefOf, noCustomer } from '../bank-access.js'
import type { CustomerRef } from '../customer-ref.js'
import type { ObpInstance } from '../instance.js'
import { attributes, clearCustomer, customers } from './loaders.js'

interface FoundCustomer {
  readonly ref: CustomerRef
  readonly customer: Customer
}

/** The input members of a command that name a customer. */
export interface CustomerInput {
  readonly customerId: string
  readonly bankId?: string | null | undefined
}

const keyOf = ({ customerId, bankId }: CustomerInput): CustomerKey => ({ id: customerId, bankId })

async function load(instance: ObpInstance, operation: OperationScope, ref: CustomerRef | null): Promise<FoundCustomer> {
  const customer = ref && (await operation.loader(instance, customers).load(ref))
  if (!customer) throw noCustomer()
  return { ref, customer }
}

/**
 * The customer that a command names; throws `NOT_FOUND` where there is none. It precedes every write, because the
 * provider would change another bank's customer as well.
 */
export const findCustomer = (
  instance: ObpInstance,
  operation: OperationScope,
  input: CustomerInput,
): Promise<FoundCustomer> => load(instance, operation, customerRefOf(instance, operation, keyOf(input)))

/** The customer as it is now, whatever the operation has loaded before. */
export function reloadCustomer(
  instance: ObpInstance,
  operation: OperationScope,
  input: CustomerInput,
): Promise<FoundCustomer> {
  const ref = customerRefOf(instance, operation, keyOf(input))
  if (ref) clearCustomer(instance, operation, ref)
  return load(instance, operation, ref)
}

/** The attributes of a customer that was found; none where the provider has no such customer any more. */
export const loadAttributes = async (
  instance: ObpInstance,
  operation: OperationScope,
  ref: CustomerRef,
): Promise<Rows<CustomerAttribute>> => (await operation.loader(instance, attributes).load(ref)) ?? []

import type { AccountEntitlementSet } from '../../schema/entitlement.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { keyLoader } from '../support/loader.js'
import { type ApitureInstance, query, snapshotStore } from './instance.js'

const entitlements = keyLoader<ApitureInstance, string, AccountEntitlementSet | null>(
  (instance, operation, bankingCustomerId) => snapshotStore(instance, operation).read(bankingCustomerId),
)

/** Clears what the operation has loaded of a banking customer, after a write to it. */
export function clearEntitlements(
  instance: ApitureInstance,
  operation: OperationScope,
  bankingCustomerId: string,
): void {
  operation.loader(instance, entitlements).clear(bankingCustomerId)
}

/** Apiture's queries. Apiture has no read endpoint, so they are answered from the stored snapshots of confirmed writes. */
export const apitureQueries = {
  entitlementsOf: query<string, AccountEntitlementSet | null>({
    scope: 'entitlements:read',
    owner: (bankingCustomer) => ({ bankingCustomer }),
    type: 'AccountEntitlementSet',
    load: (instance, operation, bankingCustomerId) => operation.loader(instance, entitlements).load(bankingCustomerId),
  }),
}

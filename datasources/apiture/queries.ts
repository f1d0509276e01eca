import type { AccountEntitlementSet } from '../../schema/entitlement.js'
import { each } from '../support/loader.js'
import { reading } from '../contract/operations.js'
import type { Snapshots } from './snapshot-store.js'

/** Apiture's questions. It offers no read, so all of them are answered from what it confirmed before. */
export function apitureLoaders(snapshots: Snapshots) {
  const entitlements = each((bankingCustomerId: string) => snapshots.read(bankingCustomerId))

  const readings = {
    entitlementsOf: reading<string, AccountEntitlementSet | null>({
      scope: 'entitlements:read',
      type: 'AccountEntitlementSet',
      load: entitlements.load,
    }),
  }

  return { readings, forget: entitlements.clear }
}

import type { AccountEntitlementSet } from '../../schema/entitlement.js'
import { keyLoader } from '../support/loader.js'
import { query } from '../contract/operations.js'
import type { SnapshotStore } from './snapshot-store.js'

/** Apiture's questions. It offers no read, so all of them are answered from what it confirmed before. */
export function apitureLoaders(snapshots: SnapshotStore) {
  const entitlements = keyLoader((bankingCustomerId: string) => snapshots.read(bankingCustomerId))

  const readings = {
    entitlementsOf: query<string, AccountEntitlementSet | null>({
      scope: 'entitlements:read',
      type: 'AccountEntitlementSet',
      load: entitlements.load,
    }),
  }

  return { readings, forget: entitlements.clear }
}

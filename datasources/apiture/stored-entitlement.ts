import type { AccountEntitlement, AccountEntitlementSet, BankingAccount } from '../../schema/entitlement.js'

/** A stored item. Its account has `id` for `accountId`, as version 0.1.0 stores it, so that both can serve side by side. */
export interface StoredEntitlement extends Omit<AccountEntitlement, 'account'> {
  readonly account: Omit<BankingAccount, 'accountId'> & { readonly id: string | null }
}

export const toStoredEntitlement = ({ account, ...rest }: AccountEntitlement): StoredEntitlement => {
  const { accountId, ...members } = account
  return { account: { id: accountId, ...members }, ...rest }
}

export const fromStoredEntitlement = ({ account, ...rest }: StoredEntitlement): AccountEntitlement => {
  const { id, ...members } = account
  return { account: { accountId: id, ...members }, ...rest }
}

/** A stored set of confirmed entitlements. */
export interface StoredEntitlementSet extends Omit<AccountEntitlementSet, 'items'> {
  readonly items: readonly StoredEntitlement[]
}

export const toStoredSet = (set: AccountEntitlementSet): StoredEntitlementSet => ({
  ...set,
  items: set.items.map(toStoredEntitlement),
})

export const fromStoredSet = (stored: StoredEntitlementSet): AccountEntitlementSet => ({
  ...stored,
  items: stored.items.map(fromStoredEntitlement),
})

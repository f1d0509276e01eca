import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { rowReader } from '../../http/list-contract.js'
import { AnyList, Optional, OptionalObject, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: opening accounts, registering users.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Onboarding
 */

const Attribute = Type.Object({
  account_attribute_id: Type.String({ minLength: 1 }),
  product_code: OptionalText,
  name: Type.String(),
  type: Type.String(),
  value: OptionalText,
})

const Routing = Type.Object({ scheme: Type.String(), address: Type.String() })

const Entitlement = Type.Object({ entitlement_id: Type.String(), role_name: Type.String(), bank_id: Type.String() })

const Account = Type.Object({
  account_id: Type.String({ minLength: 1 }),
  user_id: OptionalText,
  label: OptionalText,
  product_code: OptionalText,
  balance: Type.Object({ currency: Type.String(), amount: Type.String() }),
  branch_id: OptionalText,
  account_routings: Optional(AnyList),
  account_attributes: Optional(AnyList),
})

const User = Type.Object({
  user_id: Type.String({ minLength: 1 }),
  email: OptionalText,
  username: Type.String(),
  provider: Type.String(),
  provider_id: Type.String(),
  entitlements: OptionalObject({ list: Optional(AnyList) }),
})

export const answers = {
  account: contract(Account),
  user: contract(User),
}

/** Read the lists within an account and a user. */
export const readRoutings = rowReader(Routing)
export const readAttributes = rowReader(Attribute)
export const readEntitlements = rowReader(Entitlement)

export type ObpRouting = Static<typeof Routing>
export type ObpAccountAttribute = Static<typeof Attribute>
export type ObpEntitlement = Static<typeof Entitlement>
export type ObpAccount = Static<typeof Account>
export type ObpUser = Static<typeof User>

export interface AccountBody {
  /** Empty for the authenticated user. */
  user_id: string
  label: string
  product_code: string
  /** The provider accepts zero only. */
  balance: { currency: string; amount: '0' }
  branch_id: string
  account_routings: { scheme: string; address: string }[]
}

export interface UserBody {
  email: string
  username: string
  /** Only ever sent. */
  password: string
  first_name: string
  last_name: string
}

/** The message for a user that was not saved: one of the provider's few errors without a code. */
export const NOT_SAVED = 'Error occurred during user creation.'

/** The input member that an error is about, by the provider's code. */
export const REFUSED_MEMBER: Readonly<Record<string, string>> = {
  'OBP-10003': 'currency',
  'OBP-30110': 'accountId',
  'OBP-30111': 'bankId',
  'OBP-30114': 'routings',
  'OBP-30207': 'password',
}

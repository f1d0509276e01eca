import { AttributeType } from '../../../schema/customer-attribute.js'
import type {
  AccountAttribute,
  AccountRouting,
  BankUser,
  CreateAccountInput,
  CreateUserInput,
  DepositAccount,
  UserEntitlement,
} from '../../../schema/onboarding.js'
import { withLists } from '../../contract/rows.js'
import { type Drift, providerWord, toEnum } from '../../support/mapping.js'
import { toNodes } from '../../support/rows.js'
import { unreadableObpRow } from '../error-mapping.js'
import { text } from '../texts.js'
import {
  type AccountBody,
  type ObpAccount,
  type ObpAccountAttribute,
  type ObpEntitlement,
  type ObpRouting,
  type ObpUser,
  readAttributes,
  readEntitlements,
  readRoutings,
  type UserBody,
} from './contract.js'

// ---- from the provider's responses to the graph

const toRouting = ({ scheme, address }: ObpRouting): AccountRouting => ({ scheme, address })

const toAttribute = (attribute: ObpAccountAttribute, drift: Drift): AccountAttribute => ({
  id: attribute.account_attribute_id,
  productCode: text(attribute.product_code),
  name: attribute.name,
  type: toEnum(AttributeType, attribute.type, 'account_attribute.type', drift),
  typeRaw: providerWord(attribute.type),
  value: attribute.value ?? '',
})

/** `bankId` is the bank of the request: an account does not name its bank. */
export function toAccount(account: ObpAccount, bankId: string, drift: Drift): DepositAccount {
  const members = {
    accountId: account.account_id,
    bankId,
    userId: text(account.user_id),
    label: account.label ?? '',
    productCode: account.product_code ?? '',
    balance: { currency: account.balance.currency, amount: account.balance.amount },
    branchId: text(account.branch_id),
  }
  const routings = readRoutings(account.account_routings ?? [])
  const attributes = readAttributes(account.account_attributes ?? [])
  return withLists<DepositAccount, 'routings' | 'attributes'>(members, {
    routings: toNodes(routings, 'account.account_routings', toRouting, unreadableObpRow, drift),
    attributes: toNodes(attributes, 'account.account_attributes', toAttribute, unreadableObpRow, drift),
  })
}

/** An account as an idempotency record holds it: with `id` for `accountId`, as version 0.1.0 stores it, so that both can serve side by side. */
export interface StoredAccount extends Omit<DepositAccount, 'accountId'> {
  readonly id: string
}

export const toStoredAccount = ({ accountId, ...rest }: DepositAccount): StoredAccount => ({ id: accountId, ...rest })

export const fromStoredAccount = ({ id, ...rest }: StoredAccount): DepositAccount => ({ accountId: id, ...rest })

const toEntitlement = ({ entitlement_id, role_name, bank_id }: ObpEntitlement): UserEntitlement => ({
  id: entitlement_id,
  roleName: role_name,
  bankId: bank_id,
})

export function toUser(user: ObpUser, drift: Drift): BankUser {
  const members = {
    id: user.user_id,
    email: text(user.email),
    username: user.username,
    provider: user.provider,
    providerId: user.provider_id,
  }
  const entitlements = readEntitlements(user.entitlements?.list ?? [])
  return withLists<BankUser, 'entitlements'>(members, {
    entitlements: toNodes(entitlements, 'user.entitlements', toEntitlement, unreadableObpRow, drift),
  })
}

// ---- from the graph's input to the provider's requests

export const accountBody = (input: CreateAccountInput): AccountBody => ({
  user_id: input.userId ?? '',
  label: input.label,
  product_code: input.productCode,
  balance: { currency: input.currency, amount: '0' },
  branch_id: input.branchId ?? '',
  account_routings: (input.routings ?? []).map(({ scheme, address }) => ({ scheme, address })),
})

export const userBody = (input: CreateUserInput): UserBody => ({
  email: input.email,
  username: input.username,
  password: input.password,
  first_name: input.firstName,
  last_name: input.lastName,
})

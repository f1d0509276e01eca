import { AttributeType } from '../../../schema/customer-attribute.js'
import type { BankUser, CreateAccountInput, CreateUserInput, DepositAccount } from '../../../schema/onboarding.js'
import { type Drift, providerWord, toEnum } from '../../support/mapping.js'
import { text } from '../codecs.js'
import type { AccountBody, ObpAccount, ObpUser, UserBody } from './contract.js'

// ---- from the provider's responses to the graph

/** `bankId` is the bank of the request: an account does not name its bank. */
export const toAccount = (account: ObpAccount, bankId: string, drift: Drift): DepositAccount => ({
  accountId: account.account_id,
  bankId,
  userId: text(account.user_id),
  label: account.label ?? '',
  productCode: account.product_code ?? '',
  balance: { currency: account.balance.currency, amount: account.balance.amount },
  branchId: text(account.branch_id),
  routings: (account.account_routings ?? []).map(({ scheme, address }) => ({ scheme, address })),
  attributes: (account.account_attributes ?? []).map((attribute) => ({
    id: attribute.account_attribute_id,
    productCode: text(attribute.product_code),
    name: attribute.name,
    type: toEnum(AttributeType, attribute.type, 'account_attribute.type', drift),
    typeRaw: providerWord(attribute.type),
    value: attribute.value ?? '',
  })),
})

/** An account as an idempotency record holds it: with `id` for `accountId`, as version 0.1.0 stores it, so that both can serve side by side. */
export interface StoredAccount extends Omit<DepositAccount, 'accountId'> {
  readonly id: string
}

export const toStoredAccount = ({ accountId, ...rest }: DepositAccount): StoredAccount => ({ id: accountId, ...rest })

export const fromStoredAccount = ({ id, ...rest }: StoredAccount): DepositAccount => ({ accountId: id, ...rest })

export const toUser = (user: ObpUser): BankUser => ({
  id: user.user_id,
  email: text(user.email),
  username: user.username,
  provider: user.provider,
  providerId: user.provider_id,
  entitlements: (user.entitlements?.list ?? []).map(({ entitlement_id, role_name, bank_id }) => ({
    id: entitlement_id,
    roleName: role_name,
    bankId: bank_id,
  })),
})

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

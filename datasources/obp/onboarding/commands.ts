import type { BankUser, CreateAccountInput, CreateUserInput, DepositAccount } from '../../../schema/onboarding.js'
import { requiredBankOf } from '../bank-access.js'
import { command } from '../instance.js'
import {
  accountBody,
  fromStoredAccount,
  type StoredAccount,
  toAccount,
  toStoredAccount,
  toUser,
  userBody,
} from './mapping.js'

/**
 * Commands that open accounts. None may be repeated after a lost answer: without an id of the caller's a repeat opens a
 * second account, and with one it fails as taken although the first attempt took the id.
 */
export const accountCommands = {
  createAccount: command<CreateAccountInput, { account: DepositAccount }>({
    scope: 'accounts:write',
    type: 'CreateAccountPayload',
    repeatable: false,
    toStored: ({ account }) => ({ account: toStoredAccount(account) }),
    fromStored: (stored) => ({ account: fromStoredAccount((stored as { account: StoredAccount }).account) }),
    async run(instance, operation, input) {
      const { onboarding } = instance.sources
      const bankId = requiredBankOf(instance, operation, input.bankId)
      const body = accountBody(input)
      const row = await (input.accountId == null
        ? onboarding.addAccount(operation, bankId, body)
        : onboarding.createAccount(operation, bankId, input.accountId, body))
      return { account: toAccount(row, bankId, instance.drift) }
    },
  }),
}

/**
 * Commands that register users. None may be repeated: a repeat fails as taken although the first attempt may have taken
 * the name.
 */
export const userCommands = {
  createUser: command<CreateUserInput, { user: BankUser }>({
    scope: 'users:write',
    type: 'CreateUserPayload',
    repeatable: false,
    run: async ({ sources, drift }, operation, input) => ({
      user: toUser(await sources.onboarding.createUser(operation, userBody(input)), drift),
    }),
  }),
}

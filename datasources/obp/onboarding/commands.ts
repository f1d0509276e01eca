import type { Account, CreateAccountInput, CreateUserInput, User } from '../../../schema/onboarding.js'
import { command } from '../../contract/operations.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess } from '../bank-access.js'
import type { OnboardingSource } from './datasource.js'
import { accountBody, toAccount, toUser, userBody } from './mapping.js'

/**
 * Opens accounts. None may be repeated after a lost answer: one without an id of the caller's would be opened twice,
 * and a second try at an id reads as taken although it was the first that took it.
 */
export function accountCommands(source: OnboardingSource, banks: Pick<BankAccess, 'required'>, drift: Drift) {
  return {
    createAccount: command<CreateAccountInput, { account: Account }>({
      scope: 'accounts:write',
      type: 'CreateAccountPayload',
      repeatable: false,
      async run(input) {
        const bankId = banks.required(input.bankId)
        const body = accountBody(input)
        const account = await (input.accountId == null
          ? source.addAccount(bankId, body)
          : source.createAccount(bankId, input.accountId, body))
        return { account: toAccount(account, bankId, drift) }
      },
    }),
  }
}

/** Registers users. A second try at a name reads as taken although it may be the first that took it, so none is repeated. */
export function userCommands(source: OnboardingSource) {
  return {
    createUser: command<CreateUserInput, { user: User }>({
      scope: 'users:write',
      type: 'CreateUserPayload',
      repeatable: false,
      run: async (input) => ({ user: toUser(await source.createUser(userBody(input))) }),
    }),
  }
}

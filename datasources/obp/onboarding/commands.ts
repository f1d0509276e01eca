import type { Account, CreateAccountInput, CreateUserInput, User } from '../../../schema/onboarding.js'
import { writing } from '../../door.js'
import type { Drift } from '../../mapping.js'
import type { Banks } from '../banks.js'
import type { OnboardingSource } from './datasource.js'
import { accountBody, toAccount, toUser, userBody } from './mapping.js'

/**
 * Opens accounts and registers users. Neither may be repeated after a lost answer: an account without an id of the
 * caller's would be opened twice, and a second try at an id or a name reads as taken although it was the first that took it.
 */
export function onboardingCommands(source: OnboardingSource, banks: Pick<Banks, 'required'>, drift: Drift) {
  return {
    createAccount: writing<CreateAccountInput, { account: Account }>({
      scope: 'accounts:write',
      type: 'CreateAccountPayload',
      repeatable: false,
      async run(input) {
        const bankId = banks.required(input.bankId)
        const body = accountBody(input)
        const account = await (input.accountId == null ? source.addAccount(bankId, body) : source.createAccount(bankId, input.accountId, body))
        return { account: toAccount(account, bankId, drift) }
      },
    }),

    createUser: writing<CreateUserInput, { user: User }>({
      scope: 'users:write',
      type: 'CreateUserPayload',
      repeatable: false,
      run: async (input) => ({ user: toUser(await source.createUser(userBody(input))) }),
    }),
  }
}

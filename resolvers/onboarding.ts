import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-classes.js'
import {
  DepositAccount,
  CreateAccountInput,
  CreateAccountPayload,
  CreateUserInput,
  CreateUserPayload,
  BankUser,
} from '../schema/onboarding.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => DepositAccount)
export class DepositAccountResolver {
  @Scopes('accounts:write')
  @Cost('write')
  @Mutation(() => CreateAccountPayload, {
    nullable: true,
    description: 'Opens an account at a bank of the Open Bank Project. Requires the scope `accounts:write`.',
  })
  createAccount(
    @Arg('input', () => CreateAccountInput, { description: 'The input of the mutation.' }) input: CreateAccountInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createAccount(input)
  }
}

@Resolver(() => BankUser)
export class BankUserResolver {
  @Scopes('users:write')
  @Cost('write')
  @Mutation(() => CreateUserPayload, {
    nullable: true,
    description:
      'Creates a user at the Open Bank Project. Where its server validates e-mail addresses, the user logs in only after that. Requires the scope `users:write`.',
  })
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'The input of the mutation.' }) input: CreateUserInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createUser(input)
  }
}

import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-weights.js'
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
    description:
      'Opens an account: with `accountId` under that id, without it under one that the provider makes. Needs `accounts:write`.',
  })
  createAccount(@Arg('input', () => CreateAccountInput) input: CreateAccountInput, @Ctx() { obp }: RequestContext) {
    return obp.createAccount(input)
  }
}

@Resolver(() => BankUser)
export class BankUserResolver {
  @Scopes('users:write')
  @Cost('write')
  @Mutation(() => CreateUserPayload, {
    nullable: true,
    description: 'Registers somebody who can then log in. Needs `users:write`.',
  })
  createUser(@Arg('input', () => CreateUserInput) input: CreateUserInput, @Ctx() { obp }: RequestContext) {
    return obp.createUser(input)
  }
}

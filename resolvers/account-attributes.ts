import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import {
  AccountAttributesJob,
  SetAccountAttributesInput,
  SetAccountAttributesPayload,
} from '../schema/account-attributes.js'
import { Cost } from '../schema/cost-weights.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => AccountAttributesJob)
export class AccountAttributesResolver {
  @Scopes('attributes:write')
  @Cost('call')
  @Query(() => AccountAttributesJob, {
    nullable: true,
    description:
      'How far a job of the calling tenant is, for 30 days; null for any other key. Needs `attributes:write`.',
  })
  accountAttributesJob(@Arg('key', () => ID) key: string, @Ctx() { sei }: RequestContext) {
    return sei.jobByKey(key)
  }

  @Scopes('attributes:write')
  @Cost('dear')
  @Mutation(() => SetAccountAttributesPayload, {
    nullable: true,
    description:
      'Hands attributes of an account to SEI, which carries them out later. After `OUTCOME_UNKNOWN` look at the provider before trying again: it knows no idempotency keys. Needs `attributes:write`.',
  })
  setAccountAttributes(
    @Arg('input', () => SetAccountAttributesInput) input: SetAccountAttributesInput,
    @Ctx() { sei }: RequestContext,
  ) {
    return sei.setAccountAttributes(input)
  }
}

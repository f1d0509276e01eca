import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import {
  AccountAttributesJob,
  SetAccountAttributesInput,
  SetAccountAttributesPayload,
} from '../schema/account-attributes.js'
import { Cost } from '../schema/cost-classes.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => AccountAttributesJob)
export class AccountAttributesResolver {
  @Scopes('attributes:write')
  @Cost('call')
  @Query(() => AccountAttributesJob, {
    nullable: true,
    description:
      "The state of a write of account attributes that the caller's tenant submitted in the last 30 days; null for any other key. Requires the scope `attributes:write`.",
  })
  accountAttributesJob(
    @Arg('key', () => ID, { description: 'The `key` of the job, as `setAccountAttributes` returned it.' }) key: string,
    @Ctx() { sei }: RequestContext,
  ) {
    return sei.jobByKey(key)
  }

  @Scopes('attributes:write')
  @Cost('dear')
  @Mutation(() => SetAccountAttributesPayload, {
    nullable: true,
    description:
      'Writes attributes of an account at SEI, which executes the write asynchronously. SEI supports no idempotency keys: after `OUTCOME_UNKNOWN`, check the account at SEI before a new attempt. Requires the scope `attributes:write`.',
  })
  setAccountAttributes(
    @Arg('input', () => SetAccountAttributesInput, { description: 'The input of the mutation.' })
    input: SetAccountAttributesInput,
    @Ctx() { sei }: RequestContext,
  ) {
    return sei.setAccountAttributes(input)
  }
}

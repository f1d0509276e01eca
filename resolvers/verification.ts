import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import {
  MAX_RESULTS,
  VerificationResult,
  VerificationResultsArgs,
  VerifyAccountInput,
  VerifyAccountPayload,
} from '../schema/verification.js'
import type { RequestContext } from './context.js'
import { settled } from './settled.js'

@Resolver(() => VerificationResult)
export class VerificationResolver {
  @Scopes(orOwn('verifications:read'))
  @Query(() => VerificationResult, {
    nullable: true,
    description:
      'The result of an earlier account verification, or null. Only the tenant that requested it (without tenants, the client) finds it. Requires the scope `verifications:read`, or `verifications:read:own` for those that the caller asked for; with `verifications:read:any` beside `verifications:read`, results of other tenants and ids that are unknown here are looked up as well.',
  })
  verificationResult(
    @Arg('id', () => ID, { description: 'The `id` of a `VerificationResult`.' }) id: string,
    @Ctx() { banfico }: RequestContext,
  ) {
    return banfico.resultById(id)
  }

  @Scopes(orOwn('verifications:read'))
  @ListSize({ assumedSize: MAX_RESULTS })
  @Query(() => [VerificationResult], {
    nullable: 'itemsAndList',
    description:
      'The results of several account verifications, in the order of `ids`; an id that fails is null with an error of its own. The visibility is that of `verificationResult`. Requires the scope `verifications:read`, or `verifications:read:own`.',
  })
  verificationResults(
    @Args(() => VerificationResultsArgs) { ids }: VerificationResultsArgs,
    @Ctx() { banfico }: RequestContext,
  ) {
    return settled(ids.map((id) => banfico.resultById(id)))
  }

  @Scopes(orOwn('verifications:write'))
  @Cost('dear')
  @Mutation(() => VerifyAccountPayload, {
    nullable: true,
    description:
      'Asks the account-holding bank about the status and the holder of an account. Each check may be billed, so this server never repeats it by itself. Requires the scope `verifications:write`, or `verifications:write:own`, whose answers only the caller finds again.',
  })
  verifyAccount(
    @Arg('input', () => VerifyAccountInput, { description: 'The input of the mutation.' }) input: VerifyAccountInput,
    @Ctx() { banfico }: RequestContext,
  ) {
    return banfico.verifyAccount(input)
  }
}

import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-weights.js'
import { Scopes } from '../schema/scopes.js'
import {
  MAX_RESULTS,
  VerificationResult,
  VerificationResultsArgs,
  VerifyAccountInput,
  VerifyAccountPayload,
} from '../schema/verification.js'
import type { RequestContext } from './context.js'
import { settled } from './settled.js'

const VISIBLE =
  "Visible to the tenant that asked for it (else the client) and absent for others. Needs `verifications:read`; with `verifications:read:any` beside it other tenants' results and ids unknown here are answered too."

@Resolver(() => VerificationResult)
export class VerificationResolver {
  @Scopes('verifications:read')
  @Query(() => VerificationResult, {
    nullable: true,
    description: `An account verification that was asked for before, or null. ${VISIBLE}`,
  })
  verificationResult(@Arg('id', () => ID) id: string, @Ctx() { banfico }: RequestContext) {
    return banfico.resultById(id)
  }

  @Scopes('verifications:read')
  @ListSize({ assumedSize: MAX_RESULTS })
  @Query(() => [VerificationResult], {
    nullable: 'itemsAndList',
    description: `The same for many, in the order asked; one that fails leaves the others alone. ${VISIBLE}`,
  })
  verificationResults(
    @Args(() => VerificationResultsArgs) { ids }: VerificationResultsArgs,
    @Ctx() { banfico }: RequestContext,
  ) {
    return settled(ids.map((id) => banfico.resultById(id)))
  }

  @Scopes('verifications:write')
  @Cost('dear')
  @Mutation(() => VerifyAccountPayload, {
    nullable: true,
    description:
      'Asks the bank that holds an account about its state and its holder. Nothing changes at the bank, but each check may cost; it is never repeated unless you repeat it. Needs `verifications:write`.',
  })
  verifyAccount(@Arg('input', () => VerifyAccountInput) input: VerifyAccountInput, @Ctx() { banfico }: RequestContext) {
    return banfico.verifyAccount(input)
  }
}

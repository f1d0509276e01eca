import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import {
  StartChallengeFactorInput,
  StartChallengeFactorPayload,
  VerifyChallengeFactorInput,
  VerifyChallengeFactorPayload,
} from '../schema/challenge.js'
import { Cost } from '../schema/cost-classes.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver()
export class ChallengeResolver {
  @Scopes('entitlements:write')
  @Cost('dear')
  @Mutation(() => StartChallengeFactorPayload, {
    nullable: true,
    description:
      'Starts a factor of the identity challenge that `setAccountEntitlements` returned to the same caller: Apiture sends the customer a code. A repeat sends another one. Requires the scope `entitlements:write`.',
  })
  startChallengeFactor(
    @Arg('input', () => StartChallengeFactorInput, { description: 'The input of the mutation.' })
    input: StartChallengeFactorInput,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.startChallengeFactor(input)
  }

  @Scopes('entitlements:write')
  @Cost('write')
  @Mutation(() => VerifyChallengeFactorPayload, {
    nullable: true,
    description:
      "Verifies the customer's code or answers at Apiture. After `VERIFIED` the same `setAccountEntitlements` goes on: this server keeps the proof for it. A wrong code is the state `REJECTED`; blocked challenges are the error `CHALLENGE_REQUIRED`. Requires the scope `entitlements:write`.",
  })
  verifyChallengeFactor(
    @Arg('input', () => VerifyChallengeFactorInput, { description: 'The input of the mutation.' })
    input: VerifyChallengeFactorInput,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.verifyChallengeFactor(input)
  }
}

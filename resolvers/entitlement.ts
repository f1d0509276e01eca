import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-weights.js'
import {
  AccountEntitlementSet,
  SetAccountEntitlementsInput,
  SetAccountEntitlementsPayload,
} from '../schema/entitlement.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => AccountEntitlementSet)
export class EntitlementResolver {
  @Scopes('entitlements:read')
  @Cost('call')
  @Query(() => AccountEntitlementSet, {
    nullable: true,
    description:
      'The last entitlements that the provider confirmed through this server; the provider offers no read. Null when there are none. Needs `entitlements:read`.',
  })
  accountEntitlements(
    @Arg('bankingCustomerId', () => ID) bankingCustomerId: string,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.entitlementsOf(bankingCustomerId)
  }

  @Scopes('entitlements:write')
  @Cost('dear')
  @Mutation(() => SetAccountEntitlementsPayload, {
    nullable: true,
    description:
      'Grants and removes what a customer may do with accounts. May be repeated as it is. Needs `entitlements:write`.',
  })
  setAccountEntitlements(
    @Arg('input', () => SetAccountEntitlementsInput) input: SetAccountEntitlementsInput,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.setAccountEntitlements(input)
  }
}

import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-classes.js'
import {
  AccountEntitlementSet,
  SetAccountEntitlementsInput,
  SetAccountEntitlementsPayload,
} from '../schema/entitlement.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => AccountEntitlementSet)
export class EntitlementResolver {
  @Scopes(orOwn('entitlements:read'))
  @Cost('call')
  @Query(() => AccountEntitlementSet, {
    nullable: true,
    description:
      "The entitlements of a banking customer, as Apiture last confirmed them through this server; null when there are none. Apiture has no read operation, so changes by other systems are not seen. Requires the scope `entitlements:read`, or `entitlements:read:own` for a banking customer that is linked to the caller's own customers.",
  })
  accountEntitlements(
    @Arg('bankingCustomerId', () => ID, { description: 'The id of the banking customer at Apiture.' })
    bankingCustomerId: string,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.entitlementsOf(bankingCustomerId)
  }

  @Scopes('entitlements:write')
  @Cost('dear')
  @Mutation(() => SetAccountEntitlementsPayload, {
    nullable: true,
    description:
      "Grants and removes a customer's entitlements on accounts. The call is idempotent. Requires the scope `entitlements:write`.",
  })
  setAccountEntitlements(
    @Arg('input', () => SetAccountEntitlementsInput, { description: 'The input of the mutation.' })
    input: SetAccountEntitlementsInput,
    @Ctx() { apiture }: RequestContext,
  ) {
    return apiture.setAccountEntitlements(input)
  }
}

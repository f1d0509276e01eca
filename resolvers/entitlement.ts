import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { AccountEntitlementSet, SetAccountEntitlementsInput, SetAccountEntitlementsPayload } from '../schema/entitlement.js'
import type { Context } from './context.js'

@Resolver(() => AccountEntitlementSet)
export class EntitlementResolver {
  @Query(() => AccountEntitlementSet, {
    nullable: true,
    description: 'The last entitlements that the provider confirmed through this server; the provider offers no read. Null when there are none. Needs `entitlements:read`.',
  })
  accountEntitlements(@Arg('bankingCustomerId', () => ID) bankingCustomerId: string, @Ctx() { loaders }: Context) {
    return loaders.apiture.entitlementsOf.load(bankingCustomerId)
  }

  @Mutation(() => SetAccountEntitlementsPayload, {
    nullable: true,
    description: 'Grants and removes what a customer may do with accounts. May be repeated as it is. Needs `entitlements:write`.',
  })
  setAccountEntitlements(@Arg('input', () => SetAccountEntitlementsInput) input: SetAccountEntitlementsInput, @Ctx() { commands }: Context) {
    return commands.apiture.setAccountEntitlements(input)
  }
}

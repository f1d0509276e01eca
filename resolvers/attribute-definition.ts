import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import {
  CustomerAttributeDefinition,
  DeleteCustomerAttributeDefinitionInput,
  DeleteCustomerAttributeDefinitionPayload,
  SetCustomerAttributeDefinitionInput,
  SetCustomerAttributeDefinitionPayload,
} from '../schema/attribute-definition.js'
import { Cost, ListSize } from '../schema/cost-weights.js'
import { Scopes } from '../schema/scopes.js'
import { BANK } from './bank-args.js'
import type { RequestContext } from './context.js'

@Resolver()
export class AttributeDefinitionResolver {
  @Scopes('customers:read')
  @Cost('call')
  @ListSize({ assumedSize: 20 })
  @Query(() => [CustomerAttributeDefinition], {
    nullable: true,
    description: "What the bank says of its customers' attributes. Needs `customers:read`.",
  })
  customerAttributeDefinitions(
    @Arg('bankId', () => ID, BANK) bankId: string | null | undefined,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.attributeDefinitions({ bankId })
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => SetCustomerAttributeDefinitionPayload, {
    nullable: true,
    description:
      'Says what an attribute of customers is, in place of what was said of its name. Needs `customers:write`.',
  })
  setCustomerAttributeDefinition(
    @Arg('input', () => SetCustomerAttributeDefinitionInput) input: SetCustomerAttributeDefinitionInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.setCustomerAttributeDefinition(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteCustomerAttributeDefinitionPayload, {
    nullable: true,
    description: "Removes one of the bank's definitions; attributes of its name stay. Needs `customers:write`.",
  })
  deleteCustomerAttributeDefinition(
    @Arg('input', () => DeleteCustomerAttributeDefinitionInput) input: DeleteCustomerAttributeDefinitionInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAttributeDefinition(input)
  }
}

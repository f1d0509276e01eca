import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import {
  CustomerAttributeDefinition,
  DeleteCustomerAttributeDefinitionInput,
  DeleteCustomerAttributeDefinitionPayload,
  SetCustomerAttributeDefinitionInput,
  SetCustomerAttributeDefinitionPayload,
} from '../schema/attribute-definition.js'
import { Cost, ListSize } from '../schema/cost-classes.js'
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
    description: "The bank's definitions of customer attributes. Requires the scope `customers:read`.",
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
      "Creates the bank's definition of a customer attribute, or replaces the one with the same name. Requires the scope `customers:write`.",
  })
  setCustomerAttributeDefinition(
    @Arg('input', () => SetCustomerAttributeDefinitionInput, { description: 'The input of the mutation.' })
    input: SetCustomerAttributeDefinitionInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.setCustomerAttributeDefinition(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteCustomerAttributeDefinitionPayload, {
    nullable: true,
    description: 'Deletes a definition; attributes with its name remain. Requires the scope `customers:write`.',
  })
  deleteCustomerAttributeDefinition(
    @Arg('input', () => DeleteCustomerAttributeDefinitionInput, { description: 'The input of the mutation.' })
    input: DeleteCustomerAttributeDefinitionInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAttributeDefinition(input)
  }
}

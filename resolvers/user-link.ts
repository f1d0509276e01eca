import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { Customer } from '../schema/customer.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import {
  CreateUserCustomerLinkInput,
  CreateUserCustomerLinkPayload,
  DeleteUserCustomerLinkInput,
  DeleteUserCustomerLinkPayload,
  UserCustomerLink,
} from '../schema/user-link.js'
import type { RequestContext } from './context.js'

@Resolver(() => Customer)
export class CustomerUserLinkResolver {
  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 5 })
  @FieldResolver(() => [UserCustomerLink], {
    nullable: true,
    description:
      "The links of users to this customer. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  userLinks(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.userLinksOf(customer)
  }
}

@Resolver(() => UserCustomerLink)
export class UserCustomerLinkResolver {
  @Scopes('customers:read')
  @Cost('several')
  @ListSize({ assumedSize: 5 })
  @Query(() => [UserCustomerLink], {
    nullable: true,
    description: 'All links of a user to customers, at every bank. Requires the scope `customers:read`.',
  })
  userCustomerLinks(
    @Arg('userId', () => ID, { description: "The user's id at the Open Bank Project." }) userId: string,
    @Arg('bankId', () => ID, {
      nullable: true,
      description: 'The id of the bank at which `customer` is looked up; the configured bank when omitted.',
    })
    bankId: string | null | undefined,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.linksOfUser({ userId, bankId })
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => Customer, {
    nullable: true,
    description:
      "The linked customer; null when the customer belongs to another bank than the one that was queried. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  customer(@Root() { customerId, bankId }: UserCustomerLink, @Ctx() { obp }: RequestContext) {
    return obp.customerById({ id: customerId, bankId })
  }

  @Scopes('links:write')
  @Cost('write')
  @Mutation(() => CreateUserCustomerLinkPayload, {
    nullable: true,
    description: 'Links a user of the Open Bank Project to a customer of the bank. Requires the scope `links:write`.',
  })
  createUserCustomerLink(
    @Arg('input', () => CreateUserCustomerLinkInput, { description: 'The input of the mutation.' })
    input: CreateUserCustomerLinkInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createUserCustomerLink(input)
  }

  @Scopes('links:write')
  @Cost('write')
  @Mutation(() => DeleteUserCustomerLinkPayload, {
    nullable: true,
    description: 'Deletes a link between a user and a customer of the bank. Requires the scope `links:write`.',
  })
  deleteUserCustomerLink(
    @Arg('input', () => DeleteUserCustomerLinkInput, { description: 'The input of the mutation.' })
    input: DeleteUserCustomerLinkInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteUserCustomerLink(input)
  }
}

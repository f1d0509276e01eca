import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-weights.js'
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
    description: 'The users who may see this customer as theirs.',
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
    description: "A user's links to customers, of every bank. Needs `customers:read`.",
  })
  userCustomerLinks(
    @Arg('userId', () => ID) userId: string,
    @Arg('bankId', () => ID, {
      nullable: true,
      description: 'The bank whose customers are shown with their links; the configured one when left out.',
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
    description: 'Null when the customer is not of the bank that was asked.',
  })
  customer(@Root() { customerId, bankId }: UserCustomerLink, @Ctx() { obp }: RequestContext) {
    return obp.customerById({ id: customerId, bankId })
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateUserCustomerLinkPayload, {
    nullable: true,
    description: 'Lets a user see a customer of the bank as theirs. Needs `customers:write`.',
  })
  createUserCustomerLink(
    @Arg('input', () => CreateUserCustomerLinkInput) input: CreateUserCustomerLinkInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createUserCustomerLink(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteUserCustomerLinkPayload, {
    nullable: true,
    description: "Ends a user's link to a customer of the bank. Needs `customers:write`.",
  })
  deleteUserCustomerLink(
    @Arg('input', () => DeleteUserCustomerLinkInput) input: DeleteUserCustomerLinkInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteUserCustomerLink(input)
  }
}

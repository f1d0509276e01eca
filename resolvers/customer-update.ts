import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-classes.js'
import {
  UpdateCustomerBranchInput,
  UpdateCustomerBranchPayload,
  UpdateCustomerCreditLimitInput,
  UpdateCustomerCreditLimitPayload,
  UpdateCustomerCreditRatingInput,
  UpdateCustomerCreditRatingPayload,
  UpdateCustomerDataInput,
  UpdateCustomerDataPayload,
  UpdateCustomerEmailInput,
  UpdateCustomerEmailPayload,
  UpdateCustomerIdentityInput,
  UpdateCustomerIdentityPayload,
  UpdateCustomerMobileNumberInput,
  UpdateCustomerMobileNumberPayload,
  UpdateCustomerNumberInput,
  UpdateCustomerNumberPayload,
} from '../schema/customer-update.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver()
export class CustomerUpdateResolver {
  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerBranchPayload, {
    nullable: true,
    description: 'Sets the branch of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerBranch(
    @Arg('input', () => UpdateCustomerBranchInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerBranchInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerBranch(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerCreditLimitPayload, {
    nullable: true,
    description: 'Sets the credit limit of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerCreditLimit(
    @Arg('input', () => UpdateCustomerCreditLimitInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerCreditLimitInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerCreditLimit(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerCreditRatingPayload, {
    nullable: true,
    description: 'Sets the credit rating of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerCreditRating(
    @Arg('input', () => UpdateCustomerCreditRatingInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerCreditRatingInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerCreditRating(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerDataPayload, {
    nullable: true,
    description:
      'Sets the portrait, family, education and employment of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerData(
    @Arg('input', () => UpdateCustomerDataInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerDataInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerData(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => UpdateCustomerEmailPayload, {
    nullable: true,
    description:
      "Sets the e-mail address of a customer. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  updateCustomerEmail(
    @Arg('input', () => UpdateCustomerEmailInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerEmailInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerEmail(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerIdentityPayload, {
    nullable: true,
    description: 'Sets the name and date of birth of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerIdentity(
    @Arg('input', () => UpdateCustomerIdentityInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerIdentityInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerIdentity(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => UpdateCustomerMobileNumberPayload, {
    nullable: true,
    description:
      "Sets the mobile phone number of a customer. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  updateCustomerMobileNumber(
    @Arg('input', () => UpdateCustomerMobileNumberInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerMobileNumberInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerMobileNumber(input)
  }

  @Scopes('customers:write', 'links:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerNumberPayload, {
    nullable: true,
    description:
      'Sets the customer number; a number of another customer of the bank is refused with `CONFLICT`. Requires the scopes `customers:write` and `links:write`: records that are kept by customer number move with it.',
  })
  updateCustomerNumber(
    @Arg('input', () => UpdateCustomerNumberInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerNumberInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerNumber(input)
  }
}

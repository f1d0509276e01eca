import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-weights.js'
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
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver()
export class CustomerUpdateResolver {
  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerBranchPayload, {
    nullable: true,
    description: "Sets the customer's branch. Needs `customers:write`.",
  })
  updateCustomerBranch(
    @Arg('input', () => UpdateCustomerBranchInput) input: UpdateCustomerBranchInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerBranch(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerCreditLimitPayload, {
    nullable: true,
    description: "Sets the customer's credit limit. Needs `customers:write`.",
  })
  updateCustomerCreditLimit(
    @Arg('input', () => UpdateCustomerCreditLimitInput) input: UpdateCustomerCreditLimitInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerCreditLimit(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerCreditRatingPayload, {
    nullable: true,
    description: 'Sets how creditworthy somebody thinks the customer is. Needs `customers:write`.',
  })
  updateCustomerCreditRating(
    @Arg('input', () => UpdateCustomerCreditRatingInput) input: UpdateCustomerCreditRatingInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerCreditRating(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerDataPayload, {
    nullable: true,
    description: "Sets the customer's picture, family, education and employment. Needs `customers:write`.",
  })
  updateCustomerData(
    @Arg('input', () => UpdateCustomerDataInput) input: UpdateCustomerDataInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerData(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerEmailPayload, {
    nullable: true,
    description: "Sets the customer's email. Needs `customers:write`.",
  })
  updateCustomerEmail(
    @Arg('input', () => UpdateCustomerEmailInput) input: UpdateCustomerEmailInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerEmail(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerIdentityPayload, {
    nullable: true,
    description: "Sets the customer's name and date of birth. Needs `customers:write`.",
  })
  updateCustomerIdentity(
    @Arg('input', () => UpdateCustomerIdentityInput) input: UpdateCustomerIdentityInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerIdentity(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerMobileNumberPayload, {
    nullable: true,
    description: "Sets the customer's mobile phone number. Needs `customers:write`.",
  })
  updateCustomerMobileNumber(
    @Arg('input', () => UpdateCustomerMobileNumberInput) input: UpdateCustomerMobileNumberInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerMobileNumber(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerNumberPayload, {
    nullable: true,
    description:
      "Sets the customer's number; one that another customer of the bank has is a `CONFLICT`. Needs `customers:write`.",
  })
  updateCustomerNumber(
    @Arg('input', () => UpdateCustomerNumberInput) input: UpdateCustomerNumberInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerNumber(input)
  }
}

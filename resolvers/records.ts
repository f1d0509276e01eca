import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-weights.js'
import { Customer } from '../schema/customer.js'
import {
  AddSocialMediaHandleInput,
  AddSocialMediaHandlePayload,
  CreateCustomerAddressInput,
  CreateCustomerAddressPayload,
  CreateTaxResidenceInput,
  CreateTaxResidencePayload,
  CreditLimitRequest,
  CustomerAddress,
  DeleteCustomerAddressInput,
  DeleteCustomerAddressPayload,
  DeleteTaxResidenceInput,
  DeleteTaxResidencePayload,
  RequestCreditLimitInput,
  RequestCreditLimitPayload,
  SocialMediaHandle,
  TaxResidence,
  UpdateCustomerAddressInput,
  UpdateCustomerAddressPayload,
} from '../schema/records.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

const NO_REQUESTS =
  'The provider keeps no requests: it answers the same words for every customer. There is no replacement.'

@Resolver(() => Customer)
export class CustomerRecordsResolver {
  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 3 })
  @FieldResolver(() => [CustomerAddress], { nullable: true })
  addresses(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.addressesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 3 })
  @FieldResolver(() => [TaxResidence], { nullable: true })
  taxResidences(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.taxResidencesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 1 })
  @FieldResolver(() => [SocialMediaHandle], {
    nullable: true,
    description: 'At most one; what is kept with the customer number, which a customer of another bank may have too.',
  })
  socialMediaHandles(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.socialMediaHandlesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 1 })
  @FieldResolver(() => [CreditLimitRequest], {
    nullable: true,
    description: 'Always one: the provider only pretends to keep them.',
    deprecationReason: NO_REQUESTS,
  })
  creditLimitRequests(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.creditLimitRequestsOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CreditLimitRequest, {
    nullable: true,
    description: 'The same for every id: the provider only pretends to keep them.',
    deprecationReason: NO_REQUESTS,
  })
  creditLimitRequest(@Root() customer: Customer, @Arg('id', () => ID) id: string, @Ctx() { obp }: RequestContext) {
    return obp.creditLimitRequestById({ customer, id })
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateCustomerAddressPayload, {
    nullable: true,
    description: 'Adds an address, also where there is the same already. Needs `customers:write`.',
  })
  createCustomerAddress(
    @Arg('input', () => CreateCustomerAddressInput) input: CreateCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerAddress(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerAddressPayload, {
    nullable: true,
    description: "Replaces one of the customer's addresses. Needs `customers:write`.",
  })
  updateCustomerAddress(
    @Arg('input', () => UpdateCustomerAddressInput) input: UpdateCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerAddress(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteCustomerAddressPayload, {
    nullable: true,
    description: "Removes one of the customer's addresses. Needs `customers:write`.",
  })
  deleteCustomerAddress(
    @Arg('input', () => DeleteCustomerAddressInput) input: DeleteCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAddress(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateTaxResidencePayload, {
    nullable: true,
    description: 'Adds a tax residence; one that the customer has already is a `CONFLICT`. Needs `customers:write`.',
  })
  createTaxResidence(
    @Arg('input', () => CreateTaxResidenceInput) input: CreateTaxResidenceInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createTaxResidence(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteTaxResidencePayload, {
    nullable: true,
    description: "Removes one of the customer's tax residences. Needs `customers:write`.",
  })
  deleteTaxResidence(
    @Arg('input', () => DeleteTaxResidenceInput) input: DeleteTaxResidenceInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteTaxResidence(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => AddSocialMediaHandlePayload, {
    nullable: true,
    description:
      'Adds the one handle that a customer number can have, for good: a second one is a `CONFLICT`, and none can be changed or removed. Needs `customers:write`.',
  })
  addSocialMediaHandle(
    @Arg('input', () => AddSocialMediaHandleInput) input: AddSocialMediaHandleInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addSocialMediaHandle(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => RequestCreditLimitPayload, {
    nullable: true,
    description: 'Asks for another credit limit; the provider keeps nothing of it. Needs `customers:write`.',
    deprecationReason: NO_REQUESTS,
  })
  requestCreditLimit(
    @Arg('input', () => RequestCreditLimitInput) input: RequestCreditLimitInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.requestCreditLimit(input)
  }
}

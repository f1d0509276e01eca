import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
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
  @FieldResolver(() => [CustomerAddress], {
    nullable: true,
    description:
      "The postal addresses of the customer. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  addresses(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.addressesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 3 })
  @FieldResolver(() => [TaxResidence], {
    nullable: true,
    description:
      "The tax residences of the customer. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  taxResidences(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.taxResidencesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 1 })
  @FieldResolver(() => [SocialMediaHandle], {
    nullable: true,
    description:
      "The social media handle of the customer, at most one. The Open Bank Project stores it under the customer number, which a customer of another bank may share. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  socialMediaHandles(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.socialMediaHandlesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 1 })
  @FieldResolver(() => [CreditLimitRequest], {
    nullable: true,
    description:
      "The credit limit requests of the customer. The Open Bank Project returns the same one for every customer. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
    deprecationReason: NO_REQUESTS,
  })
  creditLimitRequests(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.creditLimitRequestsOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CreditLimitRequest, {
    nullable: true,
    description:
      "A credit limit request. The Open Bank Project returns the same one for every id. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
    deprecationReason: NO_REQUESTS,
  })
  creditLimitRequest(
    @Root() customer: Customer,
    @Arg('id', () => ID, { description: 'The id of the request; it has no effect.' }) id: string,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.creditLimitRequestById({ customer, id })
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => CreateCustomerAddressPayload, {
    nullable: true,
    description:
      "Adds an address to a customer, even when an equal one exists. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  createCustomerAddress(
    @Arg('input', () => CreateCustomerAddressInput, { description: 'The input of the mutation.' })
    input: CreateCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerAddress(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => UpdateCustomerAddressPayload, {
    nullable: true,
    description:
      "Replaces an address of a customer. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  updateCustomerAddress(
    @Arg('input', () => UpdateCustomerAddressInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerAddress(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => DeleteCustomerAddressPayload, {
    nullable: true,
    description:
      "Deletes an address of a customer. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  deleteCustomerAddress(
    @Arg('input', () => DeleteCustomerAddressInput, { description: 'The input of the mutation.' })
    input: DeleteCustomerAddressInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAddress(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateTaxResidencePayload, {
    nullable: true,
    description:
      'Adds a tax residence to a customer; an existing one is refused with `CONFLICT`. Requires the scope `customers:write`.',
  })
  createTaxResidence(
    @Arg('input', () => CreateTaxResidenceInput, { description: 'The input of the mutation.' })
    input: CreateTaxResidenceInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createTaxResidence(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteTaxResidencePayload, {
    nullable: true,
    description: 'Deletes a tax residence of a customer. Requires the scope `customers:write`.',
  })
  deleteTaxResidence(
    @Arg('input', () => DeleteTaxResidenceInput, { description: 'The input of the mutation.' })
    input: DeleteTaxResidenceInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteTaxResidence(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => AddSocialMediaHandlePayload, {
    nullable: true,
    description:
      "Adds the one permanent handle of a customer number: a second one is refused with `CONFLICT`, and none can be changed or deleted. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
  })
  addSocialMediaHandle(
    @Arg('input', () => AddSocialMediaHandleInput, { description: 'The input of the mutation.' })
    input: AddSocialMediaHandleInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addSocialMediaHandle(input)
  }

  @Scopes(orOwn('customers:write'))
  @Cost('write')
  @Mutation(() => RequestCreditLimitPayload, {
    nullable: true,
    description:
      "Requests a new credit limit. The Open Bank Project stores nothing of the request. Requires the scope `customers:write`, or `customers:write:own` for the caller's own customers.",
    deprecationReason: NO_REQUESTS,
  })
  requestCreditLimit(
    @Arg('input', () => RequestCreditLimitInput, { description: 'The input of the mutation.' })
    input: RequestCreditLimitInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.requestCreditLimit(input)
  }
}

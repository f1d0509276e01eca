import { ArrayMaxSize, ArrayMinSize } from 'class-validator'
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { Length } from '../schema/length.js'
import { ApiError } from '../datasources/contract/errors.js'
import { Cost, FirstArgument, ListSize, PageSize } from '../schema/cost-classes.js'
import {
  CreateCustomerInput,
  CreateCustomerPayload,
  Customer,
  CustomerConnection,
  CustomerFilter,
  CustomerLinks,
  LinkCustomerInput,
  LinkCustomerPayload,
} from '../schema/customer.js'
import {
  CreateCustomerAttributeInput,
  CreateCustomerAttributePayload,
  CustomerAttribute,
  CustomerAttributeMatch,
  DeleteCustomerAttributeInput,
  DeleteCustomerAttributePayload,
  UpdateCustomerAttributeInput,
  UpdateCustomerAttributePayload,
} from '../schema/customer-attribute.js'
import { AccountEntitlementSet } from '../schema/entitlement.js'
import { Person } from '../schema/person.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { KycProvider, PhoneNumberMatch } from '../schema/shared.js'
import { BANK, BankArgs, BankListArgs, BankPageArgs } from './bank-args.js'
import { ArgumentScopes } from './argument-scopes.js'
import { connection } from './connection.js'
import type { GuardedProviders, RequestContext } from './context.js'

@ArgsType()
class CustomersArgs extends BankPageArgs {
  @Field(() => CustomerFilter, {
    nullable: true,
    description: 'Limits the list by `lastOkDate` and sets its order; all customers, newest first, when omitted.',
  })
  filter?: CustomerFilter | null
}

@ArgsType()
class CustomerNumberArgs extends BankArgs {
  @Field(() => String, { description: 'The customer number, compared exactly; 1 to 50 characters.' })
  @Length(1, 50)
  customerNumber!: string
}

@ArgsType()
class CustomersByAttributesArgs extends BankListArgs {
  @Field(() => [CustomerAttributeMatch], {
    description: 'The attributes to search for, 1 to 50. A customer matches with any one of them.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  attributes!: CustomerAttributeMatch[]
}

@ArgsType()
class CustomersByMobilePhoneNumberArgs extends BankListArgs {
  @Field(() => String, {
    description:
      'The phone number in any notation; 1 to 50 characters. A number of at least 7 digits, or the beginning of one, is compared by its digits, with `+` or `00` before the country code. A shorter one, and a part with `CONTAINS`, is compared character by character. The characters `%` and `_` are not wildcards.',
  })
  @Length(1, 50)
  mobilePhoneNumber!: string

  @Field(() => PhoneNumberMatch, {
    nullable: true,
    defaultValue: PhoneNumberMatch.EXACT,
    description: 'The way to compare the number.',
  })
  match?: PhoneNumberMatch | null
}

async function assertPersonExists(
  { synctera }: Pick<GuardedProviders, 'synctera'>,
  personId: string | null | undefined,
): Promise<void> {
  if (personId == null || (await synctera.personById(personId))) return
  throw new ApiError('NOT_FOUND', {
    provider: KycProvider.SYNCTERA,
    message: 'Synctera has no person of this personId.',
  })
}

@Resolver(() => Customer)
export class CustomerResolver {
  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @Query(() => Customer, {
    nullable: true,
    description:
      "The customer with this id at the bank, or null. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  customer(
    @Arg('id', () => ID, { description: "The customer's id at the Open Bank Project." }) id: string,
    @Arg('bankId', () => ID, BANK) bankId: string | null | undefined,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.customerById({ id, bankId })
  }

  @Scopes('customers:read')
  @Cost('call')
  @Query(() => Customer, {
    nullable: true,
    description: 'The customer with this number at the bank, or null. Requires the scope `customers:read`.',
  })
  customerByNumber(@Args(() => CustomerNumberArgs) args: CustomerNumberArgs, @Ctx() { obp }: RequestContext) {
    return obp.customerByNumber(args)
  }

  @Scopes('customers:read')
  @Cost('several')
  @PageSize()
  @Query(() => CustomerConnection, {
    nullable: true,
    description:
      "The bank's customers, ordered by `lastOkDate`, as a Relay connection. Requires the scope `customers:read`.",
  })
  async customers(@Args(() => CustomersArgs) args: CustomersArgs, @Ctx() { obp }: RequestContext) {
    return connection(await obp.customerPage(args))
  }

  @Scopes('customers:read', 'pii:read')
  @Cost('several')
  @FirstArgument()
  @Query(() => [Customer], {
    nullable: true,
    description:
      'The customers of the bank that have at least one of these attributes, each once. Requires the scopes `customers:read` and `pii:read`.',
  })
  customersByAttributes(
    @Args(() => CustomersByAttributesArgs) args: CustomersByAttributesArgs,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.customersByAttributes(args)
  }

  @Scopes('customers:read')
  @ArgumentScopes(({ obp }, args) => obp.assertScopes('customersByPhone', args))
  @Cost('call')
  @FirstArgument()
  @Query(() => [Customer], {
    nullable: true,
    description:
      'The customers of the bank with this mobile phone number. Requires the scope `customers:read`; `STARTS_WITH` and `CONTAINS` require `pii:read` too.',
  })
  customersByMobilePhoneNumber(
    @Args(() => CustomersByMobilePhoneNumberArgs) args: CustomersByMobilePhoneNumberArgs,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.customersByPhone(args)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 10 })
  @FieldResolver(() => [CustomerAttribute], {
    nullable: true,
    description:
      "The attributes that the bank stores with the customer. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  attributes(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.attributesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CustomerAttribute, {
    nullable: true,
    description:
      "The attribute with this id, or null when it is not one of the customer's. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  attribute(
    @Root() customer: Customer,
    @Arg('id', () => ID, { description: "The attribute's id at the Open Bank Project." }) id: string,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.attributeById({ customer, id })
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CustomerLinks, {
    nullable: true,
    description:
      "The ids of the records of other providers that `linkCustomer` linked to the customer. Contradicting links are the error `CONFLICT`. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  links(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.linksOf(customer)
  }

  @Scopes(orOwn('customers:read'), orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => Person, {
    nullable: true,
    description:
      'The Synctera person that is linked to this customer, or null. Requires the scopes `customers:read` and `persons:read`, or the `:own` form of each.',
  })
  async person(@Root() customer: Customer, @Ctx() { synctera, obp }: RequestContext) {
    synctera.assertAllowed('personById')
    const links = await obp.linksOf(customer)
    return links?.personId ? synctera.personById(links.personId) : null
  }

  @Scopes(orOwn('customers:read'), orOwn('entitlements:read'))
  @Cost('call')
  @FieldResolver(() => AccountEntitlementSet, {
    nullable: true,
    description:
      'The last confirmed entitlements of the banking customer that is linked to this customer, or null. Requires the scopes `customers:read` and `entitlements:read`, or the `:own` form of each.',
  })
  async accountEntitlements(@Root() customer: Customer, @Ctx() { apiture, obp }: RequestContext) {
    apiture.assertAllowed('entitlementsOf')
    const links = await obp.linksOf(customer)
    return links?.bankingCustomerId ? apiture.entitlementsOf(links.bankingCustomerId) : null
  }

  @Scopes('customers:write')
  @ArgumentScopes(({ obp }, { input }) => obp.assertScopes('createCustomer', input))
  @Cost('write')
  @Mutation(() => CreateCustomerPayload, {
    nullable: true,
    description:
      'Creates a customer at a bank of the Open Bank Project. Requires the scope `customers:write`, and `kyc:write` to set `kycStatus` to true.',
  })
  createCustomer(
    @Arg('input', () => CreateCustomerInput, { description: 'The input of the mutation.' }) input: CreateCustomerInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomer(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateCustomerAttributePayload, {
    nullable: true,
    description:
      'Adds an attribute to a customer, even when one with the same name exists. Requires the scope `customers:write`.',
  })
  createCustomerAttribute(
    @Arg('input', () => CreateCustomerAttributeInput, { description: 'The input of the mutation.' })
    input: CreateCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerAttribute(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerAttributePayload, {
    nullable: true,
    description: 'Replaces an attribute of a customer. Requires the scope `customers:write`.',
  })
  updateCustomerAttribute(
    @Arg('input', () => UpdateCustomerAttributeInput, { description: 'The input of the mutation.' })
    input: UpdateCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerAttribute(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteCustomerAttributePayload, {
    nullable: true,
    description: 'Deletes an attribute of a customer. Requires the scope `customers:write`.',
  })
  deleteCustomerAttribute(
    @Arg('input', () => DeleteCustomerAttributeInput, { description: 'The input of the mutation.' })
    input: DeleteCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAttribute(input)
  }

  @Scopes('links:write')
  @ArgumentScopes(({ obp }, { input }) => obp.assertScopes('linkCustomer', input))
  @Cost('write')
  @Mutation(() => LinkCustomerPayload, {
    nullable: true,
    description:
      'Links a customer to a person at Synctera, a banking customer at Apiture and an account at SEI. Requires the scope `links:write`, and `persons:read` to set `personId`.',
  })
  linkCustomer(
    @Arg('input', () => LinkCustomerInput, { description: 'The input of the mutation.' }) input: LinkCustomerInput,
    @Ctx() context: RequestContext,
  ) {
    return context.obp.linkCustomer({ ...input, personExists: () => assertPersonExists(context, input.personId) })
  }
}

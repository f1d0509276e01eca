import { ArrayMaxSize, ArrayMinSize, Length } from 'class-validator'
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ApiError } from '../datasources/contract/errors.js'
import { Cost, FirstArgument, ListSize, PageSize } from '../schema/cost-weights.js'
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
import { connection } from './connection.js'
import type { GuardedProviders, RequestContext } from './context.js'

@ArgsType()
class CustomersArgs extends BankPageArgs {
  @Field(() => CustomerFilter, { nullable: true })
  filter?: CustomerFilter | null
}

@ArgsType()
class CustomerNumberArgs extends BankArgs {
  @Field(() => String, { description: '1 to 50 characters, exactly.' })
  @Length(1, 50)
  customerNumber!: string
}

@ArgsType()
class CustomersByAttributesArgs extends BankListArgs {
  @Field(() => [CustomerAttributeMatch], { description: '1 to 50; a customer who has any of them is answered.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  attributes!: CustomerAttributeMatch[]
}

@ArgsType()
class CustomersByMobilePhoneNumberArgs extends BankListArgs {
  @Field(() => String, {
    description: 'As the bank wrote it, 1 to 50 characters; `%` and `_` are nothing but themselves.',
  })
  @Length(1, 50)
  mobilePhoneNumber!: string

  @Field(() => PhoneNumberMatch, { nullable: true, defaultValue: PhoneNumberMatch.EXACT })
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
    description: "The bank's customer with this id, or null. Needs `customers:read`.",
  })
  customer(
    @Arg('id', () => ID) id: string,
    @Arg('bankId', () => ID, BANK) bankId: string | null | undefined,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.customerById({ id, bankId })
  }

  @Scopes('customers:read')
  @Cost('call')
  @Query(() => Customer, {
    nullable: true,
    description: "The bank's customer with this number, or null. Needs `customers:read`.",
  })
  customerByNumber(@Args(() => CustomerNumberArgs) args: CustomerNumberArgs, @Ctx() { obp }: RequestContext) {
    return obp.customerByNumber(args)
  }

  @Scopes('customers:read')
  @Cost('several')
  @PageSize()
  @Query(() => CustomerConnection, {
    nullable: true,
    description: "A page of the bank's customers, by `lastOkDate`. Needs `customers:read`.",
  })
  async customers(@Args(() => CustomersArgs) args: CustomersArgs, @Ctx() { obp }: RequestContext) {
    return connection(await obp.customerPage(args))
  }

  @Scopes('customers:read', 'pii:read')
  @Cost('call')
  @FirstArgument()
  @Query(() => [Customer], {
    nullable: true,
    description:
      'Customers of the bank that have any of these attributes, each once. Needs `customers:read` and `pii:read`.',
  })
  customersByAttributes(
    @Args(() => CustomersByAttributesArgs) args: CustomersByAttributesArgs,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.customersByAttributes(args)
  }

  @Scopes('customers:read')
  @Cost('call')
  @FirstArgument()
  @Query(() => [Customer], {
    nullable: true,
    description:
      'Customers of the bank by their mobile phone number. Needs `customers:read`, and `pii:read` to search by a part of it.',
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
  @FieldResolver(() => [CustomerAttribute], { nullable: true })
  attributes(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.attributesOf(customer)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CustomerAttribute, {
    nullable: true,
    description: "The one of the customer's attributes that has this id, or null.",
  })
  attribute(@Root() customer: Customer, @Arg('id', () => ID) id: string, @Ctx() { obp }: RequestContext) {
    return obp.attributeById({ customer, id })
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => CustomerLinks, {
    nullable: true,
    description: "Other providers' records of the same human being or account.",
  })
  links(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.linksOf(customer)
  }

  @Scopes(orOwn('customers:read'), orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => Person, {
    nullable: true,
    description: 'The person recorded for this customer; null when none is. Needs `persons:read` too.',
  })
  async person(@Root() customer: Customer, @Ctx() { synctera, obp }: RequestContext) {
    synctera.assertAllowed('personById')
    const links = await obp.linksOf(customer)
    return links?.personId ? synctera.personById(links.personId) : null
  }

  @Scopes(orOwn('customers:read'), 'entitlements:read')
  @Cost('call')
  @FieldResolver(() => AccountEntitlementSet, {
    nullable: true,
    description:
      'The last confirmed entitlements of the banking customer recorded for this customer. Needs `entitlements:read` too.',
  })
  async accountEntitlements(@Root() customer: Customer, @Ctx() { apiture, obp }: RequestContext) {
    apiture.assertAllowed('entitlementsOf')
    const links = await obp.linksOf(customer)
    return links?.bankingCustomerId ? apiture.entitlementsOf(links.bankingCustomerId) : null
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateCustomerPayload, {
    nullable: true,
    description: 'Enters a customer at a bank. Needs `customers:write`, and `kyc:write` to set `kycStatus`.',
  })
  createCustomer(@Arg('input', () => CreateCustomerInput) input: CreateCustomerInput, @Ctx() { obp }: RequestContext) {
    return obp.createCustomer(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => CreateCustomerAttributePayload, {
    nullable: true,
    description: 'Adds an attribute, also where there is one of that name. Needs `customers:write`.',
  })
  createCustomerAttribute(
    @Arg('input', () => CreateCustomerAttributeInput) input: CreateCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerAttribute(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => UpdateCustomerAttributePayload, {
    nullable: true,
    description: "Replaces one of the customer's attributes. Needs `customers:write`.",
  })
  updateCustomerAttribute(
    @Arg('input', () => UpdateCustomerAttributeInput) input: UpdateCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.updateCustomerAttribute(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => DeleteCustomerAttributePayload, {
    nullable: true,
    description: "Removes one of the customer's attributes. Needs `customers:write`.",
  })
  deleteCustomerAttribute(
    @Arg('input', () => DeleteCustomerAttributeInput) input: DeleteCustomerAttributeInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.deleteCustomerAttribute(input)
  }

  @Scopes('customers:write')
  @Cost('write')
  @Mutation(() => LinkCustomerPayload, {
    nullable: true,
    description:
      "Records which person, banking customer and SEI account are this customer's. Needs `customers:write`, and `persons:read` to name a person.",
  })
  linkCustomer(@Arg('input', () => LinkCustomerInput) input: LinkCustomerInput, @Ctx() context: RequestContext) {
    return context.obp.linkCustomer({ ...input, personExists: () => assertPersonExists(context, input.personId) })
  }
}

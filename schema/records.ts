import 'reflect-metadata'
import { IsOptional, registerDecorator } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { IsCountryCode } from './country-code.js'
import { Length, MaxLength } from './length.js'
import { lengthOf } from './text.js'
import { CustomerMutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

@ObjectType({ description: 'A postal address of a customer. A field is null when the bank has recorded no value.' })
export class CustomerAddress {
  @Field(() => ID, { description: "The address's id at the Open Bank Project." })
  id!: string

  @Field(() => String, {
    description: 'The first line: street and number; empty when the Open Bank Project has none.',
  })
  line1!: string

  @Field(() => String, {
    nullable: true,
    description: 'The second line.',
  })
  line2!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The third line.',
  })
  line3!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The city.',
  })
  city!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The county.',
  })
  county!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The state or region.',
  })
  state!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The postal code.',
  })
  postcode!: string | null

  @Field(() => String, {
    description:
      'The ISO 3166-1 alpha-2 country code; empty when the Open Bank Project has none. The Open Bank Project checks only its length.',
  })
  countryCode!: string

  @Field(() => [String], { description: 'The uses of the address as free text, such as `mailing` and `home`.' })
  tags!: string[]

  @Field(() => String, {
    nullable: true,
    description:
      'The status of the address. Null where the Open Bank Project repeats `state` in its place, as all known releases do.',
    deprecationReason: 'The provider has never kept a status. There is no replacement.',
  })
  status!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time at which the address was entered; later changes do not alter it.',
  })
  insertedAt!: string | null
}

@ObjectType({ description: 'A tax residence of a customer.' })
export class TaxResidence {
  @Field(() => ID, { description: "The tax residence's id at the Open Bank Project." })
  id!: string

  @Field(() => String, {
    description: 'The issuer of the tax number, as free text; empty when the Open Bank Project has none.',
  })
  domain!: string

  @Field(() => String, {
    description: 'The tax number; empty when the Open Bank Project has none.',
  })
  taxNumber!: string
}

@ObjectType({
  description:
    "A customer's handle in a social network. The Open Bank Project stores one per customer number and loses it when the number changes.",
})
export class SocialMediaHandle {
  @Field(() => String, { description: 'The customer number that the handle is stored under.' })
  customerNumber!: string

  @Field(() => String, { nullable: true, description: 'The network as free text, such as `twitter`.' })
  type!: string | null

  @Field(() => String, {
    description: 'The handle; empty when the Open Bank Project has none.',
  })
  handle!: string

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time at which the handle was added.' })
  addedAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time at which the handle was activated.' })
  activatedAt!: string | null
}

@ObjectType({
  description: 'A request for a new credit limit. The Open Bank Project stores no requests and returns fixed values.',
})
export class CreditLimitRequest {
  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  rankAmount1!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  nominalInterest1!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  rankAmount2!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  nominalInterest2!: string | null
}

@ObjectType({
  description:
    'The receipt of a credit limit request. The Open Bank Project returns the same values for every request.',
})
export class CreditLimitRequestReceipt {
  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  executionTime!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  executionDate!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  token!: string | null

  @Field(() => String, { nullable: true, description: 'A fixed value of the Open Bank Project.' })
  shortReference!: string | null
}

/** The maximum length of all tags together: the provider stores them as one text, separated by commas. */
const MAX_TAGS_LENGTH = 20

const isTags = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((tag) => typeof tag === 'string' && tag !== '' && !tag.includes(',')) &&
  lengthOf(value.join(',')) <= MAX_TAGS_LENGTH

const IsTags = () => (target: object, propertyName: string) =>
  registerDecorator({
    name: 'isTags',
    target: target.constructor,
    propertyName,
    options: {
      message: `must be texts without commas, none of them empty, with at most ${MAX_TAGS_LENGTH} characters when they are joined with commas`,
    },
    validator: { validate: isTags },
  })

const EMPTY = { nullable: true, defaultValue: '' }

/** Input members that creating and replacing an address share. */
@InputType()
abstract class CustomerAddressInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The first line: street and number; 1 to 255 characters.' })
  @Length(1, 255)
  line1!: string

  @Field(() => String, { ...EMPTY, description: 'The second line; at most 255 characters, empty for none.' })
  @IsOptional()
  @MaxLength(255)
  line2?: string | null

  @Field(() => String, { ...EMPTY, description: 'The third line; at most 255 characters, empty for none.' })
  @IsOptional()
  @MaxLength(255)
  line3?: string | null

  @Field(() => String, { description: 'The city; at most 255 characters.' })
  @MaxLength(255)
  city!: string

  @Field(() => String, { ...EMPTY, description: 'The county; at most 255 characters, empty for none.' })
  @IsOptional()
  @MaxLength(255)
  county?: string | null

  @Field(() => String, { ...EMPTY, description: 'The state or region; at most 255 characters, empty for none.' })
  @IsOptional()
  @MaxLength(255)
  state?: string | null

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The postal code; at most 20 characters, empty for none.',
  })
  @MaxLength(20)
  postcode!: string

  @Field(() => String, { description: 'The ISO 3166-1 alpha-2 country code, such as `DE`.' })
  @IsCountryCode()
  countryCode!: string

  @Field(() => [String], {
    nullable: true,
    defaultValue: [],
    description:
      'The uses of the address, such as `mailing` and `home`. A tag contains no comma; joined by commas, all tags have at most 20 characters.',
  })
  @IsOptional()
  @IsTags()
  tags?: string[] | null
}

@InputType({ description: 'A new postal address of a customer.' })
export class CreateCustomerAddressInput extends CustomerAddressInput {}

@InputType({ description: 'The new content of an address of a customer; omitted members become empty.' })
export class UpdateCustomerAddressInput extends CustomerAddressInput {
  @Field(() => ID, { description: "The id of one of the customer's addresses; 1 to 255 characters." })
  @Length(1, 255)
  addressId!: string
}

@InputType({ description: 'The address to delete.' })
export class DeleteCustomerAddressInput extends CustomerMutationInput {
  @Field(() => ID, { description: "The id of one of the customer's addresses; 1 to 255 characters." })
  @Length(1, 255)
  addressId!: string
}

@InputType({ description: 'A new tax residence of a customer.' })
export class CreateTaxResidenceInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The issuer of the tax number, as free text; 1 to 20 characters.' })
  @Length(1, 20)
  domain!: string

  @Field(() => String, { description: 'The tax number; 1 to 20 characters.' })
  @Length(1, 20)
  taxNumber!: string
}

@InputType({ description: 'The tax residence to delete.' })
export class DeleteTaxResidenceInput extends CustomerMutationInput {
  @Field(() => ID, { description: "The id of one of the customer's tax residences; 1 to 255 characters." })
  @Length(1, 255)
  taxResidenceId!: string
}

@InputType({ description: 'The social media handle of a customer.' })
export class AddSocialMediaHandleInput extends CustomerMutationInput {
  @Field(() => String, {
    description: "The customer's own number, under which the handle is stored; 1 to 64 characters.",
  })
  @Length(1, 64)
  customerNumber!: string

  @Field(() => String, { description: 'The network as free text, such as `twitter`; 1 to 16 characters.' })
  @Length(1, 16)
  type!: string

  @Field(() => String, { description: 'The handle; 1 to 64 characters.' })
  @Length(1, 64)
  handle!: string

  @Field(() => DateTimeScalar, { description: 'The time at which the handle was added, in whole seconds.' })
  addedAt!: string

  @Field(() => DateTimeScalar, { description: 'The time at which the handle was activated, in whole seconds.' })
  activatedAt!: string
}

@InputType({ description: 'A request for a new credit limit: free texts that the Open Bank Project ignores.' })
export class RequestCreditLimitInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The first requested rate amount, as free text; at most 255 characters.' })
  @MaxLength(255)
  requestedCurrentRateAmount1!: string

  @Field(() => String, { description: 'The second requested rate amount, as free text; at most 255 characters.' })
  @MaxLength(255)
  requestedCurrentRateAmount2!: string

  @Field(() => String, { description: 'The end of the requested limit, as free text; at most 255 characters.' })
  @MaxLength(255)
  requestedCurrentValidEndDate!: string

  @Field(() => String, {
    description: 'The documentation of the current credit, as free text; at most 2000 characters.',
  })
  @MaxLength(2000)
  currentCreditDocumentation!: string

  @Field(() => String, { description: 'The requested temporary amount, as free text; at most 255 characters.' })
  @MaxLength(255)
  temporaryRequestedCurrentAmount!: string

  @Field(() => String, { description: 'The end of the temporary limit, as free text; at most 255 characters.' })
  @MaxLength(255)
  requestedTemporaryValidEndDate!: string

  @Field(() => String, {
    description: 'The documentation of the temporary credit, as free text; at most 2000 characters.',
  })
  @MaxLength(2000)
  temporaryCreditDocumentation!: string
}

@ObjectType({ description: 'The outcome of `createCustomerAddress`.' })
export class CreateCustomerAddressPayload extends Payload {
  @Field(() => CustomerAddress, { description: 'The created address.' })
  address!: CustomerAddress
}

@ObjectType({ description: 'The outcome of `updateCustomerAddress`.' })
export class UpdateCustomerAddressPayload extends Payload {
  @Field(() => CustomerAddress, { description: 'The changed address.' })
  address!: CustomerAddress
}

@ObjectType({ description: 'The outcome of `deleteCustomerAddress`.' })
export class DeleteCustomerAddressPayload extends Payload {
  @Field(() => ID, { description: 'The id of the deleted record.' })
  deletedId!: string
}

@ObjectType({ description: 'The outcome of `createTaxResidence`.' })
export class CreateTaxResidencePayload extends Payload {
  @Field(() => TaxResidence, { description: 'The created tax residence.' })
  taxResidence!: TaxResidence
}

@ObjectType({ description: 'The outcome of `deleteTaxResidence`.' })
export class DeleteTaxResidencePayload extends Payload {
  @Field(() => ID, { description: 'The id of the deleted record.' })
  deletedId!: string
}

@ObjectType({ description: 'The outcome of `addSocialMediaHandle`.' })
export class AddSocialMediaHandlePayload extends Payload {
  @Field(() => SocialMediaHandle, { description: 'The added handle.' })
  handle!: SocialMediaHandle
}

@ObjectType({ description: 'The outcome of `requestCreditLimit`.' })
export class RequestCreditLimitPayload extends Payload {
  @Field(() => CreditLimitRequestReceipt, { description: 'The fixed receipt of the Open Bank Project.' })
  receipt!: CreditLimitRequestReceipt
}

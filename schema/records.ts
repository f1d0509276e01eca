import 'reflect-metadata'
import { IsOptional, Matches, registerDecorator } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { lengthOf } from './text.js'
import { CustomerMutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

@ObjectType({ description: 'A postal address of a customer.' })
export class CustomerAddress {
  @Field(() => ID)
  id!: string

  @Pii('firstLetter')
  @Field(() => String)
  line1!: string

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  line2!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  line3!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  city!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  county!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  state!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  postcode!: string | null

  @Field(() => String, { description: 'ISO 3166-1 alpha-2; the provider checks only its length.' })
  countryCode!: string

  @Field(() => [String], { description: 'What it is for, in free text, such as `mailing` and `home`.' })
  tags!: string[]

  @Field(() => String, {
    nullable: true,
    description: 'Null where the provider repeats `state` in its place, which it did in every known version.',
    deprecationReason: 'The provider has never kept a status. There is no replacement.',
  })
  status!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was entered; a change leaves it as it is.' })
  insertedAt!: string | null
}

@ObjectType({ description: 'Where a customer pays taxes.' })
export class TaxResidence {
  @Field(() => ID)
  id!: string

  @Field(() => String, { description: 'Whose tax number it is, in free text.' })
  domain!: string

  @Pii('lastFour')
  @Field(() => String)
  taxNumber!: string
}

@ObjectType({
  description:
    'How a customer is called in a social network. The provider keeps it with the customer number, one for each number, and loses it when the number changes.',
})
export class SocialMediaHandle {
  @Field(() => String)
  customerNumber!: string

  @Field(() => String, { nullable: true, description: 'Free text, such as `twitter`.' })
  type!: string | null

  @Pii('firstLetter')
  @Field(() => String)
  handle!: string

  @Field(() => DateTimeScalar, { nullable: true })
  addedAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  activatedAt!: string | null
}

@ObjectType({
  description:
    'A request for another credit limit. The provider only pretends to keep them: it answers the same words for everybody.',
})
export class CreditLimitRequest {
  @Field(() => String, { nullable: true })
  rankAmount1!: string | null

  @Field(() => String, { nullable: true })
  nominalInterest1!: string | null

  @Field(() => String, { nullable: true })
  rankAmount2!: string | null

  @Field(() => String, { nullable: true })
  nominalInterest2!: string | null
}

@ObjectType({ description: 'What is answered to a request for another credit limit; the same words for everybody.' })
export class CreditLimitRequestReceipt {
  @Field(() => String, { nullable: true })
  executionTime!: string | null

  @Field(() => String, { nullable: true })
  executionDate!: string | null

  @Field(() => String, { nullable: true })
  token!: string | null

  @Field(() => String, { nullable: true })
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
  @Field(() => String)
  @Length(1, 255)
  line1!: string

  @Field(() => String, EMPTY)
  @IsOptional()
  @MaxLength(255)
  line2?: string | null

  @Field(() => String, EMPTY)
  @IsOptional()
  @MaxLength(255)
  line3?: string | null

  @Field(() => String)
  @MaxLength(255)
  city!: string

  @Field(() => String, EMPTY)
  @IsOptional()
  @MaxLength(255)
  county?: string | null

  @Field(() => String, EMPTY)
  @IsOptional()
  @MaxLength(255)
  state?: string | null

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Null or empty where there is none.' })
  @MaxLength(20)
  postcode!: string

  @Field(() => String, { description: 'ISO 3166-1 alpha-2, such as `DE`.' })
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 country code such as DE' })
  countryCode!: string

  @Field(() => [String], {
    nullable: true,
    defaultValue: [],
    description: `What it is for, such as \`mailing\` and \`home\`: texts without commas, together at most ${MAX_TAGS_LENGTH} characters with a comma between each two.`,
  })
  @IsOptional()
  @IsTags()
  tags?: string[] | null
}

@InputType()
export class CreateCustomerAddressInput extends CustomerAddressInput {}

@InputType({ description: 'Replaces the address as a whole: what is left out becomes empty.' })
export class UpdateCustomerAddressInput extends CustomerAddressInput {
  @Field(() => ID, { description: "One of the customer's own." })
  @Length(1, 255)
  addressId!: string
}

@InputType()
export class DeleteCustomerAddressInput extends CustomerMutationInput {
  @Field(() => ID, { description: "One of the customer's own." })
  @Length(1, 255)
  addressId!: string
}

@InputType()
export class CreateTaxResidenceInput extends CustomerMutationInput {
  @Field(() => String, { description: 'Whose tax number it is, in free text.' })
  @Length(1, 20)
  domain!: string

  @Field(() => String)
  @Length(1, 20)
  taxNumber!: string
}

@InputType()
export class DeleteTaxResidenceInput extends CustomerMutationInput {
  @Field(() => ID, { description: "One of the customer's own." })
  @Length(1, 255)
  taxResidenceId!: string
}

@InputType()
export class AddSocialMediaHandleInput extends CustomerMutationInput {
  @Field(() => String, { description: "The customer's own, which the handle is kept with." })
  @Length(1, 64)
  customerNumber!: string

  @Field(() => String, { description: 'Free text, such as `twitter`.' })
  @Length(1, 16)
  type!: string

  @Field(() => String)
  @Length(1, 64)
  handle!: string

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  addedAt!: string

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  activatedAt!: string
}

@InputType({ description: 'Free texts, which the provider does not read.' })
export class RequestCreditLimitInput extends CustomerMutationInput {
  @Field(() => String)
  @MaxLength(255)
  requestedCurrentRateAmount1!: string

  @Field(() => String)
  @MaxLength(255)
  requestedCurrentRateAmount2!: string

  @Field(() => String)
  @MaxLength(255)
  requestedCurrentValidEndDate!: string

  @Field(() => String)
  @MaxLength(2000)
  currentCreditDocumentation!: string

  @Field(() => String)
  @MaxLength(255)
  temporaryRequestedCurrentAmount!: string

  @Field(() => String)
  @MaxLength(255)
  requestedTemporaryValidEndDate!: string

  @Field(() => String)
  @MaxLength(2000)
  temporaryCreditDocumentation!: string
}

@ObjectType()
export class CreateCustomerAddressPayload extends Payload {
  @Field(() => CustomerAddress)
  address!: CustomerAddress
}

@ObjectType()
export class UpdateCustomerAddressPayload extends Payload {
  @Field(() => CustomerAddress)
  address!: CustomerAddress
}

@ObjectType()
export class DeleteCustomerAddressPayload extends Payload {
  @Field(() => ID)
  deletedId!: string
}

@ObjectType()
export class CreateTaxResidencePayload extends Payload {
  @Field(() => TaxResidence)
  taxResidence!: TaxResidence
}

@ObjectType()
export class DeleteTaxResidencePayload extends Payload {
  @Field(() => ID)
  deletedId!: string
}

@ObjectType()
export class AddSocialMediaHandlePayload extends Payload {
  @Field(() => SocialMediaHandle)
  handle!: SocialMediaHandle
}

@ObjectType()
export class RequestCreditLimitPayload extends Payload {
  @Field(() => CreditLimitRequestReceipt)
  receipt!: CreditLimitRequestReceipt
}

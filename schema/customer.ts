import 'reflect-metadata'
import { ArrayMaxSize, IsEmail, IsOptional, IsUUID, Matches } from 'class-validator'
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { IsBirthDate } from './birth-date.js'
import { Length, MaxLength } from './length.js'
import { BankMutationInput, CustomerMutationInput, Payload } from './mutation.js'
import { DateScalar, DateTimeScalar } from './scalars.js'
import { MonetaryAmount, MonetaryAmountInput, CustomerSortDirection } from './shared.js'
import { PageInfo } from './page.js'

@ObjectType({ description: 'A portrait of a customer.' })
export class FaceImage {
  @Field(() => String, {
    nullable: true,
    description: 'The URL of the image.',
  })
  url!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time at which the image was taken.' })
  date!: string | null
}

@ObjectType({ description: "An assessment of a customer's creditworthiness." })
export class CreditRating {
  @Field(() => String, { nullable: true, description: 'The rating, in the notation of its source.' })
  rating!: string | null

  @Field(() => String, { nullable: true, description: 'The agency or person that gave the rating.' })
  source!: string | null
}

@ObjectType({
  description:
    'The ids of the records of other providers that `linkCustomer` linked to a customer; a field is null when there is no link.',
})
export class CustomerLinks {
  @Field(() => ID, { nullable: true, description: 'The id of the linked person at Synctera.' })
  personId!: string | null

  @Field(() => ID, { nullable: true, description: 'The id of the linked banking customer at Apiture.' })
  bankingCustomerId!: string | null

  @Field(() => ID, { nullable: true, description: 'The external id of the linked account at SEI.' })
  seiExternalId!: string | null
}

@Directive('@key(fields: "bankId id")')
@ObjectType({
  description:
    'A customer of a bank at the Open Bank Project. `bankId` and `id` together identify it. A field is null when the bank has recorded no value.',
})
export class Customer {
  readonly __typename?: 'Customer'

  @Field(() => ID, { description: "The customer's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: 'The id of the bank of the customer.' })
  bankId!: string

  @Field(() => String, { description: 'The customer number, unique within the bank.' })
  number!: string

  @Field(() => String, {
    nullable: true,
    description: 'The full legal name.',
  })
  legalName!: string | null

  @Field(() => String, { nullable: true, description: 'The form of address, such as `Dr.`.' })
  title!: string | null

  @Field(() => String, { nullable: true, description: 'The suffix of the name, such as `Jr.`.' })
  nameSuffix!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address.',
  })
  email!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The mobile phone number as the bank entered it, in no fixed format.',
  })
  mobilePhoneNumber!: string | null

  @Field(() => FaceImage, { nullable: true, description: 'The portrait of the customer.' })
  faceImage!: FaceImage | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of birth.' })
  dateOfBirth!: string | null

  @Field(() => String, { nullable: true, description: 'The relationship status as free text, such as `single`.' })
  relationshipStatus!: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'The number of dependants. It is not compared with `datesOfBirthOfDependants`.',
  })
  dependants!: number | null

  @Field(() => [DateScalar], {
    nullable: true,
    description: 'The dates of birth of the dependants.',
  })
  datesOfBirthOfDependants!: string[] | null

  @Field(() => CreditRating, { nullable: true, description: 'The credit rating of the customer.' })
  creditRating!: CreditRating | null

  @Field(() => MonetaryAmount, { nullable: true, description: 'The credit limit of the customer.' })
  creditLimit!: MonetaryAmount | null

  @Field(() => String, { nullable: true, description: 'The highest education as free text, such as `Master`.' })
  highestEducationAttained!: string | null

  @Field(() => String, { nullable: true, description: 'The employment status as free text, such as `worker`.' })
  employmentStatus!: string | null

  @Field(() => Boolean, { description: "The bank's KYC flag in the customer record; independent of `kycStatuses`." })
  kycStatus!: boolean

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time at which the bank last confirmed the customer data.',
  })
  lastOkDate!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the branch of the customer. The Open Bank Project does not check that the branch exists.',
  })
  branchId!: string | null
}

@ObjectType({ description: 'A customer in a page.' })
export class CustomerEdge {
  @Field(() => String, { description: 'The opaque cursor of the customer, for the argument `after`.' })
  cursor!: string

  @Field(() => Customer, { description: 'The customer.' })
  node!: Customer
}

@ObjectType({ description: 'A page of customers, as a Relay connection.' })
export class CustomerConnection {
  @Field(() => [CustomerEdge], { description: 'The customers of the page with their cursors.' })
  edges!: CustomerEdge[]

  @Field(() => [Customer], { description: 'The customers of the page.' })
  nodes!: Customer[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

@InputType({
  description: 'Limits a list of customers by `lastOkDate` and sets its order.',
})
export class CustomerFilter {
  @Field(() => DateTimeScalar, { nullable: true, description: 'The earliest `lastOkDate`, inclusive.' })
  lastOkFrom?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The latest `lastOkDate`, inclusive.' })
  lastOkTo?: string | null

  @Field(() => CustomerSortDirection, {
    nullable: true,
    description: 'The order by `lastOkDate`; newest first when omitted.',
  })
  sortDirection?: CustomerSortDirection | null
}

@InputType({ description: 'A portrait of a customer.' })
export class FaceImageInput {
  @Field(() => String, { description: 'The URL of the image; 1 to 2000 characters.' })
  @Length(1, 2000)
  url!: string

  @Field(() => DateTimeScalar, { description: 'The time at which the image was taken, in whole seconds.' })
  date!: string
}

@InputType({ description: "An assessment of a customer's creditworthiness." })
export class CreditRatingInput {
  @Field(() => String, { description: 'The rating, in the notation of its source; 1 to 100 characters.' })
  @Length(1, 100)
  rating!: string

  @Field(() => String, { description: 'The agency or person that gave the rating; 1 to 100 characters.' })
  @Length(1, 100)
  source!: string
}

@InputType({ description: 'A new customer. Omitted details are stored empty.' })
export class CreateCustomerInput extends BankMutationInput {
  @Field(() => String, { description: 'The full legal name; 1 to 255 characters.' })
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  legalName!: string

  @Field(() => String, { description: 'The mobile phone number, in any format; 1 to 50 characters.' })
  @Length(1, 50)
  mobilePhoneNumber!: string

  @Field(() => String, { description: 'The e-mail address, stored in lower case; at most 200 characters.' })
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(200)
  email!: string

  @Field(() => FaceImageInput, { nullable: true, description: 'The portrait of the customer.' })
  faceImage?: FaceImageInput | null

  @Field(() => DateScalar, { description: 'The date of birth, from 1900-01-01 to yesterday.' })
  @IsBirthDate()
  dateOfBirth!: string

  @Field(() => String, {
    description: 'The relationship status as free text, such as `single`; at most 16 characters.',
  })
  @MaxLength(16)
  relationshipStatus!: string

  @Field(() => [DateScalar], {
    nullable: true,
    defaultValue: [],
    description:
      'The date of birth of each dependant, at most 100, from 1900-01-01 to yesterday. Their number becomes `dependants`.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @IsBirthDate()
  datesOfBirthOfDependants?: string[] | null

  @Field(() => CreditRatingInput, { nullable: true, description: 'The credit rating.' })
  creditRating?: CreditRatingInput | null

  @Field(() => MonetaryAmountInput, { nullable: true, description: 'The credit limit.' })
  creditLimit?: MonetaryAmountInput | null

  @Field(() => String, { description: 'The highest education as free text, such as `Master`; at most 32 characters.' })
  @MaxLength(32)
  highestEducationAttained!: string

  @Field(() => String, { description: 'The employment status as free text, such as `worker`; at most 32 characters.' })
  @MaxLength(32)
  employmentStatus!: string

  @Field(() => Boolean, { description: "The bank's KYC flag. The value true requires the scope `kyc:write`." })
  kycStatus!: boolean

  @Field(() => DateTimeScalar, {
    description: 'The time at which the bank last confirmed the customer data, in whole seconds.',
  })
  lastOkDate!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The form of address, such as `Dr.`; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  title!: string

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the branch of the customer; at most 255 characters. The Open Bank Project does not check that the branch exists.',
  })
  @IsOptional()
  @MaxLength(255)
  branchId?: string | null

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The suffix of the name, such as `Jr.`; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  nameSuffix!: string
}

@InputType({ description: 'The links to set: an omitted link is unchanged, null removes it.' })
export class LinkCustomerInput extends CustomerMutationInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of an existing person at Synctera, a UUID. Requires the scope `persons:read`.',
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be a UUID' })
  personId?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id of a banking customer at Apiture: 6 to 48 letters, digits and `-_:.~$`.',
  })
  @IsOptional()
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and -_:.~$' })
  bankingCustomerId?: string | null

  @Field(() => ID, { nullable: true, description: 'The external id of an account at SEI; 1 to 255 characters.' })
  @IsOptional()
  @Length(1, 255)
  seiExternalId?: string | null
}

@ObjectType({ description: 'The outcome of `createCustomer`.' })
export class CreateCustomerPayload extends Payload {
  @Field(() => Customer, { description: 'The created customer.' })
  customer!: Customer
}

@ObjectType({ description: 'The outcome of `linkCustomer`.' })
export class LinkCustomerPayload extends Payload {
  @Field(() => Customer, { description: 'The customer with the new links.' })
  customer!: Customer
}

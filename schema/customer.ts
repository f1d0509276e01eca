import 'reflect-metadata'
import { ArrayMaxSize, IsEmail, IsOptional, IsUUID, Matches } from 'class-validator'
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { BankMutationInput, CustomerMutationInput, IsBirthDate, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateScalar, DateTimeScalar } from './scalars.js'
import { MonetaryAmount, MonetaryAmountInput, PageInfo, CustomerSortDirection } from './shared.js'

@ObjectType({ description: "A picture of the customer's face." })
export class FaceImage {
  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  url!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was taken.' })
  date!: string | null
}

@ObjectType({ description: 'How creditworthy somebody thinks the customer is.' })
export class CreditRating {
  @Field(() => String, { nullable: true })
  rating!: string | null

  @Field(() => String, { nullable: true, description: 'Whose rating it is.' })
  source!: string | null
}

@ObjectType({ description: "Other providers' records of the same human being, as `linkCustomer` recorded them." })
export class CustomerLinks {
  @Field(() => ID, { nullable: true, description: 'The person at Synctera.' })
  personId!: string | null

  @Field(() => ID, { nullable: true, description: 'The banking customer at Apiture.' })
  bankingCustomerId!: string | null

  @Field(() => ID, { nullable: true, description: "The account's business identifier at SEI." })
  seiExternalId!: string | null
}

@Directive('@key(fields: "bankId id")')
@ObjectType({ description: 'A customer of a bank at the Open Bank Project.' })
export class Customer {
  readonly __typename?: 'Customer'

  @Field(() => ID)
  id!: string

  @Field(() => ID)
  bankId!: string

  @Field(() => String, { description: 'Unique within the bank.' })
  number!: string

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  legalName!: string | null

  @Field(() => String, { nullable: true })
  title!: string | null

  @Field(() => String, { nullable: true })
  nameSuffix!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  email!: string | null

  @Pii('lastFour')
  @Field(() => String, { nullable: true, description: 'As the bank wrote it; in no fixed form.' })
  mobilePhoneNumber!: string | null

  @Field(() => FaceImage, { nullable: true })
  faceImage!: FaceImage | null

  @Pii('hidden')
  @Field(() => DateScalar, { nullable: true })
  dateOfBirth!: string | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `single`.' })
  relationshipStatus!: string | null

  @Field(() => Int, { nullable: true, description: 'How many.' })
  dependants!: number | null

  @Pii('hidden')
  @Field(() => [DateScalar], { nullable: true })
  datesOfBirthOfDependants!: string[] | null

  @Field(() => CreditRating, { nullable: true })
  creditRating!: CreditRating | null

  @Field(() => MonetaryAmount, { nullable: true })
  creditLimit!: MonetaryAmount | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `Master`.' })
  highestEducationAttained!: string | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `worker`.' })
  employmentStatus!: string | null

  @Field(() => Boolean, { description: "The bank's own KYC flag; independent of `kycStatuses`." })
  kycStatus!: boolean

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the bank last found the data in order.' })
  lastOkDate!: string | null

  @Field(() => ID, { nullable: true })
  branchId!: string | null
}

@ObjectType()
export class CustomerEdge {
  @Field(() => String)
  cursor!: string

  @Field(() => Customer)
  node!: Customer
}

@ObjectType({ description: 'A page of customers.' })
export class CustomerConnection {
  @Field(() => [CustomerEdge])
  edges!: CustomerEdge[]

  @Field(() => [Customer])
  nodes!: Customer[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@InputType({
  description: 'Which customers to list, and in which order of `lastOkDate`. Without bounds the whole bank is listed.',
})
export class CustomerFilter {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Inclusive.' })
  lastOkFrom?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Inclusive.' })
  lastOkTo?: string | null

  @Field(() => CustomerSortDirection, { nullable: true, description: 'Newest `lastOkDate` first when left out.' })
  sortDirection?: CustomerSortDirection | null
}

@InputType()
export class FaceImageInput {
  @Field(() => String)
  @Length(1, 2000)
  url!: string

  @Field(() => DateTimeScalar, { description: 'When it was taken, to the second.' })
  date!: string
}

@InputType()
export class CreditRatingInput {
  @Field(() => String)
  @Length(1, 100)
  rating!: string

  @Field(() => String)
  @Length(1, 100)
  source!: string
}

@InputType({ description: "Members left out are sent in the provider's empty form, never invented." })
export class CreateCustomerInput extends BankMutationInput {
  @Field(() => String)
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  legalName!: string

  @Field(() => String)
  @Length(1, 50)
  mobilePhoneNumber!: string

  @Field(() => String, { description: 'Kept in lower case.' })
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(200)
  email!: string

  @Field(() => FaceImageInput, { nullable: true })
  faceImage?: FaceImageInput | null

  @Field(() => DateScalar, { description: 'From 1900-01-01 to yesterday.' })
  @IsBirthDate()
  dateOfBirth!: string

  @Field(() => String, { description: 'Free text, such as `single`.' })
  @MaxLength(16)
  relationshipStatus!: string

  @Field(() => [DateScalar], { nullable: true, defaultValue: [], description: 'One for each dependant; at most 100.' })
  @IsOptional()
  @ArrayMaxSize(100)
  @IsBirthDate()
  datesOfBirthOfDependants?: string[] | null

  @Field(() => CreditRatingInput, { nullable: true })
  creditRating?: CreditRatingInput | null

  @Field(() => MonetaryAmountInput, { nullable: true })
  creditLimit?: MonetaryAmountInput | null

  @Field(() => String, { description: 'Free text, such as `Master`.' })
  @MaxLength(32)
  highestEducationAttained!: string

  @Field(() => String, { description: 'Free text, such as `worker`.' })
  @MaxLength(32)
  employmentStatus!: string

  @Field(() => Boolean, { description: "The bank's own KYC flag; true needs `kyc:write`." })
  kycStatus!: boolean

  @Field(() => DateTimeScalar, { description: 'When the data was last found in order, to the second.' })
  lastOkDate!: string

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  title?: string | null

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  branchId?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  nameSuffix?: string | null
}

@InputType({ description: 'What is left out stays as it is; null removes the link.' })
export class LinkCustomerInput extends CustomerMutationInput {
  @Field(() => ID, { nullable: true, description: 'A person at Synctera, who must exist; needs `persons:read`.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be a UUID' })
  personId?: string | null

  @Field(() => ID, { nullable: true, description: 'A banking customer at Apiture.' })
  @IsOptional()
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and -_:.~$' })
  bankingCustomerId?: string | null

  @Field(() => ID, { nullable: true, description: "An account's business identifier at SEI." })
  @IsOptional()
  @Length(1, 255)
  seiExternalId?: string | null
}

@ObjectType()
export class CreateCustomerPayload extends Payload {
  @Field(() => Customer)
  customer!: Customer
}

@ObjectType()
export class LinkCustomerPayload extends Payload {
  @Field(() => Customer)
  customer!: Customer
}

import 'reflect-metadata'
import { IsEmail, Matches, Min } from 'class-validator'
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { Customer, FaceImageInput } from './customer.js'
import { CustomerMutationInput, IsBirthDate, Payload } from './mutation.js'
import { DateScalar } from './scalars.js'
import { MonetaryAmountInput } from './shared.js'

@InputType()
export class UpdateCustomerBranchInput extends CustomerMutationInput {
  @Field(() => ID, { description: 'Not checked to be a branch of the bank.' })
  @Length(1, 255)
  branchId!: string
}

@InputType()
export class UpdateCustomerCreditLimitInput extends CustomerMutationInput {
  @Field(() => MonetaryAmountInput)
  creditLimit!: MonetaryAmountInput
}

@InputType()
export class UpdateCustomerCreditRatingInput extends CustomerMutationInput {
  @Field(() => String)
  @Length(1, 100)
  rating!: string

  @Field(() => String, { description: 'Whose rating it is.' })
  @Length(1, 100)
  source!: string
}

@InputType({ description: 'All of it is replaced.' })
export class UpdateCustomerDataInput extends CustomerMutationInput {
  @Field(() => FaceImageInput)
  faceImage!: FaceImageInput

  @Field(() => String, { description: 'Free text, such as `single`.' })
  @MaxLength(16)
  relationshipStatus!: string

  @Field(() => Int, { description: 'How many; not compared with `datesOfBirthOfDependants`, which stay as they are.' })
  @Min(0)
  dependants!: number

  @Field(() => String, { description: 'Free text, such as `Master`.' })
  @MaxLength(32)
  highestEducationAttained!: string

  @Field(() => String, { description: 'Free text, such as `worker`.' })
  @MaxLength(32)
  employmentStatus!: string
}

@InputType()
export class UpdateCustomerEmailInput extends CustomerMutationInput {
  @Field(() => String, { description: 'Kept in lower case.' })
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(200)
  email!: string
}

@InputType({ description: 'All of it is replaced: what is left out becomes empty.' })
export class UpdateCustomerIdentityInput extends CustomerMutationInput {
  @Field(() => String)
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  legalName!: string

  @Field(() => DateScalar, { description: 'From 1900-01-01 to yesterday.' })
  @IsBirthDate()
  dateOfBirth!: string

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Null or empty for none.' })
  @MaxLength(255)
  title!: string

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Null or empty for none.' })
  @MaxLength(255)
  nameSuffix!: string
}

@InputType()
export class UpdateCustomerMobileNumberInput extends CustomerMutationInput {
  @Field(() => String, { description: 'Kept as it is written; in no fixed form.' })
  @Length(1, 50)
  mobilePhoneNumber!: string
}

@InputType()
export class UpdateCustomerNumberInput extends CustomerMutationInput {
  // The error of the provider repeats the number, and `<-` separates the parts of its error messages.
  @Field(() => String, { description: 'Unique within the bank; 1 to 50 characters, without `<-`.' })
  @Length(1, 50)
  @Matches(/^(?!.*<-)/s, { message: 'must not contain <-' })
  customerNumber!: string
}

/** Payload of every customer update. */
@ObjectType()
abstract class CustomerPayload extends Payload {
  @Field(() => Customer)
  customer!: Customer
}

@ObjectType()
export class UpdateCustomerBranchPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerCreditLimitPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerCreditRatingPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerDataPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerEmailPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerIdentityPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerMobileNumberPayload extends CustomerPayload {}

@ObjectType()
export class UpdateCustomerNumberPayload extends CustomerPayload {}

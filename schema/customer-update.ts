import 'reflect-metadata'
import { IsEmail, Matches, Min } from 'class-validator'
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { IsBirthDate } from './birth-date.js'
import { Length, MaxLength } from './length.js'
import { Customer, FaceImageInput } from './customer.js'
import { CustomerMutationInput, Payload } from './mutation.js'
import { DateScalar } from './scalars.js'
import { MonetaryAmountInput } from './shared.js'

@InputType({ description: 'The new branch of a customer.' })
export class UpdateCustomerBranchInput extends CustomerMutationInput {
  @Field(() => ID, {
    description:
      'The id of the new branch; 1 to 255 characters. The Open Bank Project does not check that the branch exists.',
  })
  @Length(1, 255)
  branchId!: string
}

@InputType({ description: 'The new credit limit of a customer.' })
export class UpdateCustomerCreditLimitInput extends CustomerMutationInput {
  @Field(() => MonetaryAmountInput, { description: 'The new credit limit.' })
  creditLimit!: MonetaryAmountInput
}

@InputType({ description: 'The new credit rating of a customer.' })
export class UpdateCustomerCreditRatingInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The rating, in the notation of its source; 1 to 100 characters.' })
  @Length(1, 100)
  rating!: string

  @Field(() => String, { description: 'The agency or person that gave the rating; 1 to 100 characters.' })
  @Length(1, 100)
  source!: string
}

@InputType({ description: 'The new personal circumstances of a customer; all members are replaced.' })
export class UpdateCustomerDataInput extends CustomerMutationInput {
  @Field(() => FaceImageInput, { description: 'The portrait of the customer.' })
  faceImage!: FaceImageInput

  @Field(() => String, {
    description: 'The relationship status as free text, such as `single`; at most 16 characters.',
  })
  @MaxLength(16)
  relationshipStatus!: string

  @Field(() => Int, {
    description:
      'The number of dependants, 0 or more. It is not compared with `datesOfBirthOfDependants`, which are unchanged.',
  })
  @Min(0)
  dependants!: number

  @Field(() => String, { description: 'The highest education as free text, such as `Master`; at most 32 characters.' })
  @MaxLength(32)
  highestEducationAttained!: string

  @Field(() => String, { description: 'The employment status as free text, such as `worker`; at most 32 characters.' })
  @MaxLength(32)
  employmentStatus!: string
}

@InputType({ description: 'The new e-mail address of a customer.' })
export class UpdateCustomerEmailInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The e-mail address, stored in lower case; at most 200 characters.' })
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(200)
  email!: string
}

@InputType({ description: 'The new name and date of birth of a customer; all members are replaced.' })
export class UpdateCustomerIdentityInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The full legal name; 1 to 255 characters.' })
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  legalName!: string

  @Field(() => DateScalar, { description: 'The date of birth, from 1900-01-01 to yesterday.' })
  @IsBirthDate()
  dateOfBirth!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The form of address, such as `Dr.`; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  title!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The suffix of the name, such as `Jr.`; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  nameSuffix!: string
}

@InputType({ description: 'The new mobile phone number of a customer.' })
export class UpdateCustomerMobileNumberInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The mobile phone number, in any format; 1 to 50 characters.' })
  @Length(1, 50)
  mobilePhoneNumber!: string
}

@InputType({ description: 'The new customer number of a customer.' })
export class UpdateCustomerNumberInput extends CustomerMutationInput {
  // The error of the provider repeats the number, and `<-` separates the parts of its error messages.
  @Field(() => String, {
    description: 'The customer number, unique within the bank; 1 to 50 characters, without `<-`.',
  })
  @Length(1, 50)
  @Matches(/^(?!.*<-)/s, { message: 'must not contain <-' })
  customerNumber!: string
}

/** Payload of every customer update. */
@ObjectType()
abstract class CustomerPayload extends Payload {
  @Field(() => Customer, { description: 'The customer after the change.' })
  customer!: Customer
}

@ObjectType({ description: 'The outcome of `updateCustomerBranch`.' })
export class UpdateCustomerBranchPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerCreditLimit`.' })
export class UpdateCustomerCreditLimitPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerCreditRating`.' })
export class UpdateCustomerCreditRatingPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerData`.' })
export class UpdateCustomerDataPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerEmail`.' })
export class UpdateCustomerEmailPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerIdentity`.' })
export class UpdateCustomerIdentityPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerMobileNumber`.' })
export class UpdateCustomerMobileNumberPayload extends CustomerPayload {}

@ObjectType({ description: 'The outcome of `updateCustomerNumber`.' })
export class UpdateCustomerNumberPayload extends CustomerPayload {}

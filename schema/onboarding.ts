import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayUnique,
  IsEmail,
  IsISO4217CurrencyCode,
  IsOptional,
  Length,
  Matches,
  MaxLength,
} from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { AttributeType } from './customer-attribute.js'
import { BankMutationInput, MutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { MonetaryAmount } from './shared.js'

@ObjectType({ description: 'An address of an account in one scheme, such as its IBAN.' })
export class AccountRouting {
  @Field(() => String, { description: 'Free text, such as `IBAN`; an account has one address in each.' })
  scheme!: string

  @Pii('lastFour')
  @Field(() => String)
  address!: string
}

@ObjectType({ description: 'A named value that an account took over from its product.' })
export class AccountAttribute {
  @Field(() => ID)
  id!: string

  @Field(() => String, { nullable: true, description: 'The product it comes from.' })
  productCode!: string | null

  @Field(() => String)
  name!: string

  @Field(() => AttributeType, {
    nullable: true,
    description: 'Null when the provider names a type this graph does not know.',
  })
  type!: AttributeType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `type` stands for, also one that this graph does not know.',
  })
  typeRaw!: string | null

  @Field(() => String)
  value!: string
}

@ObjectType({ description: 'An account at a bank of the Open Bank Project.' })
export class DepositAccount {
  @Field(() => ID, { description: 'Unique within the bank.' })
  accountId!: string

  @Field(() => ID)
  bankId!: string

  @Field(() => ID, { nullable: true, description: 'The user whose account it is.' })
  userId!: string | null

  @Field(() => String)
  label!: string

  @Field(() => String, { description: 'As it was given; the provider does not check that there is such a product.' })
  productCode!: string

  @Field(() => MonetaryAmount, { description: "With the currency's own number of decimals." })
  balance!: MonetaryAmount

  @Field(() => ID, { nullable: true })
  branchId!: string | null

  @ListSize({ assumedSize: 2 })
  @Field(() => [AccountRouting])
  routings!: AccountRouting[]

  @ListSize({ assumedSize: 5 })
  @Field(() => [AccountAttribute], { description: "The product's attributes, where there is such a product." })
  attributes!: AccountAttribute[]
}

@ObjectType({ description: 'What a user may do at a bank, or everywhere.' })
export class UserEntitlement {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  roleName!: string

  @Field(() => ID, { description: 'Empty where the role is not about one bank.' })
  bankId!: string
}

@ObjectType({ description: 'Somebody who can log in at the Open Bank Project.' })
export class BankUser {
  @Field(() => ID)
  id!: string

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  email!: string | null

  @Field(() => String, { description: 'Unique.' })
  username!: string

  @Field(() => String, {
    description: 'Who knows the password: the host name of the provider itself for a user made here.',
  })
  provider!: string

  @Field(() => String, { description: "The user's name at `provider`." })
  providerId!: string

  @ListSize({ assumedSize: 10 })
  @Field(() => [UserEntitlement])
  entitlements!: UserEntitlement[]
}

// The error of the provider repeats these values, so they must not look like a part of its error message.
const WITHOUT_ARROW = { message: 'must not contain <' }

@InputType()
export class AccountRoutingInput {
  @Field(() => String, { description: 'Free text, such as `IBAN`.' })
  @Length(1, 255)
  @Matches(/^[^<]*$/, WITHOUT_ARROW)
  scheme!: string

  @Field(() => String, { description: 'Must not be taken at the bank.' })
  @Length(1, 255)
  @Matches(/^[^<]*$/, WITHOUT_ARROW)
  address!: string
}

@InputType({ description: 'The opening balance is zero; only its currency is asked.' })
export class CreateAccountInput extends BankMutationInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id the account is to get; one that is taken is refused with `CONFLICT`. Made by the provider when left out.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, {
    message: 'must be an id of 1 to 255 letters, digits, dots, dashes and underscores',
  })
  accountId?: string | null

  @Field(() => ID, { nullable: true, description: "Whose account it becomes; this server's own user's when left out." })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be an id of letters, digits, dots, dashes and underscores' })
  userId?: string | null

  @Field(() => String)
  @MaxLength(255)
  label!: string

  @Field(() => String, {
    description: "Where there is such a product, the account takes over the product's attributes.",
  })
  @MaxLength(255)
  productCode!: string

  @Field(() => String, { description: 'ISO 4217, such as `EUR`.' })
  @Matches(/^[A-Z]*$/, { message: 'must be in capital letters' })
  @IsISO4217CurrencyCode({ message: 'must be an ISO 4217 currency such as EUR' })
  currency!: string

  @Field(() => ID, { nullable: true, defaultValue: '', description: 'Empty for none.' })
  @IsOptional()
  @MaxLength(255)
  branchId?: string | null

  @Field(() => [AccountRoutingInput], {
    nullable: true,
    defaultValue: [],
    description: 'At most one for each scheme, and 20 in all.',
  })
  @IsOptional()
  @ArrayMaxSize(20)
  @ArrayUnique(({ scheme }: AccountRoutingInput) => scheme, {
    message: 'must have at most one address for each scheme',
  })
  routings?: AccountRoutingInput[] | null
}

const USERNAME = /^(?=.{8,64}$)[a-zA-Z0-9]+([._][a-zA-Z0-9]+)*$/
const PASSWORD = /^(.{17,512}|(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!-/:-@[-`{-~]).{10,16})$/s

@InputType()
export class CreateUserInput extends MutationInput {
  @Field(() => String, { description: 'Kept in lower case; several users may have the same.' })
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(48)
  email!: string

  @Field(() => String, { description: 'One that is taken is refused with `CONFLICT`.' })
  @Matches(USERNAME, {
    message:
      'must be 8 to 64 letters, digits, single dots and underscores, beginning and ending with a letter or digit',
  })
  username!: string

  @Field(() => String, {
    description:
      'Passed on to the provider, never kept. DirectLogin takes none that has a comma or a double quote in it.',
  })
  @Matches(PASSWORD, {
    message:
      'must be 17 to 512 characters, or 10 to 16 with a digit, a lower-case letter, a capital and one of !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  })
  password!: string

  @Field(() => String)
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  firstName!: string

  @Field(() => String)
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  lastName!: string
}

@ObjectType()
export class CreateAccountPayload extends Payload {
  @Field(() => DepositAccount)
  account!: DepositAccount
}

@ObjectType()
export class CreateUserPayload extends Payload {
  @Field(() => BankUser)
  user!: BankUser
}

import 'reflect-metadata'
import { ArrayMaxSize, ArrayUnique, IsEmail, IsISO4217CurrencyCode, IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-classes.js'
import { AttributeType } from './customer-attribute.js'
import { BankMutationInput, MutationInput, Payload } from './mutation.js'
import { MonetaryAmount } from './shared.js'

@ObjectType({ description: 'An address of an account in one scheme, such as its IBAN.' })
export class AccountRouting {
  @Field(() => String, { description: 'The scheme as free text, such as `IBAN`.' })
  scheme!: string

  @Field(() => String, {
    description: 'The address of the account in the scheme.',
  })
  address!: string
}

@ObjectType({ description: 'A named value that an account took from its product.' })
export class AccountAttribute {
  @Field(() => ID, { description: "The attribute's id at the Open Bank Project." })
  id!: string

  @Field(() => String, {
    nullable: true,
    description: 'The code of the product that the attribute belongs to; null when the Open Bank Project has none.',
  })
  productCode!: string | null

  @Field(() => String, { description: 'The name of the attribute.' })
  name!: string

  @Field(() => AttributeType, {
    nullable: true,
    description:
      'The declared type of the value; null when the Open Bank Project reports a type that this schema does not know.',
  })
  type!: AttributeType | null

  @Field(() => String, {
    nullable: true,
    description: "The Open Bank Project's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => String, { description: 'The value as text; empty when the Open Bank Project has none.' })
  value!: string
}

@ObjectType({
  description: 'An account at a bank of the Open Bank Project. `bankId` and `accountId` together identify it.',
})
export class DepositAccount {
  @Field(() => ID, { description: 'The account id, unique within the bank.' })
  accountId!: string

  @Field(() => ID, { description: 'The id of the bank of the account.' })
  bankId!: string

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user who owns the account; null when the Open Bank Project has none.',
  })
  userId!: string | null

  @Field(() => String, { description: 'The name of the account; empty when the Open Bank Project has none.' })
  label!: string

  @Field(() => String, {
    description:
      'The product code as given; empty when none was given. The Open Bank Project does not check that the product exists.',
  })
  productCode!: string

  @Field(() => MonetaryAmount, { description: 'The balance, with the number of decimals of its currency.' })
  balance!: MonetaryAmount

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the branch of the account; null when the Open Bank Project has none.',
  })
  branchId!: string | null

  @ListSize({ assumedSize: 2 })
  @Field(() => [AccountRouting], { description: 'The addresses of the account, one per scheme.' })
  routings!: AccountRouting[]

  @ListSize({ assumedSize: 5 })
  @Field(() => [AccountAttribute], { description: 'The attributes that the account took from its product.' })
  attributes!: AccountAttribute[]
}

@ObjectType({ description: 'A role of a user, at one bank or for the whole system.' })
export class UserEntitlement {
  @Field(() => ID, { description: "The entitlement's id at the Open Bank Project." })
  id!: string

  @Field(() => String, { description: 'The name of the role.' })
  roleName!: string

  @Field(() => ID, {
    description: 'The id of the bank that the role is limited to; empty for a role of the whole system.',
  })
  bankId!: string
}

@ObjectType({
  description:
    'A user of the Open Bank Project. Where its server validates e-mail addresses, a new user logs in only after that.',
})
export class BankUser {
  @Field(() => ID, { description: "The user's id at the Open Bank Project." })
  id!: string

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address; null when the Open Bank Project has none.',
  })
  email!: string | null

  @Field(() => String, { description: 'The user name, unique at the Open Bank Project.' })
  username!: string

  @Field(() => String, {
    description:
      'The identity provider of the user: the host name of the Open Bank Project for a user that it manages itself.',
  })
  provider!: string

  @Field(() => String, { description: "The user's name at the identity provider." })
  providerId!: string

  @ListSize({ assumedSize: 10 })
  @Field(() => [UserEntitlement], { description: 'The roles that are granted to the user.' })
  entitlements!: UserEntitlement[]
}

// The error of the provider repeats these values, so they must not look like a part of its error message.
const WITHOUT_ARROW = { message: 'must not contain <' }

@InputType({ description: 'An address of an account in one scheme.' })
export class AccountRoutingInput {
  @Field(() => String, { description: 'The scheme as free text, such as `IBAN`; 1 to 255 characters, without `<`.' })
  @Length(1, 255)
  @Matches(/^[^<]*$/, WITHOUT_ARROW)
  scheme!: string

  @Field(() => String, {
    description: 'The address in the scheme, unused at the bank; 1 to 255 characters, without `<`.',
  })
  @Length(1, 255)
  @Matches(/^[^<]*$/, WITHOUT_ARROW)
  address!: string
}

@InputType({ description: 'An account to open. The opening balance is zero.' })
export class CreateAccountInput extends BankMutationInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the new account, 1 to 255 letters, digits, dots, dashes and underscores; an existing id is refused with `CONFLICT`. The Open Bank Project generates it when omitted.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, {
    message: 'must be an id of 1 to 255 letters, digits, dots, dashes and underscores',
  })
  accountId?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user who owns the account; the service user of this server when omitted.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be an id of letters, digits, dots, dashes and underscores' })
  userId?: string | null

  @Field(() => String, { description: 'The name of the account; at most 255 characters.' })
  @MaxLength(255)
  label!: string

  @Field(() => String, {
    description: 'The product code; at most 255 characters. When the product exists, the account takes its attributes.',
  })
  @MaxLength(255)
  productCode!: string

  @Field(() => String, { description: 'The ISO 4217 currency code, such as `EUR`.' })
  @Matches(/^[A-Z]*$/, { message: 'must be in capital letters' })
  @IsISO4217CurrencyCode({ message: 'must be an ISO 4217 currency such as EUR' })
  currency!: string

  @Field(() => ID, {
    nullable: true,
    defaultValue: '',
    description: 'The id of the branch of the account; at most 255 characters, empty for none.',
  })
  @IsOptional()
  @MaxLength(255)
  branchId?: string | null

  @Field(() => [AccountRoutingInput], {
    nullable: true,
    defaultValue: [],
    description: 'The addresses of the account: at most one per scheme and 20 in total.',
  })
  @IsOptional()
  @ArrayMaxSize(20)
  @ArrayUnique(({ scheme }: AccountRoutingInput) => scheme, {
    message: 'must have at most one address for each scheme',
  })
  routings?: AccountRoutingInput[] | null
}

// Letters, digits, single dots and underscores, or an e-mail address.
const USERNAME =
  /^(?=.{8,100}$)([a-zA-Z0-9]+([._][a-zA-Z0-9]+)*|[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+)$/
// The provider takes no other address: letters, digits and signs of ASCII.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/
// DirectLogin writes the password between double quotes, and separates its parameters by commas.
const PASSWORD = /^(?!.*[",])(.{17,512}|(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!-/:-@[-`{-~]).{10,16})$/su

@InputType({ description: 'A user to create.' })
export class CreateUserInput extends MutationInput {
  @Field(() => String, {
    description:
      'The e-mail address in ASCII characters, stored in lower case; at most 48 characters. Several users may share one.',
  })
  @IsEmail({}, { message: 'must be an email' })
  @Matches(EMAIL, { message: 'must have ASCII letters, digits and signs only' })
  @MaxLength(48)
  email!: string

  @Field(() => String, {
    description:
      'The user name: 8 to 100 letters, digits, single dots and single underscores, or an e-mail address of that length. An existing one is refused with `CONFLICT`.',
  })
  @Matches(USERNAME, {
    message:
      'must be 8 to 100 letters, digits, single dots and underscores, beginning and ending with a letter or digit, or an email of that length',
  })
  username!: string

  @Field(() => String, {
    description:
      'The password: 17 to 512 characters, or 10 to 16 with a digit, a lower-case letter, a capital letter and a special character. Commas and double quotes are refused, because DirectLogin does not support them. It is sent to the Open Bank Project and never stored.',
  })
  @Matches(PASSWORD, {
    message:
      'must be 17 to 512 characters, or 10 to 16 with a digit, a lower-case letter, a capital and one of !#$%&\'()*+-./:;<=>?@[\\]^_`{|}~, and must not contain " or a comma',
  })
  password!: string

  @Field(() => String, { description: 'The first name; 1 to 255 characters.' })
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  firstName!: string

  @Field(() => String, { description: 'The last name; 1 to 255 characters.' })
  @Length(1, 255)
  @Matches(/\S/, { message: 'must not be blank' })
  lastName!: string
}

@ObjectType({ description: 'The outcome of `createAccount`.' })
export class CreateAccountPayload extends Payload {
  @Field(() => DepositAccount, { description: 'The opened account.' })
  account!: DepositAccount
}

@ObjectType({ description: 'The outcome of `createUser`.' })
export class CreateUserPayload extends Payload {
  @Field(() => BankUser, { description: 'The created user.' })
  user!: BankUser
}

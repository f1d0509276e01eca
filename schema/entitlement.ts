import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsBoolean,
  IsOptional,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { MutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

export enum BankingProductType {
  SAVINGS = 'SAVINGS',
  CHECKING = 'CHECKING',
  CD = 'CD',
  IRA = 'IRA',
  LOAN = 'LOAN',
  CREDIT_CARD = 'CREDIT_CARD',
  MONEY_MARKET = 'MONEY_MARKET',
  HEALTH_SAVINGS = 'HEALTH_SAVINGS',
}
registerEnumType(BankingProductType, {
  name: 'BankingProductType',
  description: 'The kind of a banking account.',
  valuesConfig: {
    CD: { description: 'Certificate of deposit.' },
    IRA: { description: 'Individual retirement account.' },
  },
})

export enum ChallengeFactorType {
  SMS = 'SMS',
  EMAIL = 'EMAIL',
  VOICE = 'VOICE',
  SECURITY_QUESTIONS = 'SECURITY_QUESTIONS',
  AUTHENTICATOR_TOKEN = 'AUTHENTICATOR_TOKEN',
}
registerEnumType(ChallengeFactorType, {
  name: 'ChallengeFactorType',
  description: 'A way in which a customer can prove who they are.',
})

@ObjectType({ description: 'An account held at the institution.' })
export class BankingAccount {
  @Field(() => ID, { nullable: true, description: "The provider's own id, where it has said it." })
  accountId!: string | null

  @Pii('lastFour')
  @Field(() => String, { description: 'Spaces, dashes and dots count. Masked to the last four without `pii:read`.' })
  accountNumber!: string

  @Pii('lastFour')
  @Field(() => String, {
    nullable: true,
    description: 'The account portion of the MICR line. Masked to the last four without `pii:read`.',
  })
  accountMicrNumber!: string | null

  @Field(() => BankingProductType, {
    nullable: true,
    description: 'Null also for a kind that this schema does not know.',
  })
  productType!: BankingProductType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `productType` stands for, also one that this graph does not know.',
  })
  productTypeRaw!: string | null

  @Field(() => String, { description: "The institution's code of the product, such as `DDA_01`." })
  productCode!: string

  @Field(() => String, { nullable: true })
  nickname!: string | null
}

@ObjectType({
  description: 'Roles of a customer at an account: true granted, false not granted, null the provider did not say.',
})
export class AccountRoles {
  @Field(() => Boolean, {
    nullable: true,
    description: 'What the institution grants by default for this kind of account.',
  })
  default!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Balance and history only.' })
  view!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Account holder.' })
  basic!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Paying bills from the account, and viewing it.' })
  billPay!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Drawing on a loan or credit card.' })
  loanAdvance!: boolean | null
}

@ObjectType({ description: 'What a customer may do with one account.' })
export class AccountEntitlement {
  @Field(() => BankingAccount)
  account!: BankingAccount

  @Field(() => Boolean, { description: 'The customer agreed to electronic statements.' })
  electronicStatementElection!: boolean

  @Field(() => Boolean, { description: 'The customer agreed to other documents in electronic form.' })
  electronicDocumentElection!: boolean

  @Field(() => AccountRoles)
  roles!: AccountRoles
}

@ObjectType({
  description:
    "A customer's entitlements as the provider confirmed them through this server; it offers no read of its own.",
})
export class AccountEntitlementSet {
  @Field(() => ID)
  bankingCustomerId!: string

  @ListSize({ assumedSize: 10 })
  @Field(() => [AccountEntitlement], {
    description:
      'By account, each as the provider last listed it. An account that the provider changed without listing it is left out.',
  })
  items!: AccountEntitlement[]

  @Field(() => DateTimeScalar, { description: 'When the provider last confirmed any of this.' })
  asOf!: string

  @Field(() => Boolean, {
    description:
      'False while a write is on its way, and after one whose outcome is not known, until another write confirms what it touched.',
  })
  confirmed!: boolean
}

@ObjectType({ description: 'A question that the customer once chose to answer.' })
export class SecurityQuestion {
  @Field(() => ID)
  questionId!: string

  @Field(() => String)
  prompt!: string
}

@ObjectType({ description: 'One way to answer an identity challenge.' })
export class ChallengeFactor {
  @Field(() => ID, { nullable: true })
  factorId!: string | null

  @Field(() => ChallengeFactorType, { nullable: true, description: 'Null for a kind that this schema does not know.' })
  type!: ChallengeFactorType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `type` stands for, also one that this graph does not know.',
  })
  typeRaw!: string | null

  @Pii('hidden')
  @Field(() => [String], {
    description:
      'Where a code would go: last digits of a phone, a shortened email, the name of a token. Empty without `pii:read`.',
  })
  labels!: string[]

  @ListSize({ assumedSize: 3 })
  @Pii('hidden')
  @Field(() => [SecurityQuestion], { nullable: true, description: 'Null without `pii:read`, and for the other kinds.' })
  securityQuestions!: SecurityQuestion[] | null
}

@ObjectType({
  description:
    'The provider wants the customer to prove who they are; repeat the mutation with the `challengeToken` it then gives.',
})
export class IdentityChallenge {
  @Field(() => ID, { description: 'The operation that the challenge guards.' })
  operationId!: string

  @Field(() => ID)
  challengeId!: string

  @ListSize({ assumedSize: 3 })
  @Field(() => [ChallengeFactor], { description: 'The customer chooses one.' })
  factors!: ChallengeFactor[]
}

@InputType({ description: 'Names an account held at the institution.' })
export class BankingAccountInput {
  @Field(() => ID, { nullable: true, description: "The provider's own id, where it is known." })
  @IsOptional()
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and - _ : . ~ $' })
  id?: string | null

  @Field(() => String, { description: '1 to 32 letters, digits, spaces, dashes and dots, all of which count.' })
  @Matches(/^[- a-zA-Z0-9.]{1,32}$/, { message: 'must be 1 to 32 letters, digits, spaces, dashes and dots' })
  accountNumber!: string

  @Field(() => String, { nullable: true, description: '2 to 17 digits; credit unions need it to process payments.' })
  @IsOptional()
  @Matches(/^[0-9]{2,17}$/, { message: 'must be 2 to 17 digits' })
  accountMicrNumber?: string | null

  @Field(() => BankingProductType, { nullable: true })
  productType?: BankingProductType | null

  @Field(() => String, { description: "The institution's code of the product, 1 to 16 characters." })
  @Length(1, 16)
  productCode!: string

  @Field(() => String, { nullable: true, description: 'At most 50 characters.' })
  @IsOptional()
  @MaxLength(50)
  nickname?: string | null
}

const given = (_roles: object, value: unknown) => value !== undefined
const TRUE_OR_FALSE = { message: 'must be true or false; leave it out to keep it as it is' }

@InputType({
  description: 'True grants, false removes, absent leaves unchanged: there are no defaults, and null is refused.',
})
export class AccountRolesInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'What the institution grants by default for this kind of account.',
  })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  default?: boolean

  @Field(() => Boolean, { nullable: true, description: 'Balance and history only.' })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  view?: boolean

  @Field(() => Boolean, { nullable: true, description: 'Account holder.' })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  basic?: boolean

  @Field(() => Boolean, { nullable: true, description: 'Paying bills from the account, and viewing it.' })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  billPay?: boolean

  @Field(() => Boolean, {
    nullable: true,
    description: 'Drawing on a loan or credit card; for those kinds of account only.',
  })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  loanAdvance?: boolean
}

@InputType({ description: 'One assignment for all the listed accounts.' })
export class SetAccountEntitlementsInput extends MutationInput {
  @Field(() => ID, { description: "The provider's id of a customer who is enabled for digital banking." })
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and - _ : . ~ $' })
  bankingCustomerId!: string

  @Field(() => [BankingAccountInput], {
    description: '1 to 16, no account number twice. The provider creates those that only the banking core knows.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(16)
  @ArrayUnique((account: BankingAccountInput) => account.accountNumber, {
    message: 'must not name an account number twice',
  })
  accounts!: BankingAccountInput[]

  @Field(() => Boolean, { description: 'The customer agrees to electronic statements for all the listed accounts.' })
  electronicStatementElection!: boolean

  @Field(() => Boolean, {
    description: 'The customer agrees to other documents in electronic form for all the listed accounts.',
  })
  electronicDocumentElection!: boolean

  @Field(() => AccountRolesInput)
  roles!: AccountRolesInput

  @Field(() => String, {
    nullable: true,
    description:
      'From a completed identity challenge; sent to the provider as its `Challenge` header, and only then. May differ under one `idempotencyKey`.',
  })
  @IsOptional()
  @Matches(/^[-_:.~%$a-zA-Z0-9]{8,255}$/, { message: 'must be 8 to 255 letters, digits and - _ : . ~ % $' })
  challengeToken?: string | null
}

@ObjectType({ description: 'Exactly one of the two is there.' })
export class SetAccountEntitlementsPayload extends Payload {
  @Field(() => AccountEntitlementSet, {
    nullable: true,
    description: 'What the provider has confirmed by now, this write included.',
  })
  entitlements!: AccountEntitlementSet | null

  @Field(() => IdentityChallenge, {
    nullable: true,
    description: 'Nothing was changed: the customer must prove who they are first.',
  })
  challenge!: IdentityChallenge | null
}

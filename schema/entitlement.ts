import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsBoolean, IsOptional, Matches, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
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
  description: 'The kinds of banking account.',
  valuesConfig: {
    SAVINGS: { description: 'A savings account.' },
    CHECKING: { description: 'A checking account.' },
    CD: { description: 'A certificate of deposit.' },
    IRA: { description: 'An individual retirement account.' },
    LOAN: { description: 'A loan.' },
    CREDIT_CARD: { description: 'A credit card account.' },
    MONEY_MARKET: { description: 'A money market account.' },
    HEALTH_SAVINGS: { description: 'A health savings account.' },
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
  description: 'The kinds of factor of an identity challenge.',
  valuesConfig: {
    SMS: { description: 'A code by text message.' },
    EMAIL: { description: 'A code by e-mail.' },
    VOICE: { description: 'A code by voice call.' },
    SECURITY_QUESTIONS: { description: 'Answers to security questions.' },
    AUTHENTICATOR_TOKEN: { description: 'A code of an authenticator app or device.' },
  },
})

@ObjectType({ description: 'An account at the financial institution, as Apiture knows it.' })
export class BankingAccount {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the account at Apiture; null until Apiture has returned it.',
  })
  accountId!: string | null

  @Field(() => String, {
    description: 'The account number. Spaces, dashes and dots are significant.',
  })
  accountNumber!: string

  @Field(() => String, {
    nullable: true,
    description: 'The account part of the MICR line; null when Apiture reports none.',
  })
  accountMicrNumber!: string | null

  @Field(() => BankingProductType, {
    nullable: true,
    description: 'The kind of account; null when Apiture reports a kind that this schema does not know.',
  })
  productType!: BankingProductType | null

  @Field(() => String, {
    nullable: true,
    description: "Apiture's own word for `productType`, also when this schema does not know it.",
  })
  productTypeRaw!: string | null

  @Field(() => String, { description: "The institution's product code, such as `DDA_01`." })
  productCode!: string

  @Field(() => String, {
    nullable: true,
    description: "The customer's own name for the account; null when there is none.",
  })
  nickname!: string | null
}

@ObjectType({
  description:
    "A customer's roles on an account: true is granted, false is not granted, null is not reported by Apiture.",
})
export class AccountRoles {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when the customer has the roles that the institution grants by default for this kind of account.',
  })
  default!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'True when the customer may see the balance and the history.' })
  view!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'True when the customer is an account holder.' })
  basic!: boolean | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the customer may view the account and pay bills from it.',
  })
  billPay!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'True when the customer may draw on the loan or credit card.' })
  loanAdvance!: boolean | null
}

@ObjectType({ description: 'The entitlements of a customer on one account.' })
export class AccountEntitlement {
  @Field(() => BankingAccount, { description: 'The account that the entitlements apply to.' })
  account!: BankingAccount

  @Field(() => Boolean, { description: 'True when the customer accepted electronic statements.' })
  electronicStatementElection!: boolean

  @Field(() => Boolean, { description: 'True when the customer accepted other documents in electronic form.' })
  electronicDocumentElection!: boolean

  @Field(() => AccountRoles, { description: "The customer's roles on the account." })
  roles!: AccountRoles
}

@ObjectType({
  description: 'The entitlements of one banking customer, as Apiture confirmed them through this server.',
})
export class AccountEntitlementSet {
  @Field(() => ID, { description: 'The id of the banking customer at Apiture.' })
  bankingCustomerId!: string

  @ListSize({ assumedSize: 10 })
  @Field(() => [AccountEntitlement], {
    description:
      'The entitlements, one per account, as Apiture last returned them. An account that Apiture changed without returning it is omitted.',
  })
  items!: AccountEntitlement[]

  @Field(() => DateTimeScalar, { description: 'The time at which Apiture last confirmed an entitlement of the set.' })
  asOf!: string

  @Field(() => Boolean, {
    description:
      'False while a write is in progress, and after a write with an unknown outcome until a later write confirms the same accounts.',
  })
  confirmed!: boolean
}

@ObjectType({ description: 'A security question that the customer chose earlier.' })
export class SecurityQuestion {
  @Field(() => ID, {
    description: 'The id of the question at Apiture. Customers who chose the same question share it.',
  })
  questionId!: string

  @Field(() => String, { description: 'The text of the question.' })
  prompt!: string
}

@ObjectType({ description: 'One way to complete an identity challenge.' })
export class ChallengeFactor {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the factor, unique only within its challenge; null when Apiture returns none.',
  })
  factorId!: string | null

  @Field(() => ChallengeFactorType, {
    nullable: true,
    description: 'The kind of factor; null when Apiture reports a kind that this schema does not know.',
  })
  type!: ChallengeFactorType | null

  @Field(() => String, {
    nullable: true,
    description: "Apiture's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => [String], {
    description:
      'The possible recipients of a code: the last digits of a phone number, a shortened e-mail address or the name of a device.',
  })
  labels!: string[]

  @ListSize({ assumedSize: 3 })
  @Field(() => [SecurityQuestion], {
    nullable: true,
    description: 'The questions to answer; null for another kind than `SECURITY_QUESTIONS`.',
  })
  securityQuestions!: SecurityQuestion[] | null
}

@ObjectType({
  description:
    'An identity challenge of Apiture. The customer completes it with `startChallengeFactor` and `verifyChallengeFactor`; then repeat the mutation as it was.',
})
export class IdentityChallenge {
  @Field(() => ID, { description: 'The id of the operation at Apiture that the challenge protects.' })
  operationId!: string

  @Field(() => ID, { description: 'The id of the challenge at Apiture.' })
  challengeId!: string

  @ListSize({ assumedSize: 3 })
  @Field(() => [ChallengeFactor], { description: 'The factors from which the customer chooses one.' })
  factors!: ChallengeFactor[]
}

@InputType({ description: 'An account at the financial institution.' })
export class BankingAccountInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the account at Apiture, when known: 6 to 48 letters, digits and `-_:.~$`.',
  })
  @IsOptional()
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and - _ : . ~ $' })
  id?: string | null

  @Field(() => String, {
    description: 'The account number: 1 to 32 letters, digits, spaces, dashes and dots, all significant.',
  })
  @Matches(/^[- a-zA-Z0-9.]{1,32}$/, { message: 'must be 1 to 32 letters, digits, spaces, dashes and dots' })
  accountNumber!: string

  @Field(() => String, {
    nullable: true,
    description: 'The account part of the MICR line, 2 to 17 digits; credit unions need it to process payments.',
  })
  @IsOptional()
  @Matches(/^[0-9]{2,17}$/, { message: 'must be 2 to 17 digits' })
  accountMicrNumber?: string | null

  @Field(() => BankingProductType, { nullable: true, description: 'The kind of account.' })
  productType?: BankingProductType | null

  @Field(() => String, { description: "The institution's product code, such as `DDA_01`; 1 to 16 characters." })
  @Length(1, 16)
  productCode!: string

  @Field(() => String, {
    nullable: true,
    description: "The customer's own name for the account; at most 50 characters.",
  })
  @IsOptional()
  @MaxLength(50)
  nickname?: string | null
}

const given = (_roles: object, value: unknown) => value !== undefined
const TRUE_OR_FALSE = { message: 'must be true or false; leave it out to keep it as it is' }

@InputType({
  description: 'The roles to change: true grants, false removes, an omitted role is unchanged. Null is refused.',
})
export class AccountRolesInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when the customer has the roles that the institution grants by default for this kind of account.',
  })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  default?: boolean

  @Field(() => Boolean, { nullable: true, description: 'True when the customer may see the balance and the history.' })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  view?: boolean

  @Field(() => Boolean, { nullable: true, description: 'True when the customer is an account holder.' })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  basic?: boolean

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the customer may view the account and pay bills from it.',
  })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  billPay?: boolean

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the customer may draw on the loan or credit card; for loans and credit cards only.',
  })
  @ValidateIf(given)
  @IsBoolean(TRUE_OR_FALSE)
  loanAdvance?: boolean
}

@InputType({ description: 'The entitlements to set, equally for all listed accounts.' })
export class SetAccountEntitlementsInput extends MutationInput {
  @Field(() => ID, {
    description:
      'The id of a banking customer at Apiture who is enabled for digital banking: 6 to 48 letters, digits and `-_:.~$`.',
  })
  @Matches(/^[-_:.~$a-zA-Z0-9]{6,48}$/, { message: 'must be 6 to 48 letters, digits and - _ : . ~ $' })
  bankingCustomerId!: string

  @Field(() => [BankingAccountInput], {
    description:
      'The accounts, 1 to 16, with distinct account numbers. Apiture creates accounts that only the banking core knows.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(16)
  @ArrayUnique((account: BankingAccountInput) => account.accountNumber, {
    message: 'must not name an account number twice',
  })
  accounts!: BankingAccountInput[]

  @Field(() => Boolean, {
    description: 'True when the customer accepts electronic statements for all listed accounts.',
  })
  electronicStatementElection!: boolean

  @Field(() => Boolean, {
    description: 'True when the customer accepts other documents in electronic form for all listed accounts.',
  })
  electronicDocumentElection!: boolean

  @Field(() => AccountRolesInput, { description: 'The roles to grant and to remove.' })
  roles!: AccountRolesInput

  @Field(() => String, {
    nullable: true,
    description:
      'The token of an identity challenge that the customer completed at Apiture itself, 8 to 255 characters, sent in the `Challenge` header. Leave it out after `verifyChallengeFactor`: this server then has the token. A repeat with the same `idempotencyKey` may have another token.',
  })
  @IsOptional()
  @Matches(/^[-_:.~%$a-zA-Z0-9]{8,255}$/, { message: 'must be 8 to 255 letters, digits and - _ : . ~ % $' })
  challengeToken?: string | null
}

@ObjectType({ description: 'The outcome of `setAccountEntitlements`: either `entitlements` or `challenge` is set.' })
export class SetAccountEntitlementsPayload extends Payload {
  @Field(() => AccountEntitlementSet, {
    nullable: true,
    description:
      'The entitlements of the banking customer that Apiture has confirmed, those of earlier writes included; null when Apiture requires a challenge.',
  })
  entitlements!: AccountEntitlementSet | null

  @Field(() => IdentityChallenge, {
    nullable: true,
    description:
      'The identity challenge that Apiture requires first, and nothing was changed; null when the write was executed.',
  })
  challenge!: IdentityChallenge | null
}

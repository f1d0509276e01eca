import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsDefined,
  IsInt,
  IsOptional,
  Length,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator'
import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Cost, ListSize } from './cost-weights.js'
import { HolderNameInput } from './holder-name.js'
import { MutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

export enum VerificationState {
  PENDING = 'PENDING',
  COMPLETED = 'COMPLETED',
}
registerEnumType(VerificationState, {
  name: 'VerificationState',
  description: 'Whether the account-holding bank has answered.',
  valuesConfig: { PENDING: { description: 'It answers later; ask `verificationResult` from `nextPollAt` on.' } },
})

export enum AccountStatus {
  ACTIVE = 'ACTIVE',
  INACTIVE = 'INACTIVE',
  CLOSED = 'CLOSED',
  FORBIDDEN = 'FORBIDDEN',
  NOT_FOUND = 'NOT_FOUND',
  UNABLE_TO_MATCH = 'UNABLE_TO_MATCH',
}
registerEnumType(AccountStatus, {
  name: 'AccountStatus',
  description: 'What the account-holding bank says of an account, above all whether it can be paid into.',
  valuesConfig: {
    INACTIVE: { description: 'Inactive or dormant.' },
    FORBIDDEN: { description: 'The account may not be verified, for example because its holder opted out.' },
    UNABLE_TO_MATCH: { description: 'The bank cannot say.' },
  },
})

export enum NameCheckStatus {
  FULL_MATCH = 'FULL_MATCH',
  PARTIAL_MATCH = 'PARTIAL_MATCH',
  NO_MATCH = 'NO_MATCH',
  UNABLE_TO_MATCH = 'UNABLE_TO_MATCH',
}
registerEnumType(NameCheckStatus, {
  name: 'NameCheckStatus',
  description: "How the name that was asked about compares with the holder's.",
  valuesConfig: {
    PARTIAL_MATCH: {
      description: 'Close, or right but for the type of account; `respondedName` may say the right one.',
    },
    UNABLE_TO_MATCH: { description: 'Not compared; it says nothing of the name.' },
  },
})

export enum AccountVerificationType {
  STATUS = 'STATUS',
  NAME = 'NAME',
  ID = 'ID',
}
registerEnumType(AccountVerificationType, {
  name: 'AccountVerificationType',
  description: 'What of an account is verified. Which of them a bank can answer depends on the bank.',
  valuesConfig: {
    NAME: { description: "The holder's name; needs `account.name`." },
    ID: { description: "The holder's identifiers; needs `account.identities`." },
  },
})

export enum PayeeAccountType {
  BUSINESS = 'BUSINESS',
  PERSONAL = 'PERSONAL',
}
registerEnumType(PayeeAccountType, {
  name: 'PayeeAccountType',
  description: 'Whose account it is: of an organisation or of a human being.',
})

export enum AccountIdScheme {
  IBAN = 'IBAN',
  ACNR = 'ACNR',
  CUID = 'CUID',
  UPIC = 'UPIC',
  SCAN = 'SCAN',
}
registerEnumType(AccountIdScheme, {
  name: 'AccountIdScheme',
  description: 'How an account is named.',
  valuesConfig: {
    IBAN: { description: 'ISO 13616; the check digits are left to the provider.' },
    ACNR: { description: 'A plain account number, unique only within its `holdingEntity`.' },
    CUID: { description: 'CHIPS universal identifier.' },
    UPIC: { description: 'US universal payment identification code.' },
    SCAN: { description: 'UK sort code (6 digits) followed by the account number (8 digits).' },
  },
})

@ObjectType({ description: 'What was found of one identifier of the holder.' })
export class VerifiedIdentity {
  @Field(() => String, { description: 'The kind that was asked about, such as `CRN`, `TXID` or `DUNS`.' })
  type!: string

  @Pii('lastFour')
  @Field(() => String)
  value!: string

  @Field(() => String, { description: "The provider's word on it; its list of words is not published." })
  status!: string
}

@ObjectType({ description: 'The account as the bank that holds it sees it.' })
export class VerifiedAccount {
  @Pii('lastFour')
  @Field(() => String, { description: 'The account that was asked about.' })
  accountId!: string

  @Pii('lastFour')
  @Field(() => String, { nullable: true, description: 'The roll number or card number that was asked about.' })
  secondaryId!: string | null

  @Field(() => AccountStatus, {
    nullable: true,
    description: 'Null when the provider names a status this graph does not know.',
  })
  status!: AccountStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `status` stands for, also one that this graph does not know.',
  })
  statusRaw!: string | null

  @Field(() => NameCheckStatus, {
    nullable: true,
    description:
      'Null when no name was compared, or when the provider uses a word this graph does not know: never take it for a match.',
  })
  nameCheckStatus!: NameCheckStatus | null

  @Field(() => String, {
    nullable: true,
    description:
      'The word of the provider that `nameCheckStatus` stands for, also one that this graph does not know. Never take it for a match.',
  })
  nameCheckStatusRaw!: string | null

  @Pii('firstLetter')
  @Field(() => String, {
    nullable: true,
    description: "The holder's name, where the bank tells it; mostly with `PARTIAL_MATCH`.",
  })
  respondedName!: string | null

  @ListSize({ assumedSize: 3 })
  @Field(() => [VerifiedIdentity])
  identities!: VerifiedIdentity[]
}

@ObjectType({ description: 'A party that answers for a scheme.' })
export class ResponderEntity {
  @Field(() => String, { description: 'The kind of `idValue`, such as `PARTICIPANT_ORG_ID` or `BICFI`.' })
  idType!: string

  @Field(() => String)
  idValue!: string

  @Field(() => String, { nullable: true })
  reference!: string | null
}

@ObjectType({ description: 'Who answered, and by which scheme.' })
export class VerificationResponder {
  @Field(() => String, {
    description: 'Such as `UK_COP` (Confirmation of Payee) or `EPC_VOP` (Verification of Payee).',
  })
  scheme!: string

  @Field(() => String, { nullable: true, description: "The scheme's version, as free text." })
  apiVersion!: string | null

  @Field(() => String, { nullable: true, description: 'Where the scheme describes what `data` holds.' })
  schemeUrl!: string | null

  @Field(() => [String], {
    description:
      "The scheme's own codes, such as `MBAM` or `AC01`. For display: decide by the statuses, for banks use codes differently.",
  })
  responseCodes!: string[]

  @Field(() => DateTimeScalar, { nullable: true, description: "When the scheme's answer was received." })
  receivedAt!: string | null

  @Pii('hidden')
  @Field(() => String, {
    nullable: true,
    description:
      "The scheme's own answer, base64. Never kept, so null in an answer that is given again; needs `pii:read`.",
  })
  data!: string | null

  @Field(() => ResponderEntity, { nullable: true })
  entity!: ResponderEntity | null
}

// Each result costs one call, also when several are requested at once.
@Cost('call')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'What a bank said of an account, or that it has yet to say it.' })
export class VerificationResult {
  @Field(() => ID)
  id!: string

  @Field(() => VerificationState)
  state!: VerificationState

  @Field(() => String, { nullable: true, description: "The provider's remark." })
  message!: string | null

  @Field(() => VerifiedAccount, { nullable: true, description: 'Null while `PENDING`.' })
  account!: VerifiedAccount | null

  @Field(() => VerificationResponder, { nullable: true, description: 'Null where the provider does not say.' })
  responder!: VerificationResponder | null

  @Field(() => DateTimeScalar, {
    description: 'When the provider answered; earlier than now in an answer that was kept.',
  })
  checkedAt!: string

  @Field(() => Boolean, { description: 'True when the provider was not asked for this answer.' })
  fromCache!: boolean

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'While `PENDING`: the soonest time at which asking again makes sense.',
  })
  nextPollAt!: string | null
}

export const MAX_RESULTS = 100

@ArgsType()
export class VerificationResultsArgs {
  @Field(() => [ID], { description: 'At most 100.' })
  @ArrayMaxSize(MAX_RESULTS)
  ids!: string[]
}

@InputType({ description: 'On whose behalf an account is verified.' })
export class VerificationInitiatorInput {
  @Field(() => String, { description: 'The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`.' })
  @Length(1, 64)
  idType!: string

  @Field(() => String)
  @Length(1, 255)
  idValue!: string

  @Field(() => String, {
    nullable: true,
    description: 'What the check is for, such as an invoice number; a mandate reference begins with `RUM-`.',
  })
  @IsOptional()
  @Length(1, 255)
  reference?: string | null
}

@InputType({ description: 'The bank that holds an account.' })
export class HoldingEntityInput {
  @Field(() => String, {
    description: 'The kind of `value`: `BICFI`, or `INFSC` in India, `USPID` or `USABA` in the USA.',
  })
  @Length(1, 64)
  type!: string

  @Field(() => String)
  @Length(1, 64)
  value!: string
}

@InputType({ description: 'An identifier of the holder.' })
export class IdentityInput {
  @Field(() => String, { description: 'Such as `CRN`, `TXID` or `DUNS`.' })
  @Length(1, 64)
  type!: string

  @Field(() => String)
  @Length(1, 255)
  value!: string
}

/** Normalises an account id for comparison: an IBAN may have spaces and lower-case letters. */
export const compactId = (id: string): string => id.replace(/\s/g, '').toUpperCase()

const ANY_ID = { fits: (id: string) => /^(?=.*\S).{1,64}$/.test(id), rule: 'must have 1 to 64 characters' }
const ID_FORMATS: Readonly<Record<AccountIdScheme, { fits: (id: string) => boolean; rule: string }>> = {
  IBAN: {
    fits: (id) => /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(compactId(id)),
    rule: 'must be an IBAN: two letters, two digits, then 11 to 30 letters and digits',
  },
  SCAN: { fits: (id) => /^[0-9]{14}$/.test(id), rule: 'must be 14 digits: the sort code, then the account number' },
  ACNR: ANY_ID,
  CUID: ANY_ID,
  UPIC: ANY_ID,
}

const formatOf = (args?: ValidationArguments) => ID_FORMATS[(args!.object as AccountToVerifyInput).idScheme]

/** Validates that an account id has the form of its scheme. */
const IsAccountId = () => (target: object, propertyName: string) =>
  registerDecorator({
    name: 'isAccountId',
    target: target.constructor,
    propertyName,
    options: { message: (args) => formatOf(args).rule },
    validator: { validate: (value: unknown, args) => typeof value === 'string' && formatOf(args).fits(value) },
  })

/** Validates that another member is absent where this one is given. */
const IsGivenWithout = (other: string) => (target: object, propertyName: string) =>
  registerDecorator({
    name: 'isGivenWithout',
    target: target.constructor,
    propertyName,
    options: { message: `must not be given beside ${other}` },
    validator: { validate: (_value: unknown, args) => (args!.object as Record<string, unknown>)[other] == null },
  })

/** More names do not fit into the provider's 150 characters. */
const MAX_HOLDERS = 20

@InputType({ description: 'The account, and what is believed of its holder.' })
export class AccountToVerifyInput {
  @Field(() => PayeeAccountType, { nullable: true, description: 'UK banks compare it too.' })
  type?: PayeeAccountType | null

  @Field(() => String, {
    nullable: true,
    description:
      "The holder's name in the provider's form; `holders` says the same in parts. At most 150 characters: `Last,First,Middle,Honorific`, or `,,,Full Name`; several holders are separated by `;`, and any one holder of a joint account will do. To verify `NAME`, exactly one of `name` and `holders` is required.",
  })
  @IsOptional()
  @Length(1, 150)
  @Matches(/[\p{L}\p{N}]/u, { message: 'must hold a name' })
  name?: string | null

  @Field(() => [HolderNameInput], {
    nullable: true,
    description:
      'The names of the account holders, in place of `name`. Any one holder of a joint account will do. At most 150 characters in all, one or more of them for each separator.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_HOLDERS)
  @IsGivenWithout('name')
  holders?: HolderNameInput[] | null

  @Field(() => AccountIdScheme)
  idScheme!: AccountIdScheme

  @Field(() => String, { description: 'In the form of its scheme. Spaces and lower case in an IBAN do not matter.' })
  @IsAccountId()
  id!: string

  @Field(() => String, {
    nullable: true,
    description: 'A roll number, card number or other name of a part of the account.',
  })
  @IsOptional()
  @Length(1, 255)
  secondaryId?: string | null

  @Field(() => HoldingEntityInput, { nullable: true, description: 'Required with the scheme `ACNR`.' })
  @ValidateIf((input: AccountToVerifyInput) => input.holdingEntity != null || input.idScheme === AccountIdScheme.ACNR)
  @IsDefined({ message: 'is required with the scheme ACNR' })
  holdingEntity?: HoldingEntityInput | null

  @Field(() => [IdentityInput], {
    nullable: true,
    defaultValue: [],
    description: 'Required to verify `ID`; at most 20.',
  })
  @IsOptional()
  @ArrayMaxSize(20)
  identities?: IdentityInput[] | null
}

/** The default maximum age of a cached result, in seconds. */
export const DEFAULT_MAX_AGE_SECONDS = 60

@InputType()
export class VerifyAccountInput extends MutationInput {
  @Field(() => [AccountVerificationType], { description: 'At least one, each once.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(3)
  @ArrayUnique({ message: 'must not repeat' })
  types!: AccountVerificationType[]

  @Field(() => AccountToVerifyInput)
  account!: AccountToVerifyInput

  @Field(() => VerificationInitiatorInput, { nullable: true })
  @IsOptional()
  initiator?: VerificationInitiatorInput | null

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_MAX_AGE_SECONDS,
    description:
      'How old a remembered answer to the same question may be, in seconds; the server has a cap of its own. The default only absorbs repeats within one journey: before a payment is authorised ask with 0.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(86_400)
  maxAgeSeconds?: number | null
}

@ObjectType()
export class VerifyAccountPayload extends Payload {
  @Field(() => VerificationResult)
  result!: VerificationResult
}

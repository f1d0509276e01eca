import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsDefined,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator'
import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { Cost, ListSize } from './cost-classes.js'
import { HolderNameInput } from './holder-name.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum VerificationState {
  PENDING = 'PENDING',
  COMPLETED = 'COMPLETED',
}
registerEnumType(VerificationState, {
  name: 'VerificationState',
  description: 'The states of an account verification.',
  valuesConfig: {
    PENDING: { description: 'The bank answers later. Query `verificationResult` again from `nextPollAt` on.' },
    COMPLETED: { description: 'The bank has answered.' },
  },
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
  description: 'The status of an account at the account-holding bank.',
  valuesConfig: {
    ACTIVE: { description: 'The account is open and can receive payments.' },
    INACTIVE: { description: 'The account is inactive or dormant.' },
    CLOSED: { description: 'The account is closed.' },
    FORBIDDEN: { description: 'The account must not be verified, for example because the holder opted out.' },
    NOT_FOUND: { description: 'The account does not exist at the bank.' },
    UNABLE_TO_MATCH: { description: 'The bank cannot determine the status.' },
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
  description: "The result of comparing a name with the account holder's name.",
  valuesConfig: {
    FULL_MATCH: { description: 'The name matches.' },
    PARTIAL_MATCH: {
      description: 'The name is similar, or the kind of account differs. `respondedName` may contain the right name.',
    },
    NO_MATCH: { description: 'The name does not match.' },
    UNABLE_TO_MATCH: { description: 'The name was not compared. This is no statement about the name.' },
  },
})

export enum AccountVerificationType {
  STATUS = 'STATUS',
  NAME = 'NAME',
  ID = 'ID',
}
registerEnumType(AccountVerificationType, {
  name: 'AccountVerificationType',
  description: 'The kinds of verification. The account-holding bank decides which of them it supports.',
  valuesConfig: {
    STATUS: { description: 'The status of the account.' },
    NAME: { description: 'The name of the holder; requires the expected name.' },
    ID: { description: 'The identifiers of the holder; requires `account.identities`.' },
  },
})

export enum PayeeAccountType {
  BUSINESS = 'BUSINESS',
  PERSONAL = 'PERSONAL',
}
registerEnumType(PayeeAccountType, {
  name: 'PayeeAccountType',
  description: 'The kinds of account holder.',
  valuesConfig: {
    BUSINESS: { description: 'The holder is an organisation.' },
    PERSONAL: { description: 'The holder is a natural person.' },
  },
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
  description: 'The schemes of account ids.',
  valuesConfig: {
    IBAN: { description: 'An international bank account number (ISO 13616).' },
    ACNR: { description: 'An account number that is unique only within its `holdingEntity`.' },
    CUID: { description: 'A CHIPS universal identifier.' },
    UPIC: { description: 'A universal payment identification code (USA).' },
    SCAN: { description: 'A UK sort code (6 digits) and account number (8 digits).' },
  },
})

@ObjectType({ description: 'The result for one identifier of the account holder.' })
export class VerifiedIdentity {
  @Field(() => String, { description: 'The kind of identifier, such as `CRN`, `TXID` or `DUNS`.' })
  type!: string

  @Field(() => String, {
    description: 'The identifier.',
  })
  value!: string

  @Field(() => String, { description: "Banfico's status of the identifier; Banfico publishes no list of values." })
  status!: string
}

@ObjectType({ description: 'The account as the account-holding bank knows it.' })
export class VerifiedAccount {
  @Field(() => String, {
    description: 'The account id that was verified. It is no cache key: two checks of one account may differ.',
  })
  accountId!: string

  @Field(() => String, {
    nullable: true,
    description: 'The roll number or card number that was verified; null when none was given.',
  })
  secondaryId!: string | null

  @Field(() => AccountStatus, {
    nullable: true,
    description: 'The status of the account; null when Banfico reports a status that this schema does not know.',
  })
  status!: AccountStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Banfico's own word for `status`, also when this schema does not know it.",
  })
  statusRaw!: string | null

  @Field(() => NameCheckStatus, {
    nullable: true,
    description:
      'The result of the name comparison; null when no name was compared or when Banfico uses a word that this schema does not know. Never treat null as a match.',
  })
  nameCheckStatus!: NameCheckStatus | null

  @Field(() => String, {
    nullable: true,
    description:
      "Banfico's own word for `nameCheckStatus`, also when this schema does not know it. Never treat an unknown word as a match.",
  })
  nameCheckStatusRaw!: string | null

  @Field(() => String, {
    nullable: true,
    description: "The holder's name, when the bank discloses it, mostly with `PARTIAL_MATCH`; otherwise null.",
  })
  respondedName!: string | null

  @ListSize({ assumedSize: 3 })
  @Field(() => [VerifiedIdentity], {
    description: 'The results of the verified identifiers; empty when none was verified.',
  })
  identities!: VerifiedIdentity[]
}

@ObjectType({ description: 'A party that answers in a scheme.' })
export class ResponderEntity {
  @Field(() => String, { description: 'The kind of `idValue`, such as `PARTICIPANT_ORG_ID` or `BICFI`.' })
  idType!: string

  @Field(() => String, { description: 'The identifier of the party.' })
  idValue!: string

  @Field(() => String, {
    nullable: true,
    description: "The party's reference of the response; null when there is none.",
  })
  reference!: string | null
}

@ObjectType({ description: 'The party that answered, and the scheme.' })
export class VerificationResponder {
  @Field(() => String, {
    description: 'The scheme, such as `UK_COP` (Confirmation of Payee) or `EPC_VOP` (Verification of Payee).',
  })
  scheme!: string

  @Field(() => String, { nullable: true, description: 'The version of the scheme as free text.' })
  apiVersion!: string | null

  @Field(() => String, { nullable: true, description: "The URL of the scheme's description of `data`." })
  schemeUrl!: string | null

  @Field(() => [String], {
    description:
      'The response codes of the scheme, such as `MBAM` or `AC01`. Display only: banks use the codes differently, so decide by the statuses.',
  })
  responseCodes!: string[]

  @Field(() => DateTimeScalar, { nullable: true, description: "The time at which the scheme's response was received." })
  receivedAt!: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The response of the scheme in base64. It is never stored, so it is null in a repeated or cached result.',
  })
  data!: string | null

  @Field(() => ResponderEntity, { nullable: true, description: 'The responding party in the scheme.' })
  entity!: ResponderEntity | null
}

// Each result costs one call, also when several are requested at once.
@Cost('call')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'The answer of an account-holding bank about an account, or the state of a pending request.',
})
export class VerificationResult {
  @Field(() => ID, { description: "The result's id at Banfico, unique over all checks." })
  id!: string

  @Field(() => VerificationState, { description: 'The state of the verification.' })
  state!: VerificationState

  @Field(() => String, {
    nullable: true,
    description: "Banfico's message about the result, as free text; null when Banfico sends none.",
  })
  message!: string | null

  @Field(() => VerifiedAccount, {
    nullable: true,
    description: 'The verified account; null while the state is `PENDING`.',
  })
  account!: VerifiedAccount | null

  @Field(() => VerificationResponder, {
    nullable: true,
    description: 'The responder to the request; null when Banfico does not report it.',
  })
  responder!: VerificationResponder | null

  @Field(() => DateTimeScalar, {
    description: "The time of Banfico's response; for a repeated or cached result, that of the stored response.",
  })
  checkedAt!: string

  @Field(() => Boolean, { description: 'True when the result was served without a call to Banfico.' })
  fromCache!: boolean

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The earliest time of a useful next query; null unless the state is `PENDING`.',
  })
  nextPollAt!: string | null
}

export const MAX_RESULTS = 100

@ArgsType()
export class VerificationResultsArgs {
  @Field(() => [ID], { description: 'The ids of the results, at most 100.' })
  @ArrayMaxSize(MAX_RESULTS)
  ids!: string[]
}

@InputType({ description: 'The party on whose behalf an account is verified.' })
export class VerificationInitiatorInput {
  @Field(() => String, { description: 'The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`; 1 to 64 characters.' })
  @Length(1, 64)
  idType!: string

  @Field(() => String, { description: 'The identifier of the party; 1 to 255 characters.' })
  @Length(1, 255)
  idValue!: string

  @Field(() => String, {
    nullable: true,
    description:
      'The purpose of the check, such as an invoice number, or a mandate reference that begins with `RUM-`; 1 to 255 characters.',
  })
  @IsOptional()
  @Length(1, 255)
  reference?: string | null
}

@InputType({ description: 'An account-holding bank.' })
export class HoldingEntityInput {
  @Field(() => String, {
    description: 'The kind of `value`: `BICFI`, `INFSC` (India), `USPID` or `USABA` (USA); 1 to 64 characters.',
  })
  @Length(1, 64)
  type!: string

  @Field(() => String, { description: 'The identifier of the bank; 1 to 64 characters.' })
  @Length(1, 64)
  value!: string
}

@InputType({ description: 'An expected identifier of the account holder.' })
export class IdentityInput {
  @Field(() => String, { description: 'The kind of identifier, such as `CRN`, `TXID` or `DUNS`; 1 to 64 characters.' })
  @Length(1, 64)
  type!: string

  @Field(() => String, { description: 'The identifier; 1 to 255 characters.' })
  @Length(1, 255)
  value!: string
}

const ANY_ID = { fits: (id: string) => /^(?=.*\S).{1,64}$/u.test(id), rule: 'must have 1 to 64 characters' }
const ID_FORMATS: Readonly<Record<AccountIdScheme, { fits: (id: string) => boolean; rule: string }>> = {
  IBAN: {
    fits: (id) => /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(id),
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

@InputType({ description: 'An account and its expected holder.' })
export class AccountToVerifyInput {
  @Field(() => PayeeAccountType, { nullable: true, description: 'The kind of holder. UK banks compare it too.' })
  type?: PayeeAccountType | null

  @Field(() => String, {
    nullable: true,
    description:
      'The expected name of the holder; 1 to 150 characters. The format is `Last,First,Middle,Honorific` or `,,,Full Name`; several holders are separated by `;`. One holder of a joint account is enough.',
  })
  @IsOptional()
  @Length(1, 150)
  @Matches(/[\p{L}\p{N}]/u, { message: 'must hold a name' })
  name?: string | null

  @Field(() => [HolderNameInput], {
    nullable: true,
    description:
      'The expected names of the account holders, 1 to 20, instead of `name`. One holder of a joint account is enough. At most 150 characters in total, including separators.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_HOLDERS)
  @IsGivenWithout('name')
  holders?: HolderNameInput[] | null

  @Field(() => AccountIdScheme, { description: 'The scheme of the account id.' })
  idScheme!: AccountIdScheme

  @Field(() => String, {
    description:
      'The account id in the form of its scheme: an IBAN for `IBAN`, 14 digits for `SCAN`, otherwise 1 to 64 characters.',
  })
  @IsAccountId()
  id!: string

  @Field(() => String, {
    nullable: true,
    description: 'A roll number, card number or other name of a part of the account; 1 to 255 characters.',
  })
  @IsOptional()
  @Length(1, 255)
  secondaryId?: string | null

  @Field(() => HoldingEntityInput, {
    nullable: true,
    description: 'The account-holding bank; required with the scheme `ACNR`.',
  })
  @ValidateIf((input: AccountToVerifyInput) => input.holdingEntity != null || input.idScheme === AccountIdScheme.ACNR)
  @IsDefined({ message: 'is required with the scheme ACNR' })
  holdingEntity?: HoldingEntityInput | null

  @Field(() => [IdentityInput], {
    nullable: true,
    defaultValue: [],
    description: 'The expected identifiers of the holder, at most 20; required for `ID`.',
  })
  @IsOptional()
  @ArrayMaxSize(20)
  identities?: IdentityInput[] | null
}

/** The default maximum age of a cached result, in seconds. */
export const DEFAULT_MAX_AGE_SECONDS = 60

@InputType({ description: 'The account to verify.' })
export class VerifyAccountInput extends MutationInput {
  @Field(() => [AccountVerificationType], { description: 'The kinds of verification: 1 to 3, each once.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(3)
  @ArrayUnique({ message: 'must not repeat' })
  types!: AccountVerificationType[]

  @Field(() => AccountToVerifyInput, { description: 'The account and the expected holder.' })
  account!: AccountToVerifyInput

  @Field(() => VerificationInitiatorInput, {
    nullable: true,
    description: 'The party on whose behalf the account is verified.',
  })
  @IsOptional()
  initiator?: VerificationInitiatorInput | null

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_MAX_AGE_SECONDS,
    description:
      'The maximum age of a cached answer to the same question, in seconds, 0 to 86400; the server has a maximum of its own. The default only absorbs repeats within one user journey: use 0 before a payment is authorised.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(86_400)
  maxAgeSeconds?: number | null
}

@ObjectType({ description: 'The outcome of `verifyAccount`.' })
export class VerifyAccountPayload extends Payload {
  @Field(() => VerificationResult, { description: 'The result of the verification.' })
  result!: VerificationResult
}

import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayUnique,
  IsEmail,
  IsOptional,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { IsBirthDate, MutationInput, Payload } from './mutation.js'
import { PersonAddress, PersonAddressInput } from './person-address.js'
import { VerificationStatus } from './person-verification.js'
import { PersonalId, PersonalIdInput } from './personal-id.js'
import { Pii } from './pii.js'
import { DateScalar, DateTimeScalar, JSONObjectScalar } from './scalars.js'
import { PageInfo, CustomerSortDirection } from './shared.js'

export enum PersonStatus {
  ACTIVE = 'ACTIVE',
  DECEASED = 'DECEASED',
  DENIED = 'DENIED',
  DORMANT = 'DORMANT',
  ESCHEAT = 'ESCHEAT',
  FROZEN = 'FROZEN',
  INACTIVE = 'INACTIVE',
  PROSPECT = 'PROSPECT',
  SANCTION = 'SANCTION',
}
registerEnumType(PersonStatus, { name: 'PersonStatus', description: "The integrator's own word on the person." })

export enum BanStatus {
  ALLOWED = 'ALLOWED',
  BANNED = 'BANNED',
  SUSPENDED = 'SUSPENDED',
}
registerEnumType(BanStatus, {
  name: 'BanStatus',
  description: 'Whether the person is kept out for fraud.',
  valuesConfig: {
    BANNED: { description: "By the provider's rules; only the provider moves a person into or out of it." },
    SUSPENDED: { description: 'By hand; needs a note.' },
  },
})

export enum SsnSource {
  MANUAL = 'MANUAL',
  PREFILL = 'PREFILL',
}
registerEnumType(SsnSource, {
  name: 'SsnSource',
  description: 'How the SSN was collected: typed in, or filled in by the provider.',
})

export enum PersonOrderField {
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
  DATE_OF_BIRTH = 'DATE_OF_BIRTH',
  FIRST_NAME = 'FIRST_NAME',
  LAST_NAME = 'LAST_NAME',
}
registerEnumType(PersonOrderField, {
  name: 'PersonOrderField',
  description: 'What a list of persons is ordered by. Names and dates of birth need `pii:read`.',
})

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A human being as Synctera knows them.' })
export class Person {
  readonly __typename?: 'Person'

  @Field(() => ID)
  id!: string

  @Field(() => String, { description: "The provider's workspace that holds the person." })
  tenant!: string

  @Field(() => Boolean, { description: 'True for someone with a direct relationship with the bank or fintech.' })
  isCustomer!: boolean

  @Field(() => PersonStatus, { nullable: true })
  status!: PersonStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `status` stands for, also one that this graph does not know.',
  })
  statusRaw!: string | null

  @Field(() => BanStatus, { nullable: true })
  banStatus!: BanStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `banStatus` stands for, also one that this graph does not know.',
  })
  banStatusRaw!: string | null

  @Field(() => VerificationStatus, { nullable: true, description: 'The outcome over all checks.' })
  verificationStatus!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description:
      'The word of the provider that `verificationStatus` stands for, also one that this graph does not know.',
  })
  verificationStatusRaw!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When checks were last run; null when never.' })
  verificationLastRun!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  firstName!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  middleName!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  lastName!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  chosenName!: string | null

  @Pii('hidden')
  @Field(() => DateScalar, { nullable: true })
  dateOfBirth!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  email!: string | null

  @Pii('lastFour')
  @Field(() => String, { nullable: true, description: 'E.164.' })
  phoneNumber!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Last four digits. The full number is never answered, logged or stored.',
  })
  ssnLast4!: string | null

  @Field(() => SsnSource, { nullable: true })
  ssnSource!: SsnSource | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `ssnSource` stands for, also one that this graph does not know.',
  })
  ssnSourceRaw!: string | null

  @Field(() => Boolean, { nullable: true })
  hasAccounts!: boolean | null

  @Field(() => PersonAddress, { nullable: true })
  legalAddress!: PersonAddress | null

  @Field(() => PersonAddress, { nullable: true })
  shippingAddress!: PersonAddress | null

  @ListSize({ assumedSize: 3 })
  @Field(() => [PersonalId], { nullable: true })
  personalIds!: PersonalId[] | null

  @Pii('hidden')
  @Field(() => JSONObjectScalar, { nullable: true, description: "The integrator's own data." })
  metadata!: Record<string, unknown> | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar)
  updatedAt!: string
}

@ObjectType()
export class PersonEdge {
  @Field(() => String)
  cursor!: string

  @Field(() => Person)
  node!: Person
}

@ObjectType({ description: 'A page of persons.' })
export class PersonConnection {
  @Field(() => [PersonEdge])
  edges!: PersonEdge[]

  @Field(() => [Person])
  nodes!: Person[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

const WILDCARD = { message: 'must not contain * or %: searches are exact' }

@InputType({ description: 'Which persons to list; every member narrows. `*` and `%` are refused.' })
export class PersonFilter {
  @Field(() => [ID], { nullable: true, description: 'At most 100.' })
  @IsOptional()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  ids?: string[] | null

  @Field(() => Boolean, { nullable: true })
  isCustomer?: boolean | null

  @Field(() => PersonStatus, { nullable: true })
  status?: PersonStatus | null

  @Field(() => String, { nullable: true, description: 'Matches the first or the chosen name. Needs `pii:read`.' })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  firstName?: string | null

  @Field(() => String, { nullable: true, description: 'Needs `pii:read`.' })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  lastName?: string | null

  @Field(() => String, { nullable: true, description: 'Needs `pii:read`.' })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  email?: string | null

  @Field(() => String, { nullable: true, description: 'E.164. Needs `pii:read`.' })
  @IsOptional()
  @Matches(/^\+[1-9]\d{1,14}$/, { message: 'must be an E.164 phone number such as +14155550100' })
  phoneNumber?: string | null

  @Field(() => String, { nullable: true, description: 'Needs `pii:read`.' })
  @IsOptional()
  @Matches(/^\d{4}$/, { message: 'must be four digits' })
  ssnLast4?: string | null
}

@InputType()
export class PersonOrder {
  @Field(() => PersonOrderField)
  field!: PersonOrderField

  @Field(() => CustomerSortDirection)
  direction!: CustomerSortDirection
}

/** Input members that creating and updating a person share. */
@InputType()
abstract class PersonInput extends MutationInput {
  @Field(() => BanStatus, { nullable: true, description: '`BANNED` is refused: only the provider bans.' })
  @IsOptional()
  @Matches(/^(ALLOWED|SUSPENDED)$/, { message: 'must be ALLOWED or SUSPENDED: only the provider bans' })
  banStatus?: BanStatus | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 255)
  firstName?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 255)
  middleName?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 255)
  lastName?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 255)
  chosenName?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'From 1900-01-01 to yesterday.' })
  @IsOptional()
  @IsBirthDate()
  dateOfBirth?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(254)
  email?: string | null

  @Field(() => String, { nullable: true, description: 'E.164, such as `+14155550100`.' })
  @IsOptional()
  @Matches(/^\+[1-9]\d{1,14}$/, { message: 'must be an E.164 phone number such as +14155550100' })
  phoneNumber?: string | null

  @Field(() => String, { nullable: true, description: '`NNN-NN-NNNN`; passed on to the provider, never kept.' })
  @IsOptional()
  @Matches(/^\d{3}-\d{2}-\d{4}$/, { message: 'must have the form NNN-NN-NNNN' })
  ssn?: string | null

  @Field(() => PersonAddressInput, { nullable: true })
  legalAddress?: PersonAddressInput | null

  @Field(() => PersonAddressInput, {
    nullable: true,
    description: 'Left out: a copy of the legal address where none is stored.',
  })
  shippingAddress?: PersonAddressInput | null

  @Field(() => JSONObjectScalar, {
    nullable: true,
    description: "The integrator's own data; not for anything sensitive.",
  })
  metadata?: Record<string, unknown> | null

  @Field(() => String, { nullable: true, description: 'Required with `banStatus: SUSPENDED`.' })
  @ValidateIf((input: PersonInput) => input.note != null || input.banStatus === BanStatus.SUSPENDED)
  @Length(1, 2000, { message: 'is required when banStatus is SUSPENDED; 1 to 2000 characters' })
  note?: string | null
}

@InputType()
export class CreatePersonInput extends PersonInput {
  @Field(() => Boolean, {
    description:
      'True for someone with a direct relationship with the bank or fintech; must be true for anyone tied to an account.',
  })
  isCustomer!: boolean

  @Field(() => PersonStatus)
  status!: PersonStatus

  @Field(() => [PersonalIdInput], { nullable: true, description: 'At most 20.' })
  @IsOptional()
  @ArrayMaxSize(20)
  personalIds?: PersonalIdInput[] | null

  @Field(() => String, { nullable: true, description: "The provider's workspace, where there are several." })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,64}$/, { message: 'must be a workspace name of letters, digits, _ and -' })
  tenant?: string | null
}

@InputType({ description: 'Members left out stay as they are. The provider cannot clear a value, so null is refused.' })
export class UpdatePersonInput extends PersonInput {
  @Field(() => ID)
  @IsUUID('all', { message: 'must be a UUID' })
  id!: string

  @Field(() => Boolean, { nullable: true })
  isCustomer?: boolean | null

  @Field(() => PersonStatus, { nullable: true })
  status?: PersonStatus | null
}

@ObjectType()
export class CreatePersonPayload extends Payload {
  @Field(() => Person)
  person!: Person
}

@ObjectType()
export class UpdatePersonPayload extends Payload {
  @Field(() => Person)
  person!: Person
}

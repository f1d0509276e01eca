import 'reflect-metadata'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsEmail,
  IsOptional,
  IsUUID,
  Matches,
  ValidateIf,
} from 'class-validator'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { IsBirthDate } from './birth-date.js'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
import { PersonAddress, PersonAddressInput } from './person-address.js'
import { VerificationStatus } from './verification-status.js'
import { PersonalId, PersonalIdInput } from './personal-id.js'
import { IsE164 } from './phone-number.js'
import { DateScalar, DateTimeScalar, JSONObjectScalar } from './scalars.js'
import { CustomerSortDirection } from './shared.js'
import { PageInfo } from './page.js'

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
registerEnumType(PersonStatus, {
  name: 'PersonStatus',
  description: 'The status of a person, as the integrator sets it.',
  valuesConfig: {
    ACTIVE: { description: 'The person is an active customer.' },
    DECEASED: { description: 'The person has died.' },
    DENIED: { description: 'The person was refused as a customer.' },
    DORMANT: { description: 'The person has not been active for a long time.' },
    ESCHEAT: { description: 'The property of the person passes to the state.' },
    FROZEN: { description: 'The actions of the person are blocked.' },
    INACTIVE: { description: 'The person is no longer active.' },
    PROSPECT: { description: 'The person may become a customer.' },
    SANCTION: { description: 'The person is on a sanctions list.' },
  },
})

export enum BanStatus {
  ALLOWED = 'ALLOWED',
  BANNED = 'BANNED',
  SUSPENDED = 'SUSPENDED',
}
registerEnumType(BanStatus, {
  name: 'BanStatus',
  description: 'The states of a ban for fraud.',
  valuesConfig: {
    ALLOWED: { description: 'The person is not banned.' },
    BANNED: { description: "The person is banned by Synctera's rules. Only Synctera sets and removes this status." },
    SUSPENDED: { description: 'The person is suspended by the integrator. Setting it requires a `note`.' },
  },
})

export enum SsnSource {
  MANUAL = 'MANUAL',
  PREFILL = 'PREFILL',
}
registerEnumType(SsnSource, {
  name: 'SsnSource',
  description: 'The ways in which a social security number is collected.',
  valuesConfig: {
    MANUAL: { description: 'The number was entered manually.' },
    PREFILL: { description: 'Synctera supplied the number.' },
  },
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
  description: 'The fields that persons can be sorted by. Names and dates of birth require the scope `pii:read`.',
  valuesConfig: {
    CREATED_AT: { description: 'The time of creation.' },
    UPDATED_AT: { description: 'The time of the last change.' },
    DATE_OF_BIRTH: { description: 'The date of birth. Requires the scope `pii:read`.' },
    FIRST_NAME: { description: 'The first name. Requires the scope `pii:read`.' },
    LAST_NAME: { description: 'The last name. Requires the scope `pii:read`.' },
  },
})

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A person at Synctera. A field is null when Synctera has no value.' })
export class Person {
  readonly __typename?: 'Person'

  @Field(() => ID, { description: "The person's id at Synctera." })
  id!: string

  @Field(() => String, { description: 'The name of the Synctera workspace of the person.' })
  tenant!: string

  @Field(() => Boolean, { description: 'True when the person has a direct relationship with the bank or fintech.' })
  isCustomer!: boolean

  @Field(() => PersonStatus, {
    nullable: true,
    description:
      'The status that the integrator set; null when Synctera reports a status that this schema does not know.',
  })
  status!: PersonStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `status`, also when this schema does not know it.",
  })
  statusRaw!: string | null

  @Field(() => BanStatus, {
    nullable: true,
    description:
      'The ban status of the person; null when Synctera reports none, or one that this schema does not know.',
  })
  banStatus!: BanStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `banStatus`, also when this schema does not know it.",
  })
  banStatusRaw!: string | null

  @Field(() => VerificationStatus, {
    nullable: true,
    description:
      'The outcome of all checks together; null when Synctera reports a status that this schema does not know.',
  })
  verificationStatus!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `verificationStatus`, also when this schema does not know it.",
  })
  verificationStatusRaw!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time of the last verification; null when there was none.',
  })
  verificationLastRun!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The first name.',
  })
  firstName!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The middle name.',
  })
  middleName!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The last name.',
  })
  lastName!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The name that the person prefers.',
  })
  chosenName!: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of birth.' })
  dateOfBirth!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address.',
  })
  email!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The phone number in E.164 format.',
  })
  phoneNumber!: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The last four digits of the social security number. The full number is never returned, logged or stored.',
  })
  ssnLast4!: string | null

  @Field(() => SsnSource, {
    nullable: true,
    description:
      'The way in which the social security number was collected; null when Synctera reports none, or one that this schema does not know.',
  })
  ssnSource!: SsnSource | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `ssnSource`, also when this schema does not know it.",
  })
  ssnSourceRaw!: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the person has accounts; null when Synctera does not report it.',
  })
  hasAccounts!: boolean | null

  @Field(() => PersonAddress, { nullable: true, description: 'The legal address.' })
  legalAddress!: PersonAddress | null

  @Field(() => PersonAddress, { nullable: true, description: 'The shipping address.' })
  shippingAddress!: PersonAddress | null

  @ListSize({ assumedSize: 3 })
  @Field(() => [PersonalId], {
    nullable: true,
    description:
      'The identifiers that states and agencies issued to the person; null when Synctera does not report them.',
  })
  personalIds!: PersonalId[] | null

  @Field(() => JSONObjectScalar, {
    nullable: true,
    description: "The integrator's custom data.",
  })
  metadata!: Record<string, unknown> | null

  @Field(() => DateTimeScalar, { description: 'The time at which the person was created.' })
  createdAt!: string

  @Field(() => DateTimeScalar, { description: 'The time of the last change.' })
  updatedAt!: string
}

@ObjectType({ description: 'A person in a page.' })
export class PersonEdge {
  @Field(() => String, { description: 'The opaque cursor of the person, for the argument `after`.' })
  cursor!: string

  @Field(() => Person, { description: 'The person.' })
  node!: Person
}

@ObjectType({ description: 'A page of persons, as a Relay connection.' })
export class PersonConnection {
  @Field(() => [PersonEdge], { description: 'The persons of the page with their cursors.' })
  edges!: PersonEdge[]

  @Field(() => [Person], { description: 'The persons of the page.' })
  nodes!: Person[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

const WILDCARD = { message: 'must not contain * or %: searches are exact' }

@InputType({
  description:
    'Limits a list of persons; all given members must match exactly. The characters `*` and `%` are refused.',
})
export class PersonFilter {
  @Field(() => [ID], { nullable: true, description: 'The ids of the persons, UUIDs; at most 100, each once.' })
  @IsOptional()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  ids?: string[] | null

  @Field(() => Boolean, { nullable: true, description: 'The value of `isCustomer` that the persons must have.' })
  isCustomer?: boolean | null

  @Field(() => PersonStatus, {
    nullable: true,
    description: 'The status that the persons must have. Requires the scope `pii:read`.',
  })
  status?: PersonStatus | null

  @Field(() => [VerificationStatus], {
    nullable: true,
    description: 'The values of `verificationStatus` of which the persons must have one; 1 to 6, each once.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayUnique()
  verificationStatuses?: VerificationStatus[] | null

  @Field(() => [BanStatus], {
    nullable: true,
    description:
      'The values of `banStatus` of which the persons must have one; 1 to 3, each once. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayUnique()
  banStatuses?: BanStatus[] | null

  @Field(() => Boolean, { nullable: true, description: 'The value of `hasAccounts` that the persons must have.' })
  hasAccounts?: boolean | null

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The date of birth, from 1900-01-01 to yesterday. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @IsBirthDate()
  dateOfBirth?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The first or chosen name; 1 to 255 characters. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  firstName?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The last name; 1 to 255 characters. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  lastName?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address; 1 to 255 characters. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @Length(1, 255)
  @Matches(/^[^*%]*$/, WILDCARD)
  email?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The phone number in E.164 format, such as `+14155550100`. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @IsE164()
  phoneNumber?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The last four digits of the social security number. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @Matches(/^\d{4}$/, { message: 'must be four digits' })
  ssnLast4?: string | null
}

@InputType({ description: 'One sort key of a list of persons.' })
export class PersonOrder {
  @Field(() => PersonOrderField, { description: 'The field to sort by.' })
  field!: PersonOrderField

  @Field(() => CustomerSortDirection, { description: 'The direction of the order.' })
  direction!: CustomerSortDirection
}

/** Input members that creating and updating a person share. */
@InputType()
abstract class PersonInput extends MutationInput {
  @Field(() => BanStatus, {
    nullable: true,
    description: 'The ban status of the person. `BANNED` is refused, because only Synctera sets it.',
  })
  @IsOptional()
  @Matches(/^(ALLOWED|SUSPENDED)$/, { message: 'must be ALLOWED or SUSPENDED: only the provider bans' })
  banStatus?: BanStatus | null

  @Field(() => String, { nullable: true, description: 'The first name; 1 to 255 characters.' })
  @IsOptional()
  @Length(1, 255)
  firstName?: string | null

  @Field(() => String, { nullable: true, description: 'The middle name; 1 to 255 characters.' })
  @IsOptional()
  @Length(1, 255)
  middleName?: string | null

  @Field(() => String, { nullable: true, description: 'The last name; 1 to 255 characters.' })
  @IsOptional()
  @Length(1, 255)
  lastName?: string | null

  @Field(() => String, { nullable: true, description: 'The name that the person prefers; 1 to 255 characters.' })
  @IsOptional()
  @Length(1, 255)
  chosenName?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of birth, from 1900-01-01 to yesterday.' })
  @IsOptional()
  @IsBirthDate()
  dateOfBirth?: string | null

  @Field(() => String, { nullable: true, description: 'The e-mail address; at most 254 characters.' })
  @IsOptional()
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(254)
  email?: string | null

  @Field(() => String, { nullable: true, description: 'The phone number in E.164 format, such as `+14155550100`.' })
  @IsOptional()
  @IsE164()
  phoneNumber?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The social security number, `NNN-NN-NNNN`. It is sent to Synctera and never stored.',
  })
  @IsOptional()
  @Matches(/^\d{3}-\d{2}-\d{4}$/, { message: 'must have the form NNN-NN-NNNN' })
  ssn?: string | null

  @Field(() => PersonAddressInput, { nullable: true, description: 'The legal address.' })
  legalAddress?: PersonAddressInput | null

  @Field(() => PersonAddressInput, {
    nullable: true,
    description: 'The shipping address; the legal address when omitted and none is stored.',
  })
  shippingAddress?: PersonAddressInput | null

  @Field(() => JSONObjectScalar, {
    nullable: true,
    description: "The integrator's custom data; not for sensitive data.",
  })
  metadata?: Record<string, unknown> | null

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the ban status, 1 to 2000 characters; required with `SUSPENDED`.',
  })
  @ValidateIf((input: PersonInput) => input.note != null || input.banStatus === BanStatus.SUSPENDED)
  @Length(1, 2000, { message: 'is required when banStatus is SUSPENDED; 1 to 2000 characters' })
  note?: string | null
}

@InputType({ description: 'A person to create.' })
export class CreatePersonInput extends PersonInput {
  @Field(() => Boolean, {
    description:
      'True when the person has a direct relationship with the bank or fintech. It must be true for a person with an account.',
  })
  isCustomer!: boolean

  @Field(() => PersonStatus, { description: 'The status of the person.' })
  status!: PersonStatus

  @Field(() => [PersonalIdInput], { nullable: true, description: 'The identifiers of the person, at most 20.' })
  @IsOptional()
  @ArrayMaxSize(20)
  personalIds?: PersonalIdInput[] | null

  @Field(() => String, {
    nullable: true,
    description: 'The name of the Synctera workspace, when there are several: 1 to 64 letters, digits, `_` and `-`.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,64}$/, { message: 'must be a workspace name of letters, digits, _ and -' })
  tenant?: string | null
}

@InputType({
  description:
    'The members of a person to change; omitted members are unchanged. Synctera cannot clear a value, so null is refused.',
})
export class UpdatePersonInput extends PersonInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  id!: string

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the person has a direct relationship with the bank or fintech.',
  })
  isCustomer?: boolean | null

  @Field(() => PersonStatus, { nullable: true, description: 'The status of the person.' })
  status?: PersonStatus | null
}

@ObjectType({ description: 'The outcome of `createPerson`.' })
export class CreatePersonPayload extends Payload {
  @Field(() => Person, { description: 'The created person.' })
  person!: Person
}

@ObjectType({ description: 'The outcome of `updatePerson`.' })
export class UpdatePersonPayload extends Payload {
  @Field(() => Person, { description: 'The person after the change.' })
  person!: Person
}

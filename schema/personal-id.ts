import 'reflect-metadata'
import { Length, Matches, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Pii } from './pii.js'
import { DateScalar } from './scalars.js'

export enum PersonalIdType {
  SSN = 'SSN',
  ITIN = 'ITIN',
  SIN = 'SIN',
  PASSPORT_NUMBER = 'PASSPORT_NUMBER',
  DRIVER_LICENSE = 'DRIVER_LICENSE',
  STATE_ID = 'STATE_ID',
  NATIONAL_ID = 'NATIONAL_ID',
  TAX_ID = 'TAX_ID',
  CITIZENSHIP_CARD = 'CITIZENSHIP_CARD',
  PR_CARD = 'PR_CARD',
  PROVINCIAL_ID = 'PROVINCIAL_ID',
  SECURE_STATUS_CARD = 'SECURE_STATUS_CARD',
}
registerEnumType(PersonalIdType, { name: 'PersonalIdType', description: 'Kinds of personal identifier.' })

@ObjectType({ description: 'An identifier that a state or agency gave to a person.' })
export class PersonalId {
  @Field(() => ID)
  id!: string

  @Field(() => PersonalIdType, {
    nullable: true,
    description: 'Null when the provider names a kind this graph does not know.',
  })
  type!: PersonalIdType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `type` stands for, also one that this graph does not know.',
  })
  typeRaw!: string | null

  @Pii('lastFour')
  @Field(() => String, { description: 'Of an SSN, ITIN or SIN never more than the last four digits.' })
  identifier!: string

  @Field(() => String, { nullable: true, description: 'ISO 3166-1 alpha-2 of the issuer.' })
  countryCode!: string | null

  @Field(() => DateScalar, { nullable: true })
  issueDate!: string | null

  @Field(() => DateScalar, { nullable: true })
  expiryDate!: string | null

  @Field(() => Boolean, { description: 'True when the provider supplied it rather than the person.' })
  systemProvided!: boolean
}

@InputType({ description: 'An identifier that a state or agency gave to a person.' })
export class PersonalIdInput {
  @Field(() => PersonalIdType)
  type!: PersonalIdType

  @Field(() => String)
  @Length(1, 64)
  identifier!: string

  @Field(() => String, {
    nullable: true,
    description: 'ISO 3166-1 alpha-2; implied for SSN, ITIN and SIN, required for a passport.',
  })
  @ValidateIf((input: PersonalIdInput) => input.countryCode != null || input.type === PersonalIdType.PASSPORT_NUMBER)
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 country code such as US' })
  countryCode?: string | null

  @Field(() => DateScalar, { nullable: true })
  issueDate?: string | null

  @Field(() => DateScalar, { nullable: true })
  expiryDate?: string | null
}

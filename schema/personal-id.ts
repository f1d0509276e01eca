import 'reflect-metadata'
import { ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { IsCountryCode } from './country-code.js'
import { Length } from './length.js'
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
registerEnumType(PersonalIdType, {
  name: 'PersonalIdType',
  description: 'The kinds of personal identifier.',
  valuesConfig: {
    SSN: { description: 'A social security number (USA).' },
    ITIN: { description: 'An individual taxpayer identification number (USA).' },
    SIN: { description: 'A social insurance number (Canada).' },
    PASSPORT_NUMBER: { description: 'A passport number.' },
    DRIVER_LICENSE: { description: "A driver's licence number." },
    STATE_ID: { description: 'An identity card number of a state.' },
    NATIONAL_ID: { description: 'A national identity number.' },
    TAX_ID: { description: 'A tax identification number.' },
    CITIZENSHIP_CARD: { description: 'A citizenship card number.' },
    PR_CARD: { description: 'A permanent resident card number.' },
    PROVINCIAL_ID: { description: 'An identity card number of a province.' },
    SECURE_STATUS_CARD: { description: 'A secure certificate of Indian status number (Canada).' },
  },
})

@ObjectType({ description: 'An identifier that a state or agency issued to a person.' })
export class PersonalId {
  @Field(() => ID, { description: "The identifier's id at Synctera." })
  id!: string

  @Field(() => PersonalIdType, {
    nullable: true,
    description: 'The kind of identifier; null when Synctera reports a kind that this schema does not know.',
  })
  type!: PersonalIdType | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => String, {
    description:
      'The identifier. Of an SSN, ITIN or SIN, and of an identifier whose type is null, only the last four characters are ever returned.',
  })
  identifier!: string

  @Field(() => String, {
    nullable: true,
    description: 'The ISO 3166-1 alpha-2 code of the issuing country; null when Synctera reports none.',
  })
  countryCode!: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of issue; null when Synctera reports none.' })
  issueDate!: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of expiry; null when Synctera reports none.' })
  expiryDate!: string | null

  @Field(() => Boolean, { description: 'True when Synctera supplied the identifier, false when the person did.' })
  systemProvided!: boolean
}

@InputType({ description: 'An identifier that a state or agency issued to a person.' })
export class PersonalIdInput {
  @Field(() => PersonalIdType, { description: 'The kind of identifier.' })
  type!: PersonalIdType

  @Field(() => String, { description: 'The identifier, as issued; 1 to 64 characters.' })
  @Length(1, 64)
  identifier!: string

  @Field(() => String, {
    nullable: true,
    description:
      'The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport.',
  })
  @ValidateIf((input: PersonalIdInput) => input.countryCode != null || input.type === PersonalIdType.PASSPORT_NUMBER)
  @IsCountryCode()
  countryCode?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of issue.' })
  issueDate?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of expiry.' })
  expiryDate?: string | null
}

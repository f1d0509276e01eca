import 'reflect-metadata'
import { IsOptional, IsUUID, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { IsCountryCode } from './country-code.js'
import { Length } from './length.js'
import { MutationInput, Payload } from './mutation.js'
import { PersonalIdType } from './personal-id.js'
import { DateScalar } from './scalars.js'

@ObjectType({
  description: 'A personal identifier as a write left it. It is not shown in full: `Person.personalIds` shows more.',
})
export class ChangedPersonalId {
  @Field(() => ID, { description: "The identifier's id at Synctera." })
  id!: string

  @Field(() => ID, { description: "The person's id at Synctera." })
  personId!: string

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
    nullable: true,
    description: 'The last four characters of the identifier; null of one that is shorter than eight, of every kind.',
  })
  lastFour!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The ISO 3166-1 alpha-2 code of the issuing country; null when Synctera reports none.',
  })
  countryCode!: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of issue; null when Synctera reports none.' })
  issueDate!: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of expiry; null when Synctera reports none.' })
  expiryDate!: string | null
}

/** Input members that all changes of a personal identifier share. */
@InputType()
abstract class PersonalIdChangeInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string
}

@InputType({ description: 'An identifier to add to a person.' })
export class AddPersonalIdInput extends PersonalIdChangeInput {
  @Field(() => PersonalIdType, { description: 'The kind of identifier. It cannot be changed later.' })
  type!: PersonalIdType

  @Field(() => String, {
    description: 'The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored.',
  })
  @Length(1, 64)
  identifier!: string

  @Field(() => String, {
    nullable: true,
    description:
      'The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport.',
  })
  @ValidateIf((input: AddPersonalIdInput) => input.countryCode != null || input.type === PersonalIdType.PASSPORT_NUMBER)
  @IsCountryCode()
  countryCode?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of issue.' })
  issueDate?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of expiry.' })
  expiryDate?: string | null
}

@InputType({
  description:
    'The members of a personal identifier to correct; omitted members are unchanged. Synctera cannot clear a value, so null is refused, and it cannot change the kind: delete the identifier and add another one.',
})
export class CorrectPersonalIdInput extends PersonalIdChangeInput {
  @Field(() => ID, { description: "The identifier's id at Synctera, a UUID; it must be one of this person's." })
  @IsUUID('all', { message: 'must be a UUID' })
  personalIdId!: string

  @Field(() => String, {
    nullable: true,
    description: 'The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored.',
  })
  @IsOptional()
  @Length(1, 64)
  identifier?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The ISO 3166-1 alpha-2 code of the issuing country.',
  })
  @IsOptional()
  @IsCountryCode()
  countryCode?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of issue.' })
  issueDate?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'The date of expiry.' })
  expiryDate?: string | null
}

@InputType({ description: 'A personal identifier to delete.' })
export class DeletePersonalIdInput extends PersonalIdChangeInput {
  @Field(() => ID, { description: "The identifier's id at Synctera, a UUID; it must be one of this person's." })
  @IsUUID('all', { message: 'must be a UUID' })
  personalIdId!: string
}

@ObjectType({ description: 'The outcome of `addPersonalId`.' })
export class AddPersonalIdPayload extends Payload {
  @Field(() => ChangedPersonalId, { description: 'The added identifier.' })
  personalId!: ChangedPersonalId
}

@ObjectType({ description: 'The outcome of `correctPersonalId`.' })
export class CorrectPersonalIdPayload extends Payload {
  @Field(() => ChangedPersonalId, { description: 'The identifier after the correction.' })
  personalId!: ChangedPersonalId
}

@ObjectType({ description: 'The outcome of `deletePersonalId`.' })
export class DeletePersonalIdPayload extends Payload {
  @Field(() => ID, { description: "The deleted identifier's id at Synctera." })
  personalIdId!: string
}

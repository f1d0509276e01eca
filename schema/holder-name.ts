import 'reflect-metadata'
import { IsOptional, Matches, registerDecorator } from 'class-validator'
import { Extensions, Field, InputType } from 'type-graphql'
import { Length } from './length.js'

/** Commas and semicolons separate the parts and the holders in the provider's form of names, which cannot escape them. */
const WITHOUT_SEPARATORS = [/^[^,;]*$/, { message: 'must not contain a comma or a semicolon' }] as const
const WITH_A_NAME = [/[\p{L}\p{N}]/u, { message: 'must hold a name' }] as const

/** Validates that an input has exactly one of these members; null counts as absent. */
const HasExactlyOneOf =
  (...members: readonly string[]) =>
  (target: object, propertyName: string) =>
    registerDecorator({
      name: 'hasExactlyOneOf',
      target: target.constructor,
      propertyName,
      options: { message: `exactly one is required: ${members.join(' or ')}` },
      validator: {
        validate: (_value: unknown, args) =>
          members.filter((member) => (args!.object as Record<string, unknown>)[member] != null).length === 1,
      },
    })

@InputType({ description: "The parts of a natural person's name." })
export class HolderNamePartsInput {
  @Field(() => String, { description: 'The last name; 1 to 150 characters.' })
  @Length(1, 150)
  @Matches(...WITHOUT_SEPARATORS)
  @Matches(...WITH_A_NAME)
  lastName!: string

  @Field(() => String, { description: 'The first name; 1 to 150 characters.' })
  @Length(1, 150)
  @Matches(...WITHOUT_SEPARATORS)
  @Matches(...WITH_A_NAME)
  firstName!: string

  @Field(() => String, { nullable: true, description: 'The middle name; 1 to 150 characters.' })
  @IsOptional()
  @Length(1, 150)
  @Matches(...WITHOUT_SEPARATORS)
  middleName?: string | null

  @Field(() => String, { nullable: true, description: 'The honorific, such as `Mr` or `Dr`; 1 to 150 characters.' })
  @IsOptional()
  @Length(1, 150)
  @Matches(...WITHOUT_SEPARATORS)
  honorific?: string | null
}

@Extensions({ oneOf: true })
@InputType({ description: 'The name of one account holder: exactly one member must be set.' })
export class HolderNameInput {
  @Field(() => String, {
    nullable: true,
    description: 'The full name of a person or an organisation, without commas and semicolons; 1 to 150 characters.',
  })
  @IsOptional()
  @Length(1, 150)
  @Matches(...WITHOUT_SEPARATORS)
  @Matches(...WITH_A_NAME)
  fullName?: string | null

  @Field(() => HolderNamePartsInput, { nullable: true, description: "The parts of a natural person's name." })
  @HasExactlyOneOf('fullName', 'parts')
  parts?: HolderNamePartsInput | null
}

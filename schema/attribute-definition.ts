import 'reflect-metadata'
import { Matches, registerDecorator } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { lengthOf } from './text.js'
import { AttributeType } from './customer-attribute.js'
import { BankMutationInput, Payload } from './mutation.js'

@ObjectType({
  description:
    "A bank's definition of a customer attribute. The Open Bank Project does not check attributes against it.",
})
export class CustomerAttributeDefinition {
  @Field(() => ID, { description: "The definition's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: 'The id of the bank of the definition.' })
  bankId!: string

  @Field(() => String, { description: 'The attribute name, unique within the bank.' })
  name!: string

  @Field(() => String, { description: 'The kind of record that the attribute belongs to: `Customer`.' })
  category!: string

  @Field(() => AttributeType, { description: 'The declared type of the values.' })
  type!: AttributeType

  @Field(() => String, {
    nullable: true,
    description: 'The meaning of the attribute as free text; null when there is none.',
  })
  description!: string | null

  @Field(() => String, { nullable: true, description: 'Another name of the attribute; null when there is none.' })
  alias!: string | null

  @Field(() => [String], { description: 'The ids of the account views that show the attribute.' })
  canBeSeenOnViews!: string[]

  @Field(() => Boolean, { description: 'True when the definition is in use.' })
  isActive!: boolean
}

/** The maximum length of the list, which the provider stores as one text. */
const MAX_LIST_LENGTH = 256

const AreViews = () => (target: object, propertyName: string) =>
  registerDecorator({
    name: 'areViews',
    target: target.constructor,
    propertyName,
    options: {
      message:
        'must be names without a semicolon, none of them empty, at most 256 characters with one between each two',
    },
    validator: {
      validate: (views: unknown) =>
        Array.isArray(views) &&
        views.every((view) => typeof view === 'string' && view !== '' && !view.includes(';')) &&
        lengthOf(views.join(';')) <= MAX_LIST_LENGTH,
    },
  })

@InputType({ description: 'A complete definition; it replaces the one with the same name.' })
export class SetCustomerAttributeDefinitionInput extends BankMutationInput {
  @Field(() => String, { description: 'The name of the attribute, unique within the bank; 1 to 50 characters.' })
  @Length(1, 50)
  name!: string

  @Field(() => AttributeType, { description: 'The declared type of the values.' })
  type!: AttributeType

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The meaning of the attribute as free text; at most 256 characters, empty for none.',
  })
  @MaxLength(256)
  description!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'Another name of the attribute; at most 50 characters, empty for none.',
  })
  @MaxLength(50)
  alias!: string

  @Field(() => [String], {
    description:
      'The ids of the account views that show the attribute, without semicolons; at most 256 characters when joined by semicolons.',
  })
  @AreViews()
  canBeSeenOnViews!: string[]

  @Field(() => Boolean, { description: 'True when the definition is in use.' })
  isActive!: boolean
}

@InputType({ description: 'The definition to delete.' })
export class DeleteCustomerAttributeDefinitionInput extends BankMutationInput {
  @Field(() => ID, { description: "The id of one of the bank's definitions." })
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be an id of letters, digits, dots, dashes and underscores' })
  definitionId!: string
}

@ObjectType({ description: 'The outcome of `setCustomerAttributeDefinition`.' })
export class SetCustomerAttributeDefinitionPayload extends Payload {
  @Field(() => CustomerAttributeDefinition, { description: 'The stored definition.' })
  definition!: CustomerAttributeDefinition
}

@ObjectType({ description: 'The outcome of `deleteCustomerAttributeDefinition`.' })
export class DeleteCustomerAttributeDefinitionPayload extends Payload {
  @Field(() => ID, { description: 'The id of the deleted record.' })
  deletedId!: string
}

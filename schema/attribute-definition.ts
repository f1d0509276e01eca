import 'reflect-metadata'
import { Matches, registerDecorator } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { lengthOf } from './text.js'
import { AttributeType } from './customer-attribute.js'
import { BankMutationInput, Payload } from './mutation.js'

@ObjectType({
  description: 'What a bank says of an attribute that its customers may have; nothing is checked against it.',
})
export class CustomerAttributeDefinition {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  bankId!: string

  @Field(() => String, { description: 'Unique within the bank.' })
  name!: string

  @Field(() => String, { description: 'What the attribute is of: `Customer`.' })
  category!: string

  @Field(() => AttributeType)
  type!: AttributeType

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => String, { nullable: true })
  alias!: string | null

  @Field(() => [String], { description: 'Views of an account that show the attribute.' })
  canBeSeenOnViews!: string[]

  @Field(() => Boolean)
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

@InputType({ description: 'All that the bank says of an attribute; what it said under the same name is replaced.' })
export class SetCustomerAttributeDefinitionInput extends BankMutationInput {
  @Field(() => String)
  @Length(1, 50)
  name!: string

  @Field(() => AttributeType)
  type!: AttributeType

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Null or empty for none.' })
  @MaxLength(256)
  description!: string

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Null or empty for none.' })
  @MaxLength(50)
  alias!: string

  @Field(() => [String], { description: 'Views of an account that show the attribute.' })
  @AreViews()
  canBeSeenOnViews!: string[]

  @Field(() => Boolean)
  isActive!: boolean
}

@InputType()
export class DeleteCustomerAttributeDefinitionInput extends BankMutationInput {
  @Field(() => ID, { description: "One of the bank's own." })
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be an id of letters, digits, dots, dashes and underscores' })
  definitionId!: string
}

@ObjectType()
export class SetCustomerAttributeDefinitionPayload extends Payload {
  @Field(() => CustomerAttributeDefinition)
  definition!: CustomerAttributeDefinition
}

@ObjectType()
export class DeleteCustomerAttributeDefinitionPayload extends Payload {
  @Field(() => ID)
  deletedId!: string
}

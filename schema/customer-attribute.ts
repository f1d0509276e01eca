import 'reflect-metadata'
import { Length } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { CustomerMutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'

export enum AttributeType {
  STRING = 'STRING',
  INTEGER = 'INTEGER',
  DOUBLE = 'DOUBLE',
  DATE_WITH_DAY = 'DATE_WITH_DAY',
}
registerEnumType(AttributeType, {
  name: 'AttributeType',
  description: 'What an attribute says its value is; the provider does not check the value against it.',
})

@ObjectType({ description: 'A named value that a bank keeps with a customer.' })
export class CustomerAttribute {
  @Field(() => ID)
  id!: string

  @Field(() => String, { description: 'Not unique: a customer may have several of one name.' })
  name!: string

  @Field(() => AttributeType, {
    nullable: true,
    description: 'Null when the provider names a type this graph does not know.',
  })
  type!: AttributeType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `type` stands for, also one that this graph does not know.',
  })
  typeRaw!: string | null

  @Pii('lastFour')
  @Field(() => String)
  value!: string
}

@InputType({ description: 'An attribute that a customer must have.' })
export class CustomerAttributeMatch {
  @Field(() => String)
  @Length(1, 50)
  name!: string

  @Field(() => String, { description: 'Compared as a whole.' })
  @Length(1, 255)
  value!: string
}

/** Input members that creating and updating an attribute share. */
@InputType()
abstract class CustomerAttributeInput extends CustomerMutationInput {
  @Field(() => String, {
    description: 'The names of links are refused: links are made and ended only by `linkCustomer`.',
  })
  @Length(1, 50)
  name!: string

  @Field(() => AttributeType)
  type!: AttributeType

  @Field(() => String, { description: 'Not checked against `type`.' })
  @Length(1, 255)
  value!: string
}

@InputType()
export class CreateCustomerAttributeInput extends CustomerAttributeInput {}

@InputType()
export class UpdateCustomerAttributeInput extends CustomerAttributeInput {
  @Field(() => ID, { description: "One of the customer's own." })
  @Length(1, 255)
  attributeId!: string
}

@InputType()
export class DeleteCustomerAttributeInput extends CustomerMutationInput {
  @Field(() => ID, { description: "One of the customer's own, and no link." })
  @Length(1, 255)
  attributeId!: string
}

@ObjectType()
export class CreateCustomerAttributePayload extends Payload {
  @Field(() => CustomerAttribute)
  attribute!: CustomerAttribute
}

@ObjectType()
export class UpdateCustomerAttributePayload extends Payload {
  @Field(() => CustomerAttribute)
  attribute!: CustomerAttribute
}

@ObjectType()
export class DeleteCustomerAttributePayload extends Payload {
  @Field(() => ID)
  deletedId!: string
}

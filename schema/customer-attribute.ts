import 'reflect-metadata'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { CustomerMutationInput, Payload } from './mutation.js'

export enum AttributeType {
  STRING = 'STRING',
  INTEGER = 'INTEGER',
  DOUBLE = 'DOUBLE',
  DATE_WITH_DAY = 'DATE_WITH_DAY',
}
registerEnumType(AttributeType, {
  name: 'AttributeType',
  description: 'The declared type of an attribute value. The Open Bank Project does not check values against it.',
  valuesConfig: {
    STRING: { description: 'The value is text.' },
    INTEGER: { description: 'The value is a whole number.' },
    DOUBLE: { description: 'The value is a floating-point number.' },
    DATE_WITH_DAY: { description: 'The value is a calendar date.' },
  },
})

@ObjectType({ description: 'A named value that a bank stores with a customer.' })
export class CustomerAttribute {
  @Field(() => ID, { description: "The attribute's id at the Open Bank Project." })
  id!: string

  @Field(() => String, {
    description:
      'The name of the attribute; empty when the Open Bank Project has none. A customer may have several attributes of the same name.',
  })
  name!: string

  @Field(() => AttributeType, {
    nullable: true,
    description:
      'The declared type of the value; null when the Open Bank Project reports a type that this schema does not know.',
  })
  type!: AttributeType | null

  @Field(() => String, {
    nullable: true,
    description: "The Open Bank Project's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => String, {
    description: 'The value as text; empty when the Open Bank Project has none.',
  })
  value!: string
}

@InputType({ description: 'An attribute that a customer must have.' })
export class CustomerAttributeMatch {
  @Field(() => String, { description: 'The name of the attribute, compared exactly; 1 to 50 characters.' })
  @Length(1, 50)
  name!: string

  @Field(() => String, { description: 'The whole value of the attribute, compared exactly; 1 to 2000 characters.' })
  @Length(1, 2000)
  value!: string
}

/** Input members that creating and updating an attribute share. */
@InputType()
abstract class CustomerAttributeInput extends CustomerMutationInput {
  @Field(() => String, {
    description: 'The name of the attribute; 1 to 50 characters. The names that `linkCustomer` uses are refused.',
  })
  @Length(1, 50)
  name!: string

  @Field(() => AttributeType, { description: 'The declared type of the value.' })
  type!: AttributeType

  @Field(() => String, {
    description: 'The value as text, not checked against `type`; 1 to 2000 characters.',
  })
  @Length(1, 2000)
  value!: string
}

@InputType({ description: 'A new attribute of a customer.' })
export class CreateCustomerAttributeInput extends CustomerAttributeInput {}

@InputType({ description: 'The new content of an attribute of a customer.' })
export class UpdateCustomerAttributeInput extends CustomerAttributeInput {
  @Field(() => ID, { description: "The id of one of the customer's attributes; 1 to 255 characters." })
  @Length(1, 255)
  attributeId!: string
}

@InputType({ description: 'The attribute to delete.' })
export class DeleteCustomerAttributeInput extends CustomerMutationInput {
  @Field(() => ID, {
    description: "The id of one of the customer's attributes that is not a link; 1 to 255 characters.",
  })
  @Length(1, 255)
  attributeId!: string
}

@ObjectType({ description: 'The outcome of `createCustomerAttribute`.' })
export class CreateCustomerAttributePayload extends Payload {
  @Field(() => CustomerAttribute, { description: 'The created attribute.' })
  attribute!: CustomerAttribute
}

@ObjectType({ description: 'The outcome of `updateCustomerAttribute`.' })
export class UpdateCustomerAttributePayload extends Payload {
  @Field(() => CustomerAttribute, { description: 'The changed attribute.' })
  attribute!: CustomerAttribute
}

@ObjectType({ description: 'The outcome of `deleteCustomerAttribute`.' })
export class DeleteCustomerAttributePayload extends Payload {
  @Field(() => ID, { description: 'The id of the deleted record.' })
  deletedId!: string
}

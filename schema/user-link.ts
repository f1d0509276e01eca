import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { BankMutationInput, CustomerMutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

const ID_RULE = /^[A-Za-z0-9._-]{1,255}$/
const ID_MESSAGE = { message: 'must be an id of letters, digits, dots, dashes and underscores' }

@ObjectType({ description: 'A link that gives a user access to a customer record as their own.' })
export class UserCustomerLink {
  @Field(() => ID, { description: "The link's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: "The linked user's id at the Open Bank Project." })
  userId!: string

  @Field(() => ID, { description: "The linked customer's id at the Open Bank Project." })
  customerId!: string

  @Field(() => DateTimeScalar, { description: 'The time at which the link was created.' })
  insertedAt!: string

  @Field(() => Boolean, { description: 'True when the link is in effect.' })
  isActive!: boolean

  /** The bank in the request. It is not a field, because a link does not name its bank. */
  bankId!: string
}

@InputType({ description: 'The user and the customer to link.' })
export class CreateUserCustomerLinkInput extends CustomerMutationInput {
  @Field(() => ID, {
    description: "The user's id at the Open Bank Project. A user and a customer have at most one link.",
  })
  @Matches(ID_RULE, ID_MESSAGE)
  userId!: string
}

@InputType({ description: 'The link to delete.' })
export class DeleteUserCustomerLinkInput extends BankMutationInput {
  @Field(() => ID, { description: "The id of a link to one of the bank's customers." })
  @Matches(ID_RULE, ID_MESSAGE)
  linkId!: string

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the customer of the link. Without it, the links of all customers of the bank are read first to protect the links of other banks; a bank with more than 1000 customers is refused.',
  })
  @IsOptional()
  @Matches(ID_RULE, ID_MESSAGE)
  customerId?: string | null
}

@ObjectType({ description: 'The outcome of `createUserCustomerLink`.' })
export class CreateUserCustomerLinkPayload extends Payload {
  @Field(() => UserCustomerLink, { description: 'The created link.' })
  link!: UserCustomerLink
}

@ObjectType({ description: 'The outcome of `deleteUserCustomerLink`.' })
export class DeleteUserCustomerLinkPayload extends Payload {
  @Field(() => ID, { description: 'The id of the deleted record.' })
  deletedId!: string
}

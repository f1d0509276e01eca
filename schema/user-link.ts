import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { BankMutationInput, CustomerMutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

const ID_RULE = /^[A-Za-z0-9._-]{1,255}$/
const ID_MESSAGE = { message: 'must be an id of letters, digits, dots, dashes and underscores' }

@ObjectType({ description: "That a user of the provider's may see a customer as theirs." })
export class UserCustomerLink {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  userId!: string

  @Field(() => ID)
  customerId!: string

  @Field(() => DateTimeScalar)
  insertedAt!: string

  @Field(() => Boolean)
  isActive!: boolean

  /** The bank in the request. It is not a field, because a link does not name its bank. */
  bankId!: string
}

@InputType()
export class CreateUserCustomerLinkInput extends CustomerMutationInput {
  @Field(() => ID, { description: 'The same two are linked at most once.' })
  @Matches(ID_RULE, ID_MESSAGE)
  userId!: string
}

@InputType()
export class DeleteUserCustomerLinkInput extends BankMutationInput {
  @Field(() => ID, { description: "A link of one of the bank's customers." })
  @Matches(ID_RULE, ID_MESSAGE)
  linkId!: string

  @Field(() => ID, {
    nullable: true,
    description:
      "Whose link it is. The provider reads no link by its id and would end another bank's as well: without this the links of all the bank's customers are read first, which is refused at a bank of more than 1000.",
  })
  @IsOptional()
  @Matches(ID_RULE, ID_MESSAGE)
  customerId?: string | null
}

@ObjectType()
export class CreateUserCustomerLinkPayload extends Payload {
  @Field(() => UserCustomerLink)
  link!: UserCustomerLink
}

@ObjectType()
export class DeleteUserCustomerLinkPayload extends Payload {
  @Field(() => ID)
  deletedId!: string
}

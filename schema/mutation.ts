import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length } from './length.js'

/** Input members that all mutations share. */
@InputType()
export abstract class MutationInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`.',
  })
  @IsOptional()
  @Length(1, 255)
  idempotencyKey?: string | null
}

/** Input members that all mutations at Open Bank Project share. */
@InputType()
export abstract class BankMutationInput extends MutationInput {
  @Field(() => ID, {
    nullable: true,
    description: "The bank's id at the Open Bank Project; the configured bank when omitted.",
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be a bank id of letters, digits, dots, dashes and underscores' })
  bankId?: string | null
}

/** Input members that all mutations of one customer and its records share. */
@InputType()
export abstract class CustomerMutationInput extends BankMutationInput {
  @Field(() => ID, { description: "The customer's id at the Open Bank Project." })
  @Matches(/^[A-Za-z0-9._-]{1,255}$/, { message: 'must be an id of letters, digits, dots, dashes and underscores' })
  customerId!: string
}

/** Payload fields that all mutations share. */
@ObjectType()
export abstract class Payload {
  @Field(() => Boolean, {
    description: 'True when the payload is the stored outcome of an earlier call with the same `idempotencyKey`.',
  })
  replayed!: boolean
}

import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, Length, MaxLength } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { MutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

export enum AccountAttributesJobStatus {
  PENDING = 'PENDING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}
registerEnumType(AccountAttributesJobStatus, {
  name: 'AccountAttributesJobStatus',
  description: 'How far the provider is with an accepted write.',
  valuesConfig: {
    PENDING: {
      description:
        'Accepted, not yet carried out; also when the provider says something that this schema does not know.',
    },
    COMPLETED: { description: 'Carried out.' },
    FAILED: { description: 'Not carried out; `errors` says why.' },
  },
})

@ObjectType({ description: 'Something that the provider found wrong with a job.' })
export class JobError {
  @Field(() => String, { nullable: true, description: "The provider's name of the member." })
  field!: string | null

  @Field(() => String, { nullable: true, description: 'Where the member stands.' })
  location!: string | null

  @Pii('hidden')
  @Field(() => String, {
    nullable: true,
    description: "The provider's own words, which may repeat a value. Null without `pii:read`.",
  })
  reason!: string | null
}

@ObjectType({
  description:
    'A write of account attributes that the provider has accepted and carries out later. What was written cannot be read back.',
})
export class AccountAttributesJob {
  @Field(() => ID, { description: 'Opaque; what `accountAttributesJob` is asked with.' })
  key!: string

  @Field(() => ID, { nullable: true, description: 'The account that the attributes are of.' })
  externalId!: string | null

  @Field(() => AccountAttributesJobStatus)
  status!: AccountAttributesJobStatus

  @Field(() => String, {
    nullable: true,
    description:
      'The word of the provider that `status` stands for, also one that this graph does not know. Null until the provider was polled.',
  })
  providerStatus!: string | null

  @Field(() => String, { nullable: true, description: "The provider's id of the exchange, for its support." })
  requestTrackingId!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the provider accepted the write.' })
  submittedAt!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'While `PENDING`: the soonest time at which asking again makes sense; until then the provider is not asked.',
  })
  nextPollAt!: string | null

  @ListSize({ assumedSize: 5 })
  @Field(() => [JobError], { description: 'Empty unless the provider says what went wrong.' })
  errors!: JobError[]
}

@InputType({
  description: '`explanation` and `fieldsToNull` reach the provider only when given; empty names are dropped.',
})
export class AccountAttributeInput {
  @Field(() => String, { description: 'Such as `LineOfCreditAccountNumber`; 1 to 255 characters.' })
  @Length(1, 255)
  name!: string

  @Field(() => String, {
    description: 'Always text, also for what looks like a number or a boolean; at most 4000 characters.',
  })
  @MaxLength(4000)
  value!: string

  @Field(() => String, { nullable: true, description: 'Why, in free text; at most 4000 characters.' })
  @IsOptional()
  @MaxLength(4000)
  explanation?: string | null

  @Field(() => [String], { nullable: true, description: 'Names of members to clear, at most 100.' })
  @IsOptional()
  @ArrayMaxSize(100)
  @MaxLength(255, { each: true })
  fieldsToNull?: string[] | null
}

@InputType({ description: 'Attributes of one account.' })
export class SetAccountAttributesInput extends MutationInput {
  @Field(() => ID, { description: 'The account id that the institution and the provider share; 1 to 255 characters.' })
  @Length(1, 255)
  externalId!: string

  @Field(() => [AccountAttributeInput], { description: '1 to 100, no name twice.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((attribute: AccountAttributeInput) => attribute.name, { message: 'must not name an attribute twice' })
  attributes!: AccountAttributeInput[]
}

@ObjectType()
export class SetAccountAttributesPayload extends Payload {
  @Field(() => AccountAttributesJob)
  job!: AccountAttributesJob
}

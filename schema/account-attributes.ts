import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum AccountAttributesJobStatus {
  PENDING = 'PENDING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(AccountAttributesJobStatus, {
  name: 'AccountAttributesJobStatus',
  description: 'The states of an accepted write of account attributes.',
  valuesConfig: {
    PENDING: {
      description:
        'The write is accepted and not yet executed, or SEI reports a status that this schema does not know.',
    },
    COMPLETED: { description: 'The write is executed.' },
    FAILED: { description: 'The write failed; `errors` states why.' },
    UNKNOWN: {
      description:
        'For a day SEI reported only statuses that this schema does not know, or did not find the job. Check the account at SEI.',
    },
  },
})

@ObjectType({ description: 'An error that SEI found in a job.' })
export class JobError {
  @Field(() => String, {
    nullable: true,
    description: "SEI's name of the invalid member of the request; null when SEI names none.",
  })
  field!: string | null

  @Field(() => String, {
    nullable: true,
    description: "The position of the member in the request, in SEI's notation; null when SEI states none.",
  })
  location!: string | null

  @Field(() => String, {
    nullable: true,
    description: "SEI's error text, which may contain a submitted value.",
  })
  reason!: string | null
}

@ObjectType({
  description:
    'A write of account attributes that SEI accepted and executes asynchronously. The written values cannot be read back.',
})
export class AccountAttributesJob {
  @Field(() => ID, { description: 'The opaque key of the job, for `Query.accountAttributesJob`.' })
  key!: string

  @Field(() => ID, { nullable: true, description: 'The external id of the account at SEI, as given.' })
  externalId!: string | null

  @Field(() => AccountAttributesJobStatus, { description: 'The state of the job.' })
  status!: AccountAttributesJobStatus

  @Field(() => String, {
    nullable: true,
    description: "SEI's own word for the status, also when this schema does not know it; null before the first poll.",
  })
  providerStatus!: string | null

  @Field(() => String, {
    nullable: true,
    description: "SEI's tracking id of the request, for SEI's support; null when SEI returns none.",
  })
  requestTrackingId!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time at which SEI accepted the write.' })
  submittedAt!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The earliest time of a useful next query, because SEI is not asked before it; null unless the status is `PENDING`.',
  })
  nextPollAt!: string | null

  @ListSize({ assumedSize: 5 })
  @Field(() => [JobError], { description: 'The errors that SEI reported; empty when there are none.' })
  errors!: JobError[]
}

@InputType({
  description: 'One attribute to write.',
})
export class AccountAttributeInput {
  @Field(() => String, {
    description: 'The name of the attribute, such as `LineOfCreditAccountNumber`; 1 to 255 characters.',
  })
  @Length(1, 255)
  name!: string

  @Field(() => String, {
    description: 'The value as text, also for numbers and booleans; at most 4000 characters.',
  })
  @MaxLength(4000)
  value!: string

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the change as free text; at most 4000 characters.',
  })
  @IsOptional()
  @MaxLength(4000)
  explanation?: string | null

  @Field(() => [String], {
    nullable: true,
    description:
      'The names of the members to clear, at most 100, each at most 255 characters. Empty names are dropped.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @MaxLength(255, { each: true })
  fieldsToNull?: string[] | null
}

@InputType({ description: 'The attributes to write for one account.' })
export class SetAccountAttributesInput extends MutationInput {
  @Field(() => ID, {
    description: 'The external id of the account, which the institution shares with SEI; 1 to 255 characters.',
  })
  @Length(1, 255)
  externalId!: string

  @Field(() => [AccountAttributeInput], { description: 'The attributes, 1 to 100, with distinct names.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((attribute: AccountAttributeInput) => attribute.name, { message: 'must not name an attribute twice' })
  attributes!: AccountAttributeInput[]
}

@ObjectType({ description: 'The outcome of `setAccountAttributes`.' })
export class SetAccountAttributesPayload extends Payload {
  @Field(() => AccountAttributesJob, { description: 'The accepted write.' })
  job!: AccountAttributesJob
}

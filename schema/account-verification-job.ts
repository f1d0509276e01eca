import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsInt, IsOptional, Max, Min } from 'class-validator'
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { MAX_JOB_ROWS } from './account-verification-limits.js'
import { Length } from './length.js'
import { WEIGHTS } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'
import { PageInfo } from './page.js'
import {
  AccountToVerifyInput,
  AccountVerificationType,
  DEFAULT_MAX_AGE_SECONDS,
  VerificationInitiatorInput,
  VerificationResult,
} from './verification.js'

export enum AccountVerificationJobState {
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
}
registerEnumType(AccountVerificationJobState, {
  name: 'AccountVerificationJobState',
  description: 'The states of a job of account verifications.',
  valuesConfig: {
    RUNNING: { description: 'Some rows have no outcome yet. Query `accountVerifications` again from `nextPollAt` on.' },
    COMPLETED: { description: 'Every row has its outcome.' },
  },
})

export enum AccountVerificationState {
  QUEUED = 'QUEUED',
  PENDING = 'PENDING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}
registerEnumType(AccountVerificationState, {
  name: 'AccountVerificationState',
  description: 'The states of one row of a job.',
  valuesConfig: {
    QUEUED: { description: 'The row waits, or its bank is being asked.' },
    PENDING: { description: 'The bank answers later.' },
    COMPLETED: { description: 'The bank has answered: see `result`.' },
    FAILED: { description: 'There is no answer: see `error`.' },
  },
})

@ObjectType({ description: 'The number of rows of a job, by state.' })
export class AccountVerificationCounts {
  @Field(() => Int, { description: 'All rows.' })
  total!: number

  @Field(() => Int, { description: 'Rows in the state `QUEUED`.' })
  queued!: number

  @Field(() => Int, { description: 'Rows in the state `PENDING`.' })
  pending!: number

  @Field(() => Int, { description: 'Rows in the state `COMPLETED`.' })
  completed!: number

  @Field(() => Int, { description: 'Rows in the state `FAILED`.' })
  failed!: number
}

@ObjectType({ description: 'A job of account verifications: each row asks one bank about one account.' })
export class AccountVerificationJob {
  @Field(() => ID, { description: 'The opaque id of the job, for `Query.accountVerifications`.' })
  id!: string

  @Field(() => AccountVerificationJobState, { description: 'The state of the job.' })
  state!: AccountVerificationJobState

  @Field(() => AccountVerificationCounts, { description: 'The number of rows by state.' })
  counts!: AccountVerificationCounts

  @Field(() => DateTimeScalar, { description: 'The time at which the job was accepted.' })
  createdAt!: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The earliest time of a useful next query; null unless the state is `RUNNING`.',
  })
  nextPollAt!: string | null
}

@ObjectType({ description: 'The error of one row of a job.' })
export class AccountVerificationError {
  @Field(() => String, {
    description:
      'The error code, one of `Query.errorCodes`. `OUTCOME_UNKNOWN`: the bank may have been asked and the check may be billed, so the row is not asked again by itself.',
  })
  code!: string

  @Field(() => Boolean, { description: 'True when the same row in a new job may succeed.' })
  retryable!: boolean

  @Field(() => String, { description: 'A sentence about the error, without any value of the row.' })
  message!: string
}

@ObjectType({ description: 'One row of a job of account verifications.' })
export class AccountVerification {
  @Field(() => String, {
    nullable: true,
    description: "The client's own reference of the row, as given; null when the row was erased.",
  })
  clientReference!: string | null

  @Field(() => AccountVerificationState, { description: 'The state of the row.' })
  state!: AccountVerificationState

  @Field(() => VerificationResult, {
    nullable: true,
    description: 'The result, as `verifyAccount` returns it; null while the state is `QUEUED` or `FAILED`.',
  })
  result!: VerificationResult | null

  @Field(() => AccountVerificationError, {
    nullable: true,
    description: 'The error of the row; null unless the state is `FAILED`.',
  })
  error!: AccountVerificationError | null
}

@ObjectType({ description: 'A row of a job in a page.' })
export class AccountVerificationEdge {
  @Field(() => String, { description: 'The opaque cursor of the row, for the argument `after`.' })
  cursor!: string

  @Field(() => AccountVerification, { description: 'The row.' })
  node!: AccountVerification
}

@ObjectType({ description: 'A page of the rows of a job, as a Relay connection, in the order of the input.' })
export class AccountVerificationConnection {
  @Field(() => [AccountVerificationEdge], { description: 'The rows of the page with their cursors.' })
  edges!: AccountVerificationEdge[]

  @Field(() => [AccountVerification], { description: 'The rows of the page.' })
  nodes!: AccountVerification[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

@InputType({ description: 'One row of a job: an account, and the reference by which the client knows it.' })
export class AccountOfJobInput {
  @Field(() => String, {
    description: "The client's own reference of the row, unique within the job; 1 to 255 characters.",
  })
  @Length(1, 255)
  clientReference!: string

  // Each row is a check that may be billed, as `verifyAccount` is.
  @Directive(`@cost(weight: ${WEIGHTS.dear})`)
  @Field(() => AccountToVerifyInput, { description: 'The account and the expected holder.' })
  account!: AccountToVerifyInput
}

@InputType({ description: 'The accounts to verify in one job.' })
export class VerifyAccountsInput extends MutationInput {
  @Field(() => [AccountVerificationType], { description: 'The kinds of verification of every row: 1 to 3, each once.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(3)
  @ArrayUnique({ message: 'must not repeat' })
  types!: AccountVerificationType[]

  @Field(() => [AccountOfJobInput], { description: 'The rows, 1 to 100, with distinct client references.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_JOB_ROWS)
  @ArrayUnique((row: AccountOfJobInput) => row.clientReference, { message: 'must not repeat a client reference' })
  accounts!: AccountOfJobInput[]

  @Field(() => VerificationInitiatorInput, {
    nullable: true,
    description: 'The party on whose behalf the accounts are verified.',
  })
  @IsOptional()
  initiator?: VerificationInitiatorInput | null

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_MAX_AGE_SECONDS,
    description:
      'The maximum age of a cached answer to the same question, in seconds, 0 to 86400, as in `verifyAccount`.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(86_400)
  maxAgeSeconds?: number | null
}

@ObjectType({ description: 'The outcome of `verifyAccounts`.' })
export class VerifyAccountsPayload extends Payload {
  @Field(() => AccountVerificationJob, {
    description: 'The job, as of the time at which it was accepted, also when the payload is replayed.',
  })
  job!: AccountVerificationJob
}

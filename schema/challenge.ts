import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum ChallengeState {
  STARTED = 'STARTED',
  REJECTED = 'REJECTED',
  EXPIRED = 'EXPIRED',
  VERIFIED = 'VERIFIED',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(ChallengeState, {
  name: 'ChallengeState',
  description: 'The states of a factor of an identity challenge.',
  valuesConfig: {
    STARTED: { description: 'The factor is started: the customer has been sent a code, or may answer the questions.' },
    REJECTED: { description: 'The code or an answer was wrong. The customer may try again while attempts are left.' },
    EXPIRED: {
      description: 'The code or the challenge has expired. Start the factor again, or ask for a new challenge.',
    },
    VERIFIED: { description: 'The customer has proved who they are. Send `setAccountEntitlements` again as it was.' },
    UNKNOWN: {
      description:
        'Apiture returned no state that this schema knows; `stateRaw` has its word. Nothing is verified: start the factor again, or ask for a new challenge.',
    },
  },
})

@ObjectType({ description: 'How far a customer is with one factor of an identity challenge.' })
export class ChallengeProgress {
  @Field(() => ID, { description: 'The id of the banking customer at Apiture who is challenged.' })
  bankingCustomerId!: string

  @Field(() => ID, { description: 'The id of the challenge at Apiture.' })
  challengeId!: string

  @Field(() => ID, { description: 'The id of the factor within the challenge.' })
  factorId!: string

  @Field(() => ChallengeState, { description: 'The state of the factor.' })
  state!: ChallengeState

  @Field(() => String, {
    nullable: true,
    description: "Apiture's own word for `state`, also when this schema does not know it; null when it returned none.",
  })
  stateRaw!: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'The number of attempts that Apiture still allows; null when it does not say.',
  })
  attemptsLeft!: number | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The time until which the code can be entered, or after `VERIFIED` until which the write can be sent; null when Apiture does not say.',
  })
  expiresAt!: string | null
}

/** Input members that both steps of a challenge share. */
@InputType()
abstract class ChallengeFactorInput extends MutationInput {
  @Field(() => ID, {
    description: 'The `challengeId` of the challenge that `setAccountEntitlements` returned to the same caller.',
  })
  @Matches(/^[-_:.~$a-zA-Z0-9]{3,48}$/, { message: 'must be 3 to 48 letters, digits and - _ : . ~ $' })
  challengeId!: string

  @Field(() => ID, { description: 'The `factorId` of the factor that the customer chose.' })
  @Matches(/^[-_:.~$a-zA-Z0-9]{3,48}$/, { message: 'must be 3 to 48 letters, digits and - _ : . ~ $' })
  factorId!: string
}

@InputType({ description: 'The factor to start.' })
export class StartChallengeFactorInput extends ChallengeFactorInput {}

@InputType({ description: 'The answer to one security question.' })
export class SecurityAnswerInput {
  @Field(() => ID, { description: 'The `questionId` of the question.' })
  @Matches(/^[-_:.~$a-zA-Z0-9]{1,48}$/, { message: 'must be 1 to 48 letters, digits and - _ : . ~ $' })
  questionId!: string

  @Field(() => String, { description: "The customer's answer, 1 to 200 characters. It is passed on and never kept." })
  @Length(1, 200)
  answer!: string
}

@InputType({ description: 'What the customer answered: either `code` or `answers`, as the kind of the factor needs.' })
export class VerifyChallengeFactorInput extends ChallengeFactorInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The one-time code, 3 to 32 letters, digits and dashes; for every kind of factor but `SECURITY_QUESTIONS`. It is passed on and never kept.',
  })
  @IsOptional()
  @Matches(/^[-a-zA-Z0-9]{3,32}$/, { message: 'must be 3 to 32 letters, digits and dashes' })
  code?: string | null

  @Field(() => [SecurityAnswerInput], {
    nullable: true,
    description: 'The answers to all questions of the factor, 1 to 8; for `SECURITY_QUESTIONS` only.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(8)
  @ArrayUnique((answer: SecurityAnswerInput) => answer.questionId, { message: 'must not answer a question twice' })
  answers?: SecurityAnswerInput[] | null
}

@ObjectType({ description: 'The outcome of `startChallengeFactor`.' })
export class StartChallengeFactorPayload extends Payload {
  @Field(() => ChallengeProgress, { description: 'How far the customer is.' })
  progress!: ChallengeProgress
}

@ObjectType({ description: 'The outcome of `verifyChallengeFactor`.' })
export class VerifyChallengeFactorPayload extends Payload {
  @Field(() => ChallengeProgress, { description: 'How far the customer is.' })
  progress!: ChallengeProgress
}

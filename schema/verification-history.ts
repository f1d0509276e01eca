import 'reflect-metadata'
import { ArrayMaxSize, ArrayUnique, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator'
import { Field, Float, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { MutationInput, Payload } from './mutation.js'
import { PersonVerificationOutcome, PersonVerificationResult, PersonVerificationType } from './person-verification.js'
import { DateTimeScalar } from './scalars.js'
import { PageInfo } from './page.js'

export enum VerificationDetailResult {
  PASS = 'PASS',
  INFO = 'INFO',
  WARN = 'WARN',
  FAIL = 'FAIL',
}
registerEnumType(VerificationDetailResult, {
  name: 'VerificationDetailResult',
  description: 'The severities of a finding.',
  valuesConfig: {
    PASS: { description: 'The finding speaks for the person.' },
    INFO: { description: 'The finding is information.' },
    WARN: { description: 'The finding must be looked at.' },
    FAIL: { description: 'The finding speaks against the person.' },
  },
})

@InputType({ description: 'Limits the verifications of a person; all given members must match.' })
export class PersonVerificationFilter {
  @Field(() => [PersonVerificationType], {
    nullable: true,
    description: 'The kinds of check, at most 6, each once; all kinds when omitted.',
  })
  @IsOptional()
  @ArrayMaxSize(6)
  @ArrayUnique()
  types?: PersonVerificationType[] | null

  @Field(() => [PersonVerificationOutcome], {
    nullable: true,
    description: 'The outcomes, at most 7, each once; all outcomes when omitted. Requires the scope `pii:read`.',
  })
  @IsOptional()
  @ArrayMaxSize(7)
  @ArrayUnique()
  outcomes?: PersonVerificationOutcome[] | null
}

@ObjectType({ description: 'A verification in a page.' })
export class PersonVerificationResultEdge {
  @Field(() => String, { description: 'The opaque cursor of the verification, for the argument `after`.' })
  cursor!: string

  @Field(() => PersonVerificationResult, { description: 'The verification.' })
  node!: PersonVerificationResult
}

@ObjectType({ description: 'A page of verifications of a person, as a Relay connection.' })
export class PersonVerificationResultConnection {
  @Field(() => [PersonVerificationResultEdge], { description: 'The verifications of the page with their cursors.' })
  edges!: PersonVerificationResultEdge[]

  @Field(() => [PersonVerificationResult], { description: 'The verifications of the page.' })
  nodes!: PersonVerificationResult[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

@InputType({ description: 'One finding of a check that another vendor made.' })
export class VerificationDetailInput {
  @Field(() => String, {
    nullable: true,
    description: "Synctera's category of the finding, such as `CIP` or `ADDRESS`: 1 to 64 capital letters and `_`.",
  })
  @IsOptional()
  @Matches(/^[A-Z_]{1,64}$/, { message: 'must be a category of capital letters and underscores such as CIP' })
  category?: string | null

  @Field(() => VerificationDetailResult, { nullable: true, description: 'The severity of the finding.' })
  result?: VerificationDetailResult | null

  @Field(() => String, { nullable: true, description: 'The finding as a sentence; 1 to 500 characters.' })
  @IsOptional()
  @Length(1, 500)
  description?: string | null

  @Field(() => Float, { nullable: true, description: "The vendor's score, from -1000000 to 1000000." })
  @IsOptional()
  @Min(-1_000_000)
  @Max(1_000_000)
  score?: number | null

  @Field(() => String, {
    nullable: true,
    description: "The vendor's reason code: 1 to 64 letters, digits, `.`, `_` and `-`.",
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,64}$/, { message: 'must be a code of letters, digits, dots, dashes and underscores' })
  vendorCode?: string | null
}

@InputType({ description: 'The outcome of a check of a person that was made outside Synctera.' })
export class RecordPersonVerificationInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string

  @Field(() => PersonVerificationType, {
    description: 'The kind of check. `MANUAL_REVIEW` overrides the other checks.',
  })
  type!: PersonVerificationType

  @Field(() => PersonVerificationOutcome, { description: 'The outcome of the check.' })
  result!: PersonVerificationOutcome

  @Field(() => DateTimeScalar, { description: 'The time at which the check was complete.' })
  verifiedAt!: string

  @Field(() => String, {
    nullable: true,
    description: 'The name of the vendor that made the check, such as `SOCURE`: 1 to 64 letters, digits, `_` and `-`.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,64}$/, { message: 'must be a name of letters, digits, underscores and dashes' })
  vendor?: string | null

  @Field(() => [VerificationDetailInput], { nullable: true, description: 'The findings, at most 20.' })
  @IsOptional()
  @ArrayMaxSize(20)
  details?: VerificationDetailInput[] | null
}

@ObjectType({ description: 'The outcome of `recordPersonVerification`.' })
export class RecordPersonVerificationPayload extends Payload {
  @Field(() => PersonVerificationResult, { description: 'The recorded outcome.' })
  verification!: PersonVerificationResult
}

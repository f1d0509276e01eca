import 'reflect-metadata'
import { Equals, IsIP, IsOptional, IsUUID, Length } from 'class-validator'
import { Field, Float, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum VerificationStatus {
  UNVERIFIED = 'UNVERIFIED',
  PENDING = 'PENDING',
  PROVISIONAL = 'PROVISIONAL',
  ACCEPTED = 'ACCEPTED',
  REVIEW = 'REVIEW',
  REJECTED = 'REJECTED',
}
registerEnumType(VerificationStatus, {
  name: 'VerificationStatus',
  description: 'How far the identity of a person or customer is established.',
  valuesConfig: {
    UNVERIFIED: { description: 'No check has been completed.' },
    PENDING: { description: 'A check is running.' },
    PROVISIONAL: { description: 'Verified in part, or with restrictions.' },
    ACCEPTED: { description: 'Verified.' },
    REVIEW: { description: 'A check found something that a human must look at.' },
    REJECTED: { description: 'Not who they say they are, or not to be served.' },
  },
})

export enum PersonVerificationOutcome {
  UNVERIFIED = 'UNVERIFIED',
  PENDING = 'PENDING',
  PROVISIONAL = 'PROVISIONAL',
  ACCEPTED = 'ACCEPTED',
  REVIEW = 'REVIEW',
  REJECTED = 'REJECTED',
  VENDOR_ERROR = 'VENDOR_ERROR',
}
registerEnumType(PersonVerificationOutcome, {
  name: 'PersonVerificationOutcome',
  description: 'What one check answered.',
  valuesConfig: { VENDOR_ERROR: { description: 'The vendor behind the check failed; it says nothing of the person.' } },
})

export enum PersonVerificationType {
  IDENTITY = 'IDENTITY',
  WATCHLIST = 'WATCHLIST',
  DOCUMENT_VERIFICATION = 'DOCUMENT_VERIFICATION',
  RELATED_ENTITIES = 'RELATED_ENTITIES',
  MANUAL_REVIEW = 'MANUAL_REVIEW',
  LICENSE = 'LICENSE',
}
registerEnumType(PersonVerificationType, {
  name: 'PersonVerificationType',
  description: 'What a check looks at.',
  valuesConfig: { MANUAL_REVIEW: { description: 'A human decision; overrides the other checks.' } },
})

@ObjectType({ description: 'One finding of a check.' })
export class VerificationDetail {
  @Field(() => String, {
    nullable: true,
    description: "The provider's category, such as `CIP`, `ADDRESS` or `SYNTHETIC`.",
  })
  category!: string | null

  @Field(() => String, { nullable: true })
  label!: string | null

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => String, { nullable: true, description: '`PASS`, `INFO`, `WARN` or `FAIL`.' })
  result!: string | null

  @Field(() => Float, { nullable: true })
  score!: number | null

  @Field(() => String, { nullable: true, description: "The vendor's reason code, such as `R940`." })
  vendorCode!: string | null
}

@ObjectType({ description: 'What one check of a person answered.' })
export class PersonVerificationResult {
  @Field(() => ID, { nullable: true })
  id!: string | null

  @Field(() => PersonVerificationType, {
    nullable: true,
    description: 'Null when the provider names a type this graph does not know.',
  })
  type!: PersonVerificationType | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `type` stands for, also one that this graph does not know.',
  })
  typeRaw!: string | null

  @Field(() => PersonVerificationOutcome, {
    nullable: true,
    description: 'Null when the provider names an outcome this graph does not know.',
  })
  result!: PersonVerificationOutcome | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `result` stands for, also one that this graph does not know.',
  })
  resultRaw!: string | null

  @Field(() => DateTimeScalar)
  verifiedAt!: string

  @ListSize({ assumedSize: 5 })
  @Field(() => [VerificationDetail])
  details!: VerificationDetail[]
}

@ObjectType({ description: "What one run of the provider's checks answered." })
export class PersonVerification {
  @Field(() => VerificationStatus, {
    nullable: true,
    description: 'The outcome over all checks; `PENDING` when it comes later.',
  })
  status!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The word of the provider that `status` stands for, also one that this graph does not know.',
  })
  statusRaw!: string | null

  @ListSize({ assumedSize: 6 })
  @Field(() => [PersonVerificationResult])
  results!: PersonVerificationResult[]

  /** The id of the verified person, for the resolver of `person`. */
  personId!: string
}

@InputType()
export class VerifyPersonInput extends MutationInput {
  @Field(() => ID)
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string

  @Field(() => Boolean, { description: 'True when the person agreed to be checked; without it nothing is asked.' })
  @Equals(true, { message: 'must be true: nobody is checked who has not agreed to it' })
  customerConsent!: boolean

  @Field(() => String, { nullable: true, description: 'IPv4 or IPv6 of the person.' })
  @IsOptional()
  @IsIP(undefined, { message: 'must be an IP address' })
  customerIpAddress?: string | null

  @Field(() => ID, { nullable: true, description: 'An identity document captured before.' })
  @IsOptional()
  @Length(1, 255)
  documentId?: string | null
}

@ObjectType()
export class VerifyPersonPayload extends Payload {
  @Field(() => PersonVerification)
  verification!: PersonVerification
}

import 'reflect-metadata'
import { Equals, IsIP, IsOptional, IsUUID } from 'class-validator'
import { Field, Float, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { ListSize } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'
import { VerificationStatus } from './verification-status.js'

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
  description: 'The outcomes of one check of a person.',
  valuesConfig: {
    UNVERIFIED: { description: 'The check is not complete.' },
    PENDING: { description: 'The check is in progress.' },
    PROVISIONAL: { description: 'The check is passed in part, or with restrictions.' },
    ACCEPTED: { description: 'The check is passed.' },
    REVIEW: { description: 'The check found something that a human must review.' },
    REJECTED: { description: 'The check is failed.' },
    VENDOR_ERROR: { description: 'The vendor of the check failed. This outcome is no statement about the person.' },
  },
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
  description: 'The kinds of check of a person.',
  valuesConfig: {
    IDENTITY: { description: 'A check of the identity data.' },
    WATCHLIST: { description: 'A search of sanctions and watch lists.' },
    DOCUMENT_VERIFICATION: { description: 'A check of an identity document.' },
    RELATED_ENTITIES: { description: 'A check of the persons and businesses that are related to the person.' },
    MANUAL_REVIEW: { description: 'A decision by a human; it overrides the other checks.' },
    LICENSE: { description: 'A check of a licence.' },
  },
})

export enum VendorCodeOutcome {
  REVIEW = 'REVIEW',
  REJECT = 'REJECT',
}
registerEnumType(VendorCodeOutcome, {
  name: 'VendorCodeOutcome',
  description: 'The outcomes that a reason code of a vendor suggests.',
  valuesConfig: {
    REVIEW: { description: 'A human should review the person.' },
    REJECT: { description: 'The person should be rejected.' },
  },
})

@ObjectType({
  description: 'The documented meaning of a reason code. It is a suggestion and not the outcome of the check.',
})
export class VendorCodeMeaning {
  @Field(() => VendorCodeOutcome, {
    nullable: true,
    description: 'The outcome that the code suggests.',
  })
  outcome!: VendorCodeOutcome | null

  @Field(() => String, { nullable: true, description: 'The meaning of the code as a sentence.' })
  meaning!: string | null

  @Field(() => String, { description: 'The address of the public document that states the meaning.' })
  source!: string
}

@ObjectType({ description: 'One finding of a check.' })
export class VerificationDetail {
  @Field(() => String, {
    nullable: true,
    description: "Synctera's category of the finding, such as `CIP`, `ADDRESS` or `SYNTHETIC`.",
  })
  category!: string | null

  @Field(() => String, { nullable: true, description: 'A short name of the finding.' })
  label!: string | null

  @Field(() => String, { nullable: true, description: 'The finding as a sentence.' })
  description!: string | null

  @Field(() => String, { nullable: true, description: 'The severity: `PASS`, `INFO`, `WARN` or `FAIL`.' })
  result!: string | null

  @Field(() => Float, { nullable: true, description: "The vendor's score; its scale depends on the vendor." })
  score!: number | null

  @Field(() => String, {
    nullable: true,
    description: "The vendor's reason code, such as `R940`; null when there is none.",
  })
  vendorCode!: string | null

  @Field(() => VendorCodeMeaning, {
    nullable: true,
    description: 'The meaning of `vendorCode`; null when there is no code, or no public document states its meaning.',
  })
  vendorCodeMeaning!: VendorCodeMeaning | null
}

@ObjectType({ description: 'The result of one check of a person.' })
export class PersonVerificationResult {
  @Field(() => ID, { nullable: true, description: "The result's id at Synctera; null when Synctera returns none." })
  id!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id at Synctera of the verified person; null when Synctera does not report it.',
  })
  personId!: string | null

  @Field(() => PersonVerificationType, {
    nullable: true,
    description: 'The kind of check; null when Synctera reports a kind that this schema does not know.',
  })
  type!: PersonVerificationType | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => PersonVerificationOutcome, {
    nullable: true,
    description: 'The outcome of the check; null when Synctera reports an outcome that this schema does not know.',
  })
  result!: PersonVerificationOutcome | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `result`, also when this schema does not know it.",
  })
  resultRaw!: string | null

  @Field(() => DateTimeScalar, { description: 'The time of the check.' })
  verifiedAt!: string

  @Field(() => String, {
    nullable: true,
    description: 'The name of the vendor that made the check, such as `SOCURE`; null when Synctera does not report it.',
  })
  vendor!: string | null

  @ListSize({ assumedSize: 5 })
  @Field(() => [VerificationDetail], { description: 'The findings of the check.' })
  details!: VerificationDetail[]
}

@ObjectType({ description: "One run of Synctera's checks on a person." })
export class PersonVerification {
  @Field(() => VerificationStatus, {
    nullable: true,
    description:
      'The outcome of all checks together, `PENDING` when it comes later; null when Synctera reports a status that this schema does not know.',
  })
  status!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `status`, also when this schema does not know it.",
  })
  statusRaw!: string | null

  @ListSize({ assumedSize: 6 })
  @Field(() => [PersonVerificationResult], { description: 'The results of the checks.' })
  results!: PersonVerificationResult[]

  /** The id of the verified person, for the resolver of `person`. */
  personId!: string
}

@InputType({ description: 'The person to verify.' })
export class VerifyPersonInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string

  @Field(() => Boolean, {
    description: 'True when the person consented to the checks. The value false is refused, and no check is run.',
  })
  @Equals(true, { message: 'must be true: a person who has not agreed is not checked' })
  customerConsent!: boolean

  @Field(() => String, { nullable: true, description: 'The IPv4 or IPv6 address of the person.' })
  @IsOptional()
  @IsIP(undefined, { message: 'must be an IP address' })
  customerIpAddress?: string | null

  @Field(() => ID, {
    nullable: true,
    description:
      'The token of a document verification session (`startDocumentVerification`), or the id at Synctera of an identity document that was captured otherwise; 1 to 4,096 characters. It is a secret.',
  })
  @IsOptional()
  @Length(1, 4096)
  documentId?: string | null
}

@ObjectType({ description: 'The outcome of `verifyPerson`.' })
export class VerifyPersonPayload extends Payload {
  @Field(() => PersonVerification, { description: 'The run of the checks.' })
  verification!: PersonVerification
}

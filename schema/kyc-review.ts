import 'reflect-metadata'
import { Field, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-classes.js'
import { Person } from './person.js'
import { PersonVerificationOutcome, PersonVerificationType } from './person-verification.js'
import { VerificationStatus } from './verification-status.js'
import { DateTimeScalar } from './scalars.js'
import { PageInfo } from './page.js'

export enum KycReviewAction {
  WAIT = 'WAIT',
  RUN_CHECKS = 'RUN_CHECKS',
  REQUEST_DOCUMENT = 'REQUEST_DOCUMENT',
  REVIEW_MATCHES = 'REVIEW_MATCHES',
  DECIDE = 'DECIDE',
}
registerEnumType(KycReviewAction, {
  name: 'KycReviewAction',
  description: 'What a review desk does next with a person.',
  valuesConfig: {
    WAIT: { description: 'A check is in progress. Its outcome comes by itself.' },
    RUN_CHECKS: { description: 'A check is missing, or its vendor failed: run the checks (`verifyPerson`).' },
    REQUEST_DOCUMENT: {
      description: 'The identity is in doubt and no document was checked: ask for one (`startDocumentVerification`).',
    },
    REVIEW_MATCHES: {
      description:
        'A watch list has possible matches: compare them with the person, and record the decision (`recordPersonVerification`).',
    },
    DECIDE: {
      description: 'All checks are done: a human decides on the findings, and records it (`recordPersonVerification`).',
    },
  },
})

@ObjectType({ description: 'A reason why a person is in review: one finding of a check that did not pass.' })
export class KycReviewReason {
  @Field(() => PersonVerificationType, {
    nullable: true,
    description: 'The kind of check; null when Synctera reports a kind that this schema does not know.',
  })
  type!: PersonVerificationType | null

  @Field(() => PersonVerificationOutcome, {
    nullable: true,
    description: 'The outcome of the check; null when Synctera reports an outcome that this schema does not know.',
  })
  result!: PersonVerificationOutcome | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's category of the finding, such as `CIP`; null where the check has no findings.",
  })
  category!: string | null

  @Field(() => String, { nullable: true, description: 'A short name of the finding.' })
  label!: string | null

  @Field(() => String, { nullable: true, description: 'The finding as a sentence.' })
  description!: string | null

  @Field(() => String, {
    nullable: true,
    description: "The vendor's reason code, such as `R940`; null when there is none.",
  })
  vendorCode!: string | null

  @Field(() => DateTimeScalar, { description: 'The time of the check.' })
  verifiedAt!: string
}

@ObjectType({ description: 'A person whose verification waits for a check or for a human.' })
export class KycReview {
  @Field(() => Person, {
    description: 'The person at Synctera; `customers` leads to the customers that are linked to it.',
  })
  person!: Person

  @Field(() => VerificationStatus, { description: "The status of the person's verification: `PENDING` or `REVIEW`." })
  status!: VerificationStatus

  @ListSize({ assumedSize: 6 })
  @Field(() => [KycReviewReason], {
    description: 'Why the person is in review: the findings of the checks that did not pass.',
  })
  reasons!: KycReviewReason[]

  @Field(() => KycReviewAction, {
    nullable: true,
    description:
      'What is to be done next; null, with an error, where a check of the person cannot be read, and null where a check has an outcome that this schema does not know.',
  })
  action!: KycReviewAction | null

  @Field(() => String, { nullable: true, description: 'The action as a sentence.' })
  instruction!: string | null
}

@ObjectType({ description: 'A review in a page.' })
export class KycReviewEdge {
  @Field(() => String, { description: 'The opaque cursor of the review, for the argument `after`.' })
  cursor!: string

  @Field(() => KycReview, { description: 'The review.' })
  node!: KycReview
}

@ObjectType({ description: 'A page of reviews, as a Relay connection.' })
export class KycReviewConnection {
  @Field(() => [KycReviewEdge], { description: 'The reviews of the page with their cursors.' })
  edges!: KycReviewEdge[]

  @Field(() => [KycReview], { description: 'The reviews of the page.' })
  nodes!: KycReview[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

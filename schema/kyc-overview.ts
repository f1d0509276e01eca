import 'reflect-metadata'
import { Field, ObjectType } from 'type-graphql'
import { ListSize } from './cost-classes.js'
import { VerificationStatus } from './verification-status.js'
import { DateTimeScalar } from './scalars.js'
import { KycProvider } from './shared.js'

@ObjectType({ description: 'The statement of one provider about a customer.' })
export class KycSource {
  @Field(() => KycProvider, { description: 'The provider that makes the statement.' })
  provider!: KycProvider

  @Field(() => VerificationStatus, {
    nullable: true,
    description:
      "The provider's statement; null when the provider does not know the customer, or when its records could not be read and what was read decides nothing.",
  })
  status!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the status, or for its absence, as a sentence without personal data.',
  })
  detail!: string | null

  @Field(() => DateTimeScalar, { description: 'The time at which the provider was asked.' })
  observedAt!: string

  @Field(() => Boolean, {
    description:
      'True when all records of the provider could be read. When it is false, `status` is null or a status that the records that were read decide.',
  })
  available!: boolean
}

@ObjectType({ description: 'The decision whether a customer is verified, with the statement of each provider.' })
export class KycOverview {
  @Field(() => VerificationStatus, {
    description:
      'The worst status of the sources, in the order `REJECTED`, `REVIEW`, `PENDING`, `UNVERIFIED`, `PROVISIONAL`, `ACCEPTED`. `PROVISIONAL` stands for `ACCEPTED` while a source has no status; `UNVERIFIED` when none has one.',
  })
  status!: VerificationStatus

  @ListSize({ assumedSize: 2 })
  @Field(() => [KycSource], { description: 'The statement of each configured provider that can know the customer.' })
  sources!: KycSource[]

  @Field(() => DateTimeScalar, { description: 'The time of the decision. The overview is never cached.' })
  asOf!: string
}

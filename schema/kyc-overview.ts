import 'reflect-metadata'
import { Field, ObjectType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { VerificationStatus } from './person-verification.js'
import { DateTimeScalar } from './scalars.js'
import { KycProvider } from './shared.js'

@ObjectType({ description: 'The statement of one provider about a customer.' })
export class KycSource {
  @Field(() => KycProvider, { description: 'The provider.' })
  provider!: KycProvider

  @Field(() => VerificationStatus, {
    nullable: true,
    description: "The provider's statement; null when the provider is not available or does not know the customer.",
  })
  status!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the status, or for its absence, as a sentence without personal data.',
  })
  detail!: string | null

  @Field(() => DateTimeScalar, { description: 'The time at which the provider was asked.' })
  observedAt!: string

  @Field(() => Boolean, { description: 'True when the provider answered in full. Otherwise `status` is null.' })
  available!: boolean
}

@ObjectType({ description: 'Whether a customer is verified, with the statement of each provider.' })
export class KycOverview {
  @Field(() => VerificationStatus, {
    description:
      'The worst status of all sources. `ACCEPTED` only when every configured provider answered and accepts.',
  })
  status!: VerificationStatus

  @ListSize({ assumedSize: 2 })
  @Field(() => [KycSource], { description: 'The statement of each configured provider that can know the customer.' })
  sources!: KycSource[]

  @Field(() => DateTimeScalar, { description: 'The time of the decision. Nothing is cached.' })
  asOf!: string
}

import 'reflect-metadata'
import { Field, ObjectType } from 'type-graphql'
import { ListSize } from './cost-weights.js'
import { VerificationStatus } from './person-verification.js'
import { DateTimeScalar } from './scalars.js'
import { KycProvider } from './shared.js'

@ObjectType({ description: 'What one provider said of a customer.' })
export class KycSource {
  @Field(() => KycProvider)
  provider!: KycProvider

  @Field(() => VerificationStatus, {
    nullable: true,
    description: "The provider's word, in the graph's terms; null when it could not be asked or knows nobody.",
  })
  status!: VerificationStatus | null

  @Field(() => String, {
    nullable: true,
    description: 'What the status rests on, or why there is none; a sentence for people, with nothing personal in it.',
  })
  detail!: string | null

  @Field(() => DateTimeScalar, { description: 'When the provider was asked.' })
  observedAt!: string

  @Field(() => Boolean, { description: 'False when it could not be asked in full; its status is null then.' })
  available!: boolean
}

@ObjectType({ description: 'One answer to "is this customer verified?", with what it is based on.' })
export class KycOverview {
  @Field(() => VerificationStatus, {
    description:
      'The worst word of all sources. `ACCEPTED` only when every provider of this deployment was asked and says so.',
  })
  status!: VerificationStatus

  @ListSize({ assumedSize: 2 })
  @Field(() => [KycSource], { description: 'The providers of this deployment that can know, each with its word.' })
  sources!: KycSource[]

  @Field(() => DateTimeScalar, { description: 'When this was put together; nothing of it is remembered.' })
  asOf!: string
}

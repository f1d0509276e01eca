import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { Cost, ListSize, PageSize } from '../schema/cost-weights.js'
import { KycReview, KycReviewAction, KycReviewConnection, KycReviewReason } from '../schema/kyc-review.js'
import { Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/shared.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@Resolver(() => KycReview)
export class KycReviewResolver {
  @Scopes('persons:read')
  @Cost('call')
  @PageSize()
  @Query(() => KycReviewConnection, {
    nullable: true,
    description:
      'The persons at Synctera whose verification is `PENDING` or `REVIEW`, as a Relay connection; those who were created first come first. A person who is decided leaves the queue and moves no other. Requires the scope `persons:read`.',
  })
  async kycReviewQueue(@Args(() => PageArgs) args: PageArgs, @Ctx() { synctera }: RequestContext) {
    const page = await synctera.reviewQueue(args)
    const nodes = page?.nodes.map((person) => ({ person, status: person.verificationStatus! }))
    return page && connection({ ...page, nodes: nodes! })
  }

  @Cost('shared')
  @ListSize({ assumedSize: 6 })
  @FieldResolver(() => [KycReviewReason], {
    nullable: true,
    description: 'Why the person is in review: the findings of the checks that did not pass.',
  })
  async reasons(@Root() { person }: KycReview, @Ctx() { synctera }: RequestContext) {
    return (await synctera.reviewFindingsOf(person.id))?.reasons
  }

  @Cost('shared')
  @FieldResolver(() => KycReviewAction, { nullable: true, description: 'What is to be done next.' })
  async action(@Root() { person }: KycReview, @Ctx() { synctera }: RequestContext) {
    return (await synctera.reviewFindingsOf(person.id))?.action
  }

  @Cost('shared')
  @FieldResolver(() => String, { nullable: true, description: 'The action as a sentence.' })
  async instruction(@Root() { person }: KycReview, @Ctx() { synctera }: RequestContext) {
    return (await synctera.reviewFindingsOf(person.id))?.instruction
  }
}

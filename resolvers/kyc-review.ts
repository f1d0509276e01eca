import { Args, Ctx, Query, Resolver } from 'type-graphql'
import { Cost, PageSize } from '../schema/cost-classes.js'
import { KycReview, KycReviewConnection } from '../schema/kyc-review.js'
import { Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/page.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@Resolver(() => KycReview)
export class KycReviewResolver {
  @Scopes('persons:read')
  @Cost('several')
  @PageSize()
  @Query(() => KycReviewConnection, {
    nullable: true,
    description:
      'The persons at Synctera whose verification is `PENDING` or `REVIEW`, as a Relay connection; those who were created first come first. A person who is decided leaves the queue and moves no other. Requires the scope `persons:read`.',
  })
  async kycReviewQueue(@Args(() => PageArgs) args: PageArgs, @Ctx() { synctera }: RequestContext) {
    return connection(await synctera.reviewQueue(args))
  }
}

import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { readableRows, unreadableRows } from '../datasources/contract/rows.js'
import { Cost, ListSize, PageSize } from '../schema/cost-weights.js'
import { KycReview, KycReviewAction, KycReviewConnection, KycReviewReason } from '../schema/kyc-review.js'
import { PersonOrderField } from '../schema/person.js'
import { VerificationStatus } from '../schema/person-verification.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { CustomerSortDirection, PageArgs } from '../schema/shared.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'
import { actionOf, INSTRUCTIONS, reasonsOf } from './review-rule.js'

/** The persons that wait, oldest first by their creation: Synctera has no order by the time of a check. */
const QUEUE = {
  filter: { verificationStatuses: [VerificationStatus.PENDING, VerificationStatus.REVIEW] },
  orderBy: [{ field: PersonOrderField.CREATED_AT, direction: CustomerSortDirection.ASC }],
}

/** The next action; null where the person's checks are none of the caller's, an error where one cannot be read. */
async function actionFor({ person, status }: KycReview, { synctera }: RequestContext): Promise<KycReviewAction | null> {
  const results = await synctera.verificationsOf(person.id)
  if (results === null) return null
  // No decision rests on a list of which a row cannot be read.
  const [unreadable] = unreadableRows(results)
  if (unreadable) throw unreadable
  return actionOf(status, readableRows(results))
}

@Resolver(() => KycReview)
export class KycReviewResolver {
  @Scopes('persons:read')
  @Cost('call')
  @PageSize()
  @Query(() => KycReviewConnection, {
    nullable: true,
    description:
      'The persons at Synctera whose verification is `PENDING` or `REVIEW`, as a Relay connection; those who were created first come first. Requires the scope `persons:read`.',
  })
  async kycReviewQueue(@Args(() => PageArgs) { first, after }: PageArgs, @Ctx() { synctera }: RequestContext) {
    const page = await synctera.personPage({ first, after, ...QUEUE })
    return (
      page &&
      connection({ ...page, nodes: page.nodes.map((person) => ({ person, status: person.verificationStatus! })) })
    )
  }

  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 6 })
  @FieldResolver(() => [KycReviewReason], {
    nullable: true,
    description:
      "Why the person is in review: the findings of the checks that did not pass. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  async reasons(@Root() { person }: KycReview, @Ctx() { synctera }: RequestContext) {
    const results = await synctera.verificationsOf(person.id)
    return results && [...reasonsOf(readableRows(results)), ...unreadableRows(results)]
  }

  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => KycReviewAction, {
    nullable: true,
    description:
      "What is to be done next. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  action(@Root() review: KycReview, @Ctx() context: RequestContext) {
    return actionFor(review, context)
  }

  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The same as a sentence. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  async instruction(@Root() review: KycReview, @Ctx() context: RequestContext) {
    const action = await actionFor(review, context)
    return action && INSTRUCTIONS[action]
  }
}

import { Arg, Ctx, ID, Resolver, Subscription, type SubscriptionOptions } from 'type-graphql'
import { withLists } from '../datasources/contract/rows.js'
import type { WatchedType } from '../datasources/contract/state-change.js'
import { AccountAttributesJob } from '../schema/account-attributes.js'
import { AccountVerificationJob } from '../schema/account-verification-job.js'
import { Cost } from '../schema/cost-classes.js'
import { KycOverview } from '../schema/kyc-overview.js'
import { PersonVerification } from '../schema/person-verification.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { VerificationResult } from '../schema/verification.js'
import { BANK } from './bank-args.js'
import type { RequestContext } from './context.js'
import { decideKyc } from './kyc-overview.js'
import { type ObservedValues, observedStates } from './observed-states.js'

/** The server executes each event as an operation of its own, so graphql-js gets no events from here. */
const subscribe: SubscriptionOptions['subscribe'] = () => {
  throw new Error('Events are executed one by one.')
}

const field = (description: string) => ({ nullable: true, description, subscribe })

/** Listens for changes of an object, then reads it: a change between the two is not lost. */
async function observed<Type extends WatchedType>(
  { observer }: RequestContext,
  type: Type,
  id: string,
  read: () => Promise<ObservedValues[Type] | null>,
): Promise<ObservedValues[Type] | null> {
  observer?.watch(type, id)
  const value = await read()
  observer?.observe(value && observedStates[type](value))
  return value
}

/** The fields of `Subscription`. Each answers as the query of the same object does. */
@Resolver()
export class SubscriptionResolver {
  @Scopes(orOwn('verifications:read'))
  @Subscription(
    () => VerificationResult,
    field(
      'The result of an earlier account verification: first as it stands, then after each change, until its state is `COMPLETED`. The visibility is that of `Query.verificationResult`. Requires the scope `verifications:read`, or `verifications:read:own` for those that the caller asked for.',
    ),
  )
  verificationResult(
    @Arg('id', () => ID, { description: 'The `id` of a `VerificationResult`.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return observed(context, 'verificationResult', id, () => context.banfico.resultById(id))
  }

  @Scopes('attributes:write')
  @Cost('call')
  @Subscription(
    () => AccountAttributesJob,
    field(
      "A write of account attributes that the caller's tenant submitted: first as it stands, then after each change, until its status is not `PENDING` any more. Requires the scope `attributes:write`.",
    ),
  )
  accountAttributesJob(
    @Arg('key', () => ID, { description: 'The `key` of the job, as `setAccountAttributes` returned it.' }) key: string,
    @Ctx() context: RequestContext,
  ) {
    return observed(context, 'accountAttributesJob', key, () => context.sei.jobByKey(key))
  }

  @Scopes(orOwn('persons:read'))
  @Cost('several')
  @Subscription(
    () => PersonVerification,
    field(
      "The verification of a person at Synctera: first as it stands, then after each change, until its status is `ACCEPTED` or `REJECTED`. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
    ),
  )
  personVerification(
    @Arg('personId', () => ID, { description: "The person's id at Synctera." }) personId: string,
    @Ctx() context: RequestContext,
  ) {
    const { synctera } = context
    return observed(context, 'personVerification', personId, async () => {
      const [person, results] = await Promise.all([synctera.personById(personId), synctera.verificationsOf(personId)])
      if (person === null) return null
      const { verificationStatus: status, verificationStatusRaw: statusRaw } = person
      return withLists<PersonVerification, 'results'>({ status, statusRaw, personId }, { results: results ?? [] })
    })
  }

  @Scopes(orOwn('customers:read'), orOwn('kyc:read'), orOwn('persons:read'))
  @Cost('several')
  @Subscription(
    () => KycOverview,
    field(
      'The decision whether a customer is verified: first as it stands, then after each change of the records that it is made from. No decision is final, so the stream stays open until the token ends. Requires the scopes `customers:read`, `kyc:read` and `persons:read`, or the `:own` form of each.',
    ),
  )
  kycOverview(
    @Arg('customerId', () => ID, { description: "The customer's id at the Open Bank Project." }) customerId: string,
    @Arg('bankId', () => ID, BANK) bankId: string | null | undefined,
    @Ctx() context: RequestContext,
  ) {
    return observed(context, 'kycOverview', customerId, async () => {
      const customer = await context.obp.customerById({ id: customerId, bankId })
      return customer && decideKyc(customer, context)
    })
  }

  @Scopes(orOwn('verifications:read'))
  @Cost('call')
  @Subscription(
    () => AccountVerificationJob,
    field(
      'A job of `verifyAccounts`: first as it stands, then after each change of its counts, until its state is `COMPLETED`. The visibility is that of `Query.accountVerifications`. Requires the scope `verifications:read`, or `verifications:read:own` for the jobs of the caller.',
    ),
  )
  accountVerifications(
    @Arg('jobId', () => ID, { description: 'The `id` of the job, as `verifyAccounts` returned it.' }) jobId: string,
    @Ctx() context: RequestContext,
  ) {
    return observed(context, 'accountVerifications', jobId, () => context.banfico.jobById(jobId))
  }
}

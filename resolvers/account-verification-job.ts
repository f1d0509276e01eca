import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import {
  AccountVerificationConnection,
  AccountVerificationJob,
  VerifyAccountsInput,
  VerifyAccountsPayload,
} from '../schema/account-verification-job.js'
import { Cost, PageSize } from '../schema/cost-classes.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/page.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@Resolver(() => AccountVerificationJob)
export class AccountVerificationJobResolver {
  @Scopes(orOwn('verifications:read'))
  @Cost('call')
  @Query(() => AccountVerificationJob, {
    nullable: true,
    description:
      'A job of `verifyAccounts` of the last days (`BANFICO_RETENTION_DAYS`), or null. The visibility is that of `verificationResult`. A job that lost its process goes on with this query. Requires the scope `verifications:read`, or `verifications:read:own` for the jobs of the caller.',
  })
  accountVerifications(
    @Arg('jobId', () => ID, { description: 'The `id` of the job, as `verifyAccounts` returned it.' }) jobId: string,
    @Ctx() { banfico }: RequestContext,
  ) {
    return banfico.jobById(jobId)
  }

  @Scopes(orOwn('verifications:read'))
  @Cost('call')
  @PageSize()
  @FieldResolver(() => AccountVerificationConnection, {
    nullable: true,
    description:
      'The rows of the job as a Relay connection, in the order of the input. Requires the scope `verifications:read`, or `verifications:read:own`.',
  })
  async results(
    @Root() { id }: AccountVerificationJob,
    @Args(() => PageArgs) { first, after }: PageArgs,
    @Ctx() { banfico }: RequestContext,
  ) {
    return connection(await banfico.jobRows({ jobId: id, first, after }))
  }

  @Scopes(orOwn('verifications:write'))
  @Cost('write')
  @Mutation(() => VerifyAccountsPayload, {
    nullable: true,
    description:
      'Begins a job that verifies up to 100 accounts, and answers before they are asked. Each row is one check of Banfico that may be billed, is asked at most once, and costs what `verifyAccount` costs. Requires the scope `verifications:write`, or `verifications:write:own`, whose job only the caller finds again.',
  })
  verifyAccounts(
    @Arg('input', () => VerifyAccountsInput, { description: 'The input of the mutation.' }) input: VerifyAccountsInput,
    @Ctx() { banfico }: RequestContext,
  ) {
    return banfico.verifyAccounts(input)
  }
}

import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { Cost, PageSize } from '../schema/cost-classes.js'
import { Person } from '../schema/person.js'
import { PersonVerificationResult } from '../schema/person-verification.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/page.js'
import {
  PersonVerificationFilter,
  PersonVerificationResultConnection,
  RecordPersonVerificationInput,
  RecordPersonVerificationPayload,
} from '../schema/verification-history.js'
import { ArgumentScopes } from './argument-scopes.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@ArgsType()
class HistoryArgs extends PageArgs {
  @Field(() => PersonVerificationFilter, {
    nullable: true,
    description: 'The conditions that the verifications must meet; all verifications when omitted.',
  })
  filter?: PersonVerificationFilter | null
}

@Resolver(() => Person)
export class VerificationHistoryResolver {
  @Scopes('persons:read')
  @Cost('call')
  @Query(() => PersonVerificationResult, {
    nullable: true,
    description:
      'The verification of a person with this id at Synctera, current or not, or null. Requires the scope `persons:read`.',
  })
  personVerification(
    @Arg('id', () => ID, { description: "The verification's id at Synctera." }) id: string,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.verificationById(id)
  }

  @Scopes(orOwn('persons:read'))
  @ArgumentScopes(({ synctera }, args) => synctera.assertScopes('verificationPage', args))
  @Cost('call')
  @PageSize()
  @FieldResolver(() => PersonVerificationResultConnection, {
    nullable: true,
    description:
      "All verifications of the person as a Relay connection, also those that later ones replaced, in the provider's order. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person; a filter by outcome requires `pii:read` too.",
  })
  async verificationHistory(
    @Root() person: Person,
    @Args(() => HistoryArgs) args: HistoryArgs,
    @Ctx() { synctera }: RequestContext,
  ) {
    return connection(await synctera.verificationPage({ ...args, personId: person.id }))
  }

  @Scopes('person-outcomes:write')
  @Cost('write')
  @Mutation(() => RecordPersonVerificationPayload, {
    nullable: true,
    description:
      'Records at Synctera the outcome of a check that was made outside Synctera. Requires the scope `person-outcomes:write`.',
  })
  recordPersonVerification(
    @Arg('input', () => RecordPersonVerificationInput, { description: 'The input of the mutation.' })
    input: RecordPersonVerificationInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.recordPersonVerification(input)
  }
}

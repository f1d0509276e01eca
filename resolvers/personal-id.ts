import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-classes.js'
import {
  AddPersonalIdInput,
  AddPersonalIdPayload,
  ChangedPersonalId,
  CorrectPersonalIdInput,
  CorrectPersonalIdPayload,
  DeletePersonalIdInput,
  DeletePersonalIdPayload,
} from '../schema/personal-id-changes.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => ChangedPersonalId)
export class PersonalIdResolver {
  @Scopes('personal-ids:write')
  @Cost('write')
  @Mutation(() => AddPersonalIdPayload, {
    nullable: true,
    description:
      'Adds a personal identifier to a person at Synctera. One that the person has is `CONFLICT`. Requires the scope `personal-ids:write`.',
  })
  addPersonalId(
    @Arg('input', () => AddPersonalIdInput, { description: 'The input of the mutation.' }) input: AddPersonalIdInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.addPersonalId(input)
  }

  @Scopes('personal-ids:write')
  @Cost('write')
  @Mutation(() => CorrectPersonalIdPayload, {
    nullable: true,
    description:
      'Corrects the given members of a personal identifier of a person at Synctera. Requires the scope `personal-ids:write`.',
  })
  correctPersonalId(
    @Arg('input', () => CorrectPersonalIdInput, { description: 'The input of the mutation.' })
    input: CorrectPersonalIdInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.correctPersonalId(input)
  }

  @Scopes('personal-ids:write')
  @Cost('write')
  @Mutation(() => DeletePersonalIdPayload, {
    nullable: true,
    description: 'Deletes a personal identifier of a person at Synctera. Requires the scope `personal-ids:write`.',
  })
  deletePersonalId(
    @Arg('input', () => DeletePersonalIdInput, { description: 'The input of the mutation.' })
    input: DeletePersonalIdInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.deletePersonalId(input)
  }
}

import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { Disclosure, RecordDisclosureInput, RecordDisclosurePayload } from '../schema/disclosure.js'
import { Person } from '../schema/person.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { ArgumentScopes } from './argument-scopes.js'
import type { RequestContext } from './context.js'

@Resolver(() => Person)
export class DisclosureResolver {
  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 8 })
  @FieldResolver(() => [Disclosure], {
    nullable: true,
    description:
      "The documents that were disclosed to the person. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  disclosures(@Root() person: Person, @Ctx() { synctera }: RequestContext) {
    return synctera.disclosuresOf(person.id)
  }

  @Scopes(orOwn('persons:write'))
  @ArgumentScopes(({ synctera }, { input }) => synctera.assertScopes('recordDisclosure', input))
  @Cost('write')
  @Mutation(() => RecordDisclosurePayload, {
    nullable: true,
    description:
      "Records that a document was disclosed to a person. Requires the scope `persons:write`, or `persons:write:own` for what is disclosed now to the caller's own person.",
  })
  recordDisclosure(
    @Arg('input', () => RecordDisclosureInput, { description: 'The input of the mutation.' })
    input: RecordDisclosureInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.recordDisclosure(input)
  }
}

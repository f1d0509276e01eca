import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { Cost } from '../schema/cost-classes.js'
import { StartDocumentVerificationInput, StartDocumentVerificationPayload } from '../schema/document-verification.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

@Resolver()
export class DocumentVerificationResolver {
  @Scopes('persons:write')
  @Cost('dear')
  @Mutation(() => StartDocumentVerificationPayload, {
    nullable: true,
    description:
      'Starts a session in which a person shows an identity document; `verifyPerson` with its token then counts the document. A repeat with the same `idempotencyKey` returns the session for a limited time only. Requires the scope `persons:write`.',
  })
  startDocumentVerification(
    @Arg('input', () => StartDocumentVerificationInput, { description: 'The input of the mutation.' })
    input: StartDocumentVerificationInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.startDocumentVerification(input)
  }
}

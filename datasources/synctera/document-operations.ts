import type { DocumentVerificationSession, StartDocumentVerificationInput } from '../../schema/document-verification.js'
import { sessionBody } from './document-sessions.js'
import { command } from './instance.js'

export const documentCommands = {
  /**
   * No list holds sessions, so one with a lost answer is never found: the same key starts another one, or gets the first
   * one again where Synctera has kept its answer.
   */
  startDocumentVerification: command<StartDocumentVerificationInput, { session: DocumentVerificationSession }>({
    scope: 'persons:write',
    type: 'StartDocumentVerificationPayload',
    repeatable: true,
    payloadMs: ({ documentSessionMs }) => documentSessionMs,
    async run({ source }, operation, input, { id }) {
      const { session_token: token, url } = await source.startDocumentSession(operation, sessionBody(input), id)
      return { session: { token, url } }
    },
  }),
}

import { Type } from '@sinclair/typebox'
import type { StartDocumentVerificationInput } from '../../schema/document-verification.js'
import { contract } from '../http/call.js'
import { omitNullish } from '../support/mapping.js'

/**
 * Document verification sessions of Synctera v0. Reference: https://docs.synctera.com/reference/docvsession
 * The person is sent to the URL, so another scheme than `https` makes the answer malformed.
 */
const Session = Type.Object({
  session_token: Type.String({ minLength: 1, maxLength: 4096 }),
  url: Type.String({ pattern: '^https://[^\\s]+$' }),
})

export const sessionAnswer = contract(Session)

/** The body of a request that starts a session. */
export interface SessionBody {
  person_id: string
  document_type?: string
  language?: string
  send_message?: boolean
}

export const sessionBody = (input: StartDocumentVerificationInput): SessionBody =>
  omitNullish({
    person_id: input.personId,
    document_type: input.documentType,
    language: input.language,
    send_message: input.sendMessage,
  })

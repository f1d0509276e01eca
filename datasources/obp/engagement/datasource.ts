import type { CallScope, Credential, ErrorMapping, ErrorResponse } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import type { CustomerRef } from '../customer-ref.js'
import { mapCallerError, mapError } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
import { answers, type MeetingBody, type MessageBody } from './contract.js'

/** The customer exists, but has no linked user. */
function mapMessageError(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  return mapping.providerCode === 'OBP-30008'
    ? { ...mapping, message: 'No user is linked to this customer, so nobody could read the message.' }
    : mapping
}

/** The endpoints of CRM events, meetings and messages, one method each, in the provider's words. */
export function engagementSource(client: ProviderClient) {
  const { get, post } = requestsOf(client)

  return {
    getCrmEvents: (scope: CallScope, bankId: string) =>
      get(scope, obpPath`/banks/${bankId}/crm-events`, answers.crmEvents),

    createMeeting: (scope: CallScope, bankId: string, body: MeetingBody) =>
      post(scope, obpPath`/banks/${bankId}/meetings`, body, ofRecord(answers.meeting, { bank_id: bankId })),

    getMeeting: (scope: CallScope, bankId: string, meetingId: string) =>
      get(scope, obpPath`/banks/${bankId}/meetings/${meetingId}`, answers.meeting),

    getMeetings: (scope: CallScope, bankId: string) => get(scope, obpPath`/banks/${bankId}/meetings`, answers.meetings),

    /** Goes to the first user that is linked to the customer. */
    createCustomerMessage: (scope: CallScope, { bankId, id }: CustomerRef, body: MessageBody) =>
      post(scope, obpPath`/banks/${bankId}/customer/${id}/messages`, body, answers.sent, {
        mapError: mapMessageError,
      }),

    /** The messages to the user of the credential. */
    getCustomerMessages: (scope: CallScope, bankId: string, credential: Credential) =>
      get(scope, obpPath`/banks/${bankId}/customer/messages`, answers.messages, {
        credential,
        mapError: mapCallerError,
      }),
  }
}

export type EngagementSource = ReturnType<typeof engagementSource>

import {
  type Call,
  type ProviderClient,
  type Credential,
  path,
  type ErrorResponse,
  type ErrorMapping,
} from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import type { CustomerRef } from '../bank-access.js'
import { mapError } from '../error-mapping.js'
import { answers, type MeetingBody, type MessageBody } from './contract.js'

/** What is not there may be the link of a customer who is. */
function messageRefusal(refused: ErrorResponse): ErrorMapping {
  const reading = mapError(refused)
  return reading.providerCode === 'OBP-30008'
    ? { ...reading, message: 'No user is linked to this customer, so nobody could read the message.' }
    : reading
}

/** The endpoints of CRM events, meetings and messages, one method each, in the provider's words. */
export function engagementSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    getCrmEvents: (bankId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/crm-events`,
        effect: 'read',
        response: answers.crmEvents,
      }),

    createMeeting: (bankId: string, body: MeetingBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/meetings`,
        effect: 'write',
        json: body,
        response: answers.meeting,
      }),

    getMeeting: (bankId: string, meetingId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/meetings/${meetingId}`,
        effect: 'read',
        response: answers.meeting,
      }),

    getMeetings: (bankId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/meetings`,
        effect: 'read',
        response: answers.meetings,
      }),

    /** Goes to the first user who is linked to the customer. */
    createCustomerMessage: ({ bankId, id }: CustomerRef, body: MessageBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/customer/${id}/messages`,
        effect: 'write',
        json: body,
        response: answers.sent,
        mapError: messageRefusal,
      }),

    /** Those of whoever the credential is. */
    getCustomerMessages: (bankId: string, credential: Credential) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/customer/messages`,
        effect: 'read',
        credential,
        response: answers.messages,
      }),
  }
}

export type EngagementSource = ReturnType<typeof engagementSource>

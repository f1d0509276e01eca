import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/client.js'
import { Maybe, Text } from '../codecs.js'

/**
 * Open Bank Project v4.0.0: CRM events, meetings and messages to customers.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=CRM,Meeting,Message
 */

const CrmEvent = Type.Object({
  id: Type.String({ minLength: 1 }),
  bank_id: Type.String(),
  customer_name: Text,
  customer_number: Text,
  category: Text,
  detail: Text,
  channel: Text,
  scheduled_date: Text,
  actual_date: Text,
  result: Text,
})

const Contact = Type.Object({ name: Text, mobile_phone: Text, email_address: Text })

// `keys` opens the conference to whoever holds them: they are not even read.
const Meeting = Type.Object({
  meeting_id: Type.String({ minLength: 1 }),
  bank_id: Type.String(),
  provider_id: Text,
  purpose_id: Text,
  present: Maybe({ staff_user_id: Text, customer_user_id: Text }),
  // The member that a meeting is created with is called `date`.
  when: Text,
  creator: Contact,
  invitees: Type.Array(Type.Object({ contact_details: Contact, status: Text })),
})

// Neither the customer nor the bank is in it.
const Message = Type.Object({
  id: Type.String({ minLength: 1 }),
  date: Type.String(),
  message: Text,
  from_department: Text,
  from_person: Text,
})

export const answers = {
  crmEvents: contract(Type.Object({ crm_events: Type.Array(CrmEvent) })),
  meeting: contract(Meeting),
  meetings: contract(Type.Object({ meetings: Type.Array(Meeting) })),
  sent: contract(Type.Object({ success: Type.Literal('Success') })),
  messages: contract(Type.Object({ messages: Type.Array(Message) })),
}

export type ObpCrmEvent = Static<typeof CrmEvent>
export type ObpContact = Static<typeof Contact>
export type ObpMeeting = Static<typeof Meeting>
export type ObpMessage = Static<typeof Message>

export interface ContactBody {
  name: string
  mobile_phone: string
  email_address: string
}

export interface MeetingBody {
  provider_id: string
  purpose_id: string
  /** In UTC without milliseconds. */
  date: string
  creator: ContactBody
  invitees: { contact_details: ContactBody; status: string }[]
}

export interface MessageBody {
  message: string
  from_department: string
  from_person: string
}

import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract, rowReader } from '../../http/list-contract.js'
import { AnyList, Optional, OptionalObject, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: CRM events, meetings and messages to customers.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=CRM,Meeting,Message
 */

const CrmEvent = Type.Object({
  id: Type.String({ minLength: 1 }),
  bank_id: Type.String(),
  customer_name: OptionalText,
  customer_number: OptionalText,
  category: OptionalText,
  detail: OptionalText,
  channel: OptionalText,
  scheduled_date: OptionalText,
  actual_date: OptionalText,
  result: OptionalText,
})

const Contact = Type.Object({ name: OptionalText, mobile_phone: OptionalText, email_address: OptionalText })

const Invitee = Type.Object({ contact_details: Contact, status: OptionalText })

// `keys` are credentials of the conference and are not even read.
const Meeting = Type.Object({
  meeting_id: Type.String({ minLength: 1 }),
  bank_id: Type.String(),
  provider_id: OptionalText,
  purpose_id: OptionalText,
  present: OptionalObject({ staff_user_id: OptionalText, customer_user_id: OptionalText }),
  // The request that creates a meeting names this member `date`.
  when: OptionalText,
  creator: Contact,
  invitees: Optional(AnyList),
})

// It names neither the customer nor the bank.
const Message = Type.Object({
  id: Type.String({ minLength: 1 }),
  date: Type.String(),
  message: OptionalText,
  from_department: OptionalText,
  from_person: OptionalText,
})

export const answers = {
  crmEvents: listContract('crm_events', CrmEvent),
  meeting: contract(Meeting),
  meetings: listContract('meetings', Meeting),
  sent: contract(Type.Object({ success: Type.Literal('Success') })),
  messages: listContract('messages', Message),
}

/** Reads the invitees of a meeting. */
export const readInvitees = rowReader(Invitee)

export type ObpInvitee = Static<typeof Invitee>
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

import type {
  ContactDetails,
  ContactDetailsInput,
  CreateCustomerMessageInput,
  CreateMeetingInput,
  CrmEvent,
  CustomerMessage,
  BankMeeting,
  MeetingInvitee,
} from '../../../schema/engagement.js'
import type { Drift } from '../../support/mapping.js'
import { withLists } from '../../contract/rows.js'
import { toNodes } from '../../support/rows.js'
import { instantOf, toWireDate } from '../dates.js'
import { obpError, unreadableObpRow } from '../error-mapping.js'
import { text } from '../texts.js'
import { readInvitees } from './contract.js'
import type {
  ContactBody,
  MeetingBody,
  MessageBody,
  ObpContact,
  ObpCrmEvent,
  ObpInvitee,
  ObpMeeting,
  ObpMessage,
} from './contract.js'

// ---- from the provider's responses to the graph

export const toCrmEvent = (event: ObpCrmEvent, drift: Drift): CrmEvent => ({
  id: event.id,
  bankId: event.bank_id,
  customerName: text(event.customer_name),
  customerNumber: text(event.customer_number),
  category: text(event.category),
  detail: text(event.detail),
  channel: text(event.channel),
  scheduledAt: instantOf(event.scheduled_date, 'crm_event.scheduled_date', drift),
  actualAt: instantOf(event.actual_date, 'crm_event.actual_date', drift),
  result: text(event.result),
})

const toContact = (contact: ObpContact): ContactDetails => ({
  name: contact.name ?? '',
  mobilePhone: text(contact.mobile_phone),
  emailAddress: text(contact.email_address),
})

const toInvitee = ({ contact_details, status }: ObpInvitee): MeetingInvitee => ({
  contactDetails: toContact(contact_details),
  status: status ?? '',
})

export function toMeeting(meeting: ObpMeeting, drift: Drift): BankMeeting {
  const members = {
    id: meeting.meeting_id,
    bankId: meeting.bank_id,
    providerId: meeting.provider_id ?? '',
    purposeId: meeting.purpose_id ?? '',
    when: instantOf(meeting.when, 'meeting.when', drift),
    staffUserId: text(meeting.present?.staff_user_id),
    customerUserId: text(meeting.present?.customer_user_id),
    creator: toContact(meeting.creator),
  }
  const invitees = readInvitees(meeting.invitees ?? [])
  return withLists<BankMeeting, 'invitees'>(members, {
    invitees: toNodes(invitees, 'meeting.invitees', toInvitee, unreadableObpRow, drift),
  })
}

/** The date is the time of sending, which always exists: an unreadable date is a malformed response. */
export function toMessage(message: ObpMessage, drift: Drift): CustomerMessage {
  const date = instantOf(message.date, 'customer_message.date', drift)
  if (date === null)
    throw obpError('PROVIDER_MALFORMED', 'Open Bank Project answered a message without a readable date.')
  return {
    id: message.id,
    date,
    message: message.message ?? '',
    fromDepartment: text(message.from_department),
    fromPerson: text(message.from_person),
  }
}

// ---- from the graph's input to the provider's requests

const contactBody = ({ name, mobilePhone, emailAddress }: ContactDetailsInput): ContactBody => ({
  name,
  mobile_phone: mobilePhone,
  email_address: emailAddress,
})

export const meetingBody = (input: CreateMeetingInput): MeetingBody => ({
  provider_id: input.providerId,
  purpose_id: input.purposeId,
  date: toWireDate(input.date),
  creator: contactBody(input.creator),
  invitees: input.invitees.map(({ contactDetails, status }) => ({
    contact_details: contactBody(contactDetails),
    status,
  })),
})

export const messageBody = ({ message, fromDepartment, fromPerson }: CreateCustomerMessageInput): MessageBody => ({
  message,
  from_department: fromDepartment,
  from_person: fromPerson,
})

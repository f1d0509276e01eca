import { randomUUID } from 'node:crypto'
import { ADA, type Person, NAMED_PEOPLE, OTHER_BANK } from '../../emulator/people.js'
import { now } from '../../emulator/run.js'
import type { Api, Parsed } from './api.js'
import type { Customers } from './customers.js'
import { ResponseError } from './errors.js'
import type { User, Users } from './users.js'
import { lengthOf } from '../../../schema/text.js'

const CONTACT = { name: 'text', mobile_phone: 'text', email_address: 'text' } as const
const MEETING = {
  provider_id: 'text',
  purpose_id: 'text',
  date: 'date',
  creator: CONTACT,
  invitees: [{ contact_details: CONTACT, status: 'text' }],
} as const
const MESSAGE = { message: 'text', from_department: 'text', from_person: 'text' } as const

type Contact = Parsed<typeof CONTACT>

interface StoredMeeting {
  readonly meeting_id: string
  readonly bank_id: string
  readonly when: string | null
}

interface StoredMessage {
  readonly userId: string
  readonly bankId: string
  readonly body: { id: string; date: string } & Parsed<typeof MESSAGE>
}

const STAFF: Contact = {
  name: 'Simon Staff',
  mobile_phone: '+44 07972 444 876',
  email_address: 'simon.staff@example.com',
}

const contactOf = ({ firstName, lastName, phone, email }: Person): Contact => ({
  name: `${firstName} ${lastName}`,
  mobile_phone: phone,
  email_address: email,
})

/** Email addresses are stored trimmed and in lower case. */
const toStored = (contact: Contact): Contact => ({
  ...contact,
  email_address: contact.email_address?.trim().toLowerCase() ?? null,
})

const isTooLong = ({ name, mobile_phone, email_address }: Contact): boolean =>
  lengthOf(name ?? '') > 255 || lengthOf(mobile_phone ?? '') > 32 || lengthOf(email_address ?? '') > 100

const toSecond = (instant: string): string => instant.replace(/\.\d{3}Z$/, 'Z')

/** CRM events, which no endpoint adds; meetings; messages, by user and bank. */
export class Engagement {
  readonly #events = NAMED_PEOPLE.map(({ username, firstName, lastName, bankId, customerNumber, situation }, i) => ({
    id: `crm-${username}`,
    bank_id: bankId,
    customer_name: `${firstName} ${lastName}`,
    customer_number: customerNumber,
    category: 'onboarding',
    detail: `Called about the account: ${situation}.`,
    channel: 'phone',
    scheduled_date: `2024-03-0${1 + i}T09:00:00Z`,
    actual_date: i % 2 === 0 ? `2024-03-0${1 + i}T09:05:00Z` : null,
    result: i % 2 === 0 ? 'reached' : 'no answer',
  }))
  readonly #meetings: StoredMeeting[] = []
  /** The newest is the first. */
  #messages: StoredMessage[] = []

  constructor(
    readonly users: Users,
    readonly customers: Customers,
  ) {
    const later = NAMED_PEOPLE.find(({ username }) => username === 'percy')!
    const elsewhere = NAMED_PEOPLE.find(({ bankId }) => bankId === OTHER_BANK)!
    for (const [person, purpose_id, date] of [
      [ADA, 'onboarding', '2024-04-02T10:00:00Z'],
      [later, 'mortgage', '2024-05-06T14:30:00Z'],
      [elsewhere, 'complaint', '2024-04-10T08:00:00Z'],
    ] as const) {
      const invitees = [{ contact_details: contactOf(person), status: 'accepted' }]
      this.#addMeeting(`meeting-${person.username}`, person.bankId, '', {
        provider_id: 'video',
        purpose_id,
        date,
        creator: STAFF,
        invitees,
      })
    }
    for (const { customerId, bankId, username, firstName } of NAMED_PEOPLE) {
      const text = {
        message: `Dear ${firstName}, please have your passport ready.`,
        from_department: 'Onboarding',
        from_person: 'Simon',
      }
      this.#addMessage(users.linkedTo(customerId)!, bankId, {
        id: `message-${username}`,
        date: '2024-04-01T09:00:00Z',
        ...text,
      })
    }
    // A user may get messages from a bank other than the customer's.
    this.#addMessage(users.linkedTo(ADA.customerId)!, OTHER_BANK, {
      id: 'message-ada-elsewhere',
      date: '2024-04-03T09:00:00Z',
      message: 'Welcome.',
      from_department: 'Sales',
      from_person: 'Sue',
    })
  }

  #addMessage({ userId }: User, bankId: string, body: StoredMessage['body']): void {
    this.#messages = [{ userId, bankId, body }, ...this.#messages]
  }

  #addMeeting(
    meeting_id: string,
    bank_id: string,
    customer_user_id: string,
    body: Parsed<typeof MEETING>,
  ): StoredMeeting {
    const meeting = {
      meeting_id,
      provider_id: body.provider_id,
      purpose_id: body.purpose_id,
      bank_id,
      present: { staff_user_id: '', customer_user_id },
      keys: { session_id: '', staff_token: '', customer_token: '' },
      when: body.date,
      creator: toStored(body.creator),
      invitees: body.invitees.map(({ contact_details, status }) => ({
        contact_details: toStored(contact_details),
        status,
      })),
    }
    this.#meetings.push(meeting)
    return meeting
  }

  routes({ endpoint }: Api): void {
    endpoint(
      'GET',
      '/banks/:bankId/crm-events',
      (request) => {
        const bankId = request.bank()
        return { status: 200, body: { crm_events: this.#events.filter(({ bank_id }) => bank_id === bankId) } }
      },
      'old',
    )

    endpoint('POST', '/banks/:bankId/meetings', (request) => {
      const bankId = request.bank()
      const body = request.body(MEETING, 'CreateMeetingJson ')
      const { provider_id, purpose_id, creator, invitees } = body
      const tooLong =
        [provider_id, purpose_id].some((id) => lengthOf(id ?? '') > 64) ||
        invitees.some(({ status }) => lengthOf(status ?? '') > 255)
      if (tooLong || [creator, ...invitees.map(({ contact_details }) => contact_details)].some(isTooLong))
        throw new ResponseError(
          400,
          'OBP-50200: Connector cannot return the data we requested. Can not createMeeting in the backend.  <- OBP-60011: Create Meeting Exception. ',
        )
      return { status: 201, body: this.#addMeeting(randomUUID(), bankId, request.user.userId, body) }
    })

    endpoint('GET', '/banks/:bankId/meetings', (request) => {
      const bankId = request.bank()
      const meetings = this.#meetings.filter(({ bank_id }) => bank_id === bankId)
      return { status: 200, body: { meetings: meetings.sort((a, b) => (b.when ?? '').localeCompare(a.when ?? '')) } }
    })

    endpoint('GET', '/banks/:bankId/meetings/:meetingId', (request) => {
      const bankId = request.bank()
      const { meetingId } = request.params
      const meeting = this.#meetings.find(({ meeting_id, bank_id }) => meeting_id === meetingId && bank_id === bankId)
      if (!meeting) throw new ResponseError(400, `OBP-30104: Meeting not found. Current MeetingId(${meetingId}) `)
      return { status: 200, body: meeting }
    })

    endpoint('POST', '/banks/:bankId/customer/:customerId/messages', (request) => {
      const body = request.body(MESSAGE, 'AddCustomerMessageJson ')
      const bankId = request.bank()
      const { customer_id } = this.customers.find(request)
      const user = this.users.linkedTo(customer_id)
      if (
        lengthOf(body.message ?? '') > 1024 ||
        [body.from_department, body.from_person].some((name) => lengthOf(name ?? '') > 64)
      )
        throw new ResponseError(400, 'OBP-50200: Connector cannot return the data we requested.')
      if (!user)
        throw new ResponseError(
          400,
          `OBP-30008: User Customer Link not found by USER_ID Current customerId (${customer_id})`,
        )
      this.#addMessage(user, bankId, { id: randomUUID(), date: toSecond(now()), ...body })
      return { status: 201, body: { success: 'Success' } }
    })

    endpoint(
      'GET',
      '/banks/:bankId/customer/messages',
      (request) => {
        const bankId = request.bank()
        const mine = this.#messages.filter(
          (message) => message.bankId === bankId && message.userId === request.user.userId,
        )
        return { status: 200, body: { messages: mine.map(({ body }) => body) } }
      },
      'old',
    )
  }
}

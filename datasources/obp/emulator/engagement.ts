import { randomUUID } from 'node:crypto'
import { ADA, type Person, NAMED_PEOPLE, OTHER_BANK } from '../../emulator/people.js'
import { now } from '../../emulator/run.js'
import { type Api, type Parsed, Refused } from './api.js'
import type { Customers } from './customers.js'
import type { User, Users } from './users.js'

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
  readonly printed: { id: string; date: string } & Parsed<typeof MESSAGE>
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

/** Addresses are trimmed and in lower case. */
const kept = (contact: Contact): Contact => ({
  ...contact,
  email_address: contact.email_address?.trim().toLowerCase() ?? null,
})

const isLong = ({ name, mobile_phone, email_address }: Contact): boolean =>
  (name?.length ?? 0) > 255 || (mobile_phone?.length ?? 0) > 32 || (email_address?.length ?? 0) > 100

const toSecond = (instant: string): string => instant.replace(/\.\d{3}Z$/, 'Z')

/** CRM events, which nobody can add; meetings; messages, which lie with a user and a bank. */
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
  /** The newest stands first. */
  #messages: StoredMessage[] = []

  constructor(
    readonly users: Users,
    readonly customers: Customers,
  ) {
    const later = NAMED_PEOPLE.find(({ username }) => username === 'percy')!
    const elsewhere = NAMED_PEOPLE.find(({ bankId }) => bankId === OTHER_BANK)!
    for (const [member, purpose_id, date] of [
      [ADA, 'onboarding', '2024-04-02T10:00:00Z'],
      [later, 'mortgage', '2024-05-06T14:30:00Z'],
      [elsewhere, 'complaint', '2024-04-10T08:00:00Z'],
    ] as const) {
      const invitees = [{ contact_details: contactOf(member), status: 'accepted' }]
      this.#arrange(`meeting-${member.username}`, member.bankId, '', {
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
      this.#deliver(users.linkedTo(customerId)!, bankId, {
        id: `message-${username}`,
        date: '2024-04-01T09:00:00Z',
        ...text,
      })
    }
    // The same user may be a customer's at one bank and be written to by another.
    this.#deliver(users.linkedTo(ADA.customerId)!, OTHER_BANK, {
      id: 'message-ada-elsewhere',
      date: '2024-04-03T09:00:00Z',
      message: 'Welcome.',
      from_department: 'Sales',
      from_person: 'Sue',
    })
  }

  #deliver({ userId }: User, bankId: string, printed: StoredMessage['printed']): void {
    this.#messages = [{ userId, bankId, printed }, ...this.#messages]
  }

  #arrange(meeting_id: string, bank_id: string, customer_user_id: string, body: Parsed<typeof MEETING>): StoredMeeting {
    const meeting = {
      meeting_id,
      provider_id: body.provider_id,
      purpose_id: body.purpose_id,
      bank_id,
      present: { staff_user_id: '', customer_user_id },
      keys: { session_id: '', staff_token: '', customer_token: '' },
      when: body.date,
      creator: kept(body.creator),
      invitees: body.invitees.map(({ contact_details, status }) => ({
        contact_details: kept(contact_details),
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
      (asked) => {
        const bankId = asked.bank()
        return { status: 200, body: { crm_events: this.#events.filter(({ bank_id }) => bank_id === bankId) } }
      },
      'old',
    )

    endpoint('POST', '/banks/:bankId/meetings', (asked) => {
      const bankId = asked.bank()
      const body = asked.body(MEETING, 'CreateMeetingJson ')
      const { provider_id, purpose_id, creator, invitees } = body
      const tooLong =
        [provider_id, purpose_id].some((id) => (id?.length ?? 0) > 64) ||
        invitees.some(({ status }) => (status?.length ?? 0) > 255)
      if (tooLong || [creator, ...invitees.map(({ contact_details }) => contact_details)].some(isLong))
        throw new Refused(
          400,
          'OBP-50200: Connector cannot return the data we requested. Can not createMeeting in the backend.  <- OBP-60011: Create Meeting Exception. ',
        )
      return { status: 201, body: this.#arrange(randomUUID(), bankId, asked.user.userId, body) }
    })

    endpoint('GET', '/banks/:bankId/meetings', (asked) => {
      const bankId = asked.bank()
      const meetings = this.#meetings.filter(({ bank_id }) => bank_id === bankId)
      return { status: 200, body: { meetings: meetings.sort((a, b) => (b.when ?? '').localeCompare(a.when ?? '')) } }
    })

    endpoint('GET', '/banks/:bankId/meetings/:meetingId', (asked) => {
      const bankId = asked.bank()
      const { meetingId } = asked.params
      const meeting = this.#meetings.find(({ meeting_id, bank_id }) => meeting_id === meetingId && bank_id === bankId)
      if (!meeting) throw new Refused(400, `OBP-30104: Meeting not found. Current MeetingId(${meetingId}) `)
      return { status: 200, body: meeting }
    })

    endpoint('POST', '/banks/:bankId/customer/:customerId/messages', (asked) => {
      const body = asked.body(MESSAGE, 'AddCustomerMessageJson ')
      const bankId = asked.bank()
      const { customer_id } = this.customers.find(asked)
      const user = this.users.linkedTo(customer_id)
      if (
        (body.message?.length ?? 0) > 1024 ||
        [body.from_department, body.from_person].some((name) => (name?.length ?? 0) > 64)
      )
        throw new Refused(400, 'OBP-50200: Connector cannot return the data we requested.')
      if (!user)
        throw new Refused(400, `OBP-30008: User Customer Link not found by USER_ID Current customerId (${customer_id})`)
      this.#deliver(user, bankId, { id: randomUUID(), date: toSecond(now()), ...body })
      return { status: 201, body: { success: 'Success' } }
    })

    endpoint(
      'GET',
      '/banks/:bankId/customer/messages',
      (asked) => {
        const bankId = asked.bank()
        const mine = this.#messages.filter(
          (message) => message.bankId === bankId && message.userId === asked.user.userId,
        )
        return { status: 200, body: { messages: mine.map(({ printed }) => printed) } }
      },
      'old',
    )
  }
}

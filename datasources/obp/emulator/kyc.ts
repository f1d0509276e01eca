import { type Person, NAMED_PEOPLE } from '../../emulator/people.js'
import { type Api, type Asked, Refused } from './api.js'
import type { Customers } from './customers.js'

const CHECK = {
  customer_number: 'text',
  date: 'date',
  how: 'text',
  staff_user_id: 'text',
  staff_name: 'text',
  satisfied: 'flag',
  comments: 'text',
} as const
const DOCUMENT = {
  customer_number: 'text',
  type: 'text',
  number: 'text',
  issue_date: 'date',
  issue_place: 'text',
  expiry_date: 'date',
} as const
const MEDIA = {
  customer_number: 'text',
  type: 'text',
  url: 'text',
  date: 'date',
  relates_to_kyc_document_id: 'text',
  relates_to_kyc_check_id: 'text',
} as const
const STATUS = { customer_number: 'text', ok: 'flag', date: 'date' } as const

const LONGEST: Readonly<Record<string, number>> = {
  id: 44,
  how: 32,
  staff_user_id: 64,
  staff_name: 64,
  comments: 2000,
  type: 50,
  number: 50,
  issue_place: 512,
  url: 255,
  relates_to_kyc_document_id: 255,
  relates_to_kyc_check_id: 255,
}

type Row = { customer_id: string } & Record<string, unknown>

/** What the bank says of each of the named; the others of them were never checked. */
const STORIES: Readonly<Record<string, { satisfied: boolean; comments: string; expiry: string; ok?: boolean }>> = {
  ada: { satisfied: true, comments: 'All documents match.', expiry: '2090-05-01T00:00:00Z', ok: true },
  percy: { satisfied: true, comments: 'Waiting for the second check.', expiry: '2090-05-01T00:00:00Z' },
  prue: { satisfied: true, comments: 'The passport has to be renewed.', expiry: '2021-03-31T00:00:00Z', ok: true },
  rhea: { satisfied: false, comments: 'The address does not match.', expiry: '2090-05-01T00:00:00Z' },
  rex: { satisfied: false, comments: 'The picture is of somebody else.', expiry: '2090-05-01T00:00:00Z', ok: false },
  otto: { satisfied: true, comments: 'All documents match.', expiry: '2090-05-01T00:00:00Z', ok: true },
}

/** KYC records by id, which is one set over all customers, and statuses, one for each bank and customer. */
export class Kyc {
  /** The last one changed stands last. */
  readonly #checks = new Map<string, Row>()
  readonly #documents = new Map<string, Row>()
  readonly #media = new Map<string, Row>()
  readonly #statuses = new Map<string, Row>()

  constructor(readonly customers: Customers) {
    for (const member of NAMED_PEOPLE) this.#tell(member)
  }

  #tell({ username, bankId, customerId, customerNumber, firstName }: Person): void {
    const story = STORIES[username]
    if (!story) return
    const base = { bank_id: bankId, customer_id: customerId, customer_number: customerNumber }
    const [check, document, media] = [`check-${username}`, `document-${username}`, `media-${username}`]
    const date = '2024-04-02T10:00:00Z'
    this.#checks.set(check, {
      ...base,
      id: check,
      date,
      how: 'online_meeting',
      staff_user_id: 'staff-1',
      staff_name: 'Simon',
      satisfied: story.satisfied,
      comments: story.comments,
    })
    this.#documents.set(document, {
      ...base,
      id: document,
      type: 'passport',
      number: `${firstName.toUpperCase()}-${customerNumber}`,
      issue_date: '2016-03-31T00:00:00Z',
      issue_place: 'Berlin',
      expiry_date: story.expiry,
    })
    this.#media.set(media, {
      ...base,
      id: media,
      type: 'image',
      url: `https://media.example.com/${username}.png`,
      date,
      relates_to_kyc_document_id: document,
      relates_to_kyc_check_id: check,
    })
    if (story.ok !== undefined)
      this.#statuses.set(`${bankId} ${customerId}`, {
        customer_id: customerId,
        customer_number: customerNumber,
        ok: story.ok,
        date,
      })
  }

  /** Most recently changed first. */
  #list(asked: Asked, rows: ReadonlyMap<string, Row>, role: string): Row[] {
    asked.role(role)
    const { customer_id } = this.customers.find(asked)
    return [...rows.values()].filter((row) => row.customer_id === customer_id).reverse()
  }

  /** Creates or replaces; a record of another customer or bank moves to this one. */
  #put<R extends Record<string, unknown>>(
    rows: Map<string, Row>,
    key: string,
    row: R & { customer_id: string },
    longestNumber: number,
  ) {
    const long = Object.entries(row).some(
      ([name, value]) =>
        typeof value === 'string' &&
        value.length > (name === 'customer_number' ? longestNumber : (LONGEST[name] ?? Infinity)),
    )
    if (long) throw new Refused(400, 'OBP-50200: Connector cannot return the data we requested.')
    rows.delete(key)
    rows.set(key, row)
    return { status: 201, body: row }
  }

  /** Role, bank, customer, in this order; the body comes last. */
  #owner(asked: Asked, role: string) {
    asked.role(role)
    const bank_id = asked.bank()
    return { bank_id, customer_id: this.customers.find(asked).customer_id }
  }

  routes({ endpoint }: Api): void {
    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_check/:id', (asked) => {
      const owner = this.#owner(asked, 'CanAddKycCheck')
      const id = asked.params['id']!
      return this.#put(this.#checks, id, { ...owner, id, ...asked.body(CHECK, 'PostKycCheckJSON ') }, 50)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_documents/:id', (asked) => {
      const owner = this.#owner(asked, 'CanAddKycDocument')
      const id = asked.params['id']!
      return this.#put(this.#documents, id, { ...owner, id, ...asked.body(DOCUMENT, 'PostKycDocumentJSON ') }, 50)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_media/:id', (asked) => {
      const owner = this.#owner(asked, 'CanAddKycMedia')
      const id = asked.params['id']!
      return this.#put(this.#media, id, { ...owner, id, ...asked.body(MEDIA, 'PostKycMediaJSON ') }, 44)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_statuses', (asked) => {
      const { bank_id, customer_id } = this.#owner(asked, 'CanAddKycStatus')
      return this.#put(
        this.#statuses,
        `${bank_id} ${customer_id}`,
        { customer_id, ...asked.body(STATUS, 'PostKycStatusJSON ') },
        64,
      )
    })

    endpoint('GET', '/customers/:customerId/kyc_checks', (asked) => ({
      status: 200,
      body: { checks: this.#list(asked, this.#checks, 'CanGetAnyKycChecks') },
    }))
    endpoint('GET', '/customers/:customerId/kyc_documents', (asked) => ({
      status: 200,
      body: { documents: this.#list(asked, this.#documents, 'CanGetAnyKycDocuments') },
    }))
    endpoint('GET', '/customers/:customerId/kyc_media', (asked) => ({
      status: 200,
      body: { medias: this.#list(asked, this.#media, 'CanGetAnyKycMedia') },
    }))
    endpoint('GET', '/customers/:customerId/kyc_statuses', (asked) => ({
      status: 200,
      body: { statuses: this.#list(asked, this.#statuses, 'CanGetAnyKycStatuses') },
    }))
  }
}

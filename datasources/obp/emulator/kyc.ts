import { randomUUID } from 'node:crypto'
import { type Person, NAMED_PEOPLE } from '../../emulator/people.js'
import type { Api, EndpointRequest } from './api.js'
import type { Customers } from './customers.js'
import { ResponseError } from './errors.js'
import type { Habits } from './habits.js'
import { lengthOf } from '../../../schema/text.js'

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

const MAX_LENGTHS: Readonly<Record<string, number>> = {
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

/** The bank's findings on the named test persons; the others were never checked. */
const STORIES: Readonly<Record<string, { satisfied: boolean; comments: string; expiry: string; ok?: boolean }>> = {
  ada: { satisfied: true, comments: 'All documents match.', expiry: '2090-05-01T00:00:00Z', ok: true },
  percy: { satisfied: true, comments: 'Waiting for the second check.', expiry: '2090-05-01T00:00:00Z' },
  prue: { satisfied: true, comments: 'The passport has to be renewed.', expiry: '2021-03-31T00:00:00Z', ok: true },
  rhea: { satisfied: false, comments: 'The address does not match.', expiry: '2090-05-01T00:00:00Z' },
  rex: { satisfied: false, comments: 'The picture is of somebody else.', expiry: '2090-05-01T00:00:00Z', ok: false },
  otto: { satisfied: true, comments: 'All documents match.', expiry: '2090-05-01T00:00:00Z', ok: true },
}

/** KYC records by an id that is unique over all customers, and one status per bank and customer. */
export class Kyc {
  /** The most recently changed one is the last. */
  readonly #checks = new Map<string, Row>()
  readonly #documents = new Map<string, Row>()
  readonly #media = new Map<string, Row>()
  readonly #statuses = new Map<string, Row>()

  constructor(
    readonly customers: Customers,
    readonly habits: Habits,
  ) {
    for (const person of NAMED_PEOPLE) this.#addRecords(person)
  }

  #addRecords({ username, bankId, customerId, customerNumber, firstName }: Person): void {
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
  #list(request: EndpointRequest, rows: ReadonlyMap<string, Row>, role: string): Row[] {
    request.role(role)
    const { customer_id } = this.customers.find(request)
    return [...rows.values()].filter((row) => row.customer_id === customer_id).reverse()
  }

  /** Creates or replaces; a record of another customer or bank moves to this one. */
  #put<R extends Record<string, unknown>>(
    rows: Map<string, Row>,
    key: string,
    row: R & { customer_id: string },
    maxNumberLength: number,
  ) {
    const isTooLong = Object.entries(row).some(
      ([name, value]) =>
        typeof value === 'string' &&
        lengthOf(value) > (name === 'customer_number' ? maxNumberLength : (MAX_LENGTHS[name] ?? Infinity)),
    )
    if (isTooLong) throw new ResponseError(400, 'OBP-50200: Connector cannot return the data we requested.')
    rows.delete(key)
    rows.set(key, row)
    return { status: 201, body: row }
  }

  /** Checks role, bank and customer in this order; the endpoint checks the body last. */
  #owner(request: EndpointRequest, role: string) {
    request.role(role)
    const bank_id = request.bank()
    return { bank_id, customer_id: this.customers.find(request).customer_id }
  }

  routes({ endpoint }: Api): void {
    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_check/:id', (request) => {
      const owner = this.#owner(request, 'CanAddKycCheck')
      const id = request.params['id']!
      return this.#put(this.#checks, id, { ...owner, id, ...request.body(CHECK, 'PostKycCheckJSON ') }, 50)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_documents/:id', (request) => {
      const owner = this.#owner(request, 'CanAddKycDocument')
      const id = request.params['id']!
      return this.#put(this.#documents, id, { ...owner, id, ...request.body(DOCUMENT, 'PostKycDocumentJSON ') }, 50)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_media/:id', (request) => {
      const owner = this.#owner(request, 'CanAddKycMedia')
      const id = request.params['id']!
      return this.#put(this.#media, id, { ...owner, id, ...request.body(MEDIA, 'PostKycMediaJSON ') }, 44)
    })

    endpoint('PUT', '/banks/:bankId/customers/:customerId/kyc_statuses', (request) => {
      const { bank_id, customer_id } = this.#owner(request, 'CanAddKycStatus')
      return this.#put(
        this.#statuses,
        `${bank_id} ${customer_id}${this.habits.has('repeatedStatuses') ? ` ${randomUUID()}` : ''}`,
        { customer_id, ...request.body(STATUS, 'PostKycStatusJSON ') },
        64,
      )
    })

    endpoint('GET', '/customers/:customerId/kyc_checks', (request) => ({
      status: 200,
      body: { checks: this.#list(request, this.#checks, 'CanGetAnyKycChecks') },
    }))
    endpoint('GET', '/customers/:customerId/kyc_documents', (request) => ({
      status: 200,
      body: {
        documents: this.#list(request, this.#documents, 'CanGetAnyKycDocuments').map((row, i) =>
          i === 0 && this.habits.has('emptyExpiry') ? { ...row, expiry_date: '' } : row,
        ),
      },
    }))
    endpoint('GET', '/customers/:customerId/kyc_media', (request) => ({
      status: 200,
      body: { medias: this.#list(request, this.#media, 'CanGetAnyKycMedia') },
    }))
    endpoint('GET', '/customers/:customerId/kyc_statuses', (request) => ({
      status: 200,
      body: { statuses: this.#list(request, this.#statuses, 'CanGetAnyKycStatuses') },
    }))
  }
}

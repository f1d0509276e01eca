import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { DisclosureEventType, DisclosureType } from '../../../schema/disclosure.js'
import { now } from '../../emulator/run.js'
import { pageOf, type SyncteraQuirks } from './quirks.js'

/** Answers an error in the emulator's form. */
export type Refuse = (reply: FastifyReply, status: number, extras?: Record<string, unknown>) => unknown

/** A reference in a body to a person that does not exist. */
export const UNKNOWN_PERSON = {
  code: 'CUSTOMER_NOT_FOUND',
  type: 'https://dev.synctera.com/errors/not-found',
  title: 'Not Found',
}

interface StoredDisclosure {
  readonly id: string
  readonly person_id: string
  readonly type: string
  readonly event_type: string
  readonly [member: string]: unknown
}

type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | undefined>>

const NEEDED = ['person_id', 'type', 'version', 'event_type', 'disclosure_date']
/** The version of the document that the emulator has of each type. */
const VERSIONS: readonly unknown[] = ['1.0', 'v1.0']
/** What a check needs while the quirk is on. */
const BEFORE_CHECK = 'KYC_DATA_COLLECTION'

function invalidMembers(body: Body): Record<string, string> | undefined {
  const invalid: Record<string, string> = {}
  if (!Object.hasOwn(DisclosureType, String(body['type']))) invalid['type'] = 'not a type of disclosure'
  else if (!VERSIONS.includes(body['version'])) invalid['version'] = 'there is no such disclosure document'
  if (!Object.hasOwn(DisclosureEventType, String(body['event_type']))) invalid['event_type'] = 'not an event type'
  if (Number.isNaN(Date.parse(String(body['disclosure_date'])))) invalid['disclosure_date'] = 'not a time'
  return Object.keys(invalid).length > 0 ? invalid : undefined
}

/** The emulator's records of disclosures. */
export class Disclosures {
  readonly #records: StoredDisclosure[] = []
  readonly #quirks: SyncteraQuirks
  readonly #isPerson: (id: string) => boolean
  readonly #refuse: Refuse

  constructor(quirks: SyncteraQuirks, isPerson: (id: string) => boolean, refuse: Refuse) {
    this.#quirks = quirks
    this.#isPerson = isPerson
    this.#refuse = refuse
  }

  routes(app: FastifyInstance): void {
    app.get<{ Querystring: Query }>('/v0/disclosures', ({ query }) => this.#list(query))
    app.post<{ Body: Body }>('/v0/disclosures', ({ body }, reply) => this.#record(body, reply))
  }

  /** The refusal of a check on a person to whom too little was disclosed; undefined where the check may run. */
  demandOf(personId: string): Record<string, unknown> | undefined {
    const isNamed = this.#quirks.has('demandsDisclosures')
    if (!isNamed && !this.#quirks.has('demandsUnnamedDisclosures')) return undefined
    const isMade = this.#records.some(
      (record) => record.person_id === personId && record.type === BEFORE_CHECK && record.event_type === 'ACKNOWLEDGED',
    )
    if (isMade) return undefined
    const refusal = {
      code: 'DISCLOSURE_REQUIRED',
      type: 'https://dev.synctera.com/errors/rule-violation',
      title: 'Rule Violation',
      detail: 'a required disclosure has not been recorded',
    }
    return isNamed ? { ...refusal, missing: [`disclosures.${BEFORE_CHECK}`] } : refusal
  }

  #list(query: Query): object {
    const persons = query['person_id']?.split(',')
    const found = this.#records.filter((record) => !persons || persons.includes(record.person_id))
    return pageOf(this.#quirks, 'disclosures', found, query)
  }

  #record(body: Body, reply: FastifyReply): unknown {
    const missing = NEEDED.filter((name) => body[name] === undefined)
    if (missing.length > 0) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing })
    const invalid = invalidMembers(body)
    if (invalid) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid })
    const persons = [body['person_id'], body['acknowledging_person_id'] ?? body['person_id']]
    if (!persons.every((id) => this.#isPerson(String(id)))) return this.#refuse(reply, 400, UNKNOWN_PERSON)
    const time = now()
    const record: StoredDisclosure = {
      ...body,
      person_id: String(body['person_id']),
      type: String(body['type']),
      event_type: String(body['event_type']),
      id: randomUUID(),
      tenant: 'kycgraph_sandbox',
      metadata: {},
      creation_time: time,
      last_updated_time: time,
    }
    this.#records.push(record)
    return reply.code(201).send(record)
  }
}

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { PersonalIdType } from '../../../schema/personal-id.js'
import { now } from '../../emulator/run.js'
import { isMaskedType } from '../mapping.js'
import type { SyncteraQuirks } from './quirks.js'

/** Answers an error in the emulator's form. */
type Refuse = (reply: FastifyReply, status: number, extras?: Record<string, unknown>) => unknown

interface StoredId {
  id: string
  id_type: string
  identifier: string
  country_code: string
  system_provided: boolean
  [member: string]: unknown
}

interface Holder {
  readonly id: string
  tenant: string
  last_updated_time: string
  [member: string]: unknown
}

type Body = Readonly<Record<string, unknown>>

const UNKNOWN_PERSON = {
  code: 'CUSTOMER_NOT_FOUND',
  type: 'https://dev.synctera.com/errors/not-found',
  title: 'Not Found',
}
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** An identifier as Synctera's answers show it. */
const shown = (type: string, identifier: string): string => (isMaskedType(type) ? identifier.slice(-4) : identifier)

const countryOf = (type: string): string | undefined =>
  type === 'SIN' ? 'CA' : ['SSN', 'ITIN'].includes(type) ? 'US' : undefined

/** The personal ids of a new person. */
export const createdIds = (ids: readonly Body[]): StoredId[] =>
  ids.map((id) => ({
    id: randomUUID(),
    system_provided: false,
    ...id,
    id_type: String(id['id_type']),
    country_code: String(id['country_code'] ?? countryOf(String(id['id_type'])) ?? 'US'),
    identifier: shown(String(id['id_type']), String(id['identifier'])),
  }))

function invalidMembers(body: Body): Record<string, string> | undefined {
  const invalid: Record<string, string> = {}
  if (body['id_type'] !== undefined && !Object.hasOwn(PersonalIdType, String(body['id_type'])))
    invalid['id_type'] = 'not a type of personal id'
  if (body['country_code'] !== undefined && !/^[A-Z]{2}$/.test(String(body['country_code'])))
    invalid['country_code'] = 'must be ISO 3166-1 alpha-2'
  for (const name of ['issue_date', 'expiry_date'])
    if (body[name] !== undefined && !DAY.test(String(body[name]))) invalid[name] = 'must be a date'
  if (body['identifier'] !== undefined && String(body['identifier']).trim() === '')
    invalid['identifier'] = `not valid: ${String(body['identifier'])}`
  return Object.keys(invalid).length > 0 ? invalid : undefined
}

/** The emulator's operations for the personal ids of persons that exist. */
export class PersonalIds {
  readonly #persons: ReadonlyMap<string, Holder>
  readonly #quirks: SyncteraQuirks
  readonly #refuse: Refuse
  readonly #onChange: (person: Holder) => void

  constructor(
    persons: ReadonlyMap<string, Holder>,
    quirks: SyncteraQuirks,
    refuse: Refuse,
    onChange: (person: Holder) => void,
  ) {
    this.#persons = persons
    this.#quirks = quirks
    this.#refuse = refuse
    this.#onChange = onChange
  }

  routes(app: FastifyInstance): void {
    app.post<{ Body: Body }>('/v0/persons/personal_ids', ({ body }, reply) => this.#add(body, reply))
    app.patch<{ Body: Body; Params: { id: string } }>('/v0/persons/personal_ids/:id', ({ body, params }, reply) =>
      this.#change(params.id, body, reply),
    )
    app.delete<{ Params: { id: string } }>('/v0/persons/personal_ids/:id', ({ params }, reply) =>
      this.#remove(params.id, reply),
    )
  }

  #add(body: Body, reply: FastifyReply): unknown {
    const type = String(body['id_type'])
    const missing = ['customer_id', 'id_type', 'identifier'].filter((name) => body[name] === undefined)
    if (type === 'PASSPORT_NUMBER' && body['country_code'] === undefined) missing.push('country_code')
    if (missing.length > 0) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing })
    const invalid = invalidMembers(body)
    if (invalid) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid })
    const person = this.#persons.get(String(body['customer_id']))
    if (!person) return this.#refuse(reply, 400, UNKNOWN_PERSON)
    const { customer_id: _person, tenant: _tenant, ...rest } = body
    const [stored] = createdIds([rest])
    const ids = this.#idsOf(person)
    // The specification names no 409 for this operation; the list of codes says that any operation may answer with one.
    const isThere = ids.some((id) => id.id_type === type && id.identifier === stored!.identifier)
    if (isThere && this.#quirks.has('refusesDuplicates')) return this.#refuse(reply, 409)
    this.#store(person, [...ids, stored!])
    return reply.code(201).send(this.#answer(person, stored!, body['identifier']))
  }

  #change(id: string, body: Body, reply: FastifyReply): unknown {
    const found = this.#find(id)
    // The specification declares no 404 for this operation; an id in a URL that does not exist is answered so everywhere.
    if (!found) return this.#refuse(reply, 404)
    if (body['id_type'] === undefined)
      return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing: ['id_type'] })
    if (body['id_type'] !== found.stored.id_type)
      return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', immutable: ['id_type'] })
    const invalid = invalidMembers({ ...body, id_type: undefined })
    if (invalid) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid })
    const { tenant: _tenant, identifier, ...rest } = body
    const changed: StoredId = {
      ...found.stored,
      ...rest,
      ...(identifier === undefined ? {} : { identifier: shown(found.stored.id_type, String(identifier)) }),
    }
    this.#store(
      found.person,
      this.#idsOf(found.person).map((other) => (other.id === id ? changed : other)),
    )
    // The success status is 201.
    return reply.code(201).send(this.#answer(found.person, changed, identifier))
  }

  #remove(id: string, reply: FastifyReply): unknown {
    const found = this.#find(id)
    if (!found) return this.#refuse(reply, 404)
    this.#store(
      found.person,
      this.#idsOf(found.person).filter((other) => other.id !== id),
    )
    return { id, resource: 'personal_id' }
  }

  #idsOf(person: Holder): readonly StoredId[] {
    return (person['personal_ids'] as readonly StoredId[] | undefined) ?? []
  }

  #find(id: string): { person: Holder; stored: StoredId } | undefined {
    for (const person of this.#persons.values()) {
      const stored = this.#idsOf(person).find((one) => one.id === id)
      if (stored) return { person, stored }
    }
    return undefined
  }

  #store(person: Holder, ids: readonly StoredId[]): void {
    person['personal_ids'] = ids
    person.last_updated_time = now()
    this.#onChange(person)
  }

  /** The answer to a write; whether it masks the identifier is not documented. */
  #answer(person: Holder, stored: StoredId, sent: unknown): object {
    return {
      ...stored,
      ...(this.#quirks.has('wholeIdentifiers') && sent !== undefined ? { identifier: sent } : {}),
      ...(this.#quirks.has('unknownIdType') ? { id_type: 'LIBRARY_CARD' } : {}),
      customer_id: person.id,
      tenant: person.tenant,
    }
  }
}

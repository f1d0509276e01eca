import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { PersonVerificationOutcome, PersonVerificationType } from '../../../schema/person-verification.js'
import { now } from '../../emulator/run.js'
import { isPersonId } from '../contract.js'
import { pageOf, type SyncteraQuirks } from './quirks.js'

/** Answers an error in the emulator's form. */
type Refuse = (reply: FastifyReply, status: number, extras?: Record<string, unknown>) => unknown

export interface StoredVerification {
  id: string
  person_id: string
  verification_type: string
  result: string
  verification_time: string
  [member: string]: unknown
}

type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | undefined>>

const NEEDED = ['person_id', 'verification_type', 'result', 'verification_time']

/** The emulator's verifications: the current one of each type and person, and those that it replaced. */
export class Verifications {
  readonly #current: StoredVerification[] = []
  readonly #replaced: StoredVerification[] = []
  readonly #quirks: SyncteraQuirks
  readonly #refuse: Refuse
  readonly #isPerson: (id: string) => boolean
  readonly #onRecorded: (row: StoredVerification) => void

  constructor(
    quirks: SyncteraQuirks,
    refuse: Refuse,
    isPerson: (id: string) => boolean,
    onRecorded: (row: StoredVerification) => void,
  ) {
    this.#quirks = quirks
    this.#refuse = refuse
    this.#isPerson = isPerson
    this.#onRecorded = onRecorded
  }

  routes(app: FastifyInstance): void {
    app.get<{ Querystring: Query }>('/v0/verifications', ({ query }, reply) => this.#list(query, reply))
    app.post<{ Body: Body }>('/v0/verifications', ({ body }, reply) => this.#record(body, reply))
    app.get<{ Params: { id: string } }>('/v0/verifications/:id', ({ params }, reply) => this.#read(params.id, reply))
  }

  /** Adds a verification; an earlier one of its type becomes history. */
  add(row: StoredVerification): void {
    const index = this.#current.findIndex(
      (old) => old.person_id === row.person_id && old.verification_type === row.verification_type,
    )
    if (index >= 0) this.#replaced.push(...this.#current.splice(index, 1))
    this.#current.push(row)
  }

  #list(query: Query, reply: FastifyReply): unknown {
    const isUnknown = query['person_id']?.split(',').some((id) => !this.#isPerson(id)) ?? false
    if (isUnknown && this.#quirks.has('unknownPersonsNotFound')) return this.#refuse(reply, 404)
    const allows = (name: string, value: string) => query[name]?.split(',').includes(value) ?? true
    const rows = query['include_history'] === 'true' ? [...this.#replaced, ...this.#current] : this.#current
    const found = rows.filter(
      (row) =>
        allows('id', row.id) &&
        allows('person_id', row.person_id) &&
        allows('verification_type', row.verification_type) &&
        allows('result', row.result),
    )
    return pageOf(this.#quirks, 'verifications', found, query)
  }

  #read(id: string, reply: FastifyReply): unknown {
    if (!isPersonId(id)) return this.#refuse(reply, 400, { code: 'BAD_REQUEST' })
    return [...this.#current, ...this.#replaced].find((row) => row.id === id) ?? this.#refuse(reply, 404)
  }

  #record(body: Body, reply: FastifyReply): unknown {
    const missing = NEEDED.filter((name) => body[name] === undefined)
    if (missing.length > 0) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing })
    const invalid: Record<string, string> = {}
    if (!Object.hasOwn(PersonVerificationType, String(body['verification_type'])))
      invalid['verification_type'] = 'not a type of verification'
    if (!Object.hasOwn(PersonVerificationOutcome, String(body['result']))) invalid['result'] = 'not a result'
    if (Number.isNaN(Date.parse(String(body['verification_time'])))) invalid['verification_time'] = 'not a time'
    else if (String(body['verification_time']) > now()) invalid['verification_time'] = 'must not be in the future'
    if (Object.keys(invalid).length > 0) return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid })
    if (!this.#isPerson(String(body['person_id'])))
      return this.#refuse(reply, 400, {
        code: 'CUSTOMER_NOT_FOUND',
        type: 'https://dev.synctera.com/errors/not-found',
        title: 'Not Found',
      })
    const time = now()
    const row: StoredVerification = {
      details: [],
      ...body,
      person_id: String(body['person_id']),
      verification_type: String(body['verification_type']),
      result: String(body['result']),
      verification_time: String(body['verification_time']),
      id: randomUUID(),
      creation_time: time,
      last_updated_time: time,
    }
    this.add(row)
    this.#onRecorded(row)
    return reply.code(201).send(row)
  }
}

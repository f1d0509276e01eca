import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Refuse, UNKNOWN_PERSON } from './disclosures.js'

/** The outcome of a check: the person's status, and the result of each kind. */
export interface Outcome {
  readonly status: string
  readonly results: readonly (readonly [type: string, result: string, code?: string])[]
}

type Person = { readonly id: string; readonly [member: string]: unknown }
type Body = Readonly<Record<string, unknown>>

interface Session {
  readonly personId: string
  /** The last digits of an SSN that have the outcome of what was shown; undefined before the person has shown it. */
  digits: string | undefined
  /** True while a check waits for what the person shows. */
  isAwaited: boolean
}

const TYPES: readonly unknown[] = [undefined, 'LICENSE', 'PASSPORT']

/** The outcome of a check that counts a document. */
const withDocument = ({ status, results }: Outcome): Outcome => ({
  status,
  results: [...results, ['DOCUMENT_VERIFICATION', status]],
})

/** The emulator's document verification sessions. */
export class DocumentSessions {
  readonly #sessions = new Map<string, Session>()
  readonly #personOf: (id: string) => Person | undefined
  readonly #outcomeOf: (digits: string) => Outcome | undefined
  readonly #refuse: Refuse

  constructor(
    personOf: (id: string) => Person | undefined,
    outcomeOf: (digits: string) => Outcome | undefined,
    refuse: Refuse,
  ) {
    this.#personOf = personOf
    this.#outcomeOf = outcomeOf
    this.#refuse = refuse
  }

  routes(app: FastifyInstance): void {
    app.post<{ Body: Body }>('/v0/verifications/docv_session', ({ body }, reply) => this.#start(body, reply))
  }

  /** The outcome of a check with a document: pending until it is shown; undefined where no session has this token. */
  check(token: unknown, personId: string): Outcome | undefined {
    const session = this.#sessions.get(String(token))
    if (session?.personId !== personId) return undefined
    session.isAwaited = session.digits === undefined
    const outcome = session.digits === undefined ? undefined : this.#outcomeOf(session.digits)
    return outcome ? withDocument(outcome) : { status: 'PENDING', results: [['DOCUMENT_VERIFICATION', 'PENDING']] }
  }

  /** Shows the document; returns the outcome of the check that waits for it. Null for no such session or outcome. */
  capture(token: string, digits: string): { personId: string; outcome: Outcome | undefined } | null {
    const session = this.#sessions.get(token)
    const outcome = this.#outcomeOf(digits)
    if (!session || !outcome) return null
    const isAwaited = session.isAwaited
    Object.assign(session, { digits, isAwaited: false })
    return { personId: session.personId, outcome: isAwaited ? withDocument(outcome) : undefined }
  }

  #start(body: Body, reply: FastifyReply): unknown {
    if (body['person_id'] === undefined)
      return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing: ['person_id'] })
    if (!TYPES.includes(body['document_type']))
      return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid: { document_type: 'not a type' } })
    const person = this.#personOf(String(body['person_id']))
    if (!person) return this.#refuse(reply, 400, UNKNOWN_PERSON)
    if (body['send_message'] === true && person['phone_number'] === undefined)
      return this.#refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing: ['phone_number'] })
    const token = randomUUID()
    this.#sessions.set(token, { personId: person.id, digits: undefined, isAwaited: false })
    return reply.code(201).send({ session_token: token, url: `https://verify.example/session/${token}` })
  }
}

import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PEOPLE } from '../../emulator/people.js'
import { type EmulatorOptions, now, runEmulator, secret } from '../../emulator/run.js'
import { isPersonId } from '../contract.js'
import { Disclosures } from './disclosures.js'
import { DocumentSessions, type Outcome } from './document-sessions.js'
import { createdIds, PersonalIds } from './personal-ids.js'
import { Monitoring } from './monitoring.js'
import { applyQuirks, createQuirks, pageOf } from './quirks.js'
import { type StoredVerification, Verifications } from './verification-history.js'
import { Deliveries } from './webhook-deliveries.js'

interface StoredPerson {
  id: string
  tenant: string
  is_customer: boolean
  status: string
  ban_status: string
  verification_status: string
  creation_time: string
  last_updated_time: string
  ssn?: string
  [member: string]: unknown
}

const TENANT = 'kycgraph_sandbox'

/** The outcome of a check, by the last four digits of the person's SSN. */
export const OUTCOME_BY_SSN: Readonly<Record<string, Outcome>> = {
  '0001': {
    status: 'ACCEPTED',
    results: [
      ['IDENTITY', 'ACCEPTED'],
      ['WATCHLIST', 'ACCEPTED'],
    ],
  },
  '0002': { status: 'PENDING', results: [['IDENTITY', 'PENDING']] },
  '0003': { status: 'PROVISIONAL', results: [['IDENTITY', 'PROVISIONAL']] },
  '0004': {
    status: 'REVIEW',
    results: [
      ['IDENTITY', 'REVIEW', 'R705'],
      ['WATCHLIST', 'ACCEPTED'],
    ],
  },
  '0005': {
    status: 'REJECTED',
    results: [
      ['IDENTITY', 'REJECTED', 'R940'],
      ['WATCHLIST', 'ACCEPTED'],
    ],
  },
  '0006': { status: 'UNVERIFIED', results: [['IDENTITY', 'VENDOR_ERROR']] },
}
const ACCEPTED = OUTCOME_BY_SSN['0001']!

/** The error of a check that fails, by the same digits. */
export const PROBLEM_BY_SSN: Readonly<Record<string, { status: number; code: string }>> = {
  '0007': { status: 504, code: 'VENDOR_TIMEOUT' },
  '0008': { status: 422, code: 'INVALID_STATUS' },
}

const SLUGS: Readonly<Record<number, readonly [slug: string, title: string, code: string]>> = {
  400: ['bad-request', 'Bad Request', 'BAD_REQUEST'],
  401: ['unauthenticated', 'Unauthenticated', 'UNAUTHENTICATED'],
  403: ['forbidden', 'Forbidden', 'FORBIDDEN'],
  404: ['not-found', 'Not Found', 'RESOURCE_NOT_FOUND'],
  409: ['duplicate', 'Duplicate Resource', 'DUPLICATE_RESOURCE'],
  422: ['unprocessable-entity', 'Unprocessable Entity', 'IDEMPOTENCY_INVALID_REUSE'],
  429: ['too-many-requests', 'Too Many Requests', 'TOO_MANY_REQUESTS'],
  499: ['client-closed-request', 'Client Closed Request', 'REQUEST_CANCELED'],
  500: ['internal-server-error', 'Internal Server Error', 'INTERNAL_ERROR'],
  501: ['not-implemented', 'Not Implemented', 'NOT_IMPLEMENTED'],
  504: ['gateway-timeout', 'Gateway Timeout', 'GATEWAY_TIMEOUT'],
}

function problem(status: number, extras: Record<string, unknown> = {}) {
  const [slug, title, code] = SLUGS[status] ?? ['internal-server-error', 'Internal Server Error', 'INTERNAL_ERROR']
  return {
    body: {
      type: `https://dev.synctera.com/errors/${slug}`,
      title,
      status,
      detail: title.toLowerCase(),
      code,
      ...extras,
    },
    headers: { 'content-type': 'application/problem+json' },
  }
}

function refuse(reply: FastifyReply, status: number, extras: Record<string, unknown> = {}) {
  const { body, headers } = problem(status, extras)
  return reply.code(status).headers(headers).send(JSON.stringify(body))
}

const STATUSES = ['ACTIVE', 'DECEASED', 'DENIED', 'DORMANT', 'ESCHEAT', 'FROZEN', 'INACTIVE', 'PROSPECT', 'SANCTION']
const NEEDED_TO_VERIFY = ['first_name', 'last_name', 'dob', 'email', 'phone_number', 'legal_address', 'ssn']
const READ_ONLY = [
  'id',
  'verification_status',
  'verification_last_run',
  'has_accounts',
  'ssn_source',
  'creation_time',
  'last_updated_time',
]

/** Reasons by invalid member; undefined for a valid body. */
function invalidMembers(body: Record<string, unknown>): Record<string, string> | undefined {
  const invalid: Record<string, string> = {}
  const today = now().slice(0, 10)
  if (body.status !== undefined && !STATUSES.includes(String(body.status))) invalid.status = 'not a status'
  if (body.dob !== undefined && !(String(body.dob) >= '1900-01-01' && String(body.dob) < today))
    invalid.dob = 'must be before the current date'
  if (body.phone_number !== undefined && !/^\+[1-9]\d{1,14}$/.test(String(body.phone_number)))
    invalid.phone_number = 'must be E.164'
  if (body.ssn !== undefined && !/^\d{3}-\d{2}-\d{4}$/.test(String(body.ssn))) invalid.ssn = 'must be hyphenated'
  return Object.keys(invalid).length > 0 ? invalid : undefined
}

/** An address as Synctera stores it: with a space in a Canadian postal code. */
function withId(address: unknown, type: string) {
  if (!address) return undefined
  const { postal_code: code, country_code: country } = address as Readonly<Record<string, unknown>>
  const spaced = country === 'CA' ? String(code).replace(/^(\w{3})(\w{3})$/, '$1 $2') : code
  return { id: randomUUID(), address_type: type, ...address, ...(code === undefined ? {} : { postal_code: spaced }) }
}

/** The members that Synctera stores; absent ones stay absent. */
function storedMembers(body: Record<string, unknown>, previous?: StoredPerson): Record<string, unknown> {
  const { ssn, note: _note, personal_ids, legal_address, shipping_address, ...rest } = body
  const legal = withId(legal_address, 'LEGAL')
  const shipping =
    withId(shipping_address, 'SHIPPING') ??
    (legal && !previous?.['shipping_address'] ? withId(legal_address, 'SHIPPING') : undefined)
  return {
    ...rest,
    ...(ssn === undefined ? {} : { ssn: String(ssn).slice(-4), ssn_source: 'MANUAL' }),
    ...(legal ? { legal_address: legal } : {}),
    ...(shipping ? { shipping_address: shipping } : {}),
    ...(personal_ids === undefined ? {} : { personal_ids: createdIds(personal_ids as Record<string, unknown>[]) }),
  }
}

const CATEGORIES: Readonly<Record<string, readonly [category: string, label: string]>> = {
  WATCHLIST: ['WATCHLIST', 'Watchlist'],
  DOCUMENT_VERIFICATION: ['DOC_VERIFICATION', 'Document Verification'],
}
const CIP = ['CIP', 'Customer Identification Program (CIP)'] as const

class Synctera {
  readonly apiKey = secret()
  readonly deliveries = new Deliveries()
  readonly quirks = createQuirks()
  readonly persons = new Map<string, StoredPerson>()
  readonly disclosures = new Disclosures(this.quirks, (id) => this.persons.has(id), refuse)
  readonly documents = new DocumentSessions(
    (id) => this.persons.get(id),
    (digits) => OUTCOME_BY_SSN[digits],
    refuse,
  )
  readonly verifications = new Verifications(
    this.quirks,
    refuse,
    (id) => this.persons.has(id),
    ({ person_id, result }) => this.#decide(this.persons.get(person_id)!, result),
  )
  readonly personalIds = new PersonalIds(this.persons, this.quirks, refuse, (person) =>
    this.deliveries.emit('PERSON.UPDATED', person, {}),
  )
  readonly monitoring = new Monitoring(this.quirks, (id) => this.persons.has(id), refuse, this.deliveries)
  readonly keys = new Map<string, { fingerprint: string; status?: number; payload?: string; type?: string }>()

  constructor() {
    for (const entry of PEOPLE) {
      if (entry.personId === undefined) continue
      const person = this.#insert(entry.personId, {
        is_customer: true,
        status: 'ACTIVE',
        first_name: entry.firstName,
        last_name: entry.lastName,
        dob: entry.dateOfBirth,
        email: entry.email,
        phone_number: entry.phone,
        ssn: entry.ssn,
        legal_address: {
          address_line_1: '100 Main St.',
          city: 'New York',
          state: 'NY',
          postal_code: '10001',
          country_code: 'US',
        },
      })
      person.has_accounts = true
      this.#record(person, OUTCOME_BY_SSN[person.ssn!] ?? ACCEPTED)
    }
  }

  /** Adds more persons, all created at about the same time. */
  crowd(count: number): void {
    for (let i = 0; i < count; i += 1)
      this.#insert(randomUUID(), {
        is_customer: false,
        status: 'PROSPECT',
        first_name: `Prospect${i}`,
        last_name: 'Member',
      })
  }

  #insert(id: string, body: Record<string, unknown>): StoredPerson {
    const time = now()
    const { ban_status: banStatus = 'ALLOWED', is_customer: isCustomer, status } = body
    const person: StoredPerson = {
      tenant: TENANT,
      has_accounts: false,
      ...storedMembers(body),
      ban_status: String(banStatus),
      is_customer: isCustomer === true,
      status: String(status),
      id,
      verification_status: 'UNVERIFIED',
      creation_time: time,
      last_updated_time: time,
    }
    this.persons.set(id, person)
    return person
  }

  #record(person: StoredPerson, outcome: (typeof OUTCOME_BY_SSN)[string]): StoredVerification[] {
    const time = now()
    const before = { verification_status: person.verification_status }
    person.verification_status = outcome.status
    person['verification_last_run'] = time
    person.last_updated_time = time
    // Earlier results of the same type become history, which the list leaves out by default.
    const fresh = outcome.results.map(([type, result, code]) => ({
      id: randomUUID(),
      person_id: person.id,
      verification_type: type,
      result,
      verification_time: time,
      creation_time: time,
      last_updated_time: time,
      details: [
        {
          category: (CATEGORIES[type] ?? CIP)[0],
          label: (CATEGORIES[type] ?? CIP)[1],
          result: result === 'ACCEPTED' ? 'PASS' : result === 'REJECTED' ? 'FAIL' : 'WARN',
          ...(code === undefined ? {} : { vendor_code: code }),
        },
      ],
      vendor_info: { vendor: 'SOCURE', content_type: 'application/json', json: { raw: 'vendor data' } },
      metadata: {},
    }))
    for (const result of fresh) this.verifications.add(result)
    this.deliveries.emit('PERSON.VERIFICATION_OUTCOME.UPDATED', person, before)
    return fresh
  }

  /** The outcome of a recorded check becomes that of the person, except where it says nothing of it. */
  #decide(person: StoredPerson, result: string): void {
    if (result === 'VENDOR_ERROR') return
    const before = { verification_status: person.verification_status }
    person.verification_status = result
    this.deliveries.emit('PERSON.VERIFICATION_OUTCOME.UPDATED', person, before)
  }

  /** Ends a running check with the outcome of these digits. */
  endCheck(personId: string, digits: string): boolean {
    const person = this.persons.get(personId)
    const outcome = OUTCOME_BY_SSN[digits]
    if (person && outcome) this.#record(person, outcome)
    return person !== undefined && outcome !== undefined
  }

  /** Shows a document in a session; a check that waits for it ends with the outcome of these digits. */
  capture(token: string, digits: string): boolean {
    const captured = this.documents.capture(token, digits)
    if (captured?.outcome) this.#record(this.persons.get(captured.personId)!, captured.outcome)
    return captured !== null
  }

  create(body: Record<string, unknown>, reply: FastifyReply): unknown {
    const missing = ['is_customer', 'status'].filter((name) => body[name] === undefined)
    if (body.ban_status === 'SUSPENDED' && !body.note) missing.push('note')
    if (missing.length > 0) return refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing })
    if (body.ban_status === 'BANNED') return refuse(reply, 403)
    const invalid = invalidMembers(body)
    if (invalid) return refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid })
    const person = this.#insert(randomUUID(), body)
    this.deliveries.emit('PERSON.CREATED', person, {})
    return reply.code(201).send(person)
  }

  update(id: string, body: Record<string, unknown>, reply: FastifyReply): unknown {
    const person = this.persons.get(id)
    if (!person) return refuse(reply, 404)
    const immutable = Object.keys(body).filter((name) => READ_ONLY.includes(name))
    const invalid = invalidMembers(body)
    if (invalid || immutable.length > 0)
      return refuse(reply, 400, {
        code: 'BAD_REQUEST_BODY',
        ...(invalid ? { invalid } : {}),
        ...(immutable.length > 0 ? { immutable } : {}),
      })
    if (body.ban_status === 'BANNED' || (person.ban_status === 'BANNED' && body.ban_status !== undefined))
      return refuse(reply, 403)
    if (body.ban_status !== undefined && body.ban_status !== person.ban_status && !body.note)
      return refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing: ['note'] })
    const changes = storedMembers(body, person)
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, person[name]]))
    Object.assign(person, changes, { last_updated_time: now() })
    this.deliveries.emit('PERSON.UPDATED', person, before)
    return person
  }

  verify(body: Record<string, unknown>, reply: FastifyReply): unknown {
    if (body.customer_consent !== true)
      return refuse(reply, 400, { code: 'BAD_REQUEST_BODY', invalid: { customer_consent: 'must be true' } })
    const person = this.persons.get(String(body.person_id))
    if (!person)
      return refuse(reply, 400, {
        code: 'CUSTOMER_NOT_FOUND',
        type: 'https://dev.synctera.com/errors/not-found',
        title: 'Not Found',
      })
    const missing = NEEDED_TO_VERIFY.filter((name) => person[name] === undefined)
    if (missing.length > 0) return refuse(reply, 400, { code: 'BAD_REQUEST_BODY', missing })
    const demand = this.disclosures.demandOf(person.id)
    if (demand) return refuse(reply, 422, demand)
    const failing = PROBLEM_BY_SSN[person.ssn!]
    if (failing)
      return refuse(reply, failing.status, {
        code: failing.code,
        // This one has no type of its own.
        ...(failing.code === 'INVALID_STATUS' ? { type: undefined, title: undefined, valid_status: ['ACTIVE'] } : {}),
      })
    // Another request ends a running check.
    const outcome =
      this.documents.check(body.document_id, person.id) ??
      (person.verification_status === 'PENDING' ? ACCEPTED : (OUTCOME_BY_SSN[person.ssn!] ?? ACCEPTED))
    const verifications = this.#record(person, outcome)
    return reply.code(201).send({ verification_status: outcome.status, verifications })
  }

  list(query: Record<string, string | undefined>, reply: FastifyReply): unknown {
    const ids = query.id?.split(',')
    if (ids?.some((id) => !isPersonId(id)))
      return refuse(reply, 400, {
        code: 'BAD_QUERY_PARAMETER',
        type: 'https://dev.synctera.com/errors/bad-request-query',
      })
    // A server of another version knows fewer filters, and ignores the others.
    const isOneOf = (value: string, filter: string | undefined) =>
      filter === undefined || this.quirks.has('ignoredFilters') || filter.split(',').includes(value)
    const like = (value: unknown, filter: string | undefined) =>
      filter === undefined ||
      new RegExp(
        `^${filter
          .split('*')
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
        'i',
      ).test(String(value ?? ''))
    const found = [...this.persons.values()].filter(
      (person) =>
        (!ids || ids.includes(person.id)) &&
        (query.is_customer === undefined || String(person.is_customer) === query.is_customer) &&
        (query.status === undefined || person.status === query.status) &&
        (query.ssn_last_4 === undefined || person.ssn === query.ssn_last_4) &&
        (like(person['first_name'], query.first_name) || like(person['chosen_name'], query.first_name)) &&
        like(person['last_name'], query.last_name) &&
        like(person['email'], query.email) &&
        like(person['phone_number'], query.phone_number) &&
        (query.dob === undefined || person['dob'] === query.dob) &&
        (query.has_accounts === undefined || String(person['has_accounts']) === query.has_accounts) &&
        isOneOf(person.ban_status, query.ban_status) &&
        isOneOf(person.verification_status, query.verification_status),
    )
    // The specification names no order of its own.
    const order = (query.sort_by ?? 'id:asc').split(',').map((part) => part.split(':') as [string, string])
    found.sort((a, b) => {
      for (const [field, direction] of order) {
        const [x, y] = [String(a[field] ?? ''), String(b[field] ?? '')]
        if (x !== y) return (x < y ? -1 : 1) * (direction === 'desc' ? -1 : 1)
      }
      return 0
    })
    return pageOf(this.quirks, 'persons', found, query)
  }

  read(id: string, reply: FastifyReply): unknown {
    if (!isPersonId(id)) return refuse(reply, 400, { code: 'BAD_REQUEST' })
    const person = this.persons.get(id)
    return person ?? refuse(reply, 404)
  }
}

/** Idempotency: the first response under a key is replayed, errors included; 5xx, 429, 401 and 403 are not stored. */
function idempotency(app: FastifyInstance, keys: Synctera['keys']) {
  const fingerprint = (request: FastifyRequest) =>
    createHash('sha256')
      .update(`${request.method} ${request.url} ${JSON.stringify(request.body)}`)
      .digest('hex')
  const keyOf = (request: FastifyRequest) =>
    request.method === 'GET' ? undefined : (request.headers['idempotency-key'] as string | undefined)
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request)
    if (key === undefined) return
    const kept = keys.get(key)
    if (!kept) {
      keys.set(key, { fingerprint: fingerprint(request) })
      return
    }
    if (kept.fingerprint !== fingerprint(request)) return refuse(reply, 422)
    if (kept.status === undefined)
      return refuse(reply, 409, {
        code: 'IDEMPOTENCY_CONCURRENT_USE',
        type: 'https://dev.synctera.com/errors/conflict',
        title: 'Conflict',
      })
    return reply.code(kept.status).header('content-type', kept.type).send(kept.payload)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const key = keyOf(request)
    const kept = key === undefined ? undefined : keys.get(key)
    if (kept && kept.status === undefined && kept.fingerprint === fingerprint(request)) {
      const { statusCode } = reply
      // The 409 for a request under a key in use must not complete the entry of the running one.
      if (statusCode === 409 && String(payload).includes('IDEMPOTENCY_CONCURRENT_USE')) return payload
      if (statusCode >= 500 || [401, 403, 429].includes(statusCode)) keys.delete(key!)
      else
        Object.assign(kept, {
          status: statusCode,
          payload: String(payload),
          type: String(reply.getHeader('content-type')),
        })
    }
    return payload
  })
}

/** Starts Synctera's emulator: state in memory, the people created, idempotency keys honoured. */
export const start = (options: EmulatorOptions) => {
  const synctera = new Synctera()
  return runEmulator(
    {
      problem,
      quirks: synctera.quirks,
      settings: (url) => ({
        SYNCTERA_URL: url,
        SYNCTERA_API_KEY: synctera.apiKey,
        SYNCTERA_WEBHOOK_SECRET: synctera.deliveries.secret,
      }),
      routes(root) {
        root.post<{ Body: { count: number } }>('/__emulator/crowd', (request, reply) => {
          synctera.crowd(request.body.count)
          return reply.code(204).send()
        })
        root.post<{ Body: { personId: string; digits: string } }>('/__emulator/outcomes', (request, reply) =>
          reply.code(synctera.endCheck(request.body.personId, request.body.digits) ? 204 : 404).send(),
        )
        root.post<{ Body: { sessionToken: string; digits: string } }>('/__emulator/captures', (request, reply) =>
          reply.code(synctera.capture(request.body.sessionToken, request.body.digits) ? 204 : 404).send(),
        )
        root.post<{ Body: { personId: string; rest?: Record<string, unknown> } }>(
          '/__emulator/alerts',
          ({ body: { personId, rest } }, reply) =>
            reply.code(201).send({ id: synctera.monitoring.raise(personId, rest) }),
        )
        root.addHook('onClose', () => synctera.deliveries.close())
        void root.register((app, _options, done) => {
          app.addHook('onRequest', async (request, reply) => {
            if (request.headers.authorization !== `Bearer ${synctera.apiKey}`) return refuse(reply, 401)
          })
          // First: an answer that becomes a 5xx must not be kept under its key.
          applyQuirks(app, synctera.quirks, problem)
          idempotency(app, synctera.keys)
          type Body = { Body: Record<string, unknown> }
          type Query = { Querystring: Record<string, string | undefined> }
          app.get<Query>('/v0/persons', (request, reply) => synctera.list(request.query, reply))
          app.post<Body>('/v0/persons', (request, reply) => synctera.create(request.body, reply))
          app.get<{ Params: { id: string } }>('/v0/persons/:id', (request, reply) =>
            synctera.read(request.params.id, reply),
          )
          app.patch<Body & { Params: { id: string } }>('/v0/persons/:id', (request, reply) =>
            synctera.update(request.params.id, request.body, reply),
          )
          app.post<Body>('/v0/verifications/verify', (request, reply) => synctera.verify(request.body, reply))
          synctera.disclosures.routes(app)
          synctera.documents.routes(app)
          synctera.verifications.routes(app)
          synctera.personalIds.routes(app)
          synctera.monitoring.routes(app)
          app.get('/v0/webhooks', () => synctera.deliveries.list())
          app.post('/v0/webhooks', (request, reply) => {
            const webhook = synctera.deliveries.subscribe(request.body)
            return webhook ? reply.code(201).send(webhook) : refuse(reply, 400)
          })
          // A tenant has one secret, and the emulator's tenant has it from the start.
          app.post('/v0/webhook_secrets', (_request, reply) => refuse(reply, 409))
          app.put<{ Body: { is_rolling_secret?: boolean } | null }>('/v0/webhook_secrets', (request) =>
            synctera.deliveries.rotate(request.body?.is_rolling_secret === true),
          )
          app.post<{ Params: { id: string; event: string } }>(
            '/v0/webhooks/:id/events/:event/resend',
            (request, reply) =>
              synctera.deliveries.resend(request.params.id, request.params.event)
                ? reply.code(202).send({})
                : refuse(reply, 404),
          )
          done()
        })
      },
    },
    options,
  )
}

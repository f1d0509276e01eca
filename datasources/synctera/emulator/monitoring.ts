import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { MonitoringAlertStatus } from '../../../schema/monitoring.js'
import { markOdd, now } from '../../emulator/run.js'
import { isPersonId } from '../contract.js'
import { type Refuse, UNKNOWN_PERSON } from './disclosures.js'
import { pageOf, type SyncteraQuirks } from './quirks.js'
import type { Deliveries } from './webhook-deliveries.js'

type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | undefined>>
type Named = { readonly Params: { readonly id: string } }
interface Stored {
  readonly id: string
  readonly person_id: string
  status?: string
  last_updated_time: string
  readonly [member: string]: unknown
}

/** The emulator's monitoring: subscriptions, alerts, and the cases of its webhooks. */
export class Monitoring {
  readonly #subscriptions = new Map<string, Stored>()
  readonly #alerts = new Map<string, Stored>()
  /** The ids of alerts with members of a test's own, which may have forms that the specification does not name. */
  readonly #odd = new Set<string>()
  readonly #quirks: SyncteraQuirks
  readonly #isPerson: (id: string) => boolean
  readonly #refuse: Refuse
  readonly #deliveries: Deliveries

  constructor(quirks: SyncteraQuirks, isPerson: (id: string) => boolean, refuse: Refuse, deliveries: Deliveries) {
    this.#quirks = quirks
    this.#isPerson = isPerson
    this.#refuse = refuse
    this.#deliveries = deliveries
  }

  routes(app: FastifyInstance): void {
    const [subscriptions, alerts] = ['/v0/monitoring/subscriptions', '/v0/monitoring/alerts']
    app.get<{ Querystring: Query }>(subscriptions, ({ query }, reply) =>
      this.#list('subscriptions', this.#subscriptions, query, reply),
    )
    app.post<{ Body: Body }>(subscriptions, ({ body }, reply) => this.#subscribe(body, reply))
    app.get<Named>(`${subscriptions}/:id`, ({ params }, reply) => this.#read(this.#subscriptions, params.id, reply))
    app.delete<Named>(`${subscriptions}/:id`, ({ params: { id } }, reply) =>
      this.#subscriptions.delete(id) ? { id, resource: 'monitoring_subscription' } : this.#refuse(reply, 404),
    )
    app.get<{ Querystring: Query }>(alerts, ({ query }, reply) => this.#list('alerts', this.#alerts, query, reply))
    app.get<Named>(`${alerts}/:id`, ({ params }, reply) => this.#read(this.#alerts, params.id, reply))
    app.patch<Named & { Body: Body }>(`${alerts}/:id`, ({ params, body }, reply) => {
      const alert = this.#alerts.get(params.id)
      if (!alert) return this.#refuse(reply, 404)
      if (!Object.hasOwn(MonitoringAlertStatus, String(body['status']))) return this.#refuse(reply, 400)
      Object.assign(alert, { status: body['status'], last_updated_time: now() })
      this.#emit('CASE.UPDATED')
      return reply.code(200).send()
    })
  }

  /** Makes an alert of a person, with other members where given; its id. */
  raise(personId: string, rest?: Body): string {
    const id = randomUUID()
    if (rest) this.#odd.add(id)
    const time = now()
    this.#alerts.set(id, {
      id,
      person_id: personId,
      type: 'WATCHLIST',
      status: 'ACTIVE',
      title: 'Specially Designated Nationals list',
      urls: ['https://watchlist.example/entries/1'],
      vendor_info: { vendor: 'SOCURE', content_type: 'application/json', json: { raw: 'vendor data' } },
      metadata: {},
      creation_time: time,
      last_updated_time: time,
      ...rest,
    })
    this.#emit('CASE.CREATED')
    return id
  }

  /** The specification names neither the person of a case nor the form of its id, which other schemas have as a number. */
  #emit(type: string): void {
    const id = String(this.#alerts.size)
    this.#deliveries.emit(type, { id }, {})
  }

  #list(name: string, records: ReadonlyMap<string, Stored>, query: Query, reply: FastifyReply): object {
    const persons = query['person_id']?.split(',')
    const found = [...records.values()].filter((row) => !persons || persons.includes(row.person_id))
    if (found.some(({ id }) => this.#odd.has(id))) markOdd(reply)
    return pageOf(this.#quirks, name, found, query)
  }

  #read(records: ReadonlyMap<string, Stored>, id: string, reply: FastifyReply): unknown {
    if (this.#odd.has(id)) markOdd(reply)
    return isPersonId(id) ? (records.get(id) ?? this.#refuse(reply, 404)) : this.#refuse(reply, 400)
  }

  #subscribe(body: Body, reply: FastifyReply): unknown {
    const personId = String(body['person_id'])
    if (!this.#isPerson(personId)) return this.#refuse(reply, 400, UNKNOWN_PERSON)
    const time = now()
    const id = randomUUID()
    const row = { id, person_id: personId, metadata: {}, creation_time: time, last_updated_time: time }
    this.#subscriptions.set(id, row)
    return reply.code(201).send(row)
  }
}

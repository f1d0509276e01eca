import { randomUUID } from 'node:crypto'
import type { Caller } from '../../datasources/contract/caller.js'
import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Store } from '../../datasources/contract/store.js'
import { detachedScope } from '../../datasources/http/call.js'
import { providers } from '../../datasources/index.js'
import { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import type { EventLog, StateEvent } from '../events/event-log.js'
import { objectOf } from '../events/watched.js'
import type { OpenProviders } from '../providers.js'
import { tenantName } from '../tenants/tenant.js'
import type { Tenants } from '../tenants/tenants.js'
import { type Attempted, POLL } from './contract.js'
import type { EndpointPace } from './endpoint-pace.js'
import type { EndpointRegistry } from './registry.js'

/** How long a poll waits at least, and after one that failed. */
const MIN_WAIT_MS = 1_000
const FAILED_WAIT_MS = 30_000
/** How long a poll waits whose outcome no endpoint wants: this share of the event's age, between these bounds. */
const UNWANTED_SHARE = 0.1
const MIN_UNWANTED_MS = 30_000
const MAX_UNWANTED_MS = 600_000
/** The subject of what this server reads by itself. */
const SELF = 'partner-webhooks'

/** What a poll tells of an object. */
interface Polled {
  /** The earliest time of a useful next poll; null where its state is final. */
  readonly nextPollAt: string | null
}

type Poll = (open: OpenProviders, scope: OperationScope, id: string) => Promise<Polled | null>

/** The kinds of objects that no provider tells of: their query polls, at the provider's pace and once for all replicas. */
const POLLS: Readonly<Partial<Record<StateEvent['type'], Poll>>> = {
  verificationResult: async ({ banfico }, scope, id) =>
    'absent' in banfico ? null : providers.banfico.queries.resultById.load(banfico.instance, scope, id),
  accountVerifications: async ({ banfico }, scope, id) =>
    'absent' in banfico ? null : providers.banfico.queries.jobById.load(banfico.instance, scope, id),
  accountAttributesJob: async ({ sei }, scope, id) =>
    'absent' in sei ? null : providers.sei.queries.jobByKey.load(sei.instance, scope, id),
}

/** True of an event after which the object is polled until its state is final. */
export const needsPolls = ({ type, isFinal }: StateEvent): boolean => !isFinal && POLLS[type] !== undefined

/** This server as the caller: it reads what the tenant that began the object may read. */
const callerOf = ({ tenant, owner }: StateEvent): Caller => ({
  subject: SELF,
  client: SELF,
  tenant: owner ?? tenantName(tenant),
  scopes: new Set(['verifications:read', 'attributes:write']),
  banks: undefined,
  token: '',
})

/** The scope of one poll, with loaders of its own. */
function scopeOf(event: StateEvent, store: Store): OperationScope {
  const caller = callerOf(event)
  const loaders = new Map<unknown, unknown>()
  const scope: OperationScope = {
    ...detachedScope,
    caller,
    store,
    correlationId: randomUUID(),
    interactionId: randomUUID(),
    share: [caller.tenant, caller.client, caller.subject],
    foreign: () => undefined,
    loader<Instance, Loader>(instance: Instance, definition: LoaderDefinition<Instance, Loader>): Loader {
      if (!loaders.has(definition)) loaders.set(definition, definition(instance, scope))
      return loaders.get(definition) as Loader
    },
  }
  return scope
}

/** An endpoint may be created or enabled for as long as the event is kept; until then the object is not polled. */
const unwanted = (ageMs: number): Attempted => ({
  outcome: Outcome.HTTP_2XX,
  verdict: 'busy',
  waitMs: Math.min(MAX_UNWANTED_MS, Math.max(MIN_UNWANTED_MS, ageMs * UNWANTED_SHARE)),
})

interface OutcomePollOptions {
  readonly registry: Pick<EndpointRegistry, 'wanting'>
  readonly tenants: Pick<Tenants, 'find'>
  readonly events: Pick<EventLog, 'find' | 'subscribe'>
  /** That of all polls together: a provider that answers slowly leaves places to deliveries. */
  readonly pace: EndpointPace
  readonly now: () => number
}

/** Polls objects for endpoints that wait for their outcome, so that no partner has to ask for it. */
export class OutcomePoll {
  readonly #options: OutcomePollOptions

  constructor(options: OutcomePollOptions) {
    this.#options = options
  }

  /** One poll of the object of an event, where an endpoint wants it; what it finds is recorded by the provider's folder. */
  async attempt(eventId: string): Promise<Attempted> {
    const { pace } = this.#options
    const deferralMs = pace.enter(POLL)
    if (deferralMs !== undefined) return { outcome: Outcome.HTTP_429, verdict: 'busy', waitMs: deferralMs }
    const begun = performance.now()
    try {
      return await this.#poll(eventId)
    } finally {
      pace.leave(POLL, performance.now() - begun)
    }
  }

  async #poll(eventId: string): Promise<Attempted> {
    const { registry, tenants, events, now } = this.#options
    const event = await events.find(eventId)
    const tenant = event && tenants.find(event.tenant)
    const poll = event && POLLS[event.type]
    // No dead letter, as no partner misses it.
    if (!event || !tenant || !poll) return { outcome: Outcome.EVENT_EXPIRED, verdict: 'delivered' }
    if ((await registry.wanting(event)).length === 0) return unwanted(now() - Date.parse(event.at))
    // It reads as a subscriber does: a state is then recorded that was stored by a process that ended before it had
    // recorded it, also where this process has seen no event of the object.
    const endWatching = events.subscribe(objectOf(event), () => undefined)
    let nextPollAt: string | null
    try {
      const polled = await tenant.during(poll(tenant.open, scopeOf(event, tenant.store), event.objectId))
      nextPollAt = polled?.nextPollAt ?? null
    } catch {
      // The provider folder has noted the failure in the schedule of the object.
      return { outcome: Outcome.CONNECTION_FAILED, verdict: 'busy', waitMs: FAILED_WAIT_MS }
    } finally {
      endWatching()
    }
    if (nextPollAt === null) return { outcome: Outcome.HTTP_2XX, verdict: 'delivered' }
    return { outcome: Outcome.HTTP_2XX, verdict: 'busy', waitMs: Math.max(MIN_WAIT_MS, Date.parse(nextPollAt) - now()) }
  }
}

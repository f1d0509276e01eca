import { ApiError } from '../../datasources/contract/errors.js'
import type { Store } from '../../datasources/contract/store.js'
import type { OwnService } from '../access/guard.js'
import type { Config } from '../config.js'
import { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import type { EventLog, StateEvent } from '../events/event-log.js'
import { errorClass } from '../observability/error-class.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import { ToldCauses } from '../observability/told-causes.js'
import type { Tenants } from '../tenants/tenants.js'
import { AddressRules } from './address-rules.js'
import { type Attempted, type DeliveryQueue, POLL } from './contract.js'
import { Deliverer } from './deliverer.js'
import { DeliveryList } from './delivery-list.js'
import { EndpointPace } from './endpoint-pace.js'
import { MemoryDeliveryQueue } from './memory-queue.js'
import { type PartnerWebhooksInstance, partnerWebhookOperations } from './operations.js'
import { needsPolls, OutcomePoll } from './outcome-poll.js'
import { EndpointRegistry } from './registry.js'
import type { Resolve } from './resolve.js'
import { retrySchedule } from './retry-schedule.js'
import { Sender } from './sender.js'

/** The consumer group of the events. */
const GROUP = 'webhooks'
/** How long the previous secret is in use after a rotation. */
const OVERLAP_MS = 24 * 3600 * 1000
/** How often endpoints are renewed, and how long after the start for the first time. */
const RENEW_INTERVAL_MS = 24 * 3600 * 1000
const FIRST_RENEWAL_MS = 60_000
/** The share of the places of this process that polls may take. */
const POLL_SHARE = 0.5
/** How often the length of the queue is read for the metrics. */
const COUNT_INTERVAL_MS = 10_000

/** A delivery is left to a process that can read the store. */
const UNREADABLE: Attempted = { outcome: Outcome.CONNECTION_FAILED, verdict: 'busy', waitMs: 5_000 }

type Options = {
  readonly config: Pick<Config, 'redis' | 'tenancy' | 'events' | 'partnerWebhooks'>
  readonly store: Store
  /** False while the store may hold what this process cannot read: an endpoint that it does not find may be there. */
  readonly canReadAll: () => Promise<boolean>
  readonly events: EventLog
  readonly tenants: Pick<Tenants, 'find' | 'names'>
  readonly log: Log
  readonly metrics: Pick<
    Metrics,
    'webhookAttempted' | 'webhookDelivered' | 'webhooksQueued' | 'webhookEndpointDisabled'
  >
  /** The seconds between attempts. @default three days in all */
  readonly retrySeconds?: readonly number[] | undefined
  /** How long the lock of a delivery outlasts its process. @default 30 s */
  readonly lockMs?: number | undefined
  /** @default the DNS servers of the system */
  readonly resolve?: Resolve | undefined
}

/** Webhooks to partners. */
export interface PartnerWebhooks {
  /** What the guard gives to the resolvers. */
  readonly service: OwnService
  /** Begins no attempt any more; resolves when those under way have ended. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Deployments without webhooks, and those that are being told so. */
const OFF: PartnerWebhooks = {
  service: {
    operations: partnerWebhookOperations,
    open: {
      absent: () =>
        new ApiError('PROVIDER_NOT_CONFIGURED', {
          message: 'This deployment delivers no webhooks (PARTNER_WEBHOOKS).',
        }),
    },
  },
  stop: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

async function queueOf({ config, log, retrySeconds, lockMs }: Options): Promise<DeliveryQueue> {
  const schedule = retrySchedule(retrySeconds)
  const { redis, events, partnerWebhooks } = config
  if (redis === undefined) return new MemoryDeliveryQueue({ schedule, now: Date.now })
  // BullMQ is loaded where there is a Redis.
  const { RedisDeliveryQueue } = await import('./redis-queue.js')
  const failures = new ToldCauses()
  return new RedisDeliveryQueue({
    address: redis,
    schedule,
    concurrency: partnerWebhooks.concurrency,
    retentionMs: events.retentionMs,
    lockMs,
    onError(error) {
      const cause = errorClass(error)
      if (failures.isNew(cause)) log.warn({ cause }, 'the queue of webhooks fails')
    },
    onReady: () => failures.clear(),
  })
}

/** Reads the length of the queue at an interval; returns the end of it. */
function countDeliveries(queue: DeliveryQueue, told: Options['metrics']['webhooksQueued']): () => void {
  const timer = setInterval(() => {
    void queue.counts().then(told, () => undefined)
  }, COUNT_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

/** Renews the endpoints of all tenants that there are by then, after the start and once a day; returns the end of it. */
function renewEndpoints(registry: EndpointRegistry, tenants: Pick<Tenants, 'names'>): () => void {
  const renew = async (): Promise<void> => {
    for (const name of tenants.names) await registry.renew(name).catch(() => undefined)
  }
  const first = setTimeout(() => void renew(), FIRST_RENEWAL_MS).unref()
  const timer = setInterval(() => void renew(), RENEW_INTERVAL_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

/** Opens webhooks to partners: events become deliveries, which every replica attempts. */
export async function openPartnerWebhooks(options: Options): Promise<PartnerWebhooks> {
  const { config, store, canReadAll, events, tenants, log, metrics, resolve } = options
  const { isOn, networks, maxEndpoints, concurrency, endpointConcurrency } = config.partnerWebhooks
  if (!isOn) return OFF
  const rules = new AddressRules(networks)
  const { hasTenants } = config.tenancy
  const registry = new EndpointRegistry({
    store,
    hasTenants,
    maxEndpoints,
    overlapMs: OVERLAP_MS,
    onDisabled({ id }, reason) {
      metrics.webhookEndpointDisabled(reason)
      log.warn({ webhook: { endpoint: id, reason } }, 'webhook endpoint disabled')
    },
  })
  const queue = await queueOf(options)
  const sender = new Sender({ rules, resolve })
  const deliverer = new Deliverer({
    registry,
    events,
    sender,
    pace: new EndpointPace(endpointConcurrency),
    observer: { attempted: metrics.webhookAttempted, delivered: metrics.webhookDelivered },
    log,
    now: () => store.now(),
  })
  const pollPace = new EndpointPace(Math.ceil(concurrency * POLL_SHARE))
  const poll = new OutcomePoll({ registry, tenants, events, pace: pollPace, now: () => store.now() })
  queue.work(async (ids) => {
    if (!(await canReadAll())) return UNREADABLE
    return ids.endpointId === POLL ? poll.attempt(ids.eventId) : deliverer.attempt(ids)
  })
  const handle = async (event: StateEvent): Promise<void> => {
    const wanting = await registry.wanting(event)
    // Also where no endpoint wants it yet.
    const targets = needsPolls(event) ? [...wanting, POLL] : wanting
    await Promise.all(targets.map((endpointId) => queue.add({ eventId: event.eventId, endpointId })))
  }
  events.consume(GROUP, handle, canReadAll)
  const endRenewing = renewEndpoints(registry, tenants)
  const endCounting = countDeliveries(queue, metrics.webhooksQueued)
  const deliveries = new DeliveryList({ queue, events })
  return {
    service: {
      operations: partnerWebhookOperations,
      open: { instance: { registry, deliveries, rules } satisfies PartnerWebhooksInstance },
    },
    stop: () => queue.stop(),
    async close() {
      endRenewing()
      endCounting()
      await queue.close()
      await sender.close()
    },
  }
}

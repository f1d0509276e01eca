import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import {
  type WebhookEvent,
  type WebhookEventType,
  RejectedDelivery,
  type Webhook,
} from '../../datasources/contract/webhook.js'
import { providerEntries, type ProviderName } from '../../datasources/index.js'
import { type Log, errorOrigin } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { SecurityEvents } from '../security-events/security-events.js'
import type { Tenant } from '../tenants/tenant.js'
import { nothingHere } from './app.js'
import type { FailureLimit } from './failure-limit.js'
import { idsOf } from './interaction-id.js'

const MAX_EVENT_BYTES = 256 * 1024
/** How long a processed event is stored: longer than any provider goes on redelivering. */
const STORED_SECONDS = 7 * 24 * 3600
/** The lease of an event: when a process dies over it, the next delivery after this is processed. */
const LEASE_MS = 30_000

/** How a delivery ended, and the status that makes the provider deliver again or not. */
const STATUS = {
  done: 200,
  duplicate: 200,
  ignored: 200,
  unreadable: 400,
  forged: 401,
  busy: 409,
  failed: 503,
} as const
type WebhookOutcome = keyof typeof STATUS

/** An event that is being processed, or was. */
interface Claim {
  readonly by: string
  /** The end of the lease, in ms since 1970; null once the event is processed. */
  readonly until: number | null
}

interface WebhooksOptions {
  readonly tenants: {
    /** True where each tenant has addresses of its own. */
    readonly hasTenants: boolean
    /** The tenant with this id; without an id, that of a deployment without tenants. */
    readonly find: (id: string | undefined) => Pick<Tenant, 'store' | 'webhookOf'> | undefined
  }
  readonly countFailure: FailureLimit
  readonly log: Log
  readonly metrics: Metrics
  readonly events: SecurityEvents
}

/** Processes an event once, over all replicas: leased before, released when it fails so that the next delivery is processed. */
async function once(store: Store, provider: string, { id, apply: act }: WebhookEvent): Promise<WebhookOutcome> {
  if (act === undefined) return 'ignored'
  const key: StoreKey = ['webhook', provider, id]
  const by = randomUUID()
  const { value, changed } = await store.update<Claim>(key, STORED_SECONDS, (current, now) =>
    current === null || (current.until !== null && current.until < now) ? { by, until: now + LEASE_MS } : undefined,
  )
  if (!changed) return value?.until === null ? 'duplicate' : 'busy'
  const finish = (next: Claim | null) =>
    store.update<Claim>(key, STORED_SECONDS, (current) => (current?.by === by ? next : undefined))
  try {
    await act()
  } catch (error) {
    await finish(null).catch(() => undefined)
    throw error
  }
  await finish({ by, until: null })
  return 'done'
}

interface Params {
  readonly tenant?: string
}
type Delivery = FastifyRequest<{ Body: Buffer | undefined; Params: Params }>

/** The receiver of one address, and the store of its tenant. */
interface Receiver {
  readonly webhook: Webhook
  readonly store: Store
}

/** Reads a delivery and processes its event; throws `RATE_LIMITED` for a forged one of an address that sent too many. */
async function take(
  { log, metrics, events, countFailure }: Omit<WebhooksOptions, 'tenants'>,
  provider: ProviderName,
  { webhook, store }: Receiver,
  request: Delivery,
  reply: FastifyReply,
): Promise<WebhookOutcome> {
  const { tenant } = request.params
  let type: WebhookEventType | 'none' = 'none'
  let outcome: WebhookOutcome
  try {
    const header = (name: string) => [request.headers[name]].flat()[0]
    const notice = webhook.read({ header, body: request.body ?? Buffer.alloc(0) })
    type = notice.type
    outcome = await once(store, provider, notice)
  } catch (error) {
    outcome = error instanceof RejectedDelivery ? error.reason : 'failed'
    if (outcome === 'failed' && !(error instanceof ApiError))
      log.error({ correlationId: request.id, ...errorOrigin(error) }, 'unforeseen error')
  }
  metrics.notified(provider, type, outcome, tenant)
  if (outcome === 'forged') {
    // Anyone can send one, so it writes no line of its own: equal security events are counted.
    events.record({ action: 'webhook-forged', rule: provider }, { request: request.raw, ids: idsOf(request, reply) })
    countFailure(request.raw)
  } else log.info({ correlationId: request.id, webhook: { provider, tenant, type, outcome } }, 'webhook')
  return outcome
}

/**
 * `POST /webhooks/<provider>` for every provider that has a webhook, `POST /webhooks/<provider>/<tenant>` where there are
 * tenants. The sender is told a status and nothing else.
 */
export function registerWebhooks(app: FastifyInstance, options: WebhooksOptions): void {
  const { tenants, countFailure } = options
  /** What the address leads to now: a reload may bring a webhook or take it away. */
  function receiverOf(provider: ProviderName, { tenant: id }: Params): Receiver | undefined {
    const tenant = tenants.find(id)
    const webhook = tenant?.webhookOf(provider)
    return webhook && { webhook, store: tenant!.store }
  }

  void app.register((scope, _options, done) => {
    // The signature is over the bytes, whatever their content type.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_EVENT_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    )
    for (const [provider] of providerEntries)
      scope.post<{ Body: Buffer | undefined; Params: Params }>(
        `/webhooks/${provider}${tenants.hasTenants ? '/:tenant' : ''}`,
        {
          bodyLimit: MAX_EVENT_BYTES,
          // Before the body is read.
          onRequest({ params, raw }, _reply, next) {
            if (receiverOf(provider, params) !== undefined) return next()
            countFailure(raw)
            next(nothingHere())
          },
        },
        async (request, reply) => {
          const receiver = receiverOf(provider, request.params)
          if (receiver === undefined) throw nothingHere()
          return reply.code(STATUS[await take(options, provider, receiver, request, reply)]).send()
        },
      )
    done()
  })
}

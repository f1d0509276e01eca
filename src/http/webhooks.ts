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
import type { OpenProviders } from '../providers.js'
import { type Log, errorOrigin } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import type { SecurityEvents } from '../security-events/security-events.js'
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
export type WebhookOutcome = keyof typeof STATUS

/** An event that is being processed, or was. */
interface Claim {
  readonly by: string
  /** The end of the lease, in ms since 1970; null once the event is processed. */
  readonly until: number | null
}

interface WebhooksOptions {
  readonly providers: OpenProviders
  readonly store: Store
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

/** `POST /webhooks/<provider>` for every provider that has a webhook. The sender is told a status and nothing else. */
export function registerWebhooks(
  app: FastifyInstance,
  { providers, store, log, metrics, events }: WebhooksOptions,
): void {
  async function take(
    provider: string,
    webhook: Webhook,
    request: FastifyRequest<{ Body: Buffer | undefined }>,
    reply: FastifyReply,
  ): Promise<WebhookOutcome> {
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
    metrics.notified(provider, type, outcome)
    if (outcome === 'forged')
      events.record({ action: 'webhook-forged', rule: provider }, { request: request.raw, ids: idsOf(request, reply) })
    log.info({ correlationId: request.id, webhook: { provider, type, outcome } }, 'webhook')
    return outcome
  }

  void app.register((scope, _options, done) => {
    // The signature is over the bytes, whatever their content type.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_EVENT_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    )
    for (const [provider, open] of Object.entries(providers)) {
      const webhook = 'instance' in open ? open.instance.webhook : undefined
      if (webhook === undefined) continue
      scope.post<{ Body: Buffer | undefined }>(
        `/webhooks/${provider}`,
        { bodyLimit: MAX_EVENT_BYTES },
        async (request, reply) => reply.code(STATUS[await take(provider, webhook, request, reply)]).send(),
      )
    }
    done()
  })
}

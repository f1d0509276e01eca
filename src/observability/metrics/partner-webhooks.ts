import { WebhookDeliveryOutcome, WebhookDisabledReason } from '../../../schema/webhook-endpoint.js'
import type { Instruments } from '../instruments.js'

/** How many deliveries of all replicas are in which state. */
type Counts = Readonly<Record<'waiting' | 'active' | 'delayed' | 'dead', number>>

/** From one attempt at once to the last retry after three days. */
const DELIVERY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 14_400, 86_400, 259_200]

/** Metrics of webhooks to partners. */
export function partnerWebhookMetrics(instruments: Instruments) {
  const attempts = instruments.counter({
    name: 'kyc_partner_webhook_attempts_total',
    help: 'Attempts of this process to deliver a webhook to a partner.',
    unit: 'attempts',
    labels: { outcome: 'a value of the enum `WebhookDeliveryOutcome`, such as `HTTP_2XX`, `HTTP_5XX`, `TIMEOUT`' },
  })
  const delays = instruments.histogram(
    {
      name: 'kyc_partner_webhook_delay_seconds',
      help: 'From the record of a change of state until a partner has accepted it.',
      unit: 'seconds',
    },
    DELIVERY_BUCKETS,
  )
  const queued = instruments.gauge({
    name: 'kyc_partner_webhook_deliveries',
    help: 'Deliveries to partners in the queue of all replicas.',
    unit: 'deliveries',
    labels: {
      state:
        '`waiting`, `active`, `delayed` (a retry follows, or a poll for an outcome), `dead` (dead letters that are kept)',
    },
  })
  const disabled = instruments.counter({
    name: 'kyc_partner_webhook_endpoints_disabled_total',
    help: 'Webhook endpoints that this process has disabled.',
    unit: 'endpoints',
    labels: { reason: '`GONE` (status 410), `FAILING` (for five days)' },
  })
  for (const outcome of Object.values(WebhookDeliveryOutcome)) attempts.inc({ outcome }, 0)
  for (const state of ['waiting', 'active', 'delayed', 'dead']) queued.set({ state }, 0)
  for (const reason of [WebhookDisabledReason.GONE, WebhookDisabledReason.FAILING]) disabled.inc({ reason }, 0)

  return {
    webhookAttempted: (outcome: WebhookDeliveryOutcome) => attempts.inc({ outcome }),
    webhookDelivered: (seconds: number) => delays.observe(Math.max(0, seconds)),
    webhooksQueued(counts: Counts) {
      for (const [state, count] of Object.entries(counts)) queued.set({ state }, count)
    },
    webhookEndpointDisabled: (reason: WebhookDisabledReason) => disabled.inc({ reason }),
  }
}

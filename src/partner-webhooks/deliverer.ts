import { LRUCache } from 'lru-cache'
import { WebhookDeliveryOutcome as Outcome, WebhookDisabledReason } from '../../schema/webhook-endpoint.js'
import type { EventLog } from '../events/event-log.js'
import type { Log } from '../observability/log.js'
import type { Attempted, DeliveryIds, StoredEndpoint } from './contract.js'
import type { EndpointPace } from './endpoint-pace.js'
import { payloadOf } from './payload.js'
import type { EndpointRegistry } from './registry.js'
import { signedHeaders } from './signature.js'
import type { Sender } from './sender.js'

/** An endpoint that has failed for so long is disabled. */
const MAX_FAILING_MS = 5 * 24 * 3600 * 1000
/** Endpoints of which the last outcome is known. */
const MAX_KNOWN = 1_000

/** Told of attempts. */
interface DeliveryObserver {
  readonly attempted: (outcome: Outcome) => void
  /** How long after the event it was delivered, in seconds. */
  readonly delivered: (seconds: number) => void
}

interface DelivererOptions {
  readonly registry: EndpointRegistry
  readonly events: Pick<EventLog, 'find'>
  readonly sender: Pick<Sender, 'send'>
  readonly pace: EndpointPace
  readonly observer: DeliveryObserver
  readonly log: Pick<Log, 'info' | 'warn'>
  /** The present time, in ms since 1970. */
  readonly now: () => number
}

/** Outcomes after which a repeat would end in the same way. */
const dead = (outcome: Outcome): Attempted => ({ outcome, verdict: 'dead' })

/** Attempts deliveries, and keeps what is known of their endpoints. */
export class Deliverer {
  readonly #options: DelivererOptions
  /** The last outcome of each endpoint in this process: a line of the log tells a change. */
  readonly #outcomes = new LRUCache<string, Outcome>({ max: MAX_KNOWN })

  constructor(options: DelivererOptions) {
    this.#options = options
  }

  /** One attempt. It rejects only where the store cannot be reached. */
  async attempt(ids: DeliveryIds): Promise<Attempted> {
    const { registry, pace, observer } = this.#options
    const deferralMs = pace.enter(ids.endpointId)
    if (deferralMs !== undefined) return { outcome: Outcome.HTTP_429, verdict: 'busy', waitMs: deferralMs }
    const begun = performance.now()
    let waitMs: number | undefined
    try {
      const endpoint = await registry.find(ids.endpointId)
      if (endpoint === null) return dead(Outcome.ENDPOINT_DELETED)
      if (endpoint.disabled) {
        // The attempt that disabled it may not have ended.
        await registry.settle(endpoint)
        return dead(Outcome.ENDPOINT_DISABLED)
      }
      const attempted = await this.#send(endpoint, ids.eventId)
      waitMs = attempted.waitMs
      observer.attempted(attempted.outcome)
      await this.#note(endpoint, attempted)
      return attempted
    } finally {
      pace.leave(ids.endpointId, performance.now() - begun, waitMs)
    }
  }

  async #send(endpoint: StoredEndpoint, eventId: string): Promise<Attempted> {
    const { events, sender, observer, now } = this.#options
    const event = await events.find(eventId)
    if (event === null) return dead(Outcome.EVENT_EXPIRED)
    const body = payloadOf(event)
    const headers = signedHeaders(endpoint, { id: eventId, body, now: now() })
    const { outcome, waitMs } = await sender.send(endpoint.url, headers, body)
    if (outcome === Outcome.HTTP_2XX) {
      observer.delivered((now() - Date.parse(event.at)) / 1000)
      return { outcome, verdict: 'delivered' }
    }
    return { outcome, waitMs, verdict: outcome === Outcome.HTTP_410 ? 'dead' : 'failed' }
  }

  /** Keeps how the endpoint does, and disables one that is gone or has failed for days. */
  async #note(endpoint: StoredEndpoint, { outcome, verdict }: Attempted): Promise<void> {
    if (outcome === Outcome.EVENT_EXPIRED) return
    this.#tellChange(endpoint, outcome)
    const { registry, now } = this.#options
    const failingSince = await registry.note(endpoint.id, verdict !== 'delivered')
    if (outcome === Outcome.HTTP_410) await registry.disable(endpoint.id, WebhookDisabledReason.GONE)
    else if (failingSince !== undefined && now() - failingSince > MAX_FAILING_MS)
      await registry.disableFailing(endpoint.id, MAX_FAILING_MS)
  }

  #tellChange({ id }: StoredEndpoint, outcome: Outcome): void {
    const before = this.#outcomes.get(id)
    this.#outcomes.set(id, outcome)
    const hasWorked = before === undefined || before === Outcome.HTTP_2XX
    if (outcome === before || (hasWorked && outcome === Outcome.HTTP_2XX)) return
    const works = outcome === Outcome.HTTP_2XX
    this.#options.log[works ? 'info' : 'warn'](
      { webhook: { endpoint: id, outcome } },
      works ? 'webhook endpoint accepts deliveries again' : 'webhook endpoint fails',
    )
  }
}

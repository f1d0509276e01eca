import { randomUUID } from 'node:crypto'
import { now, secret } from '../../emulator/run.js'
import { signatureOf } from '../webhook.js'

/** A webhook subscription. */
export interface Subscription {
  readonly url: string
  /** Exact event types, or all of a resource: `PERSON.*`. */
  readonly enabled_events: readonly string[]
  readonly is_enabled: boolean
  readonly metadata?: string
}

interface Event {
  readonly webhook: Subscription & { readonly id: string }
  readonly id: string
  readonly text: string
}

const TIMEOUT_MS = 5_000
const FIRST_RETRY_DELAY_MS = 100
const MAX_ATTEMPTS = 12

const isSubscription = (body: unknown): body is Subscription => {
  const { url, enabled_events, is_enabled } = (body ?? {}) as Partial<Record<keyof Subscription, unknown>>
  return (
    typeof url === 'string' &&
    URL.canParse(url) &&
    url.length <= 1000 &&
    Array.isArray(enabled_events) &&
    typeof is_enabled === 'boolean'
  )
}

/** The emulator's webhooks: signed deliveries, retried until they are accepted. */
export class Deliveries {
  /** The newest first; two while the secret is rotated. */
  #secrets: readonly string[] = [Deliveries.#newSecret()]
  readonly #webhooks = new Map<string, Subscription & { readonly id: string }>()
  readonly #events = new Map<string, Event>()
  readonly #stopped = new AbortController()

  static #newSecret = () => secret() + secret()

  get secret(): string {
    return this.#secrets[0]!
  }

  list(): unknown {
    return { webhooks: [...this.#webhooks.values()] }
  }

  /** Adds a subscription; undefined when the body is not a valid one. */
  subscribe(body: unknown): object | undefined {
    if (!isSubscription(body)) return undefined
    const webhook = { ...body, id: randomUUID(), last_updated: now() }
    this.#webhooks.set(webhook.id, webhook)
    return webhook
  }

  /** Replaces the secret; while it is rotated, the old one signs too. */
  rotate(keepOld: boolean): { secret: string } {
    this.#secrets = [Deliveries.#newSecret(), ...(keepOld ? this.#secrets.slice(0, 1) : [])]
    return { secret: this.secret }
  }

  /** Delivers an event to its subscribers, in the background. */
  emit(type: string, resource: { readonly id: string }, changed: object): void {
    for (const webhook of this.#webhooks.values()) {
      const isSubscribed = webhook.enabled_events.some(
        (name) => name === type || (name.endsWith('.*') && type.startsWith(name.slice(0, -1))),
      )
      if (!webhook.is_enabled || !isSubscribed) continue
      const id = randomUUID()
      const body = {
        id,
        webhook_id: webhook.id,
        type,
        event_time: now(),
        resource_id: resource.id,
        event_resource: JSON.stringify(resource),
        event_resource_changed_fields: JSON.stringify(changed),
        metadata: webhook.metadata ?? '',
        url: webhook.url,
      }
      this.#events.set(id, { webhook, id, text: JSON.stringify(body) })
      void this.#deliver(id)
    }
  }

  /** Delivers an event again; false when there is no such event. */
  resend(webhookId: string, eventId: string): boolean {
    if (this.#events.get(eventId)?.webhook.id !== webhookId) return false
    void this.#deliver(eventId)
    return true
  }

  close(): void {
    this.#stopped.abort()
  }

  async #deliver(id: string, attempt = 1): Promise<void> {
    if (this.#stopped.signal.aborted || (await this.#send(this.#events.get(id)!)) || attempt === MAX_ATTEMPTS) return
    setTimeout(() => void this.#deliver(id, attempt + 1), FIRST_RETRY_DELAY_MS * 2 ** (attempt - 1)).unref()
  }

  async #send({ webhook, text }: Event): Promise<boolean> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signatures = this.#secrets.map((key) => signatureOf(key, timestamp, Buffer.from(text)).toString('hex'))
    try {
      const { ok } = await fetch(webhook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'request-timestamp': timestamp,
          'synctera-signature': signatures.join('.'),
        },
        body: text,
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#stopped.signal]),
      })
      return ok
    } catch {
      return false
    }
  }
}

/** What a provider sends by itself, as it came. */
export interface WebhookDelivery {
  readonly header: (name: string) => string | undefined
  /** The very bytes, which are what was signed. */
  readonly body: Buffer
}

/** An event in the graph's language; nothing in it is personal. */
export interface WebhookEvent {
  /** The same in every delivery of the event. */
  readonly id: string
  /** What happened, by a word of ours. */
  readonly type: WebhookEventType
  /** Does what follows from it here; without it nothing does. May be done twice, but not left undone. */
  readonly apply?: (() => void | Promise<void>) | undefined
}

/** Every word there is, so that it may be a metric's label. `other` is what the provider's contract does not list. */
export type WebhookEventType = 'person_created' | 'person_updated' | 'person_verified' | 'other'

/** Why a delivery is not an event: it is not the provider's own or too old, or cannot be read. Nobody is told more. */
export class RejectedDelivery extends Error {
  constructor(readonly reason: 'forged' | 'unreadable') {
    super(reason)
  }
}

/** How a room takes what its provider sends. */
export interface Webhook {
  /** Reads a delivery that is proved to be the provider's; throws `Undeliverable`. */
  readonly read: (delivery: WebhookDelivery) => WebhookEvent
}

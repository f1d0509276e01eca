/** One webhook request of a provider, before it is verified. */
export interface WebhookDelivery {
  readonly header: (name: string) => string | undefined
  /** The raw body: the signature covers these bytes. */
  readonly body: Buffer
}

/** A verified webhook event; it holds no personal data. */
export interface WebhookEvent {
  /** The same in each delivery of the event. */
  readonly id: string
  /** The kind of event. */
  readonly type: WebhookEventType
  /** Applies the event in this process; absent when nothing follows from it. At least once: it may run twice. */
  readonly apply?: (() => void | Promise<void>) | undefined
}

/** All event types, a closed set because it is a metric label. `other` is a type that the provider's contract does not list. */
export type WebhookEventType =
  'person_created' | 'person_updated' | 'person_verified' | 'case_created' | 'case_updated' | 'other'

/** A delivery that is refused: forged (or too old), or unreadable. The sender learns no more than the reason. */
export class RejectedDelivery extends Error {
  constructor(readonly reason: 'forged' | 'unreadable') {
    super(reason)
  }
}

/** The webhook receiver of a provider. */
export interface Webhook {
  /** Verifies and parses a delivery; throws `RejectedDelivery`. */
  readonly read: (delivery: WebhookDelivery) => WebhookEvent
}

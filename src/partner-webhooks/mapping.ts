import {
  type WebhookDelivery,
  WebhookDeliveryOutcome as Outcome,
  WebhookDeliveryState as State,
  type WebhookEndpoint,
} from '../../schema/webhook-endpoint.js'
import type { StateEvent } from '../events/event-log.js'
import type { QueuedDelivery, StoredEndpoint } from './contract.js'
import { eventTypeOf } from './payload.js'

const STATES: Readonly<Record<QueuedDelivery['state'], State>> = {
  pending: State.PENDING,
  retrying: State.RETRYING,
  delivered: State.DELIVERED,
  dead: State.DEAD_LETTER,
}

/** The state of a delivery by the word of the graph. */
export const queuedStateOf = (state: State): QueuedDelivery['state'] =>
  (Object.keys(STATES) as QueuedDelivery['state'][]).find((one) => STATES[one] === state)!

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** An endpoint as the graph shows it: without its secrets. */
export function toEndpoint(
  { id, url, types, disabled, failingSince, previous, createdAt }: StoredEndpoint,
  now: number,
): WebhookEndpoint {
  return {
    id,
    url,
    types: types.map(eventTypeOf),
    isEnabled: disabled === undefined,
    disabledReason: disabled?.reason ?? null,
    disabledAt: timeOf(disabled?.at),
    failingSince: timeOf(failingSince),
    previousSecretUntil: previous !== undefined && now < previous.until ? timeOf(previous.until) : null,
    createdAt: new Date(createdAt).toISOString(),
  }
}

/** Names that exist in the bank's network are not told from those that do not. */
const toldOutcome = (outcome: Outcome): Outcome =>
  outcome === Outcome.NAME_NOT_FOUND ? Outcome.ADDRESS_REFUSED : outcome

/** A delivery as the graph shows it; the event is null once it is no longer kept. */
export function toDelivery(
  { eventId, state, attempts, lastOutcome, nextAttemptAt, createdAt, endedAt }: QueuedDelivery,
  event: StateEvent | null,
): WebhookDelivery {
  return {
    eventId,
    type: event && eventTypeOf(event.type),
    state: STATES[state],
    attempts,
    lastOutcome: lastOutcome === undefined ? null : toldOutcome(lastOutcome),
    nextAttemptAt: timeOf(nextAttemptAt),
    createdAt: new Date(createdAt).toISOString(),
    endedAt: timeOf(endedAt),
  }
}

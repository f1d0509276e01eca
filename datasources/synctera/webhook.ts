import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Drift } from '../support/mapping.js'
import {
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookEventType,
  RejectedDelivery,
  type Webhook,
} from '../contract/webhook.js'
import type { Invalidations } from './invalidations.js'
import { answers, isPersonId, type SyncteraEvent } from './contract.js'

/** The maximum clock difference of a delivery. A delivery signed for another time may be a replay. */
const MAX_CLOCK_SKEW_SECONDS = 5 * 60
/** A delivery has two signatures while the secret is rotated. */
const MAX_SIGNATURES = 4

/** Synctera's event types; the older customer API sends the same events under other names. */
const TYPES: Readonly<Record<string, WebhookEventType>> = {
  'PERSON.CREATED': 'person_created',
  'CUSTOMER.CREATED': 'person_created',
  'PERSON.UPDATED': 'person_updated',
  'CUSTOMER.UPDATED': 'person_updated',
  'PERSON.VERIFICATION_OUTCOME.UPDATED': 'person_verified',
  'CUSTOMER.KYC_OUTCOME.UPDATED': 'person_verified',
  'CASE.CREATED': 'case_created',
  'CASE.UPDATED': 'case_updated',
}

/** The signature of a delivery: HMAC-SHA256 over its timestamp and its raw bytes. */
export const signatureOf = (secret: string, timestamp: string, body: Buffer): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()

/** `now` is in ms since 1970. */
function isGenuine(secret: string, { header, body }: WebhookDelivery, now: number): boolean {
  const timestamp = header('request-timestamp') ?? ''
  const signatures = (header('synctera-signature') ?? '').split('.')
  if (!/^\d{1,12}$/.test(timestamp) || signatures.length > MAX_SIGNATURES) return false
  const expected = signatureOf(secret, timestamp, body)
  const matches = signatures.filter(
    (signature) => /^[0-9a-f]{64}$/i.test(signature) && timingSafeEqual(Buffer.from(signature, 'hex'), expected),
  )
  return matches.length > 0 && Math.abs(now / 1000 - Number(timestamp)) <= MAX_CLOCK_SKEW_SECONDS
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The ids of an event that may be its person's: which of them is differs between event types. */
function personIds({ resource_id: resourceId, event_resource: given }: SyncteraEvent): readonly string[] {
  const resource = typeof given === 'string' ? parseJson(given) : given
  const { person_id, id } = (resource ?? {}) as Readonly<Record<string, unknown>>
  const ids = [person_id, id, resourceId].filter((value) => typeof value === 'string' && isPersonId(value)) as string[]
  return [...new Set(ids)]
}

/** The person of a case; Synctera's specification does not say that an event names it. */
function personOfCase({ event_resource: given }: SyncteraEvent): string | undefined {
  const resource = typeof given === 'string' ? parseJson(given) : given
  const { person_id: id } = (resource ?? {}) as Readonly<Record<string, unknown>>
  return typeof id === 'string' && isPersonId(id) ? id : undefined
}

function read(body: Buffer): SyncteraEvent {
  const event = parseJson(body.toString('utf8'))
  if (!answers.event.fits(event)) throw new RejectedDelivery('unreadable')
  return event
}

interface Options {
  /** The store's time in ms since 1970: a replica whose clock is wrong judges a delivery as the others do. */
  readonly now: () => number
  readonly invalidations: Invalidations
  readonly drift: Drift
  /** The verification of one of these persons may have changed. */
  readonly verified: (personIds: readonly string[]) => Promise<void>
}

/**
 * Synctera's webhooks. An event invalidates its person, and tells that a verification may have changed: the data in it is
 * not trusted, and the person is loaded again.
 */
export const syncteraWebhook = (secret: string, { now, invalidations, drift, verified }: Options): Webhook => ({
  read(delivery): WebhookEvent {
    if (!isGenuine(secret, delivery, now())) throw new RejectedDelivery('forged')
    const event = read(delivery.body)
    const { id, type } = event
    if (!Object.hasOwn(TYPES, type)) {
      drift('webhook.type')
      return { id, type: 'other' }
    }
    if (type.startsWith('CASE.')) {
      const person = personOfCase(event)
      return {
        id,
        type: TYPES[type]!,
        async apply() {
          if (person === undefined) return invalidations.invalidateUnnamed()
          invalidations.invalidate(person)
          await verified([person])
        },
      }
    }
    const ids = personIds(event)
    if (ids.length === 0) {
      drift('webhook.resource_id')
      return { id, type: TYPES[type]! }
    }
    return {
      id,
      type: TYPES[type]!,
      async apply() {
        ids.forEach((personId) => invalidations.invalidate(personId))
        if (TYPES[type] === 'person_verified') await verified(ids)
      },
    }
  },
})

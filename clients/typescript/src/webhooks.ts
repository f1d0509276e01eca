/** A webhook that was not signed with any of the secrets, or not in time. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
}

/** What the server sends when the state of an object has changed; read the object by a query. It has no personal value. */
export interface StateChanged {
  /** Such as `verificationResult.changed`. */
  readonly type: string
  /** When the state changed, in ISO 8601. */
  readonly timestamp: string
  readonly data: {
    readonly id: string
    /** The root field that reads the object, such as `verificationResult`. */
    readonly type: string
    readonly state: string
    readonly isFinal: boolean
    /** Counts the changes of one object from 1; webhooks may come in another order. */
    readonly sequence: number
  }
}

/** Headers as frameworks give them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** What a webhook is verified with. */
export interface WebhookOptions {
  /** The secrets of the endpoint (`whsec_…`); two while one is being rotated. */
  readonly secrets: string | readonly string[]
  /** How far the time of the signature may be from now, in both directions. @default 300 */
  readonly toleranceSeconds?: number | undefined
  /** The present time in ms. @default the clock */
  readonly now?: number | undefined
}

/** A verified webhook. */
export interface VerifiedWebhook<Payload> {
  /** Unique for each event and the same in each delivery of it: keep it to handle an event once. */
  readonly id: string
  /** When this delivery was signed. */
  readonly timestamp: Date
  readonly payload: Payload
}

const PREFIX = 'whsec_'
const TOLERANCE_SECONDS = 300
/** A sender signs with each of its secrets; more signatures than this are none of a sender's. */
const MAX_SIGNATURES = 10

const encoder = new TextEncoder()

/**
 * Verifies a webhook by Standard Webhooks (HMAC-SHA256 over `id.timestamp.body`) and reads its payload. `body` is the body
 * as it came, unparsed. Rejects with a `WebhookVerificationError`.
 */
export async function verifyWebhook<Payload = StateChanged>(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  { secrets, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() }: WebhookOptions,
): Promise<VerifiedWebhook<Payload>> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : NaN
  if (!(Math.abs(now / 1_000 - seconds) <= toleranceSeconds))
    throw new WebhookVerificationError('The time of the webhook is not within the tolerance.')
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  const signed = concatenated(encoder.encode(`${id}.${timestamp}.`), bytes)
  if (!(await isSigned(signed, signaturesOf(headerOf(headers, 'webhook-signature')), [secrets].flat())))
    throw new WebhookVerificationError('No signature of the webhook is one of the secrets.')
  const payload = JSON.parse(new TextDecoder().decode(bytes)) as Payload
  return { id, timestamp: new Date(seconds * 1_000), payload }
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : [memberOf(headers, name)].flat()[0]
  if (!value) throw new WebhookVerificationError(`The webhook has no header ${name}.`)
  return value
}

const memberOf = (headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string) =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]

/** The signatures of the version that is known; others are for other receivers. */
const signaturesOf = (header: string): Uint8Array<ArrayBuffer>[] =>
  header
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .slice(0, MAX_SIGNATURES)
    .flatMap((signature) => decoded(signature.slice('v1,'.length)) ?? [])

/** Compares in constant time: WebCrypto does. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  secrets: readonly string[],
): Promise<boolean> {
  if (secrets.length === 0) throw new TypeError('A webhook is verified with one secret at least.')
  const keys = await Promise.all(secrets.map(importSecret))
  const checks = keys.flatMap((key) =>
    signatures.map((signature) => crypto.subtle.verify('HMAC', key, signature, signed)),
  )
  return (await Promise.all(checks)).includes(true)
}

function importSecret(secret: string): Promise<CryptoKey> {
  const raw = decoded(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret)
  if (raw === undefined || raw.length === 0) throw new TypeError('A secret of a webhook is whsec_ and base64.')
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function concatenated(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + tail.length)
  all.set(head)
  all.set(tail, head.length)
  return all
}

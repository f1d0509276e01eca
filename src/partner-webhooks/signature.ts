import { Webhook } from 'standardwebhooks'
import type { StoredEndpoint } from './contract.js'

/** The secrets with which deliveries are signed: the present one, and the one before it while that counts. */
function secretsOf({ secret, previous }: StoredEndpoint, now: number): readonly string[] {
  return previous !== undefined && now < previous.until ? [secret, previous.secret] : [secret]
}

/** The headers of one delivery (Standard Webhooks), with a signature of each secret. `now` is in ms since 1970. */
export function signedHeaders(
  endpoint: StoredEndpoint,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Readonly<Record<string, string>> {
  const time = new Date(now)
  const signatures = secretsOf(endpoint, now).map((secret) => new Webhook(secret).sign(id, time, body))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}

import type { Call, CallScope } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'

/** What a write under an idempotency key says of itself. */
type KeyedCall<T> = Pick<Call<T>, 'method' | 'path' | 'json' | 'response' | 'mapError'>

/** The two forms of a request to Synctera. */
export interface SyncteraRequests {
  readonly send: <T>(scope: CallScope, call: Call<T>) => Promise<T>
  /** A write under an idempotency key: Synctera executes a repeat only once. */
  readonly write: <T>(scope: CallScope, idempotencyKey: string, call: KeyedCall<T>) => Promise<T>
}

export function syncteraRequests(client: ProviderClient): SyncteraRequests {
  const send = <T>(scope: CallScope, call: Call<T>): Promise<T> => client.send(scope, call).then(({ body }) => body)
  return {
    send,
    write: (scope, idempotencyKey, call) =>
      send(scope, { ...call, effect: 'write', retry: 'always', headers: { 'idempotency-key': idempotencyKey } }),
  }
}

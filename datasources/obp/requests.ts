import type { Call, CallScope, Contract, Path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'

type Options<T> = Partial<Pick<Call<T>, 'query' | 'credential' | 'mapError'>>

/** The forms of request that OBP's endpoints have in common; each resolves with the body of the response. */
export function requestsOf(client: ProviderClient) {
  const send = <T>(scope: CallScope, call: Call<T>): Promise<T> => client.send(scope, call).then(({ body }) => body)
  return {
    get: <T>(scope: CallScope, path: Path, response: Contract<T>, options: Options<T> = {}) =>
      send(scope, { method: 'GET', path, effect: 'read', response, ...options }),

    /** A search: it reads, though its criteria travel in a body. */
    search: <T>(scope: CallScope, path: Path, json: object, response: Contract<T>) =>
      send(scope, { method: 'POST', path, effect: 'read', json, response }),

    post: <T>(scope: CallScope, path: Path, json: object, response: Contract<T> | null, options: Options<T> = {}) =>
      send(scope, { method: 'POST', path, effect: 'write', json, response, ...options }),

    put: <T>(scope: CallScope, path: Path, json: object, response: Contract<T>, options: Options<T> = {}) =>
      send(scope, { method: 'PUT', path, effect: 'write', json, response, ...options }),

    /** The status says it all: the body of the response differs between versions. */
    remove: (scope: CallScope, path: Path) => send(scope, { method: 'DELETE', path, effect: 'write', response: null }),
  }
}

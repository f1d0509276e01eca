import type { CircuitState } from '../datasources/http/circuit-breaker.js'
import { ApiError } from '../datasources/contract/errors.js'
import type { CallAttempt } from '../datasources/http/call.js'
import { ProviderClient } from '../datasources/http/client.js'
import { providers } from '../datasources/index.js'
import type { ProviderDeps, Provider } from '../datasources/contract/provider.js'
import { RetryBudget } from '../datasources/http/retry.js'
import type { Store } from '../datasources/contract/store.js'
import { TRANSPORTS } from '../datasources/http/transport.js'
import type { Config } from './config.js'
import type { OpenProviders } from './access/guard.js'

interface RoomsOptions {
  readonly config: Config
  readonly store: Store
  readonly called: (observation: CallAttempt) => void
  readonly shared: (provider: string) => void
  readonly drifted: (provider: string, field: string) => void
  readonly switched: (provider: string, part: Part, state: CircuitState) => void
}

/** Where a provider's tokens come from is often another host, and may be well while the provider is not. */
export type Part = 'api' | 'login'

/** Opens the room of every configured provider; the others answer `PROVIDER_NOT_CONFIGURED`. */
export function openProviders({ config, store, called, shared, drifted, switched }: RoomsOptions): {
  rooms: OpenProviders
  circuits: () => Record<string, CircuitState>
  close: () => Promise<void>
} {
  const circuits: Record<string, Partial<Record<Part, CircuitState>>> = {}
  const rooms = Object.fromEntries(
    Object.entries(providers as Record<string, Provider<unknown>>).map(([key, provider]) => {
      const { name, label, title } = provider
      const own = config.providers[key as keyof typeof providers]
      if (!own) return [key, { absent: () => new ApiError('PROVIDER_NOT_CONFIGURED', { provider: label, title }) }]
      const retries = new RetryBudget()
      circuits[name] = {}
      const house: ProviderDeps = {
        store,
        drift: (field) => drifted(name, field),
        client(options) {
          // Who asks for tokens has none to show.
          const part: Part = options.credential === undefined ? 'login' : 'api'
          const circuit = (state: CircuitState) => {
            circuits[name]![part] = state
            switched(name, part, state)
          }
          circuit('closed')
          return new ProviderClient({
            ...options,
            ...(own.ca === undefined ? {} : { tls: { ...options.tls, ca: own.ca } }),
            name,
            label,
            title,
            timeoutMs: own.timeoutMs,
            maxConcurrency: own.maxConcurrency,
            transport: TRANSPORTS[config.httpClient],
            onAttempt: called,
            onShared: () => shared(name),
            retryBudget: retries,
            onCircuitChange: circuit,
          })
        },
      }
      return [key, { room: provider.open(own.settings, house) }]
    }),
  ) as OpenProviders

  return {
    rooms,
    /** By provider, the worse of its parts. */
    circuits: () =>
      Object.fromEntries(
        Object.entries(circuits).map(([name, { api = 'closed', login = 'closed' }]) => [
          name,
          api === 'closed' ? login : api,
        ]),
      ),
    close: async () => {
      await Promise.all(Object.values(rooms).flatMap((open) => ('room' in open ? [open.room.close()] : [])))
    },
  }
}

import type { Circuit } from '../datasources/http/circuit-breaker.js'
import { Failure } from '../datasources/contract/errors.js'
import type { Observation } from '../datasources/http/call.js'
import { createClient } from '../datasources/http/client.js'
import { providers } from '../datasources/index.js'
import type { House, Provider } from '../datasources/contract/provider.js'
import { budget } from '../datasources/http/retry.js'
import type { Store } from '../datasources/contract/store.js'
import { TRANSPORTS } from '../datasources/http/transport.js'
import type { Config } from './config.js'
import type { OpenRooms } from './access/guard.js'

interface RoomsOptions {
  readonly config: Config
  readonly store: Store
  readonly called: (observation: Observation) => void
  readonly shared: (provider: string) => void
  readonly drifted: (provider: string, field: string) => void
  readonly switched: (provider: string, part: Part, state: Circuit) => void
}

/** Where a provider's tokens come from is often another host, and may be well while the provider is not. */
export type Part = 'api' | 'login'

/** Opens the room of every configured provider; the others answer `PROVIDER_NOT_CONFIGURED`. */
export function openRooms({ config, store, called, shared, drifted, switched }: RoomsOptions): { rooms: OpenRooms; circuits: () => Record<string, Circuit>; close: () => Promise<void> } {
  const circuits: Record<string, Partial<Record<Part, Circuit>>> = {}
  const rooms = Object.fromEntries(
    Object.entries(providers as Record<string, Provider<unknown>>).map(([key, provider]) => {
      const { name, label, title } = provider
      const own = config.providers[key as keyof typeof providers]
      if (!own) return [key, { absent: () => new Failure('PROVIDER_NOT_CONFIGURED', { provider: label, title }) }]
      const retries = budget()
      circuits[name] = {}
      const house: House = {
        store,
        drift: (field) => drifted(name, field),
        client(options) {
          // Who asks for tokens has none to show.
          const part: Part = options.credential === undefined ? 'login' : 'api'
          const circuit = (state: Circuit) => {
            circuits[name]![part] = state
            switched(name, part, state)
          }
          circuit('closed')
          return createClient({
            ...options,
            ...(own.ca === undefined ? {} : { tls: { ...options.tls, ca: own.ca } }),
            name,
            label,
            title,
            timeoutMs: own.timeoutMs,
            maxConcurrency: own.maxConcurrency,
            transport: TRANSPORTS[config.httpClient],
            observer: called,
            shared: () => shared(name),
            budget: retries,
            circuit,
          })
        },
      }
      return [key, { room: provider.open(own.settings, house) }]
    }),
  ) as OpenRooms

  return {
    rooms,
    /** By provider, the worse of its parts. */
    circuits: () => Object.fromEntries(Object.entries(circuits).map(([name, { api = 'closed', login = 'closed' }]) => [name, api === 'closed' ? login : api])),
    close: async () => {
      await Promise.all(Object.values(rooms).flatMap((open) => ('room' in open ? [open.room.close()] : [])))
    },
  }
}

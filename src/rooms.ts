import { Failure } from '../datasources/errors.js'
import { createClient, type Observation } from '../datasources/http.js'
import { providers } from '../datasources/index.js'
import type { House, Provider } from '../datasources/provider.js'
import type { Store } from '../datasources/store.js'
import { TRANSPORTS } from '../datasources/transport.js'
import type { Config } from './config.js'
import type { OpenRooms } from './guard.js'

interface RoomsOptions {
  readonly config: Config
  readonly store: Store
  readonly called: (observation: Observation) => void
  readonly drifted: (provider: string, field: string) => void
}

/** Opens the room of every configured provider; the others answer `PROVIDER_NOT_CONFIGURED`. */
export function openRooms({ config, store, called, drifted }: RoomsOptions): { rooms: OpenRooms; close: () => Promise<void> } {
  const rooms = Object.fromEntries(
    Object.entries(providers as Record<string, Provider<unknown>>).map(([key, provider]) => {
      const { name, label, title } = provider
      const own = config.providers[key as keyof typeof providers]
      if (!own) return [key, { absent: () => new Failure('PROVIDER_NOT_CONFIGURED', { provider: label, title }) }]
      const house: House = {
        store,
        drift: (field) => drifted(name, field),
        client: (options) =>
          createClient({
            ...options,
            ...(own.ca === undefined ? {} : { tls: { ...options.tls, ca: own.ca } }),
            name,
            label,
            title,
            timeoutMs: own.timeoutMs,
            maxConcurrency: own.maxConcurrency,
            transport: TRANSPORTS[config.httpClient],
            observer: called,
          }),
      }
      return [key, { room: provider.open(own.settings, house) }]
    }),
  ) as OpenRooms

  return {
    rooms,
    close: async () => {
      await Promise.all(Object.values(rooms).flatMap((open) => ('room' in open ? [open.room.close()] : [])))
    },
  }
}

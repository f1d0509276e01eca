import type { Provider, ProviderInstance } from './contract/provider.js'
import { apiture } from './apiture/index.js'
import { banfico } from './banfico/index.js'
import { obp } from './obp/index.js'
import { sei } from './sei/index.js'
import { synctera } from './synctera/index.js'

/** Every provider, one line each. */
export const providers = {
  obp,
  synctera,
  apiture,
  sei,
  banfico,
}

export type Providers = typeof providers
export type ProviderName = keyof Providers

/** Every provider with its name, for code that treats all alike. */
export const providerEntries = Object.entries(providers) as unknown as readonly (readonly [
  ProviderName,
  Provider<unknown, ProviderInstance>,
])[]

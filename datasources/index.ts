import { obp } from './obp/index.js'
import { synctera } from './synctera/index.js'

/** Every provider, one line each. */
export const providers = {
  obp,
  synctera,
}

export type Providers = typeof providers
export type ProviderName = keyof Providers

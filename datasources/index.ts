import { banfico } from './banfico/index.js'
import { synctera } from './synctera/index.js'

/** Every provider, one line each. */
export const providers = {
  synctera,
  banfico,
}

export type Providers = typeof providers
export type ProviderName = keyof Providers

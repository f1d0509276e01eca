import { apiture } from './apiture/index.js'
import { sei } from './sei/index.js'
import { synctera } from './synctera/index.js'

/** Every provider, one line each. */
export const providers = {
  synctera,
  apiture,
  sei,
}

export type Providers = typeof providers
export type ProviderName = keyof Providers

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

import { randomBytes } from 'node:crypto'
import { sharedKeys } from './data-keys.js'
import { KeyHolder } from './key-holder.js'
import { loadKeys } from './key-ring.js'
import type { KeyConfig } from './key-settings.js'

/** Opens the data keys of the process. Without any configured, they end with the process. */
export const openKeys = async (config: KeyConfig): Promise<KeyHolder> =>
  new KeyHolder((await loadKeys(config)) ?? sharedKeys([randomBytes(32)]))

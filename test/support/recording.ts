import type { Exchange } from '../../datasources/emulator/run.js'
import { record } from '../../src/tools/contract/recording.js'

const folder = process.env['CONTRACT_RECORD']

/** Records the emulators' exchanges for `npm run contract`, which names the folder; undefined in other runs. */
export const recorder =
  folder === undefined ? undefined : (provider: string, exchange: Exchange) => record(folder, provider, exchange)

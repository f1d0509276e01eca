import type { Config, TenancyReading } from '../config.js'
import { WatchedFiles } from '../lifecycle/watched-files.js'
import { errorOrigin, type Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { Replacement, Tenants } from './tenants.js'

interface ReloadOptions {
  readonly config: Pick<Config, 'readTenancy'>
  readonly tenants: Pick<Tenants, 'apply'>
  readonly log: Log
  readonly metrics: Pick<Metrics, 'reloaded'>
}

/** Reads the settings of the providers again when a file that they name has changed: the tenants, a secret, a certificate, a key. */
export interface ProviderReload {
  readonly close: () => void
}

const isEmpty = ({ added, removed, providers, tenants }: Replacement): boolean =>
  [added, removed, providers, tenants].every((names) => names.length === 0)

const REFUSED = 'changed provider settings are refused; the earlier ones stay in use'

/** Takes what was read in use, or says why not: an invalid configuration changes nothing. */
function take(
  { part: tenancy, problems }: TenancyReading,
  { tenants, log }: ReloadOptions,
): 'applied' | 'unchanged' | 'refused' {
  if (tenancy === undefined) {
    log.error({ problems }, REFUSED)
    return 'refused'
  }
  try {
    const replaced = tenants.apply(tenancy)
    if (isEmpty(replaced)) return 'unchanged'
    log.info({ replaced }, 'changed provider settings are in use')
    return 'applied'
  } catch (error) {
    log.error(errorOrigin(error), REFUSED)
    return 'refused'
  }
}

/** Begins to watch the files. */
export function watchProviderSettings(options: ReloadOptions): ProviderReload {
  const { config, metrics } = options
  let watched: readonly string[] = []
  const files = new WatchedFiles(() => metrics.reloaded(take(readWatched(), options)))

  /** Reads the settings, all of whose files are watched since before they were read. */
  function readWatched(): TenancyReading {
    const reading = config.readTenancy()
    const isCovered = reading.files.every((file) => watched.includes(file))
    watched = reading.files
    files.set(watched)
    return isCovered ? reading : readWatched()
  }

  const reading = readWatched()
  // What changed between the start and now is not told by the files.
  const outcome = take(reading, options)
  if (outcome !== 'unchanged') metrics.reloaded(outcome)
  return { close: () => files.close() }
}

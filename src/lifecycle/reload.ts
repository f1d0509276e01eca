import type { Issuers } from '../access/issuers.js'
import type { Trail } from '../audit/trail.js'
import { ConfigError, type Config, type SecretConfig } from '../config.js'
import type { ConsentRegister } from '../consent/register.js'
import type { DataKeys } from '../keys/data-keys.js'
import { PURPOSES } from '../keys/data-keys.js'
import type { KeyHolder } from '../keys/key-holder.js'
import { loadKeys } from '../keys/key-ring.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { Tracing } from '../observability/tracing/contract.js'
import type { SecurityEvents } from '../security-events/security-events.js'
import { replaceCredentials } from '../store/redis-access.js'
import type { RedisAddress } from '../store/redis-address.js'
import { PartReload } from './part-reload.js'

interface ReloadOptions {
  readonly config: Pick<Config, 'redis' | 'reloaded'>
  readonly keys: KeyHolder
  readonly issuers: Issuers
  readonly consents: ConsentRegister | undefined
  readonly events: SecurityEvents
  readonly trail: Pick<Trail, 'useCheckpoints'>
  readonly tracing: Tracing | undefined
  readonly log: Log
  readonly metrics: Pick<Metrics, 'settingsRead'>
}

const idsOf = (keys: DataKeys): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(PURPOSES.map((purpose) => [purpose, keys[purpose].map(({ id }) => id).join(' ')])),
  retired: keys.retired.join(' '),
})

const placeOf = ({ nodes, kind, tls, database }: RedisAddress): string =>
  JSON.stringify([nodes, kind, tls, database ?? 0])

async function replaceKeys(next: SecretConfig, { keys, log }: ReloadOptions): Promise<void> {
  const loaded = await loadKeys(next)
  if (loaded === undefined) return
  const ids = idsOf(loaded)
  if (JSON.stringify(ids) === JSON.stringify(idsOf(keys.current))) return
  keys.replace(loaded)
  log.info({ keys: ids }, 'data keys were read again')
}

async function replaceRedis({ redis: next }: SecretConfig, { config, log }: ReloadOptions): Promise<void> {
  if (config.redis === undefined || next === undefined) return
  if (placeOf(next) !== placeOf(config.redis)) throw new ConfigError(['another REDIS_URL needs a restart'])
  if (await replaceCredentials(config.redis, next)) log.info('the access to Redis was read again')
}

/** Both, so that one that fails does not keep the other from being used. */
async function replaceStore(next: SecretConfig, options: ReloadOptions): Promise<void> {
  for (const result of await Promise.allSettled([replaceKeys(next, options), replaceRedis(next, options)]))
    if (result.status === 'rejected') throw result.reason
}

/**
 * Reads secrets, certificates and issuers again when their files change, each part by itself. Those of providers are read
 * by `src/tenants/reload.ts`, those of the public port by `src/http/tls-reload.ts`. Returns what ends it.
 */
export function watchParts(options: ReloadOptions): () => void {
  const { config, issuers, consents, events, trail, tracing, log, metrics } = options
  const { reloaded } = config
  const tell = (part: string) => log.info({ part }, 'changed settings are in use')
  const parts = [
    new PartReload({ name: 'store', read: reloaded.store, use: (next) => replaceStore(next, options), log, metrics }),
    new PartReload({
      name: 'issuers',
      read: reloaded.issuers,
      use: (next) => void (issuers.use(next) && tell('issuers')),
      log,
      metrics,
    }),
    new PartReload({
      name: 'consent',
      read: reloaded.consent,
      use({ consent: { register }, proxies }) {
        if (register && consents?.use({ ...register, proxies })) tell('consent')
      },
      log,
      metrics,
    }),
    new PartReload({
      name: 'traces',
      read: reloaded.traces,
      async use({ traces: { destination } }) {
        if (tracing?.use(destination)) tell('traces')
      },
      log,
      metrics,
    }),
    new PartReload({
      name: 'securityLog',
      read: reloaded.securityLog,
      use: ({ securityLog }) => void (events.use(securityLog) && tell('securityLog')),
      log,
      metrics,
    }),
    new PartReload({
      name: 'checkpoints',
      read: reloaded.checkpoints,
      use({ checkpoints }) {
        if (checkpoints === undefined) return
        trail.useCheckpoints(checkpoints)
        tell('checkpoints')
      },
      log,
      metrics,
    }),
  ]
  return () => parts.forEach((part) => part.close())
}

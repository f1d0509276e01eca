import '../lifecycle/no-debugger.js'
import { type Config, ConfigError, environment, readSecretConfig, readSecurityConfig } from '../config.js'
import { KeyRingError, loadKeys } from '../keys/key-ring.js'
import { errorClass } from '../observability/error-class.js'
import { openToolEvents } from '../security-events/open.js'
import { acceptEpoch, inspectEpoch, type Inspection } from '../store/accept-epoch.js'
import { StoreCipher } from '../store/cipher.js'
import type { RedisAddress } from '../store/redis-address.js'
import { openToolStore } from '../store/tool-store.js'

const minutesAgo = (at: number, now: number): number => Math.round((now - at) / 60_000)

type SecurityConfig = Pick<Config, 'securityLog' | 'trustProxy'>

/** What was found, a fact a line. */
function lines({ epochs, facts, now }: Inspection, cipher: StoreCipher): readonly string[] {
  const ofEpochs = epochs.flatMap((epoch) => {
    if (epoch === 'absent') return ['epoch: none; the store is new, was emptied, or a part of it was lost']
    if (typeof epoch === 'string') return [`epoch: not readable (${epoch})`]
    const { id, state, at, cause, keys = {} } = epoch
    const missing = Object.entries(keys).filter(([key]) => !cipher.knows(key))
    return [
      `epoch: ${id}, ${state}${cause === undefined ? '' : ` (${cause})`}, ${minutesAgo(at, now)} minutes old`,
      ...missing.map(([key, used]) => `key: ${key} is not given, and was in use ${minutesAgo(used, now)} minutes ago`),
    ]
  })
  if (facts === undefined)
    return [...ofEpochs, 'server: its user may not run INFO, so eviction and persistence are unknown']
  const ofServers = facts.map(
    ({ evictionPolicy, evictedKeys, hasAppendOnlyFile }) =>
      `server: eviction ${evictionPolicy ?? 'off'}, ${evictedKeys} keys evicted since its start, append-only file ${hasAppendOnlyFile ? 'on' : 'off'}`,
  )
  return [...ofEpochs, ...ofServers]
}

/** Records that the store was accepted, where `SECURITY_LOG` says. Returns whether that was written. */
async function recordAcceptance(security: SecurityConfig, redis: RedisAddress): Promise<boolean> {
  const events = openToolEvents({ ...security, redis })
  events.record({ action: 'store-accepted' })
  return (await events.close()) === 0
}

/**
 * `npm run store:accept [-- --yes]`: shows what the store says of itself; with `--yes` begins a new epoch. Answers the exit
 * code: 2 also where it was done, but not recorded.
 */
async function main(isSure: boolean): Promise<number> {
  const config = readSecretConfig(environment())
  // Read before anything is changed: a setting that is refused must not leave an acceptance without its record.
  const security = readSecurityConfig(environment())
  const { redis } = config
  const keys = await loadKeys(config)
  if (redis === undefined || keys === undefined)
    throw new ConfigError(['REDIS_URL and STORE_ENCRYPTION_KEY (or STORE_KEY_RING_FILE) are needed'])
  const store = await openToolStore(redis)
  const cipher = new StoreCipher(keys)
  try {
    const inspection = await inspectEpoch(store, cipher)
    for (const line of lines(inspection, cipher)) console.log(line)
    if (inspection.facts?.some(({ evictionPolicy }) => evictionPolicy !== undefined)) {
      console.error('Redis may evict keys: set maxmemory-policy noeviction first.')
      return 1
    }
    if (!isSure) {
      console.log(
        'Nothing was changed. With --yes a new epoch begins: keyed writes go on, and a key whose record was lost is a new key.',
      )
      return 1
    }
    console.log(`A new epoch begins. STORE_EPOCH=${await acceptEpoch(store, cipher)}`)
    return (await recordAcceptance(security, redis)) ? 0 : 2
  } finally {
    await store.close()
  }
}

main(process.argv.includes('--yes')).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(
      error instanceof ConfigError || error instanceof KeyRingError
        ? error.message
        : `The store cannot be accepted (${errorClass(error)}).`,
    )
    process.exit(2)
  },
)

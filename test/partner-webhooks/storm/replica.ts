import { createMetrics } from '../../../src/observability/metrics/all-metrics.js'
import { createLog } from '../../../src/observability/log.js'
import { openEventLog } from '../../../src/events/open-event-log.js'
import { DEFAULT_LIFETIMES } from '../../../src/idempotency/lifetimes.js'
import { parseNetwork } from '../../../src/partner-webhooks/address-rules.js'
import { openPartnerWebhooks } from '../../../src/partner-webhooks/open.js'
import { openStore, untilUsable } from '../../../src/store/open-store.js'
import { keysOf } from '../../support/keys.js'
import { addressOf } from '../../support/redis.js'

const HOUR_MS = 3_600_000
/** Retries of the storm: as many as in production, the first ones at once. */
const RETRY_SECONDS = Array.from({ length: 16 }, (_, i) => (i < 2 ? 0 : Math.min(0.1 * 2 ** i, 5)))
/** The lock of a delivery, which ends that long after its process was killed. */
const LOCK_MS = 2_000

/** The parts of a server that record events and deliver webhooks. */
export async function openReplica(url: string, encryptionKey: string) {
  const redis = addressOf(url)
  const keys = keysOf([Buffer.from(encryptionKey, 'base64')])
  const log = createLog('warn')
  const metrics = createMetrics()
  const config = {
    redis,
    redisReplicas: 0,
    storeEpoch: undefined,
    lifetimes: DEFAULT_LIFETIMES,
    tenancy: { hasTenants: false, tenants: [] },
    events: { maxCount: 100_000, retentionMs: 96 * HOUR_MS, sequenceMs: 96 * HOUR_MS },
    partnerWebhooks: {
      isOn: true,
      networks: [parseNetwork('127.0.0.1/32')!],
      maxEndpoints: 100,
      concurrency: 50,
      endpointConcurrency: 20,
    },
  }
  const store = await untilUsable(openStore(config, keys, () => undefined))
  const eventLog = openEventLog({ config, keys, now: store.store.now, log, metrics })
  const webhooks = await openPartnerWebhooks({
    config,
    store: store.store,
    canReadAll: store.canReadAll,
    events: eventLog.events,
    tenants: { find: () => undefined, names: [] },
    log,
    metrics,
    retrySeconds: RETRY_SECONDS,
    lockMs: LOCK_MS,
  })
  return {
    store: store.store,
    events: eventLog.events,
    async close() {
      await webhooks.stop()
      await eventLog.close()
      await webhooks.close()
      await store.close()
    },
  }
}

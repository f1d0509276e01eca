import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { WriteRecord } from '../../../src/idempotency/record.js'
import { canonicalJson } from '../../../datasources/support/canonical-json.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { parseRedisUrl } from '../../../src/store/redis-address.js'
import { redisStore } from '../../../src/store/redis.js'
import type { World } from '../world.js'
import { cipherOf } from '../../support/keys.js'

const LEASE_MS = 60_000
const RETENTION_SECONDS = 604_800
const POLL_MS = 20
const CLIENT = 'tester'

/** Writes records in the form and under the names of version 0.1.0: those of `createPerson` by the default client. */
export interface EarlierRecords {
  /** Stores a record and returns its idempotency key. */
  readonly add: (input: object, outcome: Pick<WriteRecord, 'state' | 'payload'>) => Promise<string>
  readonly close: () => Promise<void>
}

export async function openEarlierRecords({ settings }: World): Promise<EarlierRecords> {
  const raw = redisStore(parseRedisUrl(settings['REDIS_URL']!)!, () => undefined)
  const store = encryptedStore(raw, cipherOf([Buffer.from(settings['STORE_ENCRYPTION_KEY']!, 'base64')]))
  const isUsable = () =>
    raw.probe().then(
      () => true,
      () => false,
    )
  while (!(await isUsable())) await delay(POLL_MS)
  return {
    async add(input, outcome) {
      const key = randomUUID()
      const now = Date.now()
      const record: WriteRecord = {
        input: store.digest('write input', JSON.stringify(canonicalJson(input))),
        attempt: randomUUID(),
        begun: now,
        ...(outcome.state === 'running' ? { again: false, runner: randomUUID(), until: now + LEASE_MS } : {}),
        ...outcome,
      }
      await store.set(['write', `client:${CLIENT}`, CLIENT, 'createPerson', key], record, RETENTION_SECONDS)
      return key
    },
    close: raw.close,
  }
}

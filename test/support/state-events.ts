import type { StateChange } from '../../datasources/contract/state-change.js'
import type { StateEvent } from '../../src/events/event-log.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { cipherOf } from './keys.js'
import { addressOf, databaseOf } from './redis.js'

const HOUR_MS = 3_600_000

/** Records changes of state as another replica does. */
export interface StateEvents {
  readonly record: (change: Partial<StateChange> & { readonly id: string }, tenant?: string) => Promise<StateEvent>
  readonly close: () => Promise<void>
}

/** Opens the events of the store with this `STORE_ENCRYPTION_KEY` in the common Redis, or at another address. */
export async function openStateEvents(encryptionKey: string, url?: string): Promise<StateEvents> {
  const log = new RedisEventLog({
    address: addressOf(url ?? (await databaseOf(encryptionKey))),
    cipher: cipherOf([Buffer.from(encryptionKey, 'base64')]),
    settings: { maxCount: 100_000, retentionMs: 96 * HOUR_MS, sequenceMs: 96 * HOUR_MS },
    onFault: (error) => {
      throw error
    },
  })
  return {
    async record(change, tenant) {
      const whole: StateChange = { type: 'personVerification', state: 'ACCEPTED', isFinal: false, ...change }
      for (;;)
        try {
          const event = await log.record(tenant, whole)
          if (event === undefined) throw new Error('the state was recorded before')
          return event
        } catch (error) {
          // Its connection is made meanwhile.
          if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error
        }
    },
    close: () => log.close(),
  }
}

import type { Config } from '../config.js'
import type { KeyHolder } from '../keys/key-holder.js'
import { errorOrigin, type Log } from '../observability/log.js'
import { StoreCipher, type UnreadableCause } from '../store/cipher.js'
import type { EventLog } from './event-log.js'
import { EventRecorder, type RecorderMetrics } from './event-recorder.js'
import { MemoryEventLog } from './memory-event-log.js'
import { RedisEventLog } from './redis-event-log.js'

interface EventLogOptions {
  readonly config: Pick<Config, 'redis' | 'events'>
  readonly keys: KeyHolder
  /** The store's time, in ms since 1970. */
  readonly now: () => number
  readonly log: Log
  readonly metrics: RecorderMetrics & {
    readonly unreadable: (cause: UnreadableCause) => void
    /** How long after its record an event was read. */
    readonly eventRead: (seconds: number) => void
  }
}

/** The changes of state of a process, and what records them. */
export interface OpenEventLog {
  readonly events: EventLog
  readonly recorder: EventRecorder
  readonly close: () => Promise<void>
}

function eventLogOf({ config, keys, now, log, metrics }: EventLogOptions): EventLog {
  const onFault = (error: unknown): void => log.error(errorOrigin(error), 'unforeseen error')
  const { redis, events: settings } = config
  if (redis === undefined) return new MemoryEventLog(settings, onFault)
  const cipher = new StoreCipher(keys.current, metrics.unreadable)
  keys.onChange((replaced) => cipher.use(replaced))
  const onRead = (recordedAt: number): void => metrics.eventRead(Math.max(0, now() - recordedAt) / 1000)
  return new RedisEventLog({ address: redis, cipher, settings, onFault, onRead })
}

/** Opens the changes of state: in Redis with `REDIS_URL`, else in the memory of this process. */
export function openEventLog(options: EventLogOptions): OpenEventLog {
  const { log, metrics } = options
  const events = eventLogOf(options)
  const recorder = new EventRecorder({ events, log, metrics })
  return {
    events,
    recorder,
    async close() {
      await recorder.close()
      await events.close()
    },
  }
}

import type { Settings } from '../../datasources/contract/provider.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How many events are kept, and for how long. */
export interface EventSettings {
  /** Events of all objects and tenants; the oldest ones go first. */
  readonly maxCount: number
  readonly retentionMs: number
  /** How long the sequence of an object goes on after its last change, unless that was to a final state. */
  readonly sequenceMs: number
}

/** Reads the settings. */
export const readEventSettings = (settings: Settings): EventSettings => ({
  maxCount: settings.integer(
    'EVENT_MAX_COUNT',
    'Changes of state that are kept for webhooks and for replicas that were away; beyond it the oldest go first. Each takes about 500 bytes of Redis.',
    500_000,
    { min: 1_000, max: 100_000_000 },
  ),
  retentionMs:
    settings.integer(
      'EVENT_RETENTION_HOURS',
      'How long a change of state is kept; webhooks are tried for 72 hours.',
      96,
      { min: 1, max: 720 },
    ) * HOUR_MS,
  sequenceMs:
    settings.integer(
      'EVENT_SEQUENCE_DAYS',
      'How long the sequence number of an object goes on after its last change of state; a change after that is number 1 again.',
      400,
      { min: 30, max: 3_650 },
    ) * DAY_MS,
})

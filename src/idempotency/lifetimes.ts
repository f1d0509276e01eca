import type { Settings } from '../../datasources/contract/provider.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Lifetimes of a write's record, from the first call with its key on. */
export interface Lifetimes {
  /** Of the key: as long, the write is not done twice. */
  readonly keyMs: number
  /** Of the payload, from the end of the write on; after it a repeat answers `OUTCOME_ERASED`. */
  readonly payloadMs: number
}

const DEFAULT_KEY_DAYS = 7
const DEFAULT_PAYLOAD_HOURS = DEFAULT_KEY_DAYS * 24

export const DEFAULT_LIFETIMES: Lifetimes = {
  keyMs: DEFAULT_KEY_DAYS * DAY_MS,
  payloadMs: DEFAULT_PAYLOAD_HOURS * HOUR_MS,
}

/** True where a payload ends before its key: it is then a value of its own. */
export const isPayloadApart = ({ keyMs, payloadMs }: Lifetimes): boolean => payloadMs < keyMs

/** The lifetimes of a write whose payload ends earlier; of any other they are unchanged. */
export const shortened = (lifetimes: Lifetimes, payloadMs = Infinity): Lifetimes => ({
  ...lifetimes,
  payloadMs: Math.min(lifetimes.payloadMs, payloadMs),
})

/** Reads the settings. */
export const readLifetimes = (settings: Settings): Lifetimes => ({
  keyMs:
    settings.integer(
      'IDEMPOTENCY_KEY_DAYS',
      'How long an idempotency key is kept from its first call on: as long, its write is not done twice.',
      DEFAULT_KEY_DAYS,
      { min: DEFAULT_KEY_DAYS, max: 400 },
    ) * DAY_MS,
  payloadMs:
    settings.integer(
      'IDEMPOTENCY_PAYLOAD_HOURS',
      'How long the payload of a write is kept for repeats of its key; after that they answer `OUTCOME_ERASED`. Below 168 version 0.1.0 must not run beside this one.',
      DEFAULT_PAYLOAD_HOURS,
      { min: 1, max: DEFAULT_PAYLOAD_HOURS },
    ) * HOUR_MS,
})

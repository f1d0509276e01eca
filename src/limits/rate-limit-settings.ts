import type { Settings } from '../../datasources/contract/provider.js'

/** Points of one window for each client, user of a client and tenant; 0 is no limit. */
export interface RateLimitSettings {
  readonly perMinute: number
  readonly userPerMinute: number
  readonly tenantPerMinute: number
  /** The part of each limit that may be spent in this process while the store is away, in percent. */
  readonly fallbackPercent: number
}

/** The window of the rate limit, which the names of the settings and the errors call a minute. */
export const WINDOW_MS = 60_000

const RANGE = { min: 0, max: 1_000_000_000 }
const DEFAULT_OF_CLIENT = 60_000
/** An operation of the greatest cost still fits into half of the default of a client. */
const USERS_OF_CLIENT = 2
const CLIENTS_OF_TENANT = 10

export function readRateLimitSettings(settings: Settings): RateLimitSettings {
  const perMinute = settings.integer(
    'RATE_LIMIT_COST_PER_MINUTE',
    'Query cost that a client may use in a minute; 0 is no limit.',
    DEFAULT_OF_CLIENT,
    RANGE,
  )
  return {
    perMinute,
    userPerMinute: settings.integer(
      'RATE_LIMIT_USER_COST_PER_MINUTE',
      'Query cost that one user of a client may use in a minute, where the subject of a token is not its client; 0 is no limit. The default is half of `RATE_LIMIT_COST_PER_MINUTE`.',
      Math.floor(perMinute / USERS_OF_CLIENT),
      RANGE,
    ),
    tenantPerMinute: settings.integer(
      'RATE_LIMIT_TENANT_COST_PER_MINUTE',
      'Query cost that all clients of a tenant may use in a minute together; 0 is no limit. The default is ten times `RATE_LIMIT_COST_PER_MINUTE`.',
      Math.min(perMinute * CLIENTS_OF_TENANT, RANGE.max),
      RANGE,
    ),
    fallbackPercent: settings.integer(
      'RATE_LIMIT_FALLBACK_PERCENT',
      'Part of each limit, in percent, that may be used at one replica while Redis is away: 100 divided by the number of replicas keeps the limits.',
      25,
      { min: 0, max: 100 },
    ),
  }
}

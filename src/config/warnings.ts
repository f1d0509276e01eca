import { RETRY_SECONDS } from '../partner-webhooks/retry-schedule.js'
import type { Config } from './types.js'

/** What an operator should know of a configuration that can be used. */
export interface ConfigWarning {
  readonly facts?: { readonly settings: readonly string[] }
  readonly message: string
}

const RETRY_MS = RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0) * 1000

/** What is doubtful in production. */
export function configWarnings(config: Config): readonly ConfigWarning[] {
  const { plaintext, securityLog, admin, redis, events, partnerWebhooks } = config
  const warnings: ConfigWarning[] = []
  if (redis === undefined)
    warnings.push({
      message:
        'REDIS_URL is not set: idempotency keys, rate limits and verifications are in the memory of this process alone, and end with it',
    })
  if (plaintext.length > 0)
    warnings.push({
      facts: { settings: plaintext },
      message: 'ALLOW_PLAINTEXT: these are reached without encryption',
    })
  if (securityLog === undefined)
    warnings.push({
      message: 'SECURITY_LOG is off: failed logins and denied access are counted and leave no line',
    })
  if (admin === undefined)
    warnings.push({
      message: 'ADMIN_PORT is not set: /health, /ready and /metrics are on the public port, where overload delays them',
    })
  if (partnerWebhooks.isOn && events.retentionMs < RETRY_MS)
    warnings.push({
      message: 'EVENT_RETENTION_HOURS is less than 72: webhooks whose event is gone are not tried again',
    })
  return warnings
}

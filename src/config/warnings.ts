import type { Config } from './types.js'

/** What an operator should know of a configuration that can be used. */
export interface ConfigWarning {
  readonly facts?: { readonly settings: readonly string[] }
  readonly message: string
}

/** What is doubtful in production. */
export function configWarnings({ plaintext, securityLog, admin, redis }: Config): readonly ConfigWarning[] {
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
  return warnings
}

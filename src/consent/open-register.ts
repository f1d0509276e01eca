import type { Config } from '../config.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import { ConsentRegister } from './register.js'

/** Opens the register of `CONSENT_URL`. That it fails, and that it answers again, is logged once. */
export function openConsentRegister(
  { consent, proxies }: Pick<Config, 'consent' | 'proxies'>,
  log: Log,
  metrics: Metrics,
): ConsentRegister | undefined {
  if (consent.register === undefined) return undefined
  let failing: string | undefined
  return new ConsentRegister({
    ...consent.register,
    proxies,
    report(outcome, cause) {
      metrics.askedForConsent(outcome)
      if (cause === failing) return
      failing = cause
      if (cause === undefined) log.warn('the register of consents answers again')
      else log.warn({ cause }, 'the register of consents gives no answer')
    },
  })
}

import { ApiError, retryAfterOf } from '../../../datasources/contract/errors.js'
import { inSpan, traceWait } from '../../../datasources/support/operation-trace.js'
import { NO_CONSENT } from '../../consent/operation-consent.js'
import { withHttp } from '../http-head.js'
import type { Plugin } from '../plugin.js'

/** Gives the refusal of a whole operation its HTTP status. */
function asWhole(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  if (error.code !== 'CONSENT_UNAVAILABLE') return withHttp(error, error.code === 'FORBIDDEN' ? 403 : 400)
  return withHttp(error, 503, [['retry-after', String(retryAfterOf(error) ?? 1)]])
}

/**
 * Refuses an operation whose purpose or consent id cannot be taken, and one that selects personal values for `pii:read`
 * without those that the settings require, before anything of it runs.
 */
export const consentPlugin: Plugin = {
  operationResolved({ context: { consent, caller, audit, stopwatch } }) {
    if (consent === NO_CONSENT) return
    try {
      consent.read()
      if (!caller.scopes.has('pii:read') || audit.personalFields.length === 0) return
      const decision = consent.allow(audit.personalFields)
      if (decision === undefined) return
      return inSpan(stopwatch, 'wait', { reason: 'consent' }, (trace) => traceWait(trace, () => decision)).catch(
        (error: unknown) => {
          throw asWhole(error)
        },
      )
    } catch (error) {
      throw asWhole(error)
    }
  },
}

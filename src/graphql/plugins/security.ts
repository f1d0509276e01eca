import { recordErrors } from '../../security-events/refusals.js'
import type { SecurityEvents } from '../../security-events/security-events.js'
import type { Plugin } from '../plugin.js'

/** Records what an operation was refused. */
export const securityPlugin = (events: SecurityEvents): Plugin => ({
  willSendResponse({ errors, result, context }) {
    if (errors.length > 0)
      recordErrors(events, errors, result.errors ?? [], {
        request: context.request,
        caller: context.caller,
        ids: context,
      })
  },
})

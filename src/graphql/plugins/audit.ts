import type { Plugin } from '../plugin.js'

/** Tells the operation's audit record what is asked, and closes it with the answer. */
export const auditPlugin: Plugin = {
  operationResolved({ document, operation, source, context }) {
    context.audit.begin({ document, operation, source })
  },
  willSendResponse({ context }) {
    context.audit.end()
  },
}

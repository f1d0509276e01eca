import type { Listener, Plugin } from '../plugin.js'

const listener: Listener = {
  didResolveOperation({ document, operation, source, contextValue }) {
    if (operation) contextValue.audit.begin({ document, operation, source })
  },
  willSendResponse({ contextValue }) {
    contextValue.audit.end()
  },
}

/** Tells the operation's record what is asked, and closes it with the answer. */
export const auditPlugin: Plugin = {
  requestDidStart: () => listener,
  // What an operation did before something unforeseen ended it has been done all the same.
  failed: ({ audit }) => audit.end(),
}

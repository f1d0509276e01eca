import type { Plugin } from './served.js'

/** Tells the operation's record what is asked, and closes it with the answer. */
export const audit: Plugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operation, source, contextValue }) => {
        if (operation) contextValue.audit.begin({ document, operation, source })
        return Promise.resolve()
      },
      willSendResponse: ({ contextValue }) => {
        contextValue.audit.end()
        return Promise.resolve()
      },
    }),
  // What an operation did before something unforeseen ended it has been done all the same.
  unexpectedErrorProcessingRequest: ({ requestContext }) => {
    requestContext.contextValue.audit.end()
    return Promise.resolve()
  },
}

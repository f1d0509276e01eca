import { OperationTypeNode } from 'graphql'
import { ApiError } from '../../../datasources/contract/errors.js'
import { withHttp } from '../http-head.js'
import type { Plugin } from '../plugin.js'

/** Tells a stream its operation, and refuses a subscription that is asked for without one. */
export const streamsPlugin: Plugin = {
  operationResolved(resolved) {
    const { operation, context } = resolved
    if (context.observer !== undefined) return context.observer.resolved(resolved)
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return
    const message =
      'A subscription needs POST with the header accept: text/event-stream, or a WebSocket with graphql-transport-ws.'
    throw withHttp(new ApiError('BAD_USER_INPUT', { message }), 400)
  },
}

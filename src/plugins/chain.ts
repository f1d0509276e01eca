import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server'
import type { Listener, Plugin, Served } from './served.js'

/**
 * Plugins as one, each hook in the order of the plugins: what one of them refuses, those behind it do not hear of.
 * Apollo asks its plugins all at once and makes several promises for each and every hook, whether it has it or not.
 */
export function chained(plugins: readonly Plugin[]): ApolloServerPlugin<Served> {
  return {
    serverWillStart: () =>
      Promise.resolve({
        async serverWillStop() {
          for (const plugin of plugins) await plugin.serverWillStop?.()
        },
      }),
    requestDidStart(begun) {
      const listeners: Listener[] = []
      for (const plugin of plugins) {
        const listener = plugin.requestDidStart(begun)
        if (listener) listeners.push(listener)
      }
      const each = (hook: Exclude<keyof Listener, 'responseForOperation'>) => async (context: never): Promise<void> => {
        for (const listener of listeners) {
          const heard = listener[hook]?.(context)
          if (heard) await heard
        }
      }
      return Promise.resolve({
        didResolveSource: each('didResolveSource'),
        didResolveOperation: each('didResolveOperation'),
        async responseForOperation(context): Promise<GraphQLResponse | null> {
          for (const listener of listeners) {
            const response = listener.responseForOperation?.(context)
            const answered = response && (await response)
            if (answered) return answered
          }
          return null
        },
        didEncounterErrors: each('didEncounterErrors'),
        willSendResponse: each('willSendResponse'),
      })
    },
    async unexpectedErrorProcessingRequest(failed) {
      for (const plugin of plugins) await plugin.unexpectedErrorProcessingRequest?.(failed)
    },
  }
}

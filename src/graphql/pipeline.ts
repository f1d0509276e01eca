import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import type { ExecutionResult, OperationDefinitionNode } from 'graphql'
import type {
  RequestStarted,
  Listener,
  Plugin,
  OperationResolved,
  GraphQLResult,
  OperationContext,
  MaybePromise,
} from './plugin.js'

/** What a request asks, by a document that Apollo Server has found valid. */
export interface CachedOperation extends Omit<OperationResolved, 'contextValue'> {
  readonly operation: OperationDefinitionNode
}

/** Plugins as one, each hook in the order of the plugins: what one of them refuses, those behind it do not hear of. */
export interface Pipeline {
  /**
   * What Apollo Server calls. It asks its plugins all at once and makes several promises for each and every hook,
   * whether a plugin has it or not. An operation that has passed here already is told nothing twice.
   */
  readonly plugin: ApolloServerPlugin<OperationContext>
  /** An operation's way past all of them without Apollo Server; undefined where something went wrong that Apollo has to word. */
  readonly pass: (known: CachedOperation, contextValue: OperationContext) => Promise<GraphQLResult | undefined>
}

type Hook = Exclude<keyof Listener, 'resultOf'>
type Passing<Name extends Hook> = Parameters<NonNullable<Listener[Name]>>[0]

/** A promise only where one of them has something to wait for. */
function tell<Name extends Hook>(
  listeners: readonly Listener[],
  hook: Name,
  passing: Passing<Name>,
  from = 0,
): Promise<void> | undefined {
  for (let i = from; i < listeners.length; i += 1) {
    const heard = listeners[i]![hook]?.(passing as never)
    if (heard) return heard.then(() => tell(listeners, hook, passing, i + 1))
  }
  return undefined
}

/** The answer of the plugin that runs operations. */
function resultOf(listeners: readonly Listener[], passing: OperationResolved): MaybePromise<ExecutionResult | null> {
  for (const listener of listeners) if (listener.resultOf) return listener.resultOf(passing)
  return null
}

/** Makes one of all plugins. */
export function createPipeline(plugins: readonly Plugin[]): Pipeline {
  function begin(begun: RequestStarted): readonly Listener[] {
    const listeners: Listener[] = []
    for (const plugin of plugins) {
      const listener = plugin.requestDidStart(begun)
      if (listener) listeners.push(listener)
    }
    return (begun.contextValue.passage.listeners = listeners)
  }

  function failed(contextValue: OperationContext): void {
    for (const plugin of plugins) plugin.failed?.(contextValue)
  }

  return {
    plugin: {
      serverWillStart: () =>
        Promise.resolve({
          async serverWillStop() {
            for (const plugin of plugins) await plugin.serverWillStop?.()
          },
        }),
      requestDidStart(begun) {
        const { passage } = begun.contextValue
        const hasPassed = passage.listeners !== undefined
        const listeners = passage.listeners ?? begin(begun)
        return Promise.resolve({
          async didResolveSource(passing) {
            if (!hasPassed) await tell(listeners, 'didResolveSource', passing)
          },
          async didResolveOperation(passing) {
            if (!hasPassed) await tell(listeners, 'didResolveOperation', passing as OperationResolved)
            else if (passage.refusal !== undefined) throw passage.refusal as Error
          },
          async responseForOperation(passing) {
            const singleResult = hasPassed ? null : await resultOf(listeners, passing)
            return (
              singleResult && {
                http: { status: undefined, headers: new HeaderMap() },
                body: { kind: 'single', singleResult },
              }
            )
          },
          async didEncounterErrors(passing) {
            await tell(listeners, 'didEncounterErrors', passing)
          },
          async willSendResponse({ request, contextValue, operation, response: { body } }) {
            // Nothing here is sent in parts.
            if (body.kind === 'single')
              await tell(listeners, 'willSendResponse', { request, contextValue, operation, result: body.singleResult })
          },
        })
      },
      unexpectedErrorProcessingRequest: ({ requestContext }) => Promise.resolve(failed(requestContext.contextValue)),
    },

    async pass({ request, source, document, operation }, contextValue) {
      const passing: OperationResolved = { request, contextValue, source, document, operation }
      try {
        const listeners = begin(passing)
        // Nothing is awaited that is not a promise: there would be a turn of the queue for each.
        let heard = tell(listeners, 'didResolveSource', passing)
        if (heard) await heard
        try {
          heard = tell(listeners, 'didResolveOperation', passing)
          if (heard) await heard
        } catch (refusal) {
          contextValue.passage.refusal = refusal
          return undefined
        }
        const running = resultOf(listeners, passing)
        const result = (running instanceof Promise ? await running : running) as GraphQLResult | null
        if (result === null) return undefined
        heard = tell(listeners, 'willSendResponse', { request, contextValue, operation, result })
        if (heard) await heard
        return result
      } catch (error) {
        failed(contextValue)
        throw error
      }
    },
  }
}

import type { CallScope } from '../http/call.js'
import type { Caller } from './caller.js'
import type { Store } from './store.js'

/** Creates the loader of one operation; the function itself identifies the loader within the operation. */
export type LoaderDefinition<Instance, Loader> = (instance: Instance, operation: OperationScope) => Loader

/** Operation scope: one GraphQL operation as a provider folder sees it: its caller, its deadline, its trace and its loaders. */
export interface OperationScope extends CallScope {
  readonly caller: Caller
  /** The store; the operation's trace counts the time spent waiting for it. */
  readonly store: Store
  /** Told of a record that is absent for the caller because it belongs to another tenant or bank. */
  foreign(kind: 'owner' | 'tenant' | 'bank'): void
  /** The loader of a definition for this operation, created at first use. */
  loader<Instance, Loader>(instance: Instance, definition: LoaderDefinition<Instance, Loader>): Loader
  /** Runs a batch of the loader in a scope with a span of its own; only a loader of a sampled operation has it. */
  readonly batch?: (<T>(keys: number, run: (scope: OperationScope) => Promise<T>) => Promise<T>) | undefined
}

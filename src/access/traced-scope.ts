import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Store } from '../../datasources/contract/store.js'
import type { OperationTrace } from '../../datasources/contract/trace.js'
import type { Allotment } from '../lifecycle/field-allotment.js'

/** The operation, as its scopes see it. */
interface Owner extends Omit<OperationScope, 'loader' | 'store'> {
  readonly loader: <Instance, Loader>(
    instance: Instance,
    definition: LoaderDefinition<Instance, Loader>,
    asker: OperationTrace,
  ) => Loader
  readonly storeFor: (trace: OperationTrace) => Store
}

/** What a scope has of its own, beside its operation. */
interface ScopeOptions {
  /** The root field whose deadline it keeps, also when it goes on beside a later one; without it that of the field that runs. */
  readonly field?: Allotment | undefined
  /** Of a loader of a sampled operation alone. */
  readonly batch?: OperationScope['batch']
}

/** The scope of a question, a loader, a batch or a write: what is done in it is recorded below its trace. */
export class TracedScope implements OperationScope {
  readonly trace: OperationTrace
  readonly batch: OperationScope['batch']
  readonly #operation: Owner
  readonly #field: Allotment | undefined
  #store: Store | undefined

  constructor(operation: Owner, trace: OperationTrace, { field, batch }: ScopeOptions = {}) {
    this.#operation = operation
    this.#field = field
    this.trace = trace
    this.batch = batch
  }

  foreign(kind: 'owner' | 'tenant' | 'bank'): void {
    this.#operation.foreign(kind)
  }

  loader<Instance, Loader>(instance: Instance, definition: LoaderDefinition<Instance, Loader>): Loader {
    return this.#operation.loader(instance, definition, this.trace)
  }

  get caller() {
    return this.#operation.caller
  }

  get correlationId(): string {
    return this.#operation.correlationId
  }

  get interactionId() {
    return this.#operation.interactionId
  }

  get share() {
    return this.#operation.share
  }

  get markSent() {
    return this.#operation.markSent
  }

  get isWriting() {
    return this.#operation.isWriting
  }

  get signal(): AbortSignal {
    return (this.#field ?? this.#operation).signal
  }

  get deadline() {
    return (this.#field ?? this.#operation).deadline
  }

  get store(): Store {
    return (this.#store ??= this.#operation.storeFor(this.trace))
  }
}

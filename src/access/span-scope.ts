import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Store } from '../../datasources/contract/store.js'
import type { OperationTrace } from '../../datasources/contract/trace.js'

/** The operation, as its scopes see it. */
interface Owner extends Omit<OperationScope, 'loader'> {
  readonly loader: <Instance, Loader>(
    instance: Instance,
    definition: LoaderDefinition<Instance, Loader>,
    asker: OperationTrace,
  ) => Loader
  readonly storeFor: (trace: OperationTrace) => Store
}

/** The scope of a question, a loader or a batch of a sampled operation: what is done in it is recorded below its span. */
export class SpanScope implements OperationScope {
  readonly foreign: OperationScope['foreign']
  readonly loader: OperationScope['loader']
  readonly trace: OperationTrace
  readonly batch: OperationScope['batch']
  readonly #operation: Owner
  #store: Store | undefined

  /** `batch`: of a loader alone. */
  constructor(operation: Owner, trace: OperationTrace, batch?: OperationScope['batch']) {
    this.#operation = operation
    this.trace = trace
    this.batch = batch
    this.foreign = (kind) => operation.foreign(kind)
    this.loader = (instance, definition) => operation.loader(instance, definition, trace)
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
    return this.#operation.signal
  }

  get deadline() {
    return this.#operation.deadline
  }

  get store(): Store {
    return (this.#store ??= this.#operation.storeFor(this.trace))
  }
}

import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Store } from '../../datasources/contract/store.js'
import type { OperationTrace, Span } from '../../datasources/contract/trace.js'

/** The operation, as its scopes see it. */
interface Owner extends Omit<OperationScope, 'loader'> {
  readonly loader: <Instance, Loader>(
    instance: Instance,
    definition: LoaderDefinition<Instance, Loader>,
    asker: OperationTrace,
  ) => Loader
  readonly storeFor: (trace: OperationTrace) => Store
}

/** The scope of a question or of a batch of a sampled operation: what is done in it is recorded below its span. */
export class SpanScope implements OperationScope {
  readonly foreign: OperationScope['foreign']
  readonly loader: OperationScope['loader']
  readonly #operation: Owner
  readonly #span: Span
  #store: Store | undefined

  constructor(operation: Owner, span: Span) {
    this.#operation = operation
    this.#span = span
    this.foreign = (kind) => operation.foreign(kind)
    this.loader = (instance, definition) => operation.loader(instance, definition, span)
  }

  get trace(): Span {
    return this.#span
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

  get batch() {
    return this.#operation.batch
  }

  get signal(): AbortSignal {
    return this.#operation.signal
  }

  get deadline() {
    return this.#operation.deadline
  }

  get store(): Store {
    return (this.#store ??= this.#operation.storeFor(this.#span))
  }
}

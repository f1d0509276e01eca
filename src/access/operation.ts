import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { CustomerKey } from '../../datasources/contract/operations.js'
import type { Store } from '../../datasources/contract/store.js'
import { likeList } from '../../datasources/support/capped-list.js'
import { type OperationTrace, tracedStore } from '../../datasources/support/operation-trace.js'
import type { Scope } from '../../schema/scopes.js'
import type { OperationRecord } from '../audit/operation-record.js'
import type { Deadline } from '../lifecycle/deadline.js'
import type { Allotment } from '../lifecycle/field-allotment.js'

/** The customers that the Open Bank Project links to the caller, and the records of other providers linked to them. */
export interface OwnRecords {
  readonly customers: readonly CustomerKey[]
  readonly persons: ReadonlySet<string>
  readonly bankingCustomers: ReadonlySet<string>
}

interface OperationOptions {
  readonly caller: Caller
  readonly correlationId: string
  readonly trace: OperationTrace
  readonly deadline: Deadline
  readonly store: Store
  readonly audit: OperationRecord
}

/** The error of a caller who lacks a scope; `members` are those of the input that need it, where the rest does not. */
export const missingScope = (scope: Scope, members: readonly string[] = []) =>
  new ApiError('FORBIDDEN', {
    message: `This needs the scope ${scope}${members.length > 0 ? ` for ${members.join(', ')}` : ''}.`,
  })

/** One GraphQL operation: its scope for the rooms, and what the guard remembers for it. */
export class Operation implements OperationScope {
  readonly caller: Caller
  readonly correlationId: string
  readonly trace: OperationTrace
  readonly audit: OperationRecord
  readonly markSent: OperationScope['markSent']
  readonly isWriting: OperationScope['isWriting']
  readonly raceWrite: Deadline['raceWrite']
  readonly share: readonly string[]
  /** True when the caller sees every personal value. */
  readonly seesPii: boolean
  /** The caller's own records, loaded at most once, and only for a caller with an `…:own` scope. */
  ownRecords: Promise<OwnRecords> | undefined
  readonly #deadline: Deadline
  readonly #store: Store
  #tracedStore: Store | undefined
  readonly #loaders = new Map<unknown, unknown>()
  #masked: WeakMap<object, unknown> | undefined

  constructor({ caller, correlationId, trace, deadline, store, audit }: OperationOptions) {
    this.caller = caller
    this.correlationId = correlationId
    this.trace = trace
    this.audit = audit
    this.#deadline = deadline
    this.markSent = deadline.markSent
    this.isWriting = deadline.isWriting
    this.raceWrite = deadline.raceWrite
    this.share = [caller.tenant, caller.client, caller.subject]
    this.seesPii = caller.scopes.has('pii:read')
    this.#store = store
  }

  /** Of the root field that runs. */
  get signal(): AbortSignal {
    return this.#deadline.field.signal
  }

  /** Of the root field that runs. */
  get deadline(): number {
    return this.#deadline.field.deadline
  }

  /** The scope of a write: it keeps the deadline of its own root field, also when it goes on beside a later one. */
  within({ signal, deadline }: Allotment): OperationScope {
    const { caller, correlationId, trace, markSent, isWriting, store } = this
    const loader: OperationScope['loader'] = (instance, definition) => this.loader(instance, definition)
    return { caller, correlationId, trace, markSent, isWriting, store, signal, deadline, loader }
  }

  get store(): Store {
    return (this.#tracedStore ??= tracedStore(this.#store, this.trace))
  }

  loader<Instance, Loader>(instance: Instance, definition: LoaderDefinition<Instance, Loader>): Loader {
    const known = this.#loaders.get(definition)
    if (known !== undefined) return known as Loader
    const loader = definition(instance, this)
    this.#loaders.set(definition, loader)
    return loader
  }

  /** Refuses a caller who lacks one of the scopes. */
  requireScopes(scopes: readonly Scope[]): void {
    for (const scope of scopes) if (!this.caller.scopes.has(scope)) throw missingScope(scope)
  }

  /** Masks a value; the same object is masked once for an operation. */
  masked<Value>(value: Value, mask: (value: unknown) => unknown): Value {
    if (typeof value !== 'object' || value === null) return value
    this.#masked ??= new WeakMap()
    if (!this.#masked.has(value)) this.#masked.set(value, likeList(value, mask(value)))
    return this.#masked.get(value) as Value
  }
}

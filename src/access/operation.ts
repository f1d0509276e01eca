import type { IncomingMessage } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../datasources/contract/operation-scope.js'
import type { CustomerKey } from '../../datasources/contract/operations.js'
import type { Store } from '../../datasources/contract/store.js'
import { likeList } from '../../datasources/support/capped-list.js'
import type { OperationTrace, Span } from '../../datasources/contract/trace.js'
import { runInSpan, tracedStore } from '../../datasources/support/operation-trace.js'
import type { Scope } from '../../schema/scopes.js'
import type { OperationRecord } from '../audit/operation-record.js'
import type { OperationConsent } from '../consent/operation-consent.js'
import type { ForeignKind, SecurityEvent } from '../security-events/events.js'
import type { SecurityEvents } from '../security-events/security-events.js'
import type { Deadline } from '../lifecycle/deadline.js'
import type { Allotment } from '../lifecycle/field-allotment.js'
import type { OpenProviders } from '../providers.js'
import type { Tenant } from '../tenants/tenant.js'
import { TracedScope } from './traced-scope.js'

/** The customers that the Open Bank Project links to the caller, and the records of other providers linked to them. */
export interface OwnRecords {
  readonly customers: readonly CustomerKey[]
  readonly persons: ReadonlySet<string>
  readonly bankingCustomers: ReadonlySet<string>
}

interface OperationOptions {
  readonly caller: Caller
  readonly correlationId: string
  readonly interactionId: string
  readonly trace: OperationTrace
  readonly deadline: Deadline
  readonly tenant: Tenant
  readonly audit: OperationRecord
  readonly consent: OperationConsent
  readonly events: SecurityEvents
  readonly request: IncomingMessage
}

/** What a missing scope was needed for. */
interface Need {
  /** The members of the input that need it, where the rest does not. */
  readonly members?: readonly string[]
  /** The type that was to be searched by personal values. */
  readonly searched?: string | undefined
}

/** The error of a caller who lacks a scope. */
export const missingScope = (scope: Scope, { members = [], searched }: Need = {}) =>
  new ApiError('FORBIDDEN', {
    message: `This needs the scope ${scope}${members.length > 0 ? ` for ${members.join(', ')}` : ''}.`,
    refusal: scope,
    searched,
  })

/** One GraphQL operation: its scope for the rooms, and what the guard remembers for it. */
export class Operation {
  readonly caller: Caller
  readonly correlationId: string
  readonly interactionId: string
  readonly trace: OperationTrace
  readonly audit: OperationRecord
  readonly consent: OperationConsent
  readonly markSent: OperationScope['markSent']
  readonly isWriting: OperationScope['isWriting']
  readonly share: readonly string[]
  /** True when the caller sees every personal value. */
  readonly seesPii: boolean
  /** The caller's own records, loaded at most once, and only for a caller with an `…:own` scope. */
  ownRecords: Promise<OwnRecords> | undefined
  readonly #deadline: Deadline
  readonly #tenant: Tenant
  readonly #events: SecurityEvents
  readonly #request: IncomingMessage
  #scope: TracedScope | undefined
  readonly #loaders = new Map<unknown, unknown>()
  /** The questions that asked each loader since its last batch, by its definition, where the operation is sampled. */
  #askers: Map<unknown, Set<OperationTrace>> | undefined
  #masked: WeakMap<object, unknown> | undefined

  constructor({
    caller,
    correlationId,
    interactionId,
    trace,
    deadline,
    tenant,
    audit,
    consent,
    events,
    request,
  }: OperationOptions) {
    this.caller = caller
    this.correlationId = correlationId
    this.interactionId = interactionId
    this.trace = trace
    this.audit = audit
    this.consent = consent
    this.#deadline = deadline
    this.markSent = deadline.markSent
    this.isWriting = deadline.isWriting
    this.share = [caller.tenant, caller.client, caller.subject]
    this.seesPii = caller.scopes.has('pii:read')
    this.#tenant = tenant
    this.#events = events
    this.#request = request
  }

  /** Of the root field that runs. */
  get signal(): AbortSignal {
    return this.#deadline.field.signal
  }

  /** Of the root field that runs. */
  get deadline(): number {
    return this.#deadline.field.deadline
  }

  /** The providers of the caller's tenant, the same ones for the whole operation. */
  get providers(): OpenProviders {
    return this.#tenant.open
  }

  /** The id of the caller's tenant; undefined in a deployment without tenants. */
  get tenantId(): string | undefined {
    return this.#tenant.config.id
  }

  /** As `Deadline.raceWrite`; the tenant's providers stay open until the write has ended. */
  raceWrite<T>(write: (field: Allotment) => Promise<T>, keyed: boolean): Promise<T> {
    return this.#deadline.raceWrite((field) => this.#tenant.during(write(field)), keyed)
  }

  /** The scope of what is done for the operation itself. */
  get scope(): OperationScope {
    return (this.#scope ??= new TracedScope(this, this.trace))
  }

  /** The scope of a write: it keeps the deadline of its own root field, also when it goes on beside a later one. */
  within(field: Allotment, trace: OperationTrace = this.trace): OperationScope {
    return new TracedScope(this, trace, { field })
  }

  /** The store, whose steps are recorded below this trace. */
  storeFor(trace: OperationTrace): Store {
    return tracedStore(this.#tenant.store, trace)
  }

  /** The scope of what is done under a span of this operation. */
  under(span: Span): OperationScope {
    return new TracedScope(this, span)
  }

  /** `asker` is the question that asks, where the operation is sampled. */
  loader<Instance, Loader>(
    instance: Instance,
    definition: LoaderDefinition<Instance, Loader>,
    asker?: OperationTrace,
  ): Loader {
    let loader = this.#loaders.get(definition)
    if (loader === undefined)
      this.#loaders.set(definition, (loader = definition(instance, this.#loaderScope(definition))))
    if (asker !== undefined && this.trace.begin !== undefined) this.#note(definition, asker)
    return loader as Loader
  }

  get traceId(): string | undefined {
    return this.trace.context?.traceId
  }

  /** Records a security event of this operation. */
  report(event: SecurityEvent): void {
    this.#events.record(event, { request: this.#request, caller: this.caller, ids: this })
  }

  /** Records that a record is not shown because it is not the caller's. */
  foreign(reason: ForeignKind): void {
    this.report({ action: 'foreign-record', reason })
  }

  /** Refuses a caller who lacks one of the scopes. */
  requireScopes(scopes: readonly Scope[], searched?: string): void {
    for (const scope of scopes)
      if (!this.caller.scopes.has(scope))
        throw missingScope(scope, { searched: scope === 'pii:read' ? searched : undefined })
  }

  /** The scope that a loader is created with: it runs batches under spans where the operation is sampled. */
  #loaderScope(definition: unknown): OperationScope {
    if (this.trace.begin === undefined) return this.scope
    return new TracedScope(this, this.trace, { batch: (keys, run) => this.#runBatch(definition, keys, run) })
  }

  #note(definition: unknown, asker: OperationTrace): void {
    this.#askers ??= new Map()
    const askers = this.#askers.get(definition)
    if (askers === undefined) this.#askers.set(definition, new Set([asker]))
    else askers.add(asker)
  }

  /** Runs a batch under a span below the question that asked first; the span links to the other questions. */
  #runBatch<T>(definition: unknown, keys: number, run: (scope: OperationScope) => Promise<T>): Promise<T> {
    const [first = this.trace, ...others] = this.#askers?.get(definition) ?? []
    this.#askers?.delete(definition)
    return runInSpan(first.begin!('batch', { keys }, others), (span) => run(this.under(span)))
  }

  /** Masks a value; the same object is masked once for an operation. */
  masked<Value>(value: Value, mask: (value: unknown) => unknown): Value {
    if (typeof value !== 'object' || value === null) return value
    this.#masked ??= new WeakMap()
    if (!this.#masked.has(value)) this.#masked.set(value, likeList(value, mask(value)))
    return this.#masked.get(value) as Value
  }
}

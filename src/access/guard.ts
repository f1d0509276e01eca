import { ApiError } from '../../datasources/contract/errors.js'
import {
  askedByCaller,
  type Command,
  type Commands,
  type Queries,
  type Query,
} from '../../datasources/contract/operations.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Span } from '../../datasources/contract/trace.js'
import { providerEntries } from '../../datasources/index.js'
import { runInSpan } from '../../datasources/support/operation-trace.js'
import type { GuardedOperations } from '../../resolvers/context.js'
import type { MutationInput } from '../../schema/mutation.js'
import type { KycProvider } from '../../schema/shared.js'
import type { Idempotency } from '../idempotency/idempotency.js'
import type { Replayable } from '../idempotency/write.js'
import type { WriteOutcome } from '../observability/metrics/providers.js'
import type { OpenProvider } from '../providers.js'
import type { Masker } from './mask.js'
import { missingScope, type Operation } from './operation.js'
import { isOwn } from './ownership.js'

/** Declared queries and commands: those of a provider, or of this server itself. */
interface Declared {
  /** The label of metrics. */
  readonly name: string
  /** The provider of errors; undefined for this server. */
  readonly label?: KycProvider | undefined
  /** The name in sentences. */
  readonly title: string
  readonly queries: Queries<never>
  readonly commands: Commands<never>
}

/** What this server keeps itself, guarded as a provider is, and the same for all tenants. */
export interface OwnService {
  readonly operations: Declared
  readonly open: OpenProvider<unknown>
}

type OwnServices = Readonly<Record<'webhooks', OwnService>>

interface GuardOptions {
  readonly services: OwnServices
  readonly idempotency: Idempotency
  /** The mask of a GraphQL type; undefined where the type holds nothing personal. */
  readonly maskerOf: (type: string) => Masker | undefined
  /** Told how each write ended for its caller; `tenant` is undefined in a deployment without tenants. */
  readonly onWrite?: ((provider: string, outcome: WriteOutcome, tenant: string | undefined) => void) | undefined
}

/** How a write that failed ended: one that was refused was not executed; after any other error it may have been. */
const failedAs = (error: unknown): WriteOutcome =>
  error instanceof ApiError && error.code !== 'OUTCOME_UNKNOWN' ? 'refused' : 'unknown'

/** A query with its scope, ownership, mask and audit. */
class GuardedQuery<Instance, Key, Value> {
  readonly #declared: Query<Instance, Key, Value>
  readonly #mask: Masker | undefined

  constructor(declared: Query<Instance, Key, Value>, { maskerOf }: GuardOptions) {
    this.#declared = declared
    this.#mask = maskerOf(declared.type)
  }

  /** The caller's access to the query for any key; throws `FORBIDDEN` where there is none. */
  access({ caller: { scopes } }: Operation): 'full' | 'own' {
    const { scope, owner } = this.#declared
    if (scope === null || scopes.has(scope)) return 'full'
    if (owner !== undefined && scopes.has(`${scope}:own`)) return 'own'
    throw missingScope(scope)
  }

  /** The caller's access to the query for this key; throws `FORBIDDEN` where a scope is missing. */
  accessTo(operation: Operation, key: Key): 'full' | 'own' {
    const access = this.access(operation)
    const { extraScopes, type } = this.#declared
    if (access === 'full' && extraScopes) operation.requireScopes(extraScopes(key), type)
    return access
  }

  /** `span`: the span of the question, where the operation is sampled. */
  async load(instance: Instance, operation: Operation, key: Key, span?: Span): Promise<Value | null> {
    const { extraScopes, searchedBy, type, owner, isHidden, load } = this.#declared
    const scope = span === undefined ? operation.scope : operation.under(span)
    const isOwnOnly = this.accessTo(operation, key) === 'own'
    if (!isOwnOnly && extraScopes?.(key).includes('pii:read')) await this.#admitSearch(operation)
    if (searchedBy) operation.audit.addSearch(searchedBy(key))
    if (!operation.seesPii && (isOwnOnly ? owner === askedByCaller : !this.#isGivenAsOwn(operation))) {
      if (isHidden) return null
      const value = await load(instance, scope, key)
      if (!this.#mask) return value
      operation.audit.addMasked(type, value, owner?.(key, instance))
      return operation.masked(value, this.#mask)
    }
    operation.audit.requireTrail(type)
    const keyOwner = owner?.(key, instance)
    // Another caller's record is absent, as if it did not exist.
    const isVisible = !isOwnOnly || (await isOwn(operation, keyOwner!))
    if (!isVisible) operation.foreign('owner')
    const value = isVisible ? await load(instance, scope, key) : null
    operation.audit.addRead(type, value, keyOwner)
    return value
  }

  /** Refuses a search by personal values without the purpose and the consent that they need. */
  async #admitSearch(operation: Operation): Promise<void> {
    const rule = this.#declared.type
    try {
      await operation.consent.allow(operation.audit.personalFields)
    } catch (error) {
      operation.report({ action: 'personal-search-denied', rule })
      throw error
    }
    operation.report({ action: 'personal-search', rule })
  }

  /** Where the provider decides by the caller's token, its records are the caller's own. */
  #isGivenAsOwn({ caller: { scopes } }: Operation): boolean {
    const { scope, ownScope } = this.#declared
    return scope === null && ownScope !== undefined && scopes.has(`${ownScope}:own`) && !scopes.has(ownScope)
  }
}

/** A command with its scopes, ownership, deadline, audit, idempotency and mask. */
class GuardedCommand<Instance, Input extends MutationInput, Payload extends object> {
  readonly #name: string
  readonly #provider: Declared
  readonly #declared: Command<Instance, Input, Payload>
  readonly #mask: Masker | undefined
  readonly #idempotency: Idempotency
  readonly #onWrite: GuardOptions['onWrite']
  /** The `…:own` form of the scope, and that of reading the same; undefined where only the full scope opens the command. */
  readonly #own: { readonly write: string; readonly read: string; readonly input: ReadonlySet<string> } | undefined

  constructor(
    name: string,
    provider: Declared,
    declared: Command<Instance, Input, Payload>,
    { maskerOf, idempotency, onWrite }: GuardOptions,
  ) {
    const { scope, owner, ownInput = [] } = declared
    this.#name = name
    this.#provider = provider
    this.#declared = declared
    this.#mask = maskerOf(declared.type)
    this.#idempotency = idempotency
    this.#onWrite = onWrite
    this.#own = owner && {
      write: `${scope}:own`,
      read: `${scope.replace(/:write$/, ':read')}:own`,
      input: new Set<string>(['idempotencyKey', ...ownInput]),
    }
  }

  /** `span`: the span of the command, where the operation is sampled. */
  async execute(instance: Instance, operation: Operation, input: Input, span?: Span): Promise<Replayable<Payload>> {
    const { scope, authorize, type } = this.#declared
    const isOwnOnly = this.accessTo(operation, input) === 'own'
    authorize?.(instance, operation.scope, input)
    // Before the stored outcome is told, and before anything is asked about the record.
    if (isOwnOnly) await this.#assertOwn(instance, operation, input)
    // The deadline is outermost: a write that goes on after it is still recorded.
    const written = operation.raceWrite(
      (field) =>
        this.#record(operation, input, (intentRecorded) =>
          this.#write(instance, operation.within(field, span), input, intentRecorded),
        ),
      input.idempotencyKey != null,
    )
    const payload = await this.#counted(written, operation).finally(() => {
      // A failed write may have been executed.
      if (scope === 'links:write') operation.ownRecords = undefined
    })
    if (operation.seesPii || (isOwnOnly && this.#showsOwn(operation))) operation.audit.addRead(type, payload)
    else if (this.#mask) {
      operation.audit.addMasked(type, payload)
      return operation.masked(payload, this.#mask)
    }
    return payload
  }

  /** Counts how a write ended for its caller. */
  async #counted(written: Promise<Replayable<Payload>>, { tenantId }: Operation): Promise<Replayable<Payload>> {
    const { name } = this.#provider
    try {
      const payload = await written
      this.#onWrite?.(name, payload.replayed ? 'replayed' : 'done', tenantId)
      return payload
    } catch (error) {
      this.#onWrite?.(name, failedAs(error), tenantId)
      throw error
    }
  }

  /** The caller's access to the command with this input; throws `FORBIDDEN` where there is none. */
  accessTo(operation: Operation, input: Input): 'full' | 'own' {
    const access = this.#scopeFor(operation, input)
    const { extraScopes } = this.#declared
    if (extraScopes) operation.requireScopes(extraScopes(input))
    return access
  }

  #scopeFor({ caller: { scopes } }: Operation, input: Input): 'full' | 'own' {
    const { scope } = this.#declared
    if (scopes.has(scope)) return 'full'
    const own = this.#own
    if (own === undefined || !scopes.has(own.write)) throw missingScope(scope)
    const others = Object.entries(input).flatMap(([name, value]) =>
      value === undefined || own.input.has(name) ? [] : [`input.${name}`],
    )
    if (others.length > 0) throw missingScope(scope, { members: others })
    return 'own'
  }

  /** Throws for another owner's record as for one that does not exist. */
  async #assertOwn(instance: Instance, operation: Operation, input: Input): Promise<void> {
    const { owner, absent } = this.#declared
    if (await isOwn(operation, owner!(input, instance))) return
    operation.foreign('owner')
    const { label, title } = this.#provider
    throw absent?.() ?? new ApiError('NOT_FOUND', { provider: label, title })
  }

  /** True where the payload holds the caller's own values, and the caller may read them too: to write opens no read. */
  #showsOwn({ caller: { scopes } }: Operation): boolean {
    const { owner, scope } = this.#declared
    const read = this.#own!.read
    return owner !== askedByCaller && scopes.has(read) && !scopes.has(scope.replace(/:write$/, ':read'))
  }

  #record(
    operation: Operation,
    input: Input,
    run: (intentRecorded: Promise<void>) => Promise<Replayable<Payload>>,
  ): Promise<Replayable<Payload>> {
    const concerned = (payload: Payload) => this.#declared.concerned?.(payload) ?? {}
    return operation.audit.write(this.#name, this.#declared.type, input, run, concerned)
  }

  #write(
    instance: Instance,
    operation: OperationScope,
    input: Input,
    intentRecorded: Promise<void>,
  ): Promise<Replayable<Payload>> {
    const { repeatable, ignoredInput, place, readBack, recover, payloadMs, fromStored, run } = this.#declared
    return this.#idempotency.execute<Payload>({
      caller: operation.caller,
      store: operation.store,
      mutation: this.#name,
      input,
      ignoredInput,
      place: place?.(input),
      intentRecorded,
      repeatable: typeof repeatable === 'function' ? repeatable(input) : repeatable,
      run: (attempt) => run(instance, operation, input, attempt),
      readBack: readBack && ((attempt) => readBack(instance, operation, input, attempt)),
      recover: recover && ((attempt) => recover(instance, operation, input, attempt)),
      toStored: (payload) => (this.#declared.toStored ? this.#declared.toStored(payload) : payload),
      payloadMs: payloadMs?.(instance),
      fromStored,
    })
  }
}

type Method = (instance: unknown, operation: Operation, argument: never, span?: Span) => Promise<unknown>

/** A provider's guarded queries and commands, as methods by their declared names. */
interface Methods {
  readonly run: Readonly<Record<string, Method>>
  readonly assertAllowed: (operation: Operation, query: string) => void
  readonly assertScopes: (operation: Operation, name: string, argument: never) => void
}

function methodsOf(provider: Declared, options: GuardOptions): Methods {
  const queries = Object.entries(provider.queries).map(
    ([name, declared]) => [name, new GuardedQuery(declared as Query<unknown, unknown, unknown>, options)] as const,
  )
  const commands = Object.entries(provider.commands).map(
    ([name, declared]) =>
      [name, new GuardedCommand(name, provider, declared as Command<unknown, MutationInput, object>, options)] as const,
  )
  const byName = new Map(queries)
  const declared = new Map<string, Pick<GuardedQuery<unknown, never, unknown>, 'accessTo'>>([...queries, ...commands])
  return {
    run: Object.fromEntries([
      ...queries.map(([name, query]): [string, Method] => [
        name,
        (instance, operation, key, span) => query.load(instance, operation, key, span),
      ]),
      ...commands.map(([name, command]): [string, Method] => [
        name,
        (instance, operation, input, span) => command.execute(instance, operation, input, span),
      ]),
    ]),
    assertAllowed: (operation, query) => void byName.get(query)!.access(operation),
    assertScopes: (operation, name, argument) => void declared.get(name)!.accessTo(operation, argument),
  }
}

/**
 * The class of a provider's guarded operations; its instances belong to one operation and hold nothing else. `openOf`
 * names the provider as the operation's tenant has it.
 */
function guardedClass(
  room: string,
  { run, assertAllowed, assertScopes }: Methods,
  openOf: (operation: Operation) => OpenProvider<unknown>,
): new (operation: Operation) => object {
  class GuardedProvider {
    readonly #operation: Operation
    /** Of the caller's tenant; looked up once for the operation. */
    readonly #open: OpenProvider<unknown>

    constructor(operation: Operation) {
      this.#operation = operation
      this.#open = openOf(operation)
    }

    assertAllowed(query: string): void {
      if ('absent' in this.#open) throw this.#open.absent()
      assertAllowed(this.#operation, query)
    }

    assertScopes(name: string, argument: never): void {
      assertScopes(this.#operation, name, argument)
    }

    static declare(name: string, method: Method): void {
      const facts = { name: `${room}.${name}` }
      Object.defineProperty(GuardedProvider.prototype, name, {
        value(this: GuardedProvider, argument: never) {
          const operation = this.#operation
          const open = this.#open
          if ('absent' in open) return Promise.reject(open.absent())
          const { instance } = open
          const { trace } = operation
          return trace.begin === undefined
            ? method(instance, operation, argument)
            : runInSpan(trace.begin('question', facts), (span) => method(instance, operation, argument, span))
        },
      })
    }
  }
  for (const [name, method] of Object.entries(run)) GuardedProvider.declare(name, method)
  return GuardedProvider
}

/**
 * The guard: the one place where resolvers get queries and commands. Every road through the graph passes it, so the
 * scope, the ownership, the mask and the audit cannot be forgotten. All of it is built once for the process; an
 * operation gets one object for each provider.
 */
export function createGuard(options: GuardOptions): (operation: Operation) => GuardedOperations {
  const ofProviders = providerEntries.map(
    ([name, provider]) =>
      [name, guardedClass(name, methodsOf(provider, options), (operation) => operation.providers[name])] as const,
  )
  const ofServices = Object.entries(options.services).map(
    ([name, { operations, open }]) => [name, guardedClass(name, methodsOf(operations, options), () => open)] as const,
  )
  const classes = [...ofProviders, ...ofServices]
  return (operation) => {
    const guarded: Partial<Record<string, object>> = {}
    for (const [name, GuardedProvider] of classes) guarded[name] = new GuardedProvider(operation)
    return guarded as unknown as GuardedOperations
  }
}

import type { Command, Queries, Query } from '../../datasources/contract/operations.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Provider, ProviderInstance } from '../../datasources/contract/provider.js'
import { providerEntries, type ProviderName } from '../../datasources/index.js'
import type { GuardedProviders } from '../../resolvers/context.js'
import type { MutationInput } from '../../schema/mutation.js'
import type { Idempotency, Replayable } from '../idempotency/idempotency.js'
import type { OpenProvider, OpenProviders } from '../providers.js'
import type { Masker } from './mask.js'
import { missingScope, type Operation } from './operation.js'
import { isOwn } from './ownership.js'

export interface GuardOptions {
  readonly open: OpenProviders
  readonly idempotency: Idempotency
  /** The mask of a GraphQL type; undefined where the type holds nothing personal. */
  readonly maskerOf: (type: string) => Masker | undefined
}

/** A query with its scope, ownership, mask and audit. */
class GuardedQuery<Instance, Key, Value> {
  readonly #declared: Query<Instance, Key, Value>
  readonly #instance: Instance
  readonly #mask: Masker | undefined
  readonly #open: OpenProviders

  constructor(declared: Query<Instance, Key, Value>, instance: Instance, { maskerOf, open }: GuardOptions) {
    this.#declared = declared
    this.#instance = instance
    this.#mask = maskerOf(declared.type)
    this.#open = open
  }

  /** The caller's access to the query for any key; throws `FORBIDDEN` where there is none. */
  access({ caller: { scopes } }: Operation): 'full' | 'own' {
    const { scope, owner } = this.#declared
    if (scope === null || scopes.has(scope)) return 'full'
    if (owner !== undefined && scopes.has(`${scope}:own`)) return 'own'
    throw missingScope(scope)
  }

  async load(operation: Operation, key: Key): Promise<Value | null> {
    const { extraScopes, searchedBy, type, owner, load } = this.#declared
    const isOwnOnly = this.access(operation) === 'own'
    if (!isOwnOnly && extraScopes) operation.requireScopes(extraScopes(key))
    if (searchedBy) operation.audit.addSearch(searchedBy(key))
    if (!isOwnOnly && !operation.seesPii && !this.#isGivenAsOwn(operation)) {
      const value = await load(this.#instance, operation, key)
      if (!this.#mask) return value
      operation.audit.addMasked(type, value, owner?.(key, this.#instance))
      return operation.masked(value, this.#mask)
    }
    operation.audit.requireTrail(type)
    const keyOwner = owner?.(key, this.#instance)
    // Another caller's record is absent, as if it did not exist.
    const isVisible = !isOwnOnly || (await isOwn(this.#open, operation, keyOwner!))
    const value = isVisible ? await load(this.#instance, operation, key) : null
    operation.audit.addRead(type, value, keyOwner)
    return value
  }

  /** Where the provider decides by the caller's token, its records are the caller's own. */
  #isGivenAsOwn({ caller: { scopes } }: Operation): boolean {
    const { scope, ownScope } = this.#declared
    return scope === null && ownScope !== undefined && scopes.has(`${ownScope}:own`) && !scopes.has(ownScope)
  }
}

/** A command with its scopes, deadline, audit, idempotency and mask. */
class GuardedCommand<Instance, Input extends MutationInput, Payload extends object> {
  readonly #name: string
  readonly #declared: Command<Instance, Input, Payload>
  readonly #instance: Instance
  readonly #mask: Masker | undefined
  readonly #idempotency: Idempotency

  constructor(
    name: string,
    declared: Command<Instance, Input, Payload>,
    instance: Instance,
    { maskerOf, idempotency }: GuardOptions,
  ) {
    this.#name = name
    this.#declared = declared
    this.#instance = instance
    this.#mask = maskerOf(declared.type)
    this.#idempotency = idempotency
  }

  async execute(operation: Operation, input: Input): Promise<Replayable<Payload>> {
    const { scope, extraScopes, authorize, type } = this.#declared
    operation.requireScopes([scope, ...(extraScopes?.(input) ?? [])])
    authorize?.(this.#instance, operation, input)
    // The deadline is outermost: a write that goes on after it is still recorded.
    const payload = await operation.raceWrite(
      (field) => operation.audit.write(this.#name, type, input, () => this.#write(operation.within(field), input)),
      input.idempotencyKey != null,
    )
    if (operation.seesPii) operation.audit.addRead(type, payload)
    else if (this.#mask) {
      operation.audit.addMasked(type, payload)
      return operation.masked(payload, this.#mask)
    }
    return payload
  }

  #write(operation: OperationScope, input: Input): Promise<Replayable<Payload>> {
    const { repeatable, ignoredInput, readBack, recover, fromStored, run } = this.#declared
    return this.#idempotency.execute<Payload>({
      caller: operation.caller,
      store: operation.store,
      mutation: this.#name,
      input,
      ignoredInput,
      repeatable: typeof repeatable === 'function' ? repeatable(input) : repeatable,
      run: (attempt) => run(this.#instance, operation, input, attempt),
      readBack: readBack && ((attempt) => readBack(this.#instance, operation, input, attempt)),
      recover: recover && ((attempt) => recover(this.#instance, operation, input, attempt)),
      toStored: (payload) => (this.#declared.toStored ? this.#declared.toStored(payload) : payload),
      fromStored,
    })
  }
}

type Method = (operation: Operation, argument: never) => Promise<unknown>

/** A provider's guarded queries and commands, as methods by their declared names. */
interface Methods {
  readonly run: Readonly<Record<string, Method>>
  readonly assertAllowed: (operation: Operation, query: string) => void
}

function methodsOf(provider: Provider<unknown, ProviderInstance>, open: OpenProvider, options: GuardOptions): Methods {
  const names = [...Object.keys(provider.queries), ...Object.keys(provider.commands)]
  if ('absent' in open) {
    const refuse = () => {
      throw open.absent()
    }
    return { run: Object.fromEntries(names.map((name) => [name, async () => refuse()])), assertAllowed: refuse }
  }
  const queries = Object.entries(provider.queries as Queries<unknown>).map(
    ([name, declared]) =>
      [name, new GuardedQuery(declared as Query<unknown, unknown, unknown>, open.instance, options)] as const,
  )
  const commands = Object.entries(provider.commands).map(
    ([name, declared]) =>
      [
        name,
        new GuardedCommand(name, declared as Command<ProviderInstance, MutationInput, object>, open.instance, options),
      ] as const,
  )
  const byName = new Map(queries)
  return {
    run: Object.fromEntries([
      ...queries.map(([name, query]): [string, Method] => [name, (operation, key) => query.load(operation, key)]),
      ...commands.map(([name, command]): [string, Method] => [
        name,
        (operation, input) => command.execute(operation, input),
      ]),
    ]),
    assertAllowed: (operation, query) => void byName.get(query)!.access(operation),
  }
}

/** The class of a provider's guarded operations; its instances belong to one operation and hold nothing else. */
function guardedClass(room: string, { run, assertAllowed }: Methods): new (operation: Operation) => object {
  class GuardedProvider {
    readonly #operation: Operation

    constructor(operation: Operation) {
      this.#operation = operation
    }

    assertAllowed(query: string): void {
      assertAllowed(this.#operation, query)
    }

    static declare(name: string, method: Method): void {
      const span = `${room}.${name}`
      Object.defineProperty(GuardedProvider.prototype, name, {
        value(this: GuardedProvider, argument: never) {
          const operation = this.#operation
          const { trace } = operation
          return trace.span ? trace.span(span, () => method(operation, argument)) : method(operation, argument)
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
export function createGuard(options: GuardOptions): (operation: Operation) => GuardedProviders {
  const classes = providerEntries.map(
    ([name, provider]) => [name, guardedClass(name, methodsOf(provider, options.open[name], options))] as const,
  )
  return (operation) => {
    const guarded: Partial<Record<ProviderName, object>> = {}
    for (const [name, GuardedProvider] of classes) guarded[name] = new GuardedProvider(operation)
    return guarded as GuardedProviders
  }
}

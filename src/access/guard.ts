import type { CustomerKey, Owner, Query, Command } from '../../datasources/contract/operations.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Providers } from '../../datasources/index.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Queries } from '../../datasources/contract/operations.js'
import type { ProviderInstance, Commands as DeclaredCommands } from '../../datasources/contract/provider.js'
import type { Commands, Entered, Loaders } from '../../resolvers/context.js'
import type { MutationInput } from '../../schema/mutation.js'
import type { Scope } from '../../schema/scopes.js'
import type { OperationRecord } from '../audit/operation-record.js'
import type { Deadline } from '../lifecycle/deadline.js'
import type { Masker } from './mask.js'
import type { Idempotency } from '../idempotency/index.js'

/** A provider of this deployment: its open room, or how to say that there is none. */
export type OpenProvider = { readonly room: ProviderInstance } | { readonly absent: () => ApiError }
export type OpenProviders = Readonly<Record<keyof Providers, OpenProvider>>

/** What hangs off the customers that the provider links to the caller. */
export interface OwnRecords {
  readonly customers: readonly CustomerKey[]
  readonly persons: ReadonlySet<string>
}

/** A room's questions as it declares them, unguarded. */
export type RawLoaders = <Name extends keyof Providers>(room: Name) => Entered<Name>['loaders']

interface GuardOptions {
  readonly visit: OperationScope
  readonly rooms: OpenProviders
  readonly writes: Idempotency
  readonly masker: (type: string) => Masker | undefined
  /** Takes down what is handed out unmasked and what is written. */
  readonly audit: OperationRecord
  /** Asked at most once per operation, and only for a caller with an `…:own` scope. */
  readonly own: (loaders: RawLoaders) => Promise<OwnRecords>
  /** Answers a write at the deadline, however long it goes on. */
  readonly answerOf: Deadline['raceWrite']
}

const missing = (scope: Scope) => new ApiError('FORBIDDEN', { message: `This needs the scope ${scope}.` })

type Wrap<Handed> = (member: string, declared: never) => Handed

/** What a room's members are handed out as, each wrapped when it is first asked for. */
class Members<Handed> {
  readonly #made: Record<string, Handed> = {}
  readonly #declared: Queries | DeclaredCommands
  readonly #wrap: Wrap<Handed>

  constructor(declared: Queries | DeclaredCommands, wrap: Wrap<Handed>) {
    this.#declared = declared
    this.#wrap = wrap
  }

  of(member: string): Handed {
    return (this.#made[member] ??= this.#wrap(member, this.#declared[member] as never))
  }
}

/** One part of all rooms, each entered when it is first asked for. */
class Rooms<Handed> {
  readonly #made: Record<string, Record<string, Handed>> = {}
  readonly #enter: (name: keyof Providers) => Queries | DeclaredCommands
  readonly #wrap: Wrap<Handed>

  constructor(enter: (name: keyof Providers) => Queries | DeclaredCommands, wrap: Wrap<Handed>) {
    this.#enter = enter
    this.#wrap = wrap
  }

  of(name: keyof Providers): Record<string, Handed> {
    return (this.#made[name] ??= named(new Members(this.#enter(name), this.#wrap)))
  }
}

// One handler for all: made for each operation it would cost as much as what it hands out.
const BY_NAME: ProxyHandler<{ of: (name: never) => unknown }> = { get: (all, name) => all.of(name as never) }

/** What is found by name as members of an object. */
const named = <Made>(all: { of: (name: never) => Made }): Record<string, Made> =>
  new Proxy(all, BY_NAME) as unknown as Record<string, Made>

/**
 * The one place where questions and writes are handed out: whatever road a request takes through the graph, it comes
 * by here, so the scope, the ownership, the mask and the record of it cannot be forgotten.
 */
export function guard({ visit, rooms, writes, masker, audit, own: ownOf, answerOf }: GuardOptions): {
  loaders: Loaders
  commands: Commands
} {
  const { scopes } = visit.caller
  const seesAll = scopes.has('pii:read')
  const entered: Partial<Record<keyof Providers, { readonly loaders: Queries; readonly commands: DeclaredCommands }>> =
    {}
  let masked: WeakMap<object, unknown> | undefined
  let mine: Promise<OwnRecords> | undefined

  function enter(name: keyof Providers) {
    const known = entered[name]
    if (known) return known
    const open = rooms[name]
    if ('absent' in open) throw open.absent()
    return (entered[name] = open.room.enter(visit))
  }

  const require = (needed: readonly Scope[]) => {
    for (const scope of needed) if (!scopes.has(scope)) throw missing(scope)
  }

  async function isOwn(owner: Owner): Promise<boolean> {
    mine ??= ownOf(((room) => enter(room).loaders) as RawLoaders)
    const { customers, persons } = await mine
    if ('person' in owner) return persons.has(owner.person)
    return customers.some(
      ({ id, bankId }) =>
        id === owner.customer.id && (owner.customer.bankId == null || owner.customer.bankId === bankId),
    )
  }

  function mask<Value>(type: string, value: Value): Value {
    const make = masker(type)
    if (make === undefined || typeof value !== 'object' || value === null) return value
    // The same object asked for twice is masked once.
    masked ??= new WeakMap()
    if (!masked.has(value)) masked.set(value, make(value))
    return masked.get(value) as Value
  }

  function question<Key, Value>({ scope, ownScope, extraScopes, type, owner, load }: Query<Key, Value>) {
    const isOpen = scope === null || scopes.has(scope)
    const isOpenForOwn = !isOpen && owner !== undefined && scopes.has(`${scope}:own`)
    /** Where the provider decides, what it gives is the caller's own. */
    const isGivenAsOwn =
      scope === null && ownScope !== undefined && scopes.has(`${ownScope}:own`) && !scopes.has(ownScope)
    const unmasked = isOpenForOwn || isGivenAsOwn || seesAll

    return {
      admit() {
        if (!isOpen && !isOpenForOwn) throw missing(scope)
      },

      /** Asks, and hands the answer over masked, or unmasked and on record. */
      async load(key: Key): Promise<Value | null> {
        if (!isOpen && !isOpenForOwn) throw missing(scope)
        if (isOpen && extraScopes) require(extraScopes(key))
        if (!unmasked) return mask(type, await load(key))
        audit.admit(type)
        // Somebody else's is absent, as if it did not exist.
        const value = isOpenForOwn && !(await isOwn(owner(key))) ? null : await load(key)
        audit.shown(type, value, owner?.(key))
        return value
      },
    }
  }

  function command<Input extends object, Payload extends object>(name: string, writing: Command<Input, Payload>) {
    return async (input: Input) => {
      require([writing.scope, ...(writing.extraScopes?.(input) ?? [])])
      writing.authorize?.(input)
      // The deadline is outermost: what goes on after it is recorded all the same.
      const payload = await answerOf(
        () => audit.write(name, writing.type, input, () => writes.execute(visit, name, writing, input)),
        (input as MutationInput).idempotencyKey != null,
      )
      if (!seesAll) return mask(writing.type, payload)
      audit.shown(writing.type, payload)
      return payload
    }
  }

  return {
    loaders: named(
      new Rooms(
        (name) => enter(name).loaders,
        (_member, declared: Query<unknown, unknown>) => question(declared),
      ),
    ) as unknown as Loaders,
    commands: named(
      new Rooms(
        (name) => enter(name).commands,
        (member, declared: Command<object, object>) => command(member, declared),
      ),
    ) as unknown as Commands,
  }
}

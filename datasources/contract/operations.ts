import type { Scope } from '../../schema/scopes.js'
import type { OperationScope } from './operation-scope.js'

/**
 * Owner: the customer, person or banking customer that the data of a key belongs to, or the caller who asked for it; the
 * `…:own` scopes are checked against it.
 */
export type Owner =
  | { readonly customer: CustomerKey }
  | { readonly person: string }
  | { readonly bankingCustomer: string }
  | { readonly asker: true }

/**
 * The owner of what a caller asked for about another person. The provider folder stores who asked, and answers nothing
 * to another caller; personal values stay masked, because they are not the caller's own.
 */
export const askedByCaller = (): Owner => ({ asker: true })

/** Key of a customer; without `bankId` in the configured bank. */
export interface CustomerKey {
  readonly id: string
  readonly bankId?: string | null | undefined
}

/**
 * Query: one read of a provider, declared once at load. The guard checks the scope, masks personal values, and answers
 * null where the caller may not know that the record exists.
 */
export interface Query<Instance, Key, Value> {
  /** The scope that opens the query; null where a valid token is enough because the provider itself decides. */
  readonly scope: Scope | null
  /** Where the provider decides: the scope whose `…:own` form shows the value unmasked, unless the full scope stands beside it. */
  readonly ownScope?: 'customers:read' | undefined
  /** Further scopes that this key needs, such as `pii:read` for a search by name. */
  readonly extraScopes?: ((key: Key) => readonly Scope[]) | undefined
  /** Of a search: the schema coordinates of what the key searches or sorts by, for the audit trail; never a value. */
  readonly searchedBy?: ((key: Key) => readonly string[]) | undefined
  /** The GraphQL type of the value (or of its items); it selects the mask. */
  readonly type: string
  /**
   * True where already the existence of a value tells what masks hide: a caller who sees values masked gets null, and the
   * provider is not asked. The field has the mask `hidden` in `schema/field-masks.ts`.
   */
  readonly isHidden?: true
  /** The owner of the data that the key names; without it the `…:own` scopes do not open this query. */
  readonly owner?: ((key: Key, instance: Instance) => Owner) | undefined
  readonly load: (instance: Instance, operation: OperationScope, key: Key) => Promise<Value>
}

/** How long providers keep their own idempotency keys: a write that was left open is not sent again after this. */
export const PROVIDER_RETENTION_MS = 7 * 24 * 3_600_000

/** One attempt to execute a command. */
export interface Attempt {
  /**
   * UUID of this write: the same each time the caller repeats the idempotency key, random without a key. A key that is
   * used again after its record has ended is another write, with another id. Providers that support idempotency keys get
   * it as theirs; ids that the caller may choose are derived from it.
   */
  readonly id: string
  /** True when an earlier attempt under the same key was left open: it may have been executed. */
  readonly isRetry: boolean
  /** When the first attempt began, in ms since 1970. */
  readonly begunAt: number
  /** The parts that an earlier attempt reports as done (`PartlyDone`): the rest was certainly not executed. */
  readonly done?: readonly string[] | undefined
}

/** Command: one write of a provider, declared once at load. The guard adds the scope, the idempotency key and the mask. */
export interface Command<Instance, Input, Payload extends object> {
  readonly scope: Scope
  /** The owner of the record that the input names; without it the `…:own` form of the scope does not open this command. */
  readonly owner?: ((input: Input, instance: Instance) => Owner) | undefined
  /** Members of the input that the owner may give; any other needs the full scope, because the bank decides it. */
  readonly ownInput?: readonly (keyof Input & string)[] | undefined
  /** The error for a record of another owner: that of a record that does not exist. Default: `NOT_FOUND` of the provider. */
  readonly absent?: (() => Error) | undefined
  readonly extraScopes?: ((input: Input) => readonly Scope[]) | undefined
  /** Refuses a caller who may not even learn the stored outcome; throws. */
  readonly authorize?: ((instance: Instance, operation: OperationScope, input: Input) => void) | undefined
  /** The GraphQL payload type. */
  readonly type: string
  /** Ids of the records that the write concerned and its input does not name, for the audit trail. */
  concerned?(payload: Payload): Readonly<Record<string, string>>
  /**
   * True when a write that a crash or a lost answer left open may be sent again with the same attempt id: a repeat
   * neither adds a second record nor reverts a later change. `run` throws `NotRepeated` where it finds in a retry that
   * this one could.
   */
  readonly repeatable: boolean | ((input: Input) => boolean)
  /**
   * For a write that may not be repeated: its payload when the provider holds what the write was to set, else null,
   * which proves nothing. Absent where two equal records cannot be told apart. After `PartlyDone` it is not called: `run`
   * is, for what is left.
   */
  readonly readBack?:
    | ((instance: Instance, operation: OperationScope, input: Input, attempt: Attempt) => Promise<Payload | null>)
    | undefined
  /**
   * For a write that is repeatable under the provider's idempotency key only. After an answer that the provider does not
   * keep under that key (a 5xx of its own) a repeat would be executed again, so this is called in its place: the payload
   * when the provider holds exactly one record that the write may have made since `begunAt`, else null. It writes nothing.
   */
  readonly recover?:
    | ((instance: Instance, operation: OperationScope, input: Input, attempt: Attempt) => Promise<Payload | null>)
    | undefined
  /** Input members that are left out when inputs under the same idempotency key are compared. */
  readonly ignoredInput?: readonly string[] | undefined
  /**
   * Ids of the record that the write goes to, which the attempt id holds: for a command that makes it the permanent id of
   * a record, so that the same key never names a record of another owner, not even where the store has forgotten it.
   */
  readonly place?: ((input: Input) => readonly string[]) | undefined
  /** How long the payload is kept for repeats, in ms, where that is shorter than `IDEMPOTENCY_PAYLOAD_HOURS`: that of a secret. */
  readonly payloadMs?: ((instance: Instance) => number) | undefined
  /** The part of the payload that is stored for a replay; undefined when this payload is not final and is not stored. */
  toStored?(payload: Payload): object | undefined
  /** The payload of a stored outcome; absent where the stored form is the payload itself. */
  readonly fromStored?: ((stored: object) => Payload) | undefined
  readonly run: (instance: Instance, operation: OperationScope, input: Input, attempt: Attempt) => Promise<Payload>
}

// `never` as the type of keys and inputs lets each provider declare its own; the guard's types restore them.
export type Queries<Instance> = Readonly<Record<string, Query<Instance, never, unknown>>>
export type Commands<Instance> = Readonly<Record<string, Command<Instance, never, object>>>

/** Declaration helpers of one provider: they infer types and have no effect at run time. */
export const operationsOf = <Instance>() => ({
  query: <Key, Value>(declared: Query<Instance, Key, Value>) => declared,
  command: <Input, Payload extends object>(declared: Command<Instance, Input, Payload>) => declared,
})

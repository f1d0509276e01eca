import type { Scope } from '../../schema/scopes.js'

/** Whose data a key stands for; what the `…:own` scopes are checked against. */
export type Owner = { readonly customer: CustomerKey } | { readonly person: string }

/** Names a customer; without `bankId` the configured bank is meant. */
export interface CustomerKey {
  readonly id: string
  readonly bankId?: string | null | undefined
}

/**
 * One question a room answers. Rooms only declare it; whoever hands it to a resolver checks the scope,
 * masks what is personal and answers as if nothing existed where the caller may not know.
 */
export interface Query<Key, Value> {
  /** The scope that opens it; null where a valid token is enough because the provider itself decides. */
  readonly scope: Scope | null
  /** Where the provider decides: the scope whose `…:own` shows it unmasked, unless the full scope stands beside it. */
  readonly ownScope?: 'customers:read' | undefined
  /** More scopes that this very key needs, such as `pii:read` for a search by name. */
  readonly extraScopes?: ((key: Key) => readonly Scope[]) | undefined
  /** The graph's type of the answer (or of its items); what masking goes by. */
  readonly type: string
  /** Whose data the key names; without it the `…:own` scopes do not open this question. */
  readonly owner?: ((key: Key) => Owner) | undefined
  readonly load: (key: Key) => Promise<Value>
}

/** What a write may rely on beside its input. */
export interface Attempt {
  /**
   * UUID of this write, the same each time the caller repeats its idempotency key, random without one.
   * Providers that know idempotency keys get it as theirs; ids that the caller may choose are made of it.
   */
  readonly id: string
  /** True when an earlier try under the same key was left open: it may have been carried out, so what it would have done may be done. */
  readonly isRetry: boolean
}

/** One write a room carries out; the door around it adds the scope, the idempotency key and masking. */
export interface Command<Input, Payload extends object> {
  readonly scope: Scope
  readonly extraScopes?: ((input: Input) => readonly Scope[]) | undefined
  /** Refuses a caller who may not even be told how it ended before; throws. */
  readonly authorize?: ((input: Input) => void) | undefined
  /** The graph's payload type. */
  readonly type: string
  /**
   * True when what a crash or a lost answer left open may be done again with the same attempt id: it neither adds a
   * second one nor takes back what somebody has changed since.
   */
  readonly repeatable: boolean | ((input: Input) => boolean)
  /**
   * For a write that may not be repeated: its payload when the provider has by now what the write was to set, null when
   * it has anything else, which proves nothing. Where twins cannot be told apart there is no reading back.
   */
  readonly readBack?: ((input: Input, attempt: Attempt) => Promise<Payload | null>) | undefined
  /** Input members that do not make it another write. */
  readonly ignoredInput?: readonly string[] | undefined
  /** What of the payload may be kept for a replay; undefined means this payload is not final and is not kept. */
  toStored?(payload: Payload): Payload | undefined
  readonly run: (input: Input, attempt: Attempt) => Promise<Payload>
}

/** Declares a question; the helper only carries the types. */
export const query = <Key, Value>(declared: Query<Key, Value>): Query<Key, Value> => declared

/** Declares a write; the helper only carries the types. */
export const command = <Input, Payload extends object>(declared: Command<Input, Payload>): Command<Input, Payload> =>
  declared

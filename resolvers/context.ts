import type { Caller } from '../datasources/contract/caller.js'
import type { Command, Query } from '../datasources/contract/operations.js'
import type { Providers } from '../datasources/index.js'

/** Guarded query: the guard checks the scope and masks the value. The value is null also where the caller may not know of the record. */
type GuardedQuery<Declared> =
  Declared extends Query<never, infer Key, infer Value> ? (key: Key) => Promise<Value | null> : never

/** Guarded command: the guard checks the scope, applies the idempotency key and masks the payload. */
type GuardedCommand<Declared> =
  Declared extends Command<never, infer Input, infer Payload>
    ? (input: Input) => Promise<Payload & { replayed: boolean }>
    : never

/** A provider's queries and commands by their declared names. */
export type Guarded<Name extends keyof Providers> = {
  readonly [Q in keyof Providers[Name]['queries']]: GuardedQuery<Providers[Name]['queries'][Q]>
} & {
  readonly [C in keyof Providers[Name]['commands']]: GuardedCommand<Providers[Name]['commands'][C]>
} & {
  /** Throws `FORBIDDEN` when the caller lacks the scope of the query for every key, so that no other query is run in vain. */
  readonly assertAllowed: (query: keyof Providers[Name]['queries']) => void
  /**
   * Throws `FORBIDDEN` when the caller lacks a scope that this key or input needs, which may be of any type: it is not
   * validated yet.
   */
  readonly assertScopes: (
    name: keyof Providers[Name]['queries'] | keyof Providers[Name]['commands'],
    argument: unknown,
  ) => void
}

export type GuardedProviders = { readonly [Name in keyof Providers]: Guarded<Name> }

/** The context of resolvers: the caller, and each provider's guarded queries and commands. There is no other way to a provider. */
export interface RequestContext extends GuardedProviders {
  readonly caller: Caller
}

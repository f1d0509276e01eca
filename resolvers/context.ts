import type { Query, Command as DeclaredCommand } from '../datasources/contract/operations.js'
import type { Providers } from '../datasources/index.js'
import type { Caller } from '../datasources/contract/caller.js'

/** What a room lends to one operation. */
export type Entered<Name extends keyof Providers> = ReturnType<ReturnType<Providers[Name]['open']>['enter']>

/** A question as a resolver asks it: the scope is checked and the answer masked on the way. */
type Question<R> =
  R extends Query<infer Key, infer Value>
    ? {
        readonly load: (key: Key) => Promise<Value | null>
        /** Throws where the caller lacks the scope for any key at all: said before another question, that one is not asked in vain. */
        readonly admit: () => void
      }
    : never

/** A write as a resolver gives it: the scope is checked, the idempotency key honoured, the answer masked. */
type Command<W> =
  W extends DeclaredCommand<infer Input, infer Payload>
    ? (input: Input) => Promise<Payload & { replayed: boolean }>
    : never

export type Loaders = {
  readonly [Name in keyof Providers]: {
    readonly [L in keyof Entered<Name>['loaders']]: Question<Entered<Name>['loaders'][L]>
  }
}
export type Commands = {
  readonly [Name in keyof Providers]: {
    readonly [C in keyof Entered<Name>['commands']]: Command<Entered<Name>['commands'][C]>
  }
}

/** What a resolver may use: who asks, questions and writes. There is no other way to a provider. */
export interface RequestContext {
  readonly caller: Caller
  readonly loaders: Loaders
  readonly commands: Commands
}

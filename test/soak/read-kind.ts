import type { GraphError } from '../support/app.js'
import type { Caller } from './callers.js'
import type { Oracle, Window } from './oracle.js'
import type { Random } from './random.js'

/** What is wrong with an answer; nothing when it is one that the oracle allows. */
export type Judge = (data: any, errors: readonly GraphError[], window: Window) => string[]

export interface Read {
  readonly caller: Caller
  readonly query: string
  readonly variables: object
  readonly judge: Judge
}

export interface ReadKind {
  readonly name: string
  readonly weight: number
  /** Undefined while there is nothing to ask for. */
  readonly make: (random: Random, oracle: Oracle) => Read | undefined
}

import type { WriteRules } from './ledger.js'
import type { Oracle } from './oracle.js'
import type { Random } from './random.js'

/** A write that was made up. */
export interface MadeWrite {
  /** What the input carries to the provider, or names there alone. */
  readonly mark: string
  readonly input: object
  /** The client that must send it; any, where absent. */
  readonly client?: string
}

/** A kind of write: how one is made up, and how its effect is recognised. */
export interface WriteKind extends WriteRules {
  readonly input: string
  readonly selection: string
  readonly weight: number
  /** Undefined while there is nothing to write to. */
  readonly make: (random: Random, number: number, oracle: Oracle) => MadeWrite | undefined
  /** Keeps what an answer tells, for later operations. */
  readonly learn?: (payload: any, client: string, oracle: Oracle) => void
}

/** A name that no other write has. */
export const word = (number: number): string => `Zyxsoak${number}vob`

import type { Caller } from '../../datasources/contract/caller.js'
import type { Attempt } from '../../datasources/contract/operations.js'
import type { Store } from '../../datasources/contract/store.js'
import { canonicalJson } from '../../datasources/support/canonical-json.js'
import type { Resolution } from './outcome-unknown.js'
import type { WriteRecord } from './record.js'

/** The payload of a write, and whether it is that of an earlier call with the same key. */
export type Replayable<Payload> = Payload & { replayed: boolean }

export const withReplayed = <Payload extends object>(payload: Payload, replayed: boolean): Replayable<Payload> => ({
  ...payload,
  replayed,
})

/** One write of an operation, with its command's declarations resolved for its input. */
export interface Write<Payload extends object> {
  /** The key belongs to the subject too, where that is not the client. */
  readonly caller: Pick<Caller, 'tenant' | 'client'> & Partial<Pick<Caller, 'subject'>>
  readonly store: Store
  readonly mutation: string
  readonly input: object & { readonly idempotencyKey?: string | null }
  readonly ignoredInput?: readonly string[] | undefined
  /** The owner of the record that is written, where the attempt id holds it. */
  readonly place?: readonly string[] | undefined
  readonly repeatable: boolean
  /**
   * Resolves once the intent of the write is in the audit trail; nothing is asked of a provider, and no outcome is told,
   * before. Rejects where it cannot be written there.
   */
  readonly intentRecorded: Promise<void>
  readonly run: (attempt: Attempt) => Promise<Payload>
  readonly readBack?: ((attempt: Attempt) => Promise<Payload | null>) | undefined
  readonly recover?: ((attempt: Attempt) => Promise<Payload | null>) | undefined
  readonly toStored: (payload: Payload) => object | undefined
  /** How long the payload is kept, where that is shorter than the setting says. */
  readonly payloadMs?: number | undefined
  /** The payload of a stored outcome; absent where the stored form is the payload itself. */
  readonly fromStored?: ((stored: object) => Payload) | undefined
}

/** What of a record decides how its unknown outcome is resolved. */
type Open = Pick<WriteRecord, 'unkept' | 'done'>

/** The read that resolves an unknown outcome in place of a repeat; undefined where the write is repeated, or nothing resolves it. */
export const readOf = <Payload extends object>({ repeatable, readBack, recover }: Write<Payload>, { unkept }: Open) =>
  repeatable ? (unkept ? recover : undefined) : readBack

/** How the next call with the key resolves an unknown outcome. A rest that was certainly not executed is always continued. */
export function resolutionOf<Payload extends object>(write: Write<Payload>, open: Open): Resolution {
  if (open.done) return 'repeat'
  return readOf(write, open) ? 'read back' : write.repeatable ? 'repeat' : 'none'
}

/** True where an open write is run again. What is done is known only of an unknown outcome: a running write may have done more. */
export const mayGoOn = <Payload extends object>(write: Write<Payload>, { state, unkept, done }: WriteRecord): boolean =>
  resolutionOf(write, { unkept, done: state === 'unknown' ? done : undefined }) === 'repeat'

/** The canonical form of the input, without the key and the ignored members. */
export function canonicalInput<Payload extends object>({ input, ignoredInput = [] }: Write<Payload>): string {
  const members = Object.entries(input).filter(([name]) => name !== 'idempotencyKey' && !ignoredInput.includes(name))
  return JSON.stringify(canonicalJson(Object.fromEntries(members)))
}

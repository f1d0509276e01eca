import { createHash } from 'node:crypto'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import type { ApiError, ApiErrorDetails } from '../../datasources/contract/errors.js'
import { type Attempt, PROVIDER_RETENTION_MS } from '../../datasources/contract/operations.js'
import { canonicalJson } from '../../datasources/support/canonical-json.js'

/** The input hash of a record that is of no input: another than any, so 0.1.0 refuses the key and runs nothing. */
export const NO_INPUT = 'guard'

/** Idempotency record: the state of a write under its idempotency key. */
export interface WriteRecord {
  /** The version of the form; absent in the records of 0.1.0, which ignores this member and the next one. */
  readonly form?: 2
  /** Keyed hash of the name that this record mirrors, under the name that 0.1.0 knows. */
  readonly owner?: string
  /** Keyed hash of the input. */
  readonly input: string
  /** Attempt id: the idempotency key that the provider gets with every attempt. */
  readonly attempt: string
  readonly begun: number
  /** True when an earlier attempt has no known outcome. */
  readonly again?: boolean
  /** True where the attempt id is that of an earlier call that was not executed: it is kept if this one is not executed either. */
  readonly wasFree?: boolean
  /** True when an attempt got an answer that the provider does not keep under its idempotency key. */
  readonly unkept?: boolean
  /** The parts that are done, of a write whose rest was certainly not executed: it may be continued. */
  readonly done?: readonly string[]
  /** `free`: the provider answered that it executed nothing; only the attempt id is kept, for the next call. */
  readonly state: 'running' | 'done' | 'refused' | 'unknown' | 'erased' | 'free'
  /** The holder of the lease: only its changes are stored. */
  readonly runner?: string
  /** End of the lease by the store's clock: until then no other process runs the write. */
  readonly until?: number
  readonly payload?: object
  /** True where the payload is a value of its own, with a shorter life. */
  readonly isApart?: true
  /** The runner that stored that value: a part of its name, so that another runner's is never told. */
  readonly payloadBy?: string
  readonly failure?: { readonly code: ErrorCode; readonly details: ApiErrorDetails }
}

/** How long the attempt id of a write that was not executed is kept: an intermediary may have said so in place of the provider. */
const FREE_MS = 24 * 3_600_000

/** The record within its retention, else null. */
export const retained = (record: WriteRecord | null, now: number, keyMs: number): WriteRecord | null =>
  record !== null && record.begun > now - (record.state === 'free' ? FREE_MS : keyMs) ? record : null

/** The attempt that a record is of, in the words of the commands. */
export const attemptOf = ({ attempt, again = false, begun, done }: WriteRecord): Attempt => ({
  id: attempt,
  isRetry: again,
  begunAt: begun,
  done,
})

/** What a write that was not executed leaves: its attempt id, where the provider may know it, else nothing. */
export const freed = ({ input, attempt, begun }: WriteRecord, isKnown: boolean): WriteRecord | null =>
  isKnown ? { input, attempt, begun, state: 'free' } : null

/** What remains of a record after an erasure: the key is still taken, and nothing says for what. Null for a key that is free. */
export const tombstoneOf = ({ form, begun, state }: WriteRecord): WriteRecord | null =>
  state === 'free'
    ? null
    : { ...(form === undefined ? {} : { form }), input: NO_INPUT, attempt: '', begun, state: 'erased' }

/** True of a running write with an expired lease: its process did not renew it. */
export const isAbandoned = ({ state, until = 0 }: WriteRecord, now: number): boolean =>
  state === 'running' && until < now

/** Statuses of a proxy, which a lost connection equals; with a code they are the provider's own. */
const OF_PROXY: readonly unknown[] = [502, 503]

/**
 * True for an unknown outcome after an answer that a provider does not keep under its idempotency key, so that a repeat
 * would execute the write again, or after a 499, which it may keep, so that a repeat would learn nothing.
 */
export function isUnkept({ code, extensions }: ApiError): boolean {
  const { providerStatus: status, providerCode } = extensions
  if (code !== 'OUTCOME_UNKNOWN' || typeof status !== 'number') return false
  return status === 499 || (status >= 500 && (!OF_PROXY.includes(status) || providerCode !== undefined))
}

/**
 * True while the runner holds the lease: no other process has acquired it, and no outcome is stored. A record that the
 * store lost still belongs to its runner, because the next call would otherwise execute the write again.
 */
export const isHeldBy = (record: WriteRecord | null, runner: string): boolean =>
  record === null || (record.runner === runner && (record.state === 'running' || record.state === 'unknown'))

/** What an attempt id is the hash of. */
export interface AttemptParts {
  /** The parts of the write's name. */
  readonly name: readonly string[]
  /** The record that the write goes to, where the command says so. */
  readonly place: readonly string[]
  /** When the first attempt began. */
  readonly begun: number
}

/**
 * Attempt id: a UUID that depends on nothing but the write and the seven days in which it began, so that it is the same
 * in every process and after a key rotation. A provider with idempotency keys then recognizes a repeated write, also
 * when the record here is lost. A key that is used again after its record has ended is another write: it begins in later
 * days, because no record ends before seven of them, and gets another id.
 */
export function attemptId({ name, place, begun }: AttemptParts): string {
  const week = Math.floor(begun / PROVIDER_RETENTION_MS)
  const hex = createHash('sha256')
    .update(JSON.stringify([name, place, week]))
    .digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The content of a record, without what its place says of it. */
const contentOf = ({ form: _form, owner: _owner, ...content }: WriteRecord): string =>
  JSON.stringify(canonicalJson(JSON.parse(JSON.stringify(content))))

/** True where the outcome is in the store already, perhaps without the replicas that must have it too. */
export const isStored = (record: WriteRecord | null, outcome: WriteRecord | null): boolean =>
  record !== null && outcome !== null && contentOf(record) === contentOf(outcome)

/** The details of an error, as they are stored and replayed. */
export function errorDetails(error: ApiError): ApiErrorDetails {
  const { code: _code, ...rest } = error.extensions
  return { message: error.message, ...rest }
}

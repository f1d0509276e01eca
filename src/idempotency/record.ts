import { createHash } from 'node:crypto'
import type { ErrorCode, ApiError, ApiErrorDetails } from '../../datasources/contract/errors.js'

/** How long an outcome is given again, counted from the first call: a provider forgets its own keys after the same time. */
export const RETENTION_SECONDS = 7 * 24 * 3600

/** What is kept of a write under its idempotency key. */
export interface WriteRecord {
  /** Keyed hash of the input. */
  readonly input: string
  /** The name that every try under this key has at the provider. */
  readonly attempt: string
  readonly begun: number
  /** True when a try before this one was left open. */
  readonly again?: boolean
  readonly state: 'running' | 'done' | 'refused' | 'unknown'
  /** Who runs it, or left it unfinished, and until when nobody else may: later words of anybody else do not count. */
  readonly runner?: string
  readonly until?: number
  readonly payload?: object
  readonly failure?: { readonly code: ErrorCode; readonly details: ApiErrorDetails }
}

/** A record that is still to be believed. */
export const current = (record: WriteRecord | null): WriteRecord | null =>
  record !== null && record.begun > Date.now() - RETENTION_SECONDS * 1000 ? record : null

/** True of a write whose process has not been heard of since its lease ended. */
export const isAbandoned = ({ state, until = 0 }: WriteRecord): boolean => state === 'running' && until < Date.now()

/**
 * True while this runner's word counts: nobody has taken the write over or settled it. A record that the store lost
 * in the middle is still the runner's, or the next call would do the write once more.
 */
export const isHeldBy = (record: WriteRecord | null, runner: string): boolean =>
  record === null || (record.runner === runner && (record.state === 'running' || record.state === 'unknown'))

/**
 * The same UUID for the same key in every process, after every restart and every rotation of keys: a provider that
 * knows idempotency keys then knows this one, also when our own record is lost. That is why no secret goes into it.
 */
export function attemptId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What a failure says, as it may be kept and said again. */
export function errorDetails(failure: ApiError): ApiErrorDetails {
  const { code: _code, ...rest } = failure.extensions
  return { message: failure.message, ...rest }
}

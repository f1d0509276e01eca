import { createHash, randomUUID } from 'node:crypto'
import type { Writing } from '../datasources/door.js'
import { type Code, Failure, type FailureDetails } from '../datasources/errors.js'
import type { Visit } from '../datasources/provider.js'
import type { Store, StoreKey } from '../datasources/store.js'

/** How long an outcome is given again. */
const KEPT_SECONDS = 7 * 24 * 3600
/** A process that died while it held a key loses it after this. */
const LEASE_MS = 30_000

interface Outcome {
  /** Hash of the input; the record itself is encrypted. */
  readonly input: string
  /** Stays the same for every try under this key. */
  readonly attempt: string
  /** True when a try before this one was left open. */
  readonly again?: boolean
  readonly state: 'running' | 'done' | 'refused' | 'unknown'
  /** Who runs it, and until when unless it says so again. */
  readonly runner?: string
  readonly until?: number
  readonly payload?: object
  readonly failure?: { readonly code: Code; readonly details: FailureDetails }
}

/** Refusals that asking again will not change. */
const FINAL: ReadonlySet<Code> = new Set<Code>(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])

/** JSON with sorted members, so that the same input hashes the same. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stable(member)}`).join(',')}}`
}

/** The same UUID for the same key, in every process and after every restart: a provider that knows keys then knows this one. */
function attemptId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const asFailure = (error: unknown): Failure | undefined => (error instanceof Failure ? error : undefined)

/** Says how to find out, which depends on whether doing it again is safe. */
function unknownOutcome(failure: FailureDetails, repeatable: boolean, replayed = false): Failure {
  const { message: _message, ...details } = failure
  return new Failure('OUTCOME_UNKNOWN', {
    ...details,
    retryable: repeatable,
    message: repeatable
      ? 'The request left, but whether it was carried out is not known. Repeat it with the same idempotencyKey and input: it is then finished, and not done twice.'
      : 'The request left, but whether it was carried out is not known. Read the record back before you try again.',
    ...(replayed ? { replayed: true } : {}),
  })
}

/**
 * Carries a write out, once per idempotency key. The record is claimed before the provider is asked, so a second
 * caller, in this process or another, never starts the same write beside it.
 */
export async function carryOut<Input extends object, Payload extends object>(
  store: Store,
  visit: Visit,
  mutation: string,
  writing: Writing<Input, Payload>,
  input: Input,
): Promise<Payload & { replayed: boolean }> {
  const { idempotencyKey, ...rest } = input as Input & { idempotencyKey?: string | null }
  if (idempotencyKey == null) {
    try {
      return { ...(await writing.run(input, { id: randomUUID(), again: false })), replayed: false }
    } catch (error) {
      const failure = asFailure(error)
      throw failure?.code === 'OUTCOME_UNKNOWN' ? unknownOutcome(failure.extensions, false) : error
    }
  }

  const repeatable = typeof writing.repeatable === 'function' ? writing.repeatable(input) : writing.repeatable
  const { tenant, client } = visit.caller
  const key: StoreKey = ['write', tenant, client, mutation, idempotencyKey]
  const meaning = Object.fromEntries(Object.entries(rest).filter(([name]) => !writing.ignore?.includes(name)))
  const print = createHash('sha256').update(stable(meaning)).digest('base64url')
  const runner = randomUUID()
  const running = (attempt: string, again: boolean): Outcome => ({ input: print, attempt, again, state: 'running', runner, until: Date.now() + LEASE_MS })

  const { value: held, changed } = await store.update<Outcome>(key, KEPT_SECONDS, (current) => {
    if (current === null) return running(attemptId(tenant, client, mutation, idempotencyKey), false)
    if (current.input !== print) return undefined
    const abandoned = current.state === 'running' && (current.until ?? 0) < Date.now()
    // What a crash or a lost answer left open is done again only where that does no harm.
    if ((abandoned || current.state === 'unknown') && repeatable) return running(current.attempt, true)
    return abandoned ? { ...current, state: 'unknown' } : undefined
  })

  if (held!.input !== print) throw new Failure('IDEMPOTENCY_KEY_REUSED')
  if (!changed || held!.state !== 'running') return replay(held!, repeatable)

  const mine = (current: Outcome | null) => current?.state === 'running' && current.runner === runner
  const lease = setInterval(() => {
    store.update<Outcome>(key, KEPT_SECONDS, (current) => (mine(current) ? { ...current!, until: Date.now() + LEASE_MS } : undefined)).catch(() => undefined)
  }, LEASE_MS / 3)
  /** Without the store the record stays as it is: running, and unknown once its lease ends. The caller still gets the answer. */
  const finish = (next: Outcome | null) =>
    store.update<Outcome>(key, KEPT_SECONDS, (current) => (mine(current) ? next : undefined)).catch(() => undefined)

  const base = { input: print, attempt: held!.attempt }
  try {
    const payload = await writing.run(input, { id: held!.attempt, again: held!.again === true })
    const kept = writing.keep ? writing.keep(payload) : payload
    await finish(kept === undefined ? null : { ...base, state: 'done', payload: kept })
    return { ...payload, replayed: false }
  } catch (error) {
    const failure = asFailure(error)
    // What nobody foresaw may have come after the provider was asked.
    if (failure === undefined) {
      await finish({ ...base, state: 'unknown' })
      throw error
    }
    if (failure.code === 'OUTCOME_UNKNOWN') {
      await finish({ ...base, state: 'unknown', failure: { code: failure.code, details: details(failure) } })
      throw unknownOutcome(details(failure), repeatable)
    }
    // This try certainly did nothing, which says nothing of the one before it.
    if (held!.again) {
      await finish({ ...base, state: 'unknown' })
      throw error
    }
    // A final word of the provider is the outcome; anything else certainly did nothing and leaves the key free.
    const final = FINAL.has(failure.code) && failure.extensions['providerStatus'] !== undefined
    await finish(final ? { ...base, state: 'refused', failure: { code: failure.code, details: details(failure) } } : null)
    throw error
  } finally {
    clearInterval(lease)
  }
}

function details(failure: Failure): FailureDetails {
  const { code: _code, ...rest } = failure.extensions
  return { message: failure.message, ...rest }
}

function replay<Payload extends object>(record: Outcome, repeatable: boolean): Payload & { replayed: boolean } {
  switch (record.state) {
    case 'done':
      return { ...(record.payload as Payload), replayed: true }
    case 'refused':
      throw new Failure(record.failure!.code, { ...record.failure!.details, replayed: true } as FailureDetails)
    case 'unknown':
      throw unknownOutcome(record.failure?.details ?? {}, repeatable, true)
    case 'running':
      throw new Failure('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 })
  }
}

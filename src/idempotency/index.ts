import { randomUUID } from 'node:crypto'
import type { Command } from '../../datasources/contract/operations.js'
import { type ErrorCode, ApiError, type ApiErrorDetails } from '../../datasources/contract/errors.js'
import { tracedStore } from '../../datasources/support/trace.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Store } from '../../datasources/contract/store.js'
import { PendingTasks } from '../lifecycle/pending-tasks.js'
import { canonicalJson } from './canonical-json.js'
import { retryUntilStored } from './retry-until-stored.js'
import { attemptId, errorDetails, type WriteRecord } from './record.js'
import { createLease } from './lease.js'
import { type Resolution, outcomeUnknown } from './outcome-unknown.js'

/** How long an outcome that the store would not take is offered to it again. */
const OFFERED_MS = 5 * 60_000

/** Refusals that asking again will not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])

type Replayable<Payload> = Payload & { replayed: boolean }

export interface Idempotency {
  /** Carries a write out, once per idempotency key. */
  readonly execute: <Input extends object, Payload extends object>(
    visit: OperationScope,
    mutation: string,
    writing: Command<Input, Payload>,
    input: Input,
  ) => Promise<Replayable<Payload>>
  /** Resolves when no write is under way any more, also of callers who have left. */
  readonly settled: () => Promise<void>
}

function resolutionOf<Input, Payload extends object>(
  { repeatable, readBack }: Command<Input, Payload>,
  input: Input,
): Resolution {
  if (typeof repeatable === 'function' ? repeatable(input) : repeatable) return 'repeat'
  return readBack ? 'read back' : 'none'
}

/** What the input means: without its key and what does not make it another write. */
const meaningOf = (input: object, ignore: readonly string[] = []): string =>
  JSON.stringify(
    canonicalJson(
      Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'idempotencyKey' && !ignore.includes(name))),
    ),
  )

/** Not by spreading: V8 makes a new class of each object that begins by a copy and is added to. */
const told = <Payload extends object>(payload: Payload, replayed: boolean): Replayable<Payload> =>
  Object.assign({}, payload, { replayed })

/** The outcome that a record holds, told once more. */
function replay<Payload extends object>(record: WriteRecord): Replayable<Payload> {
  switch (record.state) {
    case 'done':
      return told(record.payload as Payload, true)
    case 'refused':
      throw new ApiError(record.failure!.code, { ...record.failure!.details, replayed: true } as ApiErrorDetails)
    case 'unknown':
      throw outcomeUnknown(record.failure?.details ?? {}, 'none', true)
    case 'running':
      throw new ApiError('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 })
  }
}

/**
 * The writes of this process. A key is claimed in the store before the provider is asked, so a second caller, here or
 * in another process, never starts the same write beside the first. A process that died loses its claims after `leaseMs`.
 */
export function createIdempotency(store: Store, leaseMs: number): Idempotency {
  const underWay = new PendingTasks()

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    return work
  }

  const persist = (change: () => Promise<unknown>) => void track(retryUntilStored(change, OFFERED_MS))

  async function unkeyed<Input extends object, Payload extends object>(
    writing: Command<Input, Payload>,
    input: Input,
  ): Promise<Replayable<Payload>> {
    try {
      return told(await writing.run(input, { id: randomUUID(), isRetry: false }), false)
    } catch (error) {
      throw error instanceof ApiError && error.code === 'OUTCOME_UNKNOWN'
        ? outcomeUnknown(error.extensions, 'none')
        : error
    }
  }

  async function keyed<Input extends object, Payload extends object>(
    { caller: { tenant, client }, trace }: OperationScope,
    mutation: string,
    writing: Command<Input, Payload>,
    input: Input,
    idempotencyKey: string,
  ): Promise<Replayable<Payload>> {
    const name = [tenant, client, mutation, idempotencyKey] as const
    const resolution = resolutionOf(writing, input)
    const place = createLease({
      store: tracedStore(store, trace),
      key: ['write', ...name],
      meaning: meaningOf(input, writing.ignoredInput),
      attempt: attemptId(...name),
      leaseMs,
      persist,
    })
    const { record, mine, isOther } = await place.claim(resolution === 'repeat')
    if (isOther) throw new ApiError('IDEMPOTENCY_KEY_REUSED')

    const { again = false, attempt: id } = record
    const as = (state: Pick<WriteRecord, 'state' | 'payload' | 'failure'>): WriteRecord => ({
      input: record.input,
      attempt: id,
      begun: record.begun,
      ...state,
    })
    /** A try that did nothing final frees the key, and says nothing of the one before it. */
    const open: WriteRecord | null = again || record.state === 'unknown' ? as({ state: 'unknown' }) : null
    const done = (payload: Payload): WriteRecord | null => {
      const kept = writing.toStored ? writing.toStored(payload) : payload
      return kept === undefined ? open : as({ state: 'done', payload: kept })
    }

    if (!mine) {
      if (record.state !== 'unknown' || resolution !== 'read back') return replay(record)
      // That the provider has something else proves nothing: somebody may have changed it since.
      const found = await writing.readBack!(input, { id, isRetry: true })
      if (found === null) return replay(record)
      await place.settle(done(found))
      return told(found, true)
    }

    const { finish } = place.hold(record)
    try {
      const payload = await writing.run(input, { id, isRetry: again })
      await finish(done(payload))
      return told(payload, false)
    } catch (error) {
      // What nobody foresaw may have come after the provider was asked.
      if (!(error instanceof ApiError)) {
        await finish(as({ state: 'unknown' }))
        throw error
      }
      const failure = { code: error.code, details: errorDetails(error) }
      if (error.code === 'OUTCOME_UNKNOWN') {
        await finish(as({ state: 'unknown', failure }))
        throw outcomeUnknown(failure.details, resolution)
      }
      // A final word of the provider is the outcome of a first try; anything else certainly did nothing.
      const isFinal = !again && FINAL.has(error.code) && error.extensions['providerStatus'] !== undefined
      await finish(isFinal ? as({ state: 'refused', failure }) : open)
      throw error
    }
  }

  return {
    execute(visit, mutation, writing, input) {
      const { idempotencyKey } = input as { idempotencyKey?: string | null }
      return track(
        idempotencyKey == null ? unkeyed(writing, input) : keyed(visit, mutation, writing, input, idempotencyKey),
      )
    },
    settled: () => underWay.settled(),
  }
}

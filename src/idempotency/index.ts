import { randomUUID } from 'node:crypto'
import type { Writing } from '../../datasources/contract/operations.js'
import { type Code, Failure, type FailureDetails } from '../../datasources/contract/errors.js'
import { watched } from '../../datasources/support/trace.js'
import type { Visit } from '../../datasources/contract/provider.js'
import type { Store } from '../../datasources/contract/store.js'
import { Tally } from '../lifecycle/pending-tasks.js'
import { canonical } from './canonical-json.js'
import { offer } from './retry-until-stored.js'
import { attemptId, details, type WriteRecord } from './record.js'
import { slot } from './lease.js'
import { type Resolution, unknownOutcome } from './outcome-unknown.js'

/** How long an outcome that the store would not take is offered to it again. */
const OFFERED_MS = 5 * 60_000

/** Refusals that asking again will not change. */
const FINAL: ReadonlySet<Code> = new Set<Code>(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])

type Replayable<Payload> = Payload & { replayed: boolean }

export interface Writes {
  /** Carries a write out, once per idempotency key. */
  readonly carryOut: <Input extends object, Payload extends object>(visit: Visit, mutation: string, writing: Writing<Input, Payload>, input: Input) => Promise<Replayable<Payload>>
  /** Resolves when no write is under way any more, also of callers who have left. */
  readonly settled: () => Promise<void>
}

function resolutionOf<Input, Payload extends object>({ repeatable, readBack }: Writing<Input, Payload>, input: Input): Resolution {
  if (typeof repeatable === 'function' ? repeatable(input) : repeatable) return 'repeat'
  return readBack ? 'read back' : 'none'
}

/** What the input means: without its key and what does not make it another write. */
const meaningOf = (input: object, ignore: readonly string[] = []): string =>
  JSON.stringify(canonical(Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'idempotencyKey' && !ignore.includes(name)))))

/** Not by spreading: V8 makes a new class of each object that begins by a copy and is added to. */
const told = <Payload extends object>(payload: Payload, replayed: boolean): Replayable<Payload> => Object.assign({}, payload, { replayed })

/** The outcome that a record holds, told once more. */
function replay<Payload extends object>(record: WriteRecord): Replayable<Payload> {
  switch (record.state) {
    case 'done':
      return told(record.payload as Payload, true)
    case 'refused':
      throw new Failure(record.failure!.code, { ...record.failure!.details, replayed: true } as FailureDetails)
    case 'unknown':
      throw unknownOutcome(record.failure?.details ?? {}, 'none', true)
    case 'running':
      throw new Failure('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 })
  }
}

/**
 * The writes of this process. A key is claimed in the store before the provider is asked, so a second caller, here or
 * in another process, never starts the same write beside the first. A process that died loses its claims after `leaseMs`.
 */
export function createWrites(store: Store, leaseMs: number): Writes {
  const underWay = new Tally()

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    return work
  }

  const persist = (change: () => Promise<unknown>) => void track(offer(change, OFFERED_MS))

  async function unkeyed<Input extends object, Payload extends object>(writing: Writing<Input, Payload>, input: Input): Promise<Replayable<Payload>> {
    try {
      return told(await writing.run(input, { id: randomUUID(), again: false }), false)
    } catch (error) {
      throw error instanceof Failure && error.code === 'OUTCOME_UNKNOWN' ? unknownOutcome(error.extensions, 'none') : error
    }
  }

  async function keyed<Input extends object, Payload extends object>(
    { caller: { tenant, client }, ledger }: Visit,
    mutation: string,
    writing: Writing<Input, Payload>,
    input: Input,
    idempotencyKey: string,
  ): Promise<Replayable<Payload>> {
    const name = [tenant, client, mutation, idempotencyKey] as const
    const resolution = resolutionOf(writing, input)
    const place = slot({ store: watched(store, ledger), key: ['write', ...name], meaning: meaningOf(input, writing.ignore), attempt: attemptId(...name), leaseMs, persist })
    const { record, mine, isOther } = await place.claim(resolution === 'repeat')
    if (isOther) throw new Failure('IDEMPOTENCY_KEY_REUSED')

    const { again = false, attempt: id } = record
    const as = (state: Pick<WriteRecord, 'state' | 'payload' | 'failure'>): WriteRecord => ({ input: record.input, attempt: id, begun: record.begun, ...state })
    /** A try that did nothing final frees the key, and says nothing of the one before it. */
    const open: WriteRecord | null = again || record.state === 'unknown' ? as({ state: 'unknown' }) : null
    const done = (payload: Payload): WriteRecord | null => {
      const kept = writing.keep ? writing.keep(payload) : payload
      return kept === undefined ? open : as({ state: 'done', payload: kept })
    }

    if (!mine) {
      if (record.state !== 'unknown' || resolution !== 'read back') return replay(record)
      // That the provider has something else proves nothing: somebody may have changed it since.
      const found = await writing.readBack!(input, { id, again: true })
      if (found === null) return replay(record)
      await place.settle(done(found))
      return told(found, true)
    }

    const { finish } = place.hold(record)
    try {
      const payload = await writing.run(input, { id, again })
      await finish(done(payload))
      return told(payload, false)
    } catch (error) {
      // What nobody foresaw may have come after the provider was asked.
      if (!(error instanceof Failure)) {
        await finish(as({ state: 'unknown' }))
        throw error
      }
      const failure = { code: error.code, details: details(error) }
      if (error.code === 'OUTCOME_UNKNOWN') {
        await finish(as({ state: 'unknown', failure }))
        throw unknownOutcome(failure.details, resolution)
      }
      // A final word of the provider is the outcome of a first try; anything else certainly did nothing.
      const isFinal = !again && FINAL.has(error.code) && error.extensions['providerStatus'] !== undefined
      await finish(isFinal ? as({ state: 'refused', failure }) : open)
      throw error
    }
  }

  return {
    carryOut(visit, mutation, writing, input) {
      const { idempotencyKey } = input as { idempotencyKey?: string | null }
      return track(idempotencyKey == null ? unkeyed(writing, input) : keyed(visit, mutation, writing, input, idempotencyKey))
    },
    settled: () => underWay.settled(),
  }
}

import { reasonOf } from './authorization.js'
import { sleep } from './delays.js'
import { KycGraphError } from './errors.js'
import { pollDelayMs, type Progress, progressOf } from './pending.js'
import { NoStream } from './subscription.js'

/** How the outcome of a record is learned. */
export interface Source {
  /** The states of the record, as the server sends them; undefined where it is known to have no stream. */
  readonly stream: (() => AsyncIterable<object>) | undefined
  /** Called when the server answers the text with no stream, whatever its variables are. */
  readonly onNoStream: () => void
  /** The present state of the record, rejecting as `Call` does; undefined where there is no query for it. */
  readonly poll: (() => Promise<Polled>) | undefined
}

/** The state of a record, or why it is not known. */
export interface Polled {
  readonly data: object | undefined
  /** The time of the answer by the server's clock, in ms, where it says so. */
  readonly serverTime: number | undefined
  readonly failure?: KycGraphError<string>
}

/** For what to wait. */
export interface Awaited<Data> {
  /** Whether a state is final; without it the record's `nextPollAt`, `state` or `status` says so. */
  readonly until: ((data: Data) => boolean) | undefined
  /** Called with each state, the final one included. */
  readonly onState: ((data: Data) => void) | undefined
  readonly signal: AbortSignal
}

/** The pause after a stream could not be opened again and again. */
const REOPEN_MS = 1_000

const UNDECIDED =
  'The answer says nothing about its progress: select nextPollAt, state or status under the root field, or pass `until`.'

/** Waits for the final state of a record: by a stream where the server has one, else by polling at the server's pace. */
export async function waitFor<Data extends object>(source: Source, awaited: Awaited<Data>): Promise<Data> {
  const { until, onState, signal } = awaited
  let last: Data | undefined

  const take = (data: Data): void => {
    last = data
    onState?.(data)
  }
  const progress = (data: Data): Progress => {
    take(data)
    const known = progressOf(data)
    if (until !== undefined) return { isPending: !until(data), nextPollAt: known?.nextPollAt }
    if (known === undefined) throw new TypeError(UNDECIDED)
    return known
  }

  try {
    return source.poll === undefined
      ? await completed(source, awaited, take)
      : ((await streamed(source, progress, signal)) ?? (await polled(source.poll, signal, progress)))
  } catch (error) {
    const cause = reasonOf(error)
    if (!signal.aborted || !isTimeout(signal.reason)) throw cause
    throw new KycGraphError('TIMEOUT', {
      message: 'The outcome did not come in time.',
      data: last,
      retryable: true,
      cause,
    })
  }
}

const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError'

/** The final state by a stream; undefined where the stream does not tell it. */
async function streamed<Data extends object>(
  { stream, onNoStream }: Source,
  progress: (data: Data) => Progress,
  signal: AbortSignal,
): Promise<Data | undefined> {
  if (stream === undefined) return undefined
  try {
    for await (const data of stream()) if (!progress(data as Data).isPending) return data as Data
  } catch (error) {
    // Whatever the server refuses as a subscription, the query tells.
    const failure = error instanceof NoStream ? error.failure : error
    if (!(failure instanceof KycGraphError)) throw error
    if (failure.retryable) await sleep(toldMs(failure), signal)
    else if (holdsForAll(failure)) onNoStream()
  }
  return undefined
}

/** Whether the server refuses a text as a subscription, and not this record, input or caller of it. */
const holdsForAll = ({ code, errors }: KycGraphError<string>): boolean =>
  !['UNAUTHENTICATED', 'FORBIDDEN'].includes(code) &&
  errors.every(({ path, extensions }) => path === undefined && extensions?.['fields'] === undefined)

/** The final state by a stream alone: the last one before the server completes it, unless one is final before. */
async function completed<Data extends object>(
  { stream }: Source,
  { until, signal }: Awaited<Data>,
  take: (data: Data) => void,
): Promise<Data> {
  let last: Data | undefined
  for (;;) {
    try {
      for await (const data of stream?.() ?? []) {
        take((last = data as Data))
        if (until?.(last) === true) return last
      }
      if (last !== undefined) return last
      throw new KycGraphError('INVALID_ANSWER', { message: 'The stream told no state.' })
    } catch (error) {
      if (error instanceof NoStream) throw error.failure
      if (!(error instanceof KycGraphError) || !error.retryable) throw error
      await sleep(Math.max(REOPEN_MS, toldMs(error)), signal)
    }
  }
}

async function polled<Data extends object>(
  poll: () => Promise<Polled>,
  signal: AbortSignal,
  progress: (data: Data) => Progress,
): Promise<Data> {
  const begun = Date.now()
  for (;;) {
    const { data, serverTime, failure } = await poll().catch(passing)
    const state = data === undefined ? PENDING : progress(data as Data)
    if (data !== undefined && !state.isPending) return data as Data
    const wait = pollDelayMs(state, serverTime, Date.now() - begun)
    await sleep(Math.max(wait, toldMs(failure)), signal)
  }
}

/** How long to wait at least after a failure. */
const toldMs = (failure: KycGraphError<string> | undefined): number => (failure?.retryAfterSeconds ?? 0) * 1_000

const PENDING: Progress = { isPending: true, nextPollAt: undefined }

/** A failure that may pass leaves the outcome pending; any other is thrown on. */
function passing(failure: unknown): Polled {
  if (failure instanceof KycGraphError && failure.retryable) return { data: undefined, serverTime: undefined, failure }
  throw failure
}

import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { EVENT_STREAM, type StreamEntry } from './event-codec.js'

/** How long a read waits for entries. */
export const BLOCK_MS = 1_000
/** How long a reader waits after an error. */
const RETRY_MS = 100
const MAX_ENTRIES = 256
/**
 * How long a reader lets events gather that nobody waits for: every replica reads every event, so this is what they cost
 * the store, however many replicas there are.
 */
const GATHER_MS = 250

/** The reply to a read of one stream. */
export type StreamReply = readonly (readonly [name: string, entries: readonly StreamEntry[]])[] | null

const partsOf = (id: string): readonly number[] => id.split('-').map(Number)

/** True where an id of the stream is before another one. */
function isBefore(id: string, other: string): boolean {
  const [ms = 0, count = 0] = partsOf(id)
  const [otherMs = 0, otherCount = 0] = partsOf(other)
  return ms === otherMs ? count < otherCount : ms < otherMs
}

/** Runs a step again and again until the signal aborts; waits after one that rejects. */
export async function repeat(step: () => Promise<void>, signal: AbortSignal, onError: () => void): Promise<void> {
  while (!signal.aborted)
    try {
      await step()
    } catch {
      onError()
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
}

/**
 * Reads every event that is recorded since the reader was made, by one blocking read at a time on a connection of its
 * own. After an error it goes on behind the last event that it has read. Where the stream ends before that one, as after
 * a failover to a replica that was behind, it goes on from the time of its last read: an event may come twice then.
 */
export class EventReader {
  readonly #connection: Redis | Cluster
  readonly #onEntries: (entries: readonly StreamEntry[]) => Promise<void>
  readonly #isAwaited: () => boolean
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  #gathering: AbortController | undefined
  /** The id of the last entry that was read; undefined until the store has told its time. */
  #position: string | undefined
  /** True where the stream may end before the position. */
  #isInDoubt = true
  /** When the read that was answered last was sent, by the monotonic clock. */
  #sentAt = performance.now()

  /** `onEntries` rejects where it could not take the entries: they are read again. `isAwaited`: an event is read at once. */
  constructor(
    connection: Redis | Cluster,
    onEntries: (entries: readonly StreamEntry[]) => Promise<void>,
    isAwaited: () => boolean,
  ) {
    this.#connection = connection
    this.#onEntries = onEntries
    this.#isAwaited = isAwaited
    this.#ended = repeat(
      () => this.#read(),
      this.#closing.signal,
      () => (this.#isInDoubt = true),
    )
  }

  /** Reads now what may have gathered, because somebody waits for it. */
  hurry(): void {
    this.#gathering?.abort()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#connection.disconnect()
    await this.#ended
  }

  async #read(): Promise<void> {
    const position = await this.#findPosition()
    const sentAt = performance.now()
    const reply = (await this.#connection.xread(
      'COUNT',
      MAX_ENTRIES,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      EVENT_STREAM,
      position,
    )) as StreamReply
    for (const [, entries] of reply ?? []) {
      await this.#onEntries(entries)
      this.#position = entries.at(-1)?.[0] ?? position
    }
    this.#sentAt = sentAt
    const found = reply?.[0]?.[1].length ?? 0
    if (found > 0 && found < MAX_ENTRIES && !this.#isAwaited()) await this.#gather()
  }

  async #gather(): Promise<void> {
    // No read is open meanwhile that the loss of the store would end.
    this.#isInDoubt = true
    this.#gathering = new AbortController()
    const signal = AbortSignal.any([this.#gathering.signal, this.#closing.signal])
    await delay(GATHER_MS, undefined, { signal, ref: false }).catch(() => undefined)
  }

  async #findPosition(): Promise<string> {
    const known = this.#position
    if (known !== undefined && !this.#isInDoubt) return known
    const [last] = await this.#connection.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1)
    const isThere = known !== undefined && last !== undefined && !isBefore(last[0], known)
    const position = isThere ? known : await this.#timeOfLastRead()
    this.#position = position
    this.#isInDoubt = false
    return position
  }

  /** The store's time when the last read was sent, or this reader was made, as the id of an entry. */
  async #timeOfLastRead(): Promise<string> {
    const [seconds, micros] = await this.#connection.time()
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    return `${Math.floor(now - (performance.now() - this.#sentAt))}-0`
  }
}

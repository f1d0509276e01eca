import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { type Decoded, EVENT_STREAM, type StreamEntry } from './event-codec.js'
import type { StateEvent } from './event-log.js'
import { BLOCK_MS, repeat, type StreamReply } from './event-reader.js'

/** Events that a process handles at one time. */
const MAX_ENTRIES = 16
/** How long an event is left to the process that took it; then another one takes it over. */
const CLAIM_AFTER_MS = 30_000
const CLAIM_INTERVAL_MS = 5_000
/** How long a process that is not ready rests before it looks again. */
const REST_MS = 1_000
/** How long the handlers that run are awaited at the end; what they leave is handled by another process. */
export const CLOSE_PATIENCE_MS = 5_000
/** A consumer of a process that was killed, with nothing pending, is removed after this. */
const LEAVE_AFTER_MS = 600_000

type Handle = (event: StateEvent) => Promise<void>

interface ConsumerOptions {
  /** Of its own: it waits for entries. */
  readonly connection: Redis | Cluster
  readonly group: string
  readonly handle: Handle
  /** No event is taken while this says no. */
  readonly isReady?: (() => Promise<boolean>) | undefined
  readonly load: (entries: readonly StreamEntry[]) => Promise<readonly Decoded[]>
  /** @default 30 s */
  readonly claimAfterMs?: number | undefined
}

/** A member of a consumer group: handles events that no other member has, and those that another one left behind. */
export class EventConsumer {
  readonly #options: ConsumerOptions
  readonly #name = randomUUID()
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  readonly #claimAfterMs: number
  #isMember = false
  #claimedAt = -Infinity
  /** Where the next search for what was left behind begins. */
  #cursor = '0-0'

  constructor(options: ConsumerOptions) {
    const { claimAfterMs = CLAIM_AFTER_MS } = options
    this.#options = options
    this.#claimAfterMs = claimAfterMs
    this.#ended = repeat(
      () => this.#take(),
      this.#closing.signal,
      // The group may be gone with the stream.
      () => (this.#isMember = false),
    )
  }

  /** Takes no more events, and resolves when those that are being handled have ended, or after five seconds. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.race([this.#ended, delay(CLOSE_PATIENCE_MS, undefined, { ref: false })])
    const { connection, group } = this.#options
    await connection.leaveGroup(EVENT_STREAM, group, this.#name, LEAVE_AFTER_MS).catch(() => undefined)
    connection.disconnect()
  }

  async #take(): Promise<void> {
    const { isReady } = this.#options
    if (isReady && !(await isReady())) {
      const { signal } = this.#closing
      await delay(REST_MS, undefined, { signal, ref: false }).catch(() => undefined)
      return
    }
    if (!this.#isMember && !(await this.#join())) return
    if (performance.now() - this.#claimedAt >= Math.min(CLAIM_INTERVAL_MS, this.#claimAfterMs)) await this.#claim()
    const { connection, group } = this.#options
    const reply = (await connection.xreadgroup(
      'GROUP',
      group,
      this.#name,
      'COUNT',
      MAX_ENTRIES,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      EVENT_STREAM,
      '>',
    )) as StreamReply
    for (const [, entries] of reply ?? []) await this.#handleAll(entries)
  }

  /** Joins the group; false where there is no event yet, and so no stream. */
  async #join(): Promise<boolean> {
    const { connection, group } = this.#options
    try {
      await connection.xgroup('CREATE', EVENT_STREAM, group, '0')
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      if (/requires the key to exist/.test(message)) {
        await connection.xread('COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', EVENT_STREAM, '0-0')
        return false
      }
      if (!message.startsWith('BUSYGROUP')) throw error
    }
    this.#isMember = true
    return true
  }

  /** Takes over what a process that ended, or a handler that rejected, has left behind. */
  async #claim(): Promise<void> {
    const { connection, group } = this.#options
    const [cursor, entries] = (await connection.xautoclaim(
      EVENT_STREAM,
      group,
      this.#name,
      this.#claimAfterMs,
      this.#cursor,
      'COUNT',
      MAX_ENTRIES,
    )) as [string, readonly (StreamEntry | null)[]]
    this.#cursor = cursor
    // The search goes on at once until it is through.
    if (this.#cursor === '0-0') this.#claimedAt = performance.now()
    // Redis 6.2 answers null for an entry that was trimmed.
    await this.#handleAll(entries.filter((entry) => entry !== null))
  }

  async #handleAll(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length === 0) return
    const events = await this.#options.load(entries)
    await Promise.all(entries.map(([eventId], i) => this.#handle(eventId, events[i])))
  }

  /** Handles an event; one whose handler rejects, and one that cannot be read, stays pending. */
  async #handle(eventId: string, event: Decoded): Promise<void> {
    const { connection, group, handle } = this.#options
    if (event === undefined) return
    try {
      if (event !== null) await handle(event)
    } catch {
      return
    }
    await connection.xack(EVENT_STREAM, group, eventId)
  }
}

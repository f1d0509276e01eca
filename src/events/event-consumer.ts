import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { EVENT_STREAM, type StreamEntry } from '../store/event-stream.js'
import type { StateEvent } from './event-log.js'
import { BLOCK_MS, repeat, type StreamReply } from './event-reader.js'

/** Events that a process handles at one time. */
const MAX_ENTRIES = 16
/** How long an event is left to the process that took it; then another one takes it over. */
const CLAIM_AFTER_MS = 30_000
const CLAIM_INTERVAL_MS = 5_000
/** A consumer that ended, with nothing pending, is removed after this. */
const LEAVE_AFTER_MS = 600_000

type Handle = (event: StateEvent) => Promise<void>

interface ConsumerOptions {
  /** Of its own: it waits for entries. */
  readonly connection: Redis | Cluster
  readonly group: string
  readonly handle: Handle
  /** Null where the entry is gone or cannot be read. */
  readonly decode: (entry: StreamEntry) => StateEvent | null
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

  /** Takes no more events, and resolves when those that are being handled have ended. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#ended
    this.#options.connection.disconnect()
  }

  async #take(): Promise<void> {
    if (!this.#isMember) await this.#join()
    if (performance.now() - this.#claimedAt >= Math.min(CLAIM_INTERVAL_MS, this.#claimAfterMs)) await this.#claim()
    const { connection, group } = this.#options
    const reply = (await connection.xreadgroupBuffer(
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

  async #join(): Promise<void> {
    const { connection, group } = this.#options
    try {
      await connection.xgroup('CREATE', EVENT_STREAM, group, '0', 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error
    }
    await connection.leaveEnded(EVENT_STREAM, group, LEAVE_AFTER_MS)
    this.#isMember = true
  }

  /** Takes over what a process that ended, or a handler that rejected, has left behind. */
  async #claim(): Promise<void> {
    const { connection, group } = this.#options
    const [cursor, entries] = (await connection.xautoclaimBuffer(
      EVENT_STREAM,
      group,
      this.#name,
      this.#claimAfterMs,
      this.#cursor,
      'COUNT',
      MAX_ENTRIES,
    )) as [Buffer, readonly (StreamEntry | null)[]]
    this.#cursor = cursor.toString()
    // The search goes on at once until it is through.
    if (this.#cursor === '0-0') this.#claimedAt = performance.now()
    // Redis 6.2 answers null for an entry that was trimmed.
    await this.#handleAll(entries.filter((entry) => entry !== null))
  }

  #handleAll(entries: readonly StreamEntry[]): Promise<unknown> {
    return Promise.all(entries.map((entry) => this.#handle(entry)))
  }

  /** Handles an entry; one whose handler rejects, and one that cannot be read, stays pending. */
  async #handle(entry: StreamEntry): Promise<void> {
    const { connection, group, handle, decode } = this.#options
    const [id, fields] = entry
    const event = decode(entry)
    if (event === null && fields !== null) return
    try {
      if (event !== null) await handle(event)
    } catch {
      return
    }
    await connection.xack(EVENT_STREAM, group, id)
  }
}

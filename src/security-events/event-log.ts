import type { Caller } from '../../datasources/contract/caller.js'
import { ecsLine, type EventRecord } from './ecs.js'
import type { ErasureReceipt, SecurityEvent } from './events.js'

/** The interval in which equal events are counted after the first. */
const INTERVAL_MS = 60_000
/** Different events with a line of their own in an interval, of known callers and of unknown ones; more are counted by their action and reason alone. */
const MAX_KNOWN = 500
const MAX_UNKNOWN = 100

/** An event and its repeats in the present interval. */
interface Series {
  readonly record: EventRecord
  repeats: number
  start: number
  end: number
}

interface EventLogOptions {
  readonly write: (line: string, event: SecurityEvent) => void
  readonly intervalMs?: number
}

/** What makes two events different, beside where they come from. */
interface Identity {
  readonly action: string
  readonly reason?: string
  readonly rule?: string | undefined
  readonly receipt?: ErasureReceipt
}

const idsOf = ({ tenant, client, subject }: Caller): readonly string[] => [tenant, client, subject]

/**
 * Words events as lines. The first of equal events (the same action, reason, address and caller) is written at once; its
 * repeats are counted, and their number is written at the end of the interval. So a flood costs as many lines as it
 * has different senders, and beyond a limit none.
 */
export class EventLog {
  readonly #options: EventLogOptions
  readonly #series = new Map<string, Series>()
  #known = 0
  #unknown = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: EventLogOptions) {
    this.#options = options
  }

  /** `network`: by which the address is counted. */
  add(record: EventRecord, network: string | undefined): void {
    const now = Date.now()
    const { event, caller } = record
    const { action, reason, rule, receipt }: Identity = event
    const what = `${action} ${reason} ${rule} ${receipt?.erasure}`
    const key = JSON.stringify([what, network, ...(caller ? idsOf(caller) : [])])
    if (this.#repeat(key, now)) return
    if (this.#hasRoom(caller)) return this.#begin(key, record, now)
    // One series for all that have none of their own.
    if (!this.#repeat(what, now)) this.#begin(what, { event }, now)
  }

  /** Writes the numbers of repeats, and begins a new interval. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const now = Date.now()
    for (const { record, repeats, start, end } of this.#series.values())
      if (repeats > 0) this.#options.write(ecsLine(record, now, { count: repeats, start, end }), record.event)
    this.#series.clear()
    this.#known = 0
    this.#unknown = 0
  }

  #repeat(key: string, now: number): boolean {
    const series = this.#series.get(key)
    if (series === undefined) return false
    if (series.repeats === 0) series.start = now
    series.repeats += 1
    series.end = now
    return true
  }

  #hasRoom(caller: Caller | undefined): boolean {
    return caller === undefined ? (this.#unknown += 1) <= MAX_UNKNOWN : (this.#known += 1) <= MAX_KNOWN
  }

  #begin(key: string, record: EventRecord, now: number): void {
    this.#series.set(key, { record, repeats: 0, start: now, end: now })
    this.#options.write(ecsLine(record, now), record.event)
    this.#timer ??= setTimeout(() => this.flush(), this.#options.intervalMs ?? INTERVAL_MS).unref()
  }
}

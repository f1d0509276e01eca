import type { WatchedType } from '../../datasources/contract/state-change.js'
import type { Observed } from '../../resolvers/context.js'
import type { EventLog, Watched } from '../events/event-log.js'
import { objectKey } from '../events/watched.js'
import type { UnannouncedPolls } from './unannounced-polls.js'

/** The shortest time between two polls of an object. */
const MIN_POLL_MS = 250
/** The time to the first poll of an object of which no provider says when to ask again. */
const UNANNOUNCED_MS = 1_000
/** The time to the next poll after one that told no state; it doubles up to the longest. */
const RETRY_MS = 5_000
const MAX_RETRY_MS = 60_000

/** What is told of an object that is not there any more. */
const ABSENT: Observed = { state: 'ABSENT', isFinal: true, nextPollAt: null }

/** A state of an object that another part of the deployment has seen. */
export interface Change extends Pick<Observed, 'state' | 'progress' | 'isFinal'> {
  readonly type: WatchedType
  /** When it was recorded, in ms since 1970. */
  readonly at: number
}

/** A stream that waits for changes of an object. */
export interface Watcher {
  /** Tells a state, which the watcher may know already. */
  readonly changed: (change: Change) => void
  /** Reads the object because its poll is due; resolves to undefined where its state cannot be read. */
  readonly poll: () => Promise<Observed | null | undefined>
}

interface ObjectsOptions {
  readonly events: Pick<EventLog, 'subscribe'>
  readonly polls: Pick<UnannouncedPolls, 'needs' | 'take'>
  /** The time by which polls are due, in ms since 1970: that of the store. */
  readonly now: () => number
}

/** One object that streams of this process wait for: one subscription and one timer, however many wait. */
class WatchedObject {
  readonly #watchers = new Set<Watcher>()
  /** Those that read the object itself; others wait for what is made from it. */
  readonly #readers = new Set<Watcher>()
  readonly #object: Watched
  readonly #polls: ObjectsOptions['polls']
  readonly #now: () => number
  readonly #end: () => void
  #timer: NodeJS.Timeout | undefined
  #isPolling = false
  #failures = 0

  constructor(object: Watched, { events, polls, now }: ObjectsOptions) {
    this.#object = object
    this.#polls = polls
    this.#now = now
    this.#end = events.subscribe(object, ({ type, state, isFinal, at }) =>
      this.#tell({ type, state, isFinal, at: Date.parse(at) }),
    )
  }

  add(watcher: Watcher, isReader: boolean): void {
    this.#watchers.add(watcher)
    if (isReader) this.#readers.add(watcher)
  }

  /** Ends where the last watcher leaves; true then. */
  remove(watcher: Watcher): boolean {
    this.#readers.delete(watcher)
    if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return false
    clearTimeout(this.#timer)
    this.#end()
    return true
  }

  /** Tells the other watchers a state that one has read. */
  tell({ state, progress, isFinal }: Observed, by?: Watcher): void {
    this.#tell(
      { type: this.#object.type, state, ...(progress === undefined ? {} : { progress }), isFinal, at: this.#now() },
      by,
    )
  }

  /** Lets a watcher read the object when its next poll is due. */
  schedule({ nextPollAt, isFinal }: Observed): void {
    if (isFinal) return
    if (nextPollAt !== null) this.pollIn(Date.parse(nextPollAt) - this.#now())
    else if (this.#timer === undefined && this.#polls.needs(this.#object)) this.pollIn(UNANNOUNCED_MS)
  }

  pollIn(ms: number): void {
    if (this.#isPolling) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#poll(), Math.max(MIN_POLL_MS, ms))
  }

  #tell(change: Change, by?: Watcher): void {
    for (const watcher of this.#watchers) if (watcher !== by) watcher.changed(change)
  }

  /** When another replica has taken the poll of an object that is not announced: the time of the next one. */
  async #turn(): Promise<number | undefined> {
    if (!this.#polls.needs(this.#object)) return undefined
    const turn = await this.#polls.take(this.#object).catch(() => undefined)
    return turn?.isTaken === false ? turn.nextAt : undefined
  }

  /** Lets one watcher read the object, another one each time. Without a reader the polls end until one schedules the next. */
  async #poll(): Promise<void> {
    this.#timer = undefined
    const [reader] = this.#readers
    if (reader === undefined) return
    this.#readers.delete(reader)
    this.#readers.add(reader)
    this.#isPolling = true
    const nextAt = await this.#turn()
    const observed = nextAt === undefined ? await reader.poll() : undefined
    this.#isPolling = false
    if (this.#readers.size === 0) return
    if (nextAt !== undefined) this.pollIn(nextAt - this.#now())
    else if (observed !== undefined) {
      this.#failures = 0
      this.tell(observed ?? ABSENT)
      this.schedule(observed ?? ABSENT)
    } else if (!this.#readers.has(reader)) this.pollIn(0)
    else {
      this.pollIn(Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.#failures))
      this.#failures += 1
    }
  }
}

/** What a stream holds of an object while it waits for it. */
export interface Watch {
  readonly object: Watched
  readonly tell: (observed: Observed) => void
  readonly schedule: (observed: Observed) => void
  readonly pollIn: (ms: number) => void
  readonly end: () => void
}

/** The objects that streams of this process wait for. */
export class WatchedObjects {
  readonly #options: ObjectsOptions
  readonly #objects = new Map<string, WatchedObject>()

  constructor(options: ObjectsOptions) {
    this.#options = options
  }

  /** Tells a watcher of each change of an object from now on. */
  watch(object: Watched, watcher: Watcher, isReader: boolean): Watch {
    const key = objectKey(object)
    const watched = this.#objects.get(key) ?? new WatchedObject(object, this.#options)
    this.#objects.set(key, watched)
    watched.add(watcher, isReader)
    return {
      object,
      tell: (observed) => watched.tell(observed, watcher),
      schedule: (observed) => watched.schedule(observed),
      pollIn: (ms) => watched.pollIn(ms),
      end: () => void (watched.remove(watcher) && this.#objects.delete(key)),
    }
  }
}

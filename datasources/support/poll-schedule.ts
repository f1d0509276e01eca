import { randomUUID } from 'node:crypto'

const SHORTEST_WAIT_SECONDS = 1
/** What has lasted long is asked about seldom, but never so seldom that nobody would wait for it. */
const LONGEST_WAIT_SECONDS = 60
/** A hint that is a mistake must not close a record for good. */
const LONGEST_HINT_SECONDS = 3600
/** Longer than a call takes; a process that died while it asked loses its turn after this. */
const TURN_MS = 30_000

/** When a provider may be asked again how something stands, and whose turn it is. Times are ms since 1970. */
export interface PollSchedule {
  readonly begunAt: number
  readonly nextAt: number
  readonly turn?: { readonly by: string; readonly until: number } | undefined
}

const within = (least: number, value: number, most: number) => Math.min(Math.max(least, value), most)

/** The provider's hint where there is one; else half of what it has taken so far, so that waits grow with the wait. */
const waitMs = (begunAt: number, at: number, hintSeconds: number | undefined): number =>
  hintSeconds === undefined
    ? Math.round(within(SHORTEST_WAIT_SECONDS * 1000, (at - begunAt) / 2, LONGEST_WAIT_SECONDS * 1000))
    : within(SHORTEST_WAIT_SECONDS, hintSeconds, LONGEST_HINT_SECONDS) * 1000

/** The pace of what has begun now, or was asked about now. */
export const pollSchedule = (at: number, hintSeconds?: number, begunAt = at): PollSchedule => ({
  begunAt,
  nextAt: at + waitMs(begunAt, at, hintSeconds),
})

const taken = ({ turn }: PollSchedule, now: number): boolean => turn !== undefined && now < turn.until

/** True when its time has come and nobody asks already. */
export const isDue = (current: PollSchedule, now = Date.now()): boolean => now >= current.nextAt && !taken(current, now)

/** The soonest time at which asking again makes sense. While somebody asks that is soon. */
export const nextPollAt = (current: PollSchedule, now = Date.now()): string =>
  new Date(
    taken(current, now) ? Math.max(current.nextAt, now + SHORTEST_WAIT_SECONDS * 1000) : current.nextAt,
  ).toISOString()

/** A name for one turn, which nobody else has. */
export const newPollLease = (): string => randomUUID()

/** The same with the turn taken. */
export const leasePoll = (current: PollSchedule, by: string, now = Date.now()): PollSchedule => ({
  ...current,
  turn: { by, until: now + TURN_MS },
})

/** The pace after this turn's answer, or failure; undefined when the turn has become somebody else's meanwhile. */
export const completePoll = (
  current: PollSchedule,
  by: string,
  at: number,
  hintSeconds?: number,
): PollSchedule | undefined => (current.turn?.by === by ? pollSchedule(at, hintSeconds, current.begunAt) : undefined)

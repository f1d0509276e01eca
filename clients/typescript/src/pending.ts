/** The states of a record whose outcome comes later. */
const PENDING_STATES: readonly unknown[] = ['PENDING', 'RUNNING', 'QUEUED']

/** What an answer says about the outcome that is waited for. */
export interface Progress {
  readonly isPending: boolean
  /** When another query makes sense, in ms by the server's clock; the latest of all pending records. */
  readonly nextPollAt: number | undefined
}

interface Record {
  readonly nextPollAt?: unknown
  readonly state?: unknown
  readonly status?: unknown
}

/** Reads the progress from the records under the root fields; undefined where none of them says whether it is pending. */
export function progressOf(data: object): Progress | undefined {
  const records = Object.values(data).filter((value): value is Record => typeof value === 'object' && value !== null)
  const saying = records.filter((record) => 'nextPollAt' in record || 'state' in record || 'status' in record)
  if (records.length > 0 && saying.length === 0) return undefined
  const pending = saying.filter(
    ({ nextPollAt, state, status }) => typeof nextPollAt === 'string' || PENDING_STATES.includes(state ?? status),
  )
  const times = pending.flatMap(({ nextPollAt }) => (typeof nextPollAt === 'string' ? Date.parse(nextPollAt) : []))
  return { isPending: pending.length > 0, nextPollAt: times.length === 0 ? undefined : Math.max(...times) }
}

const MIN_POLL_MS = 1_000
const MAX_POLL_MS = 60_000

/**
 * The wait before the next query: until `nextPollAt`, and not less than a second. Where the answer does not have it, half
 * of the time that has passed, up to a minute: the server's own schedule.
 */
export function pollDelayMs({ nextPollAt }: Progress, serverTime: number | undefined, elapsedMs: number): number {
  const told = nextPollAt === undefined ? undefined : nextPollAt - (serverTime ?? Date.now())
  return Math.max(MIN_POLL_MS, told ?? Math.min(MAX_POLL_MS, elapsedMs / 2))
}

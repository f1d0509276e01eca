import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** The time in which a stopping server still accepts, unless `DRAIN_DELAY_MS` says otherwise: five probes of a load balancer that asks each second. */
export const DEFAULT_DRAIN_DELAY_MS = 5_000
/** How long a stopping server waits for running operations, after the last request that it may get. */
const DRAIN_MS = 20_000
/** How long it then waits for the operations of the connections that it has closed. */
const ABORT_MS = 1_000
/** The least and the greatest time for which a connection stays open after its last answer, once the listener is closed. */
const MIN_IDLE_GRACE_MS = 1_000
const MAX_IDLE_GRACE_MS = 5_000

/** How long no new connection comes before the listener closes, and in how many turns of the event loop. */
const QUIET_MS = 100
const QUIET_TURNS = 3
/** How long a server waits for that. */
const MAX_ACCEPT_MS = 10_000

/**
 * How long a connection stays open after its last answer, once a stop signal has closed the listener: a proxy that leaves
 * its idle connections sooner than the drain delay meets none that is closed.
 */
export const idleGraceOf = (drainDelayMs: number): number =>
  Math.min(MAX_IDLE_GRACE_MS, Math.max(MIN_IDLE_GRACE_MS, drainDelayMs))

export interface DrainOptions {
  /** How long a connection may still send a request after its last answer. */
  readonly idleGraceMs: number
  /** Resolves when no operation runs, including those of clients that have disconnected. */
  readonly settled: () => Promise<unknown>
  readonly closeProviders: () => Promise<void>
  /** Resolves when the last connection has ended. */
  readonly connectionsEnded: Promise<void>
}

/**
 * Resolves when no new connection came for a moment. Node accepts one in each turn of the event loop, and the system
 * resets those that still wait when the listener closes.
 */
export async function untilAccepted(server: Server): Promise<void> {
  const begun = performance.now()
  let turns = 0
  let acceptedAt = begun
  const note = () => {
    acceptedAt = performance.now()
    turns = 0
  }
  server.on('connection', note)
  const isQuiet = () => turns >= QUIET_TURNS && performance.now() - acceptedAt >= QUIET_MS
  for (; !isQuiet() && performance.now() - begun < MAX_ACCEPT_MS; turns += 1) await nextTurn()
  server.off('connection', note)
}

/**
 * Closes the listening socket at once, and nothing else: a connection that comes between the last look for new ones and
 * this is reset. Resolves when the last connection has ended.
 */
export const closeListener = (server: Server): Promise<void> =>
  new Promise((resolve) => void NetServer.prototype.close.call(server, () => resolve()))

/**
 * Drains a server whose listener is closed: waits for running operations, then closes what outlasts the time. Idle
 * connections are closed meanwhile (`IdleConnections`).
 */
export async function drain(
  app: FastifyInstance,
  { idleGraceMs, settled, closeProviders, connectionsEnded }: DrainOptions,
): Promise<void> {
  const patience = new AbortController()
  const expired = delay(idleGraceMs + DRAIN_MS, undefined, { signal: patience.signal }).then(
    () => app.server.closeAllConnections(),
    () => undefined,
  )
  await app.close()
  await connectionsEnded
  // Requests that were sent are completed, also for callers that have disconnected.
  await Promise.race([settled(), expired])
  patience.abort()
  await closeProviders()
  // The closed connections have ended what was still running; an outcome in doubt is stored.
  await Promise.race([settled(), delay(ABORT_MS, undefined, { ref: false })])
}

import type { Server } from 'node:http'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** The time in which a stopping server still accepts, unless `DRAIN_DELAY_MS` says otherwise: five probes of a load balancer that asks each second. */
export const DEFAULT_DRAIN_DELAY_MS = 5_000
/** How long a stopping server waits for running operations. */
const DRAIN_MS = 20_000
/** How long it then waits for the operations of the connections that it has closed. */
const ABORT_MS = 1_000

/** How long a server waits for a turn of the event loop that brings no new connection. */
const MAX_ACCEPT_MS = 1_000

interface DrainOptions {
  /** Resolves when no operation runs, including those of clients that have disconnected. */
  readonly settled: () => Promise<unknown>
  readonly closeProviders: () => Promise<void>
}

/**
 * Resolves after a turn of the event loop that brought no new connection. Node accepts one in each turn, and the system
 * resets those that still wait when the listener closes.
 */
async function untilAccepted(server: Server): Promise<void> {
  let accepted = true
  const note = () => (accepted = true)
  server.on('connection', note)
  for (const until = performance.now() + MAX_ACCEPT_MS; accepted && performance.now() < until;) {
    accepted = false
    await nextTurn()
  }
  server.off('connection', note)
}

/**
 * Drains the server: closes the listening socket, waits for running operations, then closes what outlasts the time. Idle
 * connections are closed meanwhile (`closeIdleGently`).
 */
export async function drain(app: FastifyInstance, { settled, closeProviders }: DrainOptions): Promise<void> {
  const patience = new AbortController()
  const expired = delay(DRAIN_MS, undefined, { signal: patience.signal }).then(
    () => app.server.closeAllConnections(),
    () => undefined,
  )
  await untilAccepted(app.server)
  // Closes the listener before the event loop turns again.
  await app.close()
  // Requests that were sent are completed, also for callers that have disconnected.
  await Promise.race([settled(), expired])
  patience.abort()
  await closeProviders()
  // The closed connections have ended what was still running; an outcome in doubt is stored.
  await Promise.race([settled(), delay(ABORT_MS, undefined, { ref: false })])
}

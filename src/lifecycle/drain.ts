import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** The time in which a stopping server still accepts, unless `DRAIN_DELAY_MS` says otherwise: five probes of a load balancer that asks each second. */
export const DEFAULT_DRAIN_DELAY_MS = 5_000
/** How long a stopping server waits for running operations. */
const DRAIN_MS = 20_000
/** How long it then waits for the operations of the connections that it has closed. */
const ABORT_MS = 1_000

interface DrainOptions {
  /** Resolves when no operation runs, including those of clients that have disconnected. */
  readonly settled: () => Promise<unknown>
  readonly closeProviders: () => Promise<void>
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
  await app.close()
  // Requests that were sent are completed, also for callers that have disconnected.
  await Promise.race([settled(), expired])
  patience.abort()
  await closeProviders()
  // The closed connections have ended what was still running; an outcome in doubt is stored.
  await Promise.race([settled(), delay(ABORT_MS, undefined, { ref: false })])
}

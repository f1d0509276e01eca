import type { FastifyInstance } from 'fastify'
import type { Dependencies } from '../observability/dependencies.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'

/** The answer of `GET /ready`. */
export interface ReadyReport {
  readonly status: 200 | 503
  readonly body: object
}

interface ReadyOptions {
  readonly dependencies: Dependencies
  readonly isStopping: () => boolean
  /** By provider; by tenant and provider where there are tenants. */
  readonly circuits: () => Readonly<Record<string, unknown>>
}

/** Readiness at this moment, with the reasons against it; no request waits for a dependency. */
export const createReadyReport =
  ({ dependencies, isStopping, circuits }: ReadyOptions): (() => ReadyReport) =>
  () => {
    const stopping = isStopping() ? { server: 'STOPPING' } : {}
    const isReady = Object.keys({ ...dependencies.unusable, ...stopping }).length === 0
    // Also what fails and is not needed yet, which does not make the server unready.
    const reasons = { ...dependencies.failing, ...stopping }
    return {
      status: isReady ? 200 : 503,
      body: { status: isReady ? 'ready' : 'not ready', reasons, circuits: circuits() },
    }
  }

/**
 * `GET /health` (liveness), `GET /ready` (readiness, with the reasons against it) and `GET /metrics` (Prometheus) on the
 * public port, where there is no admin listener.
 */
export function registerHealth(app: FastifyInstance, report: () => ReadyReport, metrics: Metrics): void {
  app.get('/health', () => ({ status: 'ok' }))

  app.get('/ready', (_request, reply) => {
    const { status, body } = report()
    return reply.code(status).send(body)
  })

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
}

import type { FastifyInstance } from 'fastify'
import type { CircuitState } from '../../datasources/http/circuit-breaker.js'
import type { Dependencies } from '../observability/dependencies.js'
import { errorClass } from '../observability/error-class.js'
import type { Metrics } from '../observability/metrics.js'

interface HealthOptions {
  /** Rejects where a keyed write would be refused. */
  readonly probe: () => Promise<unknown>
  readonly dependencies: Dependencies
  readonly isStopping: () => boolean
  readonly circuits: () => Readonly<Record<string, CircuitState>>
  readonly metrics: Metrics
}

/** `GET /health` (liveness), `GET /ready` (readiness, with the reasons against it) and `GET /metrics` (Prometheus). */
export function registerHealth(app: FastifyInstance, options: HealthOptions): void {
  const { probe, dependencies, isStopping, circuits, metrics } = options

  app.get('/health', () => ({ status: 'ok' }))

  app.get('/ready', async (_request, reply) => {
    dependencies.report('store', await probe().then(() => undefined, errorClass))
    const stopping = isStopping() ? { server: 'STOPPING' } : {}
    const isReady = Object.keys({ ...dependencies.unusable, ...stopping }).length === 0
    // Also what fails and is not needed yet, which does not make the server unready.
    const reasons = { ...dependencies.failing, ...stopping }
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', reasons, circuits: circuits() })
  })

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
}

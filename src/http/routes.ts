import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'
import type { ClientChecks, Graph } from '../graphql/graph.js'
import { IdleConnections } from '../lifecycle/idle-connections.js'
import type { Resources } from '../lifecycle/resources.js'
import type { ServerParts } from '../lifecycle/server-options.js'
import type { MemoryBudgets } from '../observability/metrics/admission.js'
import type { ConnectionRefusal } from '../security-events/events.js'
import { refusalRecorder } from '../security-events/refusals.js'
import type { Tenants } from '../tenants/tenants.js'
import { AddressBan } from './address-ban.js'
import type { AnswerBuffer } from './answer-buffer.js'
import { createApp, refusalCounter } from './app.js'
import { limitConnections } from './connection-limit.js'
import { allowsOrigins } from './cors.js'
import { createFastPath, installFastPath } from './fast-path.js'
import { registerGraphqlRoute } from './graphql-route.js'
import { type ReadyReport, registerHealth } from './health.js'
import { BodyReader } from './request-body.js'
import { registerWebhooks } from './webhooks.js'

/** What the routes know of the server's state. */
interface RoutesOptions extends ClientChecks {
  /** True while answers close their connection. */
  readonly isStopping: () => boolean
  readonly report: () => ReadyReport
}

/** The budgets of memory that all requests share. */
const memoryBudgets = (
  config: Config,
  { bodies, answers, tenants }: { bodies: BodyReader; answers: AnswerBuffer; tenants: Tenants },
): MemoryBudgets => ({
  request_bodies: { used: () => bodies.usedBytes, limit: config.maxBufferedBodyBytes },
  answers: { used: () => answers.usedBytes, limit: config.maxBufferedAnswerBytes },
  provider_answers: { used: () => tenants.usedBytes, limit: config.maxResponseMemoryBytes },
})

/** Creates the HTTP server with its routes, and the limits of its connections. */
export async function createRoutes(
  { config, log, metrics, events, routes }: ServerParts,
  { tenants }: Resources,
  { front, answers, streams, handle }: Graph,
  { countFailure, trusts, isStopping, report }: RoutesOptions,
): Promise<{ readonly app: FastifyInstance; readonly idleConnections: IdleConnections }> {
  const { admin, cors, maxConnections: max, maxConnectionsPerAddress: maxPerAddress } = config
  const bodies = new BodyReader({ timeoutMs: config.bodyTimeoutMs, maxBufferedBytes: config.maxBufferedBodyBytes })
  const onRefused = refusalCounter(metrics, refusalRecorder(events))
  metrics.budgets(memoryBudgets(config, { bodies, answers, tenants }))
  const onConnectionRefused = (reason: ConnectionRefusal, address: string | undefined): void => {
    metrics.connectionRefused(reason)
    events.record({ action: 'connection-refused', reason }, { address })
  }
  const bans = new AddressBan((address) =>
    events.record({ action: 'address-banned', reason: 'body_parts' }, { address }),
  )
  const app = await createApp({
    log,
    bodies,
    countFailure,
    onRefused,
    onUnreadable: onConnectionRefused,
    trusts,
    cors,
    tls: config.tls,
    isStopping,
  })
  limitConnections(app.server, { max, maxPerAddress, trusts, bans, onRefused: onConnectionRefused })
  const allows = allowsOrigins(cors)
  const fastPath = createFastPath({
    front,
    bodies,
    answers,
    answer: handle,
    log,
    onRefused,
    allowsOrigins: allows,
    isStopping,
  })
  installFastPath(app.server, fastPath)
  streams.webSockets.install(app.server, onRefused)
  // After the fast path, so that it sees all requests.
  const idleConnections = new IdleConnections(app.server)
  registerGraphqlRoute(app, { front, bodies, answers, handle })
  if (admin === undefined) registerHealth(app, report, metrics)
  registerWebhooks(app, { tenants, countFailure, log, metrics, events })
  routes?.(app)
  return { app, idleConnections }
}

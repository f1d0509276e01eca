import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { dependenciesOf } from './access/issuer-dependencies.js'
import type { Config } from './config.js'
import { createGraph, type Graph } from './graphql/graph.js'
import { startAdminListener } from './http/admin-listener.js'
import { trustOf } from './http/client-address.js'
import { createFailureLimit } from './http/failure-limit.js'
import { createReadyReport } from './http/health.js'
import { createRoutes } from './http/routes.js'
import { reloadTls } from './http/tls-reload.js'
import { openKeys } from './keys/open-keys.js'
import { closeListener, drain, type DrainOptions, idleGraceOf, untilAccepted } from './lifecycle/drain.js'
import { openResources, type Resources } from './lifecycle/resources.js'
import type { ServerOptions, ServerParts } from './lifecycle/server-options.js'
import { Dependencies } from './observability/dependencies.js'
import { createLog } from './observability/log.js'
import { createMetrics } from './observability/metrics/all-metrics.js'
import { openTracing } from './observability/tracing/open.js'
import { openSecurityEvents } from './security-events/open.js'

export interface Server {
  readonly url: string
  /** The address of the admin listener, where there is one. */
  readonly adminUrl: string | undefined
  /** Resolves when the store, the trail and the issuer are usable, or after two seconds; requests are served meanwhile. */
  readonly reached: Promise<void>
  /** Says that it stops, serves everything for `DRAIN_DELAY_MS`, then closes. */
  readonly stop: () => Promise<void>
  /** Stops accepting, finishes what runs, closes pools and store. */
  readonly close: () => Promise<void>
}

/** How long a start waits for what every operation needs, before it is told as started without it. */
const START_TIMEOUT_MS = 2_000

async function close(
  app: FastifyInstance,
  graph: Graph,
  { issuers, store, readiness, eventLog, partnerWebhooks, tenants, reload, trail, consents, endReload }: Resources,
  { events, tracing }: Pick<ServerParts, 'events' | 'tracing'>,
  ending: Pick<DrainOptions, 'connectionsEnded' | 'idleGraceMs'>,
): Promise<void> {
  reload.close()
  const delivered = partnerWebhooks.stop()
  await graph.streams.stop()
  await drain(app, { ...ending, settled: graph.settled, closeProviders: () => tenants.close() })
  await graph.apollo.stop()
  await graph.rateLimit.close()
  await issuers.close()
  await consents?.close()
  endReload()
  // Last: by now every operation has closed its audit record.
  await trail.close()
  readiness.close()
  await eventLog.close()
  await delivered
  await partnerWebhooks.close()
  await store.close()
  await events.close()
  await tracing?.close()
}

function urlOf(app: FastifyInstance, { tls }: Config): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** The server: settings in, an address out. Everything it needs is made here and closed with it. */
export async function startServer(given: ServerOptions): Promise<Server> {
  const { config, log = createLog(config.log.level) } = given
  const { metrics = createMetrics(config.tenancy) } = given
  const dependencies = new Dependencies(log, metrics, dependenciesOf(config.auth))
  const events = openSecurityEvents(config, metrics, log)
  const tracing = await openTracing(config.traces, log, metrics, given.spanProcessors)
  const options: ServerParts = { ...given, log, metrics, dependencies, events, tracing }
  let isStopping = false
  let keepsConnections = true

  const dataKeys = await openKeys(config)
  const resources = await openResources(options, dataKeys)
  const reached = dependencies.usable(START_TIMEOUT_MS)
  const trusts = trustOf(config.trustProxy)
  const countFailure = createFailureLimit(config.unauthenticatedPerMinute, trusts)
  const graph = createGraph(options, reached, resources, { countFailure, trusts })
  await graph.apollo.start()
  const circuits = () => resources.tenants.circuits()
  const report = createReadyReport({ dependencies, isStopping: () => isStopping, circuits })
  const routing = { countFailure, trusts, isStopping: () => !keepsConnections, report }
  const { app, idleConnections } = await createRoutes(options, resources, graph, routing)
  await app.listen({ host: config.host, port: config.port })
  resources.issuers.start()
  const endTlsReload = reloadTls(app.server, config, log, metrics)
  const admin = config.admin && (await startAdminListener({ ...config.admin, report, metrics }))
  dependencies.onChange(() => admin?.update())
  function announceStop(): void {
    isStopping = true
    admin?.update()
  }
  async function closeAll(): Promise<void> {
    const connectionsEnded = closeListener(app.server)
    announceStop()
    // No client can make another connection here, so an answer may close its own.
    keepsConnections = false
    await close(app, graph, resources, options, { connectionsEnded, idleGraceMs: idleConnections.graceMs })
    endTlsReload()
    await admin?.close()
    log.info({ uptimeSeconds: Math.round(process.uptime()) }, 'stopped')
  }
  return {
    url: urlOf(app, config),
    adminUrl: admin?.url,
    reached,
    async stop() {
      announceStop()
      keepsConnections = false
      log.info({ drainDelayMs: config.drainDelayMs }, 'stopping')
      await delay(config.drainDelayMs)
      idleConnections.graceMs = idleGraceOf(config.drainDelayMs)
      // A client whose connection ends makes the next one, and connections would wait at any moment.
      keepsConnections = true
      await untilAccepted(app.server)
      await closeAll()
    },
    close: closeAll,
  }
}

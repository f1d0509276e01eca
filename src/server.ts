import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApolloServer, ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import { createAuthenticator } from './access/authenticate.js'
import { createMaskers } from './access/mask.js'
import { createRecorder } from './audit/operation-record.js'
import { openTrail, type Trail } from './audit/trail.js'
import type { Config } from './config.js'
import { createApolloServer } from './graphql/apollo.js'
import { createContextFactory } from './graphql/context.js'
import { DocumentCache } from './graphql/document-cache.js'
import { createExecutor } from './graphql/executor.js'
import { Pipeline } from './graphql/pipeline.js'
import type { Explain, OperationContext } from './graphql/plugin.js'
import { createPlugins } from './graphql/plugins/index.js'
import { schemas } from './graphql/schema.js'
import { startAdminListener } from './http/admin-listener.js'
import { createApp } from './http/app.js'
import { allowsOrigins } from './http/cors.js'
import { createFastPath, installFastPath } from './http/fast-path.js'
import { createGraphqlHandler, type HttpRequest, type HttpResponse } from './http/graphql-handler.js'
import { registerGraphqlRoute } from './http/graphql-route.js'
import { createReadyReport, type ReadyReport, registerHealth } from './http/health.js'
import { registerWebhooks } from './http/webhooks.js'
import { Idempotency } from './idempotency/idempotency.js'
import { createGuard } from './access/guard.js'
import { createDeadlines } from './lifecycle/deadline.js'
import { drain, untilAccepted } from './lifecycle/drain.js'
import { IdleConnections } from './lifecycle/idle-connections.js'
import { PendingTasks } from './lifecycle/pending-tasks.js'
import { StoreReadiness } from './lifecycle/readiness.js'
import { createRateLimit, type RateLimit } from './limits/rate-limit.js'
import { Dependencies } from './observability/dependencies.js'
import { createLog, type Log } from './observability/log.js'
import { createMetrics, type Metrics } from './observability/metrics.js'
import { openProviders } from './providers.js'
import { openStore, type OpenStore } from './store/open-store.js'

export interface ServerOptions {
  readonly config: Config
  readonly log?: Log
  /** What is measured, and what `/metrics` answers. */
  readonly metrics?: Metrics | undefined
  /** The page a browser sees on `/graphql`, and introspection: development only. */
  readonly explorer?: ApolloServerPlugin | undefined
  /** Tells callers who ask for it how an operation's time was spent: development only. */
  readonly explain?: Explain | undefined
  /** Routes beside the graph, such as development's token endpoint. */
  readonly routes?: ((app: FastifyInstance) => void) | undefined
}

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
/** How long a connection stays open after its last answer, once a stop signal has closed the listener. */
const IDLE_GRACE_MS = 1_000

type Options = ServerOptions & { readonly log: Log; readonly metrics: Metrics; readonly dependencies: Dependencies }

/** What is opened once and closed with the server. */
interface Resources {
  readonly store: OpenStore
  readonly readiness: StoreReadiness
  readonly providers: ReturnType<typeof openProviders>
  readonly trail: Trail
}

function openResources({ config, log, metrics, dependencies }: Options): Resources {
  const readiness = new StoreReadiness(dependencies)
  const store = openStore(config, readiness.observe)
  readiness.start(store.probe)
  const providers = openProviders({
    config,
    store: store.store,
    onDrift: metrics.drifted,
    onShared: metrics.shared,
    onCircuit(provider, part, state) {
      metrics.switched(provider, part, state)
      log.info({ provider, part, state }, 'circuit')
    },
    onCall(call) {
      metrics.called(call)
      log[call.code === undefined ? 'debug' : 'info']({ call }, 'provider call')
    },
  })
  const trail = openTrail({
    config,
    changed: (usable) => dependencies.report('audit', usable ? undefined : 'NOT_WRITABLE'),
    lost: (entries) => log.error({ entries }, 'audit entries were not written'),
  })
  void trail.started.then(() => trail.usable() && dependencies.report('audit', undefined))
  return { store, readiness, providers, trail }
}

/** The GraphQL API over the resources. */
interface Graph {
  readonly apollo: ApolloServer<OperationContext>
  readonly rateLimit: RateLimit
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
  /** Reads the issuer's keys before the first request needs them. */
  readonly readKeys: () => void
  /** Resolves when no operation runs, also none of a client that has left. */
  readonly settled: () => Promise<unknown>
}

function createGraph(
  options: Options,
  reached: Promise<void>,
  { store: { store, spend }, providers, trail }: Resources,
): Graph {
  const { config, log, metrics, dependencies, explorer, explain } = options
  const { schema, served } = schemas()
  const deadlines = createDeadlines(config.requestTimeoutMs)
  const idempotency = new Idempotency(config.writeLeaseMs)
  const rateLimit = createRateLimit({ perMinute: config.costPerMinute, spend, digest: store.digest })
  const isDevelopment = explorer !== undefined
  const plugins = createPlugins({ config, served, rateLimit, metrics, log, isDevelopment, explain })
  const pipeline = new Pipeline({ plugins, execute: createExecutor(served, config.executor), log })
  const documents = new DocumentCache()
  const persisted = config.safelist.mode === 'enforce' ? undefined : store
  const apollo = createApolloServer({ schema: served, pipeline, documents, store: persisted, log, explorer })
  const authenticate = createAuthenticator(config.auth, undefined, config, (cause) =>
    dependencies.report('issuer', cause),
  )
  const openContext = createContextFactory({
    authenticate,
    deadlines,
    guard: createGuard({ open: providers.open, idempotency, maskerOf: createMaskers(schema) }),
    store,
    record: createRecorder(trail, schema, served),
    explain,
  })
  const respond = createGraphqlHandler({ apollo, pipeline, documents, hasPage: isDevelopment, openContext })
  const requests = new PendingTasks()
  let isStarting = true
  void reached.then(() => (isStarting = false))
  return {
    apollo,
    rateLimit,
    handle(request) {
      // A request that comes while the server starts waits for what it may need.
      const response = isStarting ? reached.then(() => respond(request)) : respond(request)
      requests.add(response)
      return response
    },
    readKeys: () => void Promise.resolve(authenticate(undefined)).catch(() => undefined),
    settled: () => Promise.all([requests.settled(), deadlines.settled(), idempotency.settled()]),
  }
}

/** What the routes know of the server's state. */
interface Lifecycle {
  /** True while answers close their connection. */
  readonly isStopping: () => boolean
  readonly report: () => ReadyReport
}

async function createRoutes(
  { config, log, metrics, routes }: Options,
  { store, providers }: Resources,
  { handle }: Graph,
  { isStopping, report }: Lifecycle,
): Promise<{ readonly app: FastifyInstance; readonly idleConnections: IdleConnections }> {
  const { admin, cors } = config
  const app = await createApp({ log, cors, isStopping })
  const fastPath = createFastPath({ answer: handle, log, allowsOrigins: allowsOrigins(cors), isStopping })
  installFastPath(app.server, fastPath)
  // After the fast path, so that it sees all requests.
  const idleConnections = new IdleConnections(app.server)
  registerGraphqlRoute(app, handle)
  if (admin === undefined) registerHealth(app, report, metrics)
  registerWebhooks(app, { providers: providers.open, store: store.store, log, metrics })
  routes?.(app)
  return { app, idleConnections }
}

async function close(
  app: FastifyInstance,
  graph: Graph,
  { store, readiness, providers, trail }: Resources,
  onListenerClosed: () => void,
): Promise<void> {
  await drain(app, { settled: graph.settled, closeProviders: () => providers.close(), onListenerClosed })
  await graph.apollo.stop()
  await graph.rateLimit.close()
  // Last: by now every operation has closed its audit record.
  await trail.close()
  readiness.close()
  await store.close()
}

function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** The server: settings in, an address out. Everything it needs is made here and closed with it. */
export async function startServer(given: ServerOptions): Promise<Server> {
  const { config, log = createLog(config.logLevel), metrics = createMetrics() } = given
  const dependencies = new Dependencies(log, metrics)
  const options: Options = { ...given, log, metrics, dependencies }
  let isStopping = false
  let keepsConnections = true

  const resources = openResources(options)
  const reached = dependencies.usable(START_TIMEOUT_MS)
  const graph = createGraph(options, reached, resources)
  await graph.apollo.start()
  const report = createReadyReport({
    dependencies,
    isStopping: () => isStopping,
    circuits: resources.providers.circuits,
  })
  const { app, idleConnections } = await createRoutes(options, resources, graph, {
    isStopping: () => !keepsConnections,
    report,
  })
  await app.listen({ host: config.host, port: config.port })
  const admin = config.admin && (await startAdminListener({ ...config.admin, report, metrics }))
  dependencies.onChange(() => admin?.update())
  graph.readKeys()

  function announceStop(): void {
    isStopping = true
    admin?.update()
  }
  async function closeAll(): Promise<void> {
    announceStop()
    await close(app, graph, resources, () => (keepsConnections = false))
    await admin?.close()
  }
  return {
    url: urlOf(app),
    adminUrl: admin?.url,
    reached,
    async stop() {
      announceStop()
      keepsConnections = false
      log.info({ drainDelayMs: config.drainDelayMs }, 'stopping')
      await delay(config.drainDelayMs)
      idleConnections.graceMs = IDLE_GRACE_MS
      // A client whose connection ends makes the next one, and connections would wait at any moment.
      keepsConnections = true
      await untilAccepted(app.server)
      await closeAll()
    },
    close: closeAll,
  }
}

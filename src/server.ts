import type { AddressInfo } from 'node:net'
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
import { createApp } from './http/app.js'
import { allowsOrigins } from './http/cors.js'
import { createFastPath, installFastPath } from './http/fast-path.js'
import { createGraphqlHandler, type HttpRequest, type HttpResponse } from './http/graphql-handler.js'
import { registerGraphqlRoute } from './http/graphql-route.js'
import { registerHealth } from './http/health.js'
import { registerWebhooks } from './http/webhooks.js'
import { Idempotency } from './idempotency/idempotency.js'
import { createGuard } from './access/guard.js'
import { createDeadlines } from './lifecycle/deadline.js'
import { drain } from './lifecycle/drain.js'
import { PendingTasks } from './lifecycle/pending-tasks.js'
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
  /** Stops accepting, finishes what runs, closes pools and store. */
  readonly close: () => Promise<void>
}

type Options = ServerOptions & { readonly log: Log; readonly metrics: Metrics; readonly dependencies: Dependencies }

/** What is opened once and closed with the server. */
interface Resources {
  readonly store: OpenStore
  readonly providers: ReturnType<typeof openProviders>
  readonly trail: Trail
}

async function openResources({ config, log, metrics, dependencies }: Options): Promise<Resources> {
  const store = openStore(config, () => undefined, log)
  const providers = openProviders({
    config,
    store: store.store,
    changes: store.changes,
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
  const trail = await openTrail({
    config,
    changed: (usable) => dependencies.report('audit', usable ? undefined : 'NOT_WRITABLE'),
    lost: (entries) => log.error({ entries }, 'audit entries were not written'),
  })
  return { store, providers, trail }
}

/** The GraphQL API over the resources. */
interface Graph {
  readonly apollo: ApolloServer<OperationContext>
  readonly rateLimit: RateLimit
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
  /** Resolves when no operation runs, also none of a client that has left. */
  readonly settled: () => Promise<unknown>
}

function createGraph(options: Options, { store: { store, spend }, providers, trail }: Resources): Graph {
  const { config, log, metrics, explorer, explain } = options
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
  const openContext = createContextFactory({
    authenticate: createAuthenticator(config.auth, undefined, config),
    deadlines,
    guard: createGuard({ open: providers.open, idempotency, maskerOf: createMaskers(schema) }),
    store,
    record: createRecorder(trail, schema, served),
    explain,
  })
  const respond = createGraphqlHandler({ apollo, pipeline, documents, hasPage: isDevelopment, openContext })
  const requests = new PendingTasks()
  return {
    apollo,
    rateLimit,
    handle(request) {
      const response = respond(request)
      requests.add(response)
      return response
    },
    settled: () => Promise.all([requests.settled(), deadlines.settled(), idempotency.settled()]),
  }
}

async function createRoutes(
  { config, log, metrics, dependencies, routes }: Options,
  { store, providers }: Resources,
  { handle }: Graph,
  isStopping: () => boolean,
): Promise<FastifyInstance> {
  const { cors } = config
  const app = await createApp({ log, cors, isStopping })
  const fastPath = createFastPath({ answer: handle, log, allowsOrigins: allowsOrigins(cors), isStopping })
  installFastPath(app.server, fastPath)
  registerGraphqlRoute(app, handle)
  const { probe } = store
  registerHealth(app, { probe, dependencies, isStopping, circuits: providers.circuits, metrics })
  registerWebhooks(app, { providers: providers.open, store: store.store, log, metrics })
  routes?.(app)
  return app
}

async function close(app: FastifyInstance, graph: Graph, { store, providers, trail }: Resources): Promise<void> {
  await drain(app, { settled: graph.settled, closeProviders: () => providers.close() })
  await graph.apollo.stop()
  await graph.rateLimit.close()
  // Last: by now every operation has closed its audit record.
  await trail.close()
  await store.close()
}

function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** The server: settings in, an address out. Everything it needs is made here and closed with it. */
export async function startServer(given: ServerOptions): Promise<Server> {
  const { config, log = createLog(config.logLevel), metrics = createMetrics() } = given
  const options: Options = { ...given, log, metrics, dependencies: new Dependencies(log, metrics) }
  let isStopping = false

  const resources = await openResources(options)
  const graph = createGraph(options, resources)
  await graph.apollo.start()
  const app = await createRoutes(options, resources, graph, () => isStopping)
  await app.listen({ host: config.host, port: config.port })

  return {
    url: urlOf(app),
    close() {
      isStopping = true
      return close(app, graph, resources)
    },
  }
}

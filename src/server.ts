import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../datasources/contract/errors.js'
import type { Caller } from '../datasources/contract/caller.js'
import { createRecorder } from './audit/operation-record.js'
import { openTrail } from './audit/trail.js'
import { createAuthenticator } from './access/authenticate.js'
import type { Config } from './config.js'
import { createDeadlines } from './lifecycle/deadline.js'
import { type HttpResponse, type HttpRequest, createGraphqlHandler } from './http/graphql-handler.js'
import { createFastPath, installFastPath } from './http/fast-path.js'
import { createApolloServer } from './graphql/apollo.js'
import { createGuard } from './access/guard.js'
import { Operation } from './access/operation.js'
import { createApp } from './http/app.js'
import { createLog, type Log } from './observability/log.js'
import { createMaskers } from './access/mask.js'
import { createMetrics, type Metrics } from './observability/metrics.js'
import type { Explain, OperationContext } from './graphql/plugin.js'
import { openProviders } from './providers.js'
import { schemas } from './graphql/schema.js'
import { SelfTime } from './observability/self-time.js'
import { openStore } from './store/index.js'
import { PendingTasks } from './lifecycle/pending-tasks.js'
import { registerWebhooks } from './http/webhooks.js'
import { Idempotency } from './idempotency/index.js'

/** Refuses a caller whose token does not say who they are (RFC 6750, 3). */
function challenge(error: unknown): never {
  if (error instanceof ApiError)
    error.extensions['http'] = { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) }
  throw error
}

/** How long a stopping server waits for what is running. */
const DRAIN_MS = 20_000
const LAST_WORD_MS = 1_000

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

/** The server: settings in, an address out. Everything it needs is made here and closed with it. */
export async function startServer({
  config,
  log = createLog(config.logLevel),
  metrics = createMetrics(),
  explorer,
  explain,
  routes,
}: ServerOptions): Promise<Server> {
  const { store, spend, ping, close: closeStore } = await openStore(config, (message) => log.warn(message))
  const {
    open,
    circuits,
    close: closeProviders,
  } = openProviders({
    config,
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
  const idempotency = new Idempotency(config.writeLeaseMs)
  const until = createDeadlines(config.requestTimeoutMs)
  const authenticate = createAuthenticator(config.auth)
  const { schema, served } = schemas()
  const guard = createGuard({ open, idempotency, maskerOf: createMaskers(schema) })
  const trail = await openTrail({
    config,
    changed: (usable) => {
      metrics.depended('audit', usable)
      log[usable ? 'warn' : 'error'](usable ? 'the audit trail is back' : 'the audit trail cannot be written')
    },
    lost: (entries) => log.error({ entries }, 'audit entries were not written'),
  })
  const record = createRecorder(trail, schema, served)

  const graph = createApolloServer({ config, served, store, spend, metrics, log, explorer, explain })
  await graph.apollo.start()

  /** A promise only where the caller is not known yet. */
  function context({ headers, correlationId, response }: HttpRequest): OperationContext | Promise<OperationContext> {
    const stopwatch = explain?.begin(headers) ?? new SelfTime()
    const deadline = until.begin(headers, response)

    function opened(caller: Caller): OperationContext {
      const audit = record(caller, correlationId)
      const operation = new Operation({ caller, correlationId, trace: stopwatch, deadline, store, audit })
      return { caller, correlationId, audit, stopwatch, passage: {}, ...guard(operation) }
    }

    const caller = authenticate(headers.authorization)
    return caller instanceof Promise ? caller.then(opened, challenge) : opened(caller)
  }

  const respond = createGraphqlHandler(graph, context)
  const answers = new PendingTasks()
  function answer(arrival: HttpRequest): Promise<HttpResponse> {
    const going = respond(arrival)
    answers.add(going)
    return going
  }

  let stopping = false
  const isStopping = () => stopping
  const app = await createApp({ log, corsOrigins: config.corsOrigins, isStopping })
  installFastPath(app.server, createFastPath({ answer, log, corsOrigins: config.corsOrigins, isStopping }))
  app.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    async handler({ method, url, headers, body: sent, id }, reply) {
      const {
        status,
        headers: more,
        body,
      } = await answer({ method, url, headers, body: sent, correlationId: id, response: reply.raw })
      for (let i = 0; i < more.length; i += 2) void reply.header(more[i]!, more[i + 1])
      return reply.code(status).send(body)
    },
  })
  app.get('/health', () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) => {
    const usable = await ping().then(
      () => true,
      () => false,
    )
    const audited = trail.usable()
    metrics.depended('store', usable)
    metrics.depended('audit', audited)
    const reasons = {
      ...(usable ? {} : { store: 'cannot be reached' }),
      ...(audited ? {} : { audit: 'cannot be written' }),
      ...(stopping ? { server: 'is stopping' } : {}),
    }
    const ready = Object.keys(reasons).length === 0
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', reasons, circuits: circuits() })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
  registerWebhooks(app, { providers: open, store, log, metrics })
  routes?.(app)

  await app.listen({ host: config.host, port: config.port })
  const { address, port, family } = app.server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`

  return {
    url,
    async close() {
      stopping = true
      const patience = new AbortController()
      const impatient = delay(DRAIN_MS, undefined, { signal: patience.signal }).then(
        () => app.server.closeAllConnections(),
        () => undefined,
      )
      await app.close()
      // What was sent is heard to its end, also for callers who have left.
      const settled = () => Promise.all([answers.settled(), until.settled(), idempotency.settled()])
      await Promise.race([settled(), impatient])
      patience.abort()
      await closeProviders()
      // Closed connections have ended whatever was still open; that it is in doubt is kept.
      await Promise.race([settled(), delay(LAST_WORD_MS, undefined, { ref: false })])
      // Only now: Apollo words what went wrong, and says in the trail what was shown until then.
      await graph.apollo.stop()
      await trail.close()
      await closeStore()
    },
  }
}

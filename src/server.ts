import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Failure } from '../datasources/errors.js'
import type { Visit } from '../datasources/provider.js'
import { recorder } from './audit/record.js'
import { openTrail } from './audit/trail.js'
import { authenticator } from './auth.js'
import type { Config } from './config.js'
import { deadlines } from './deadline.js'
import { secure, unreadable } from './edge.js'
import { endpoint } from './endpoint.js'
import { formatError } from './errors.js'
import { executor } from './execution.js'
import { guard } from './guard.js'
import { budget } from './limits/budget.js'
import { costs } from './limits/cost.js'
import { documentLimits, knownKinds, MOST } from './limits/document.js'
import { createLog, type Log, trace } from './log.js'
import { maskers } from './mask.js'
import { createMetrics, type Metrics } from './metrics.js'
import { ownOf } from './own.js'
import { persistedQueries } from './persisted.js'
import { audit } from './plugins/audit.js'
import { budgeting } from './plugins/budget.js'
import { introspection } from './plugins/introspection.js'
import { observation } from './plugins/observation.js'
import { safelist, safelistTrial } from './plugins/safelist.js'
import type { Explain, Served } from './plugins/served.js'
import { openRooms } from './rooms.js'
import { schemas } from './schema.js'
import { Stopwatch } from './stopwatch.js'
import { openStore } from './store/index.js'
import { webhooks } from './webhooks.js'
import { createWrites } from './writes.js'

const LARGEST_BODY_BYTES = 256 * 1024
/** How long a request may take to arrive. */
const SLOWEST_REQUEST_MS = 30_000
/** How long a stopping server waits for what is running. */
const DRAIN_MS = 20_000
const LAST_WORD_MS = 1_000

/** Of an invalid document: enough to mend it by, and few to find. */
const MOST_ERRORS = 20

/** Plugins that Apollo switches on by itself: they would hook every field, or tell others what is asked here. */
const DISABLED: readonly ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]

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

/** A caller's correlation id when it is a UUID or a W3C trace id, else a new one: it is logged, so nothing else may pass. */
const correlationOf = (given: unknown): string =>
  typeof given === 'string' && /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(given) ? given : randomUUID()

/** Errors that Apollo answers before there is a context carry no correlation id yet. */
function correlated(payload: unknown, correlationId: string): unknown {
  if (typeof payload !== 'string' || !payload.startsWith('{"errors":') || payload.includes('"correlationId":')) return payload
  const body = JSON.parse(payload) as { errors: { extensions?: object }[] }
  return JSON.stringify({ ...body, errors: body.errors.map((error) => ({ ...error, extensions: { ...error.extensions, correlationId } })) })
}

/** The server: settings in, an address out. Everything it needs is made here and closed with it. */
export async function startServer({ config, log = createLog(config.logLevel), metrics = createMetrics(), explorer, explain, routes }: ServerOptions): Promise<Server> {
  const { store, spend, ping, close: closeStore } = await openStore(config, (message) => log.warn(message))
  const { rooms, circuits, close: closeRooms } = openRooms({
    config,
    store,
    drifted: metrics.drifted,
    shared: metrics.shared,
    switched(provider, part, state) {
      metrics.switched(provider, part, state)
      log.info({ provider, part, state }, 'circuit')
    },
    called: (call) => {
      metrics.called(call)
      log[call.code === undefined ? 'debug' : 'info']({ call }, 'provider call')
    },
  })
  const writes = createWrites(store, config.writeLeaseMs)
  const until = deadlines(config.requestTimeoutMs)
  const authenticate = authenticator(config.auth)
  const { schema, served } = schemas()
  const masker = maskers(schema)
  const trail = await openTrail({
    config,
    changed: (usable) => {
      metrics.depended('audit', usable)
      log[usable ? 'warn' : 'error'](usable ? 'the audit trail is back' : 'the audit trail cannot be written')
    },
    lost: (entries) => log.error({ entries }, 'audit entries were not written'),
  })
  const record = recorder(trail, schema, served)

  const apollo = new ApolloServer<Served>({
    gateway: executor(served, config.executor),
    // Whether a token may ask for the schema is decided by a plugin, once its scopes are known.
    introspection: true,
    hideSchemaDetailsFromClientErrors: explorer === undefined,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    parseOptions: { maxTokens: MOST.tokens },
    validationRules: [documentLimits, knownKinds],
    validationOptions: { maxErrors: MOST_ERRORS, hideSuggestions: explorer === undefined },
    formatError,
    persistedQueries: config.safelist.mode === 'enforce' ? false : persistedQueries(store),
    plugins: [
      ...(config.safelist.mode === 'off' ? [] : [(config.safelist.mode === 'enforce' ? safelist : safelistTrial)({ list: config.safelist.list, metrics, log })]),
      observation({ metrics, log }),
      budgeting({ perMinute: config.costPerMinute, costOf: costs(served), pay: budget({ perMinute: config.costPerMinute, spend, digest: store.digest }), metrics }),
      audit,
      ...(explain === undefined ? [] : [explain.plugin]),
      ...(explorer === undefined ? [introspection, ApolloServerPluginLandingPageDisabled()] : [explorer]),
      ...DISABLED,
    ],
    logger: { debug: () => undefined, info: () => undefined, warn: (message) => log.warn(message), error: () => log.error('apollo error') },
  })
  await apollo.start()

  const app = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: SLOWEST_REQUEST_MS,
    // Plain JSON may hold any name, also in what callers keep for themselves; nothing here copies names it does not know.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    genReqId: (request) => correlationOf(request.headers['x-correlation-id']),
    logger: false,
    ...unreadable,
  })
  let stopping = false

  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-correlation-id', request.id)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    // A connection that is kept alive would keep a stopping server waiting for its next request.
    if (stopping) void reply.header('connection', 'close')
    done(null, reply.statusCode >= 400 ? correlated(payload, request.id) : payload)
  })
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) log.error({ correlationId: request.id, ...trace(error) }, 'unforeseen error')
    const failure = status >= 500 ? new Failure('INTERNAL_SERVER_ERROR') : new Failure('BAD_USER_INPUT', { message: status === 413 ? 'The request body is too large.' : 'The request cannot be read.' })
    return reply.code(status).send({ errors: [formatError(failure.toJSON(), failure)] })
  })

  app.setNotFoundHandler((_request, reply) => {
    const failure = new Failure('NOT_FOUND', { message: 'There is nothing at this address.' })
    return reply.code(404).send({ errors: [formatError(failure.toJSON(), failure)] })
  })

  await secure(app, config.corsOrigins)

  async function context(request: FastifyRequest, reply: FastifyReply): Promise<Served> {
    const stopwatch = explain?.begin(request.headers) ?? new Stopwatch()
    const { answerOf, ...deadline } = until.begin(request.headers, reply.raw)
    const caller = await authenticate(request.headers.authorization).catch((error: unknown) => {
      if (error instanceof Failure) error.extensions['http'] = { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) }
      throw error
    })
    const operation: Visit = { caller, correlationId: request.id, ledger: stopwatch, ...deadline }
    const taken = record(caller, request.id)
    const handed = guard({ visit: operation, rooms, writes, masker, audit: taken, own: ownOf, answerOf })
    return { caller, correlationId: request.id, audit: taken, stopwatch, ...(explain?.watch(stopwatch, handed) ?? handed) }
  }

  app.route({ url: '/graphql', method: ['GET', 'POST', 'OPTIONS'], handler: endpoint(apollo, context) })
  app.get('/health', () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) => {
    const usable = await ping().then(() => true, () => false)
    const audited = trail.usable()
    metrics.depended('store', usable)
    metrics.depended('audit', audited)
    const reasons = { ...(usable ? {} : { store: 'cannot be reached' }), ...(audited ? {} : { audit: 'cannot be written' }), ...(stopping ? { server: 'is stopping' } : {}) }
    const ready = Object.keys(reasons).length === 0
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', reasons, circuits: circuits() })
  })
  app.get('/metrics', async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()))
  webhooks(app, { rooms, store, log, metrics })
  routes?.(app)

  await app.listen({ host: config.host, port: config.port })
  const { address, port, family } = app.server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`

  return {
    url,
    async close() {
      stopping = true
      const patience = new AbortController()
      const impatient = delay(DRAIN_MS, undefined, { signal: patience.signal }).then(() => app.server.closeAllConnections(), () => undefined)
      await app.close()
      // What was sent is heard to its end, also for callers who have left.
      const settled = () => Promise.all([until.settled(), writes.settled()])
      await Promise.race([settled(), impatient])
      patience.abort()
      await apollo.stop()
      await closeRooms()
      // Closed connections have ended whatever was still open; that it is in doubt is kept.
      await Promise.race([settled(), delay(LAST_WORD_MS, undefined, { ref: false })])
      await trail.close()
      await closeStore()
    },
  }
}

import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApolloServer, ApolloServerPlugin } from '@apollo/server'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { Store } from '../datasources/contract/store.js'
import { type Authenticator, createAuthenticator } from './access/authenticate.js'
import { dependenciesOf, reportIssuers } from './access/issuer-dependencies.js'
import { Issuers } from './access/issuers.js'
import { createSenderConstraint } from './access/sender-constraint.js'
import { Refusals } from './access/refusals.js'
import { createMaskers } from './access/mask.js'
import { createRecorder } from './audit/operation-record.js'
import { openTrail, type Trail } from './audit/trail.js'
import type { Config } from './config.js'
import { createConsents } from './consent/operation-consent.js'
import { openConsentRegister } from './consent/open-register.js'
import type { ConsentRegister } from './consent/register.js'
import { openEventLog, type OpenEventLog } from './events/open-event-log.js'
import { openKeys } from './keys/open-keys.js'
import type { KeyHolder } from './keys/key-holder.js'
import { createApolloServer } from './graphql/apollo.js'
import { createContextFactory } from './graphql/context.js'
import { DocumentCache } from './graphql/document-cache.js'
import { checked, createExecutor } from './graphql/executor.js'
import { declaredListLimits, DEFAULT_MAX_ITEMS } from './graphql/declared-limits.js'
import { ListLimits } from './limits/input-list-limits.js'
import { createRootScopeCheck } from './access/root-scopes.js'
import { OperationRunner } from './graphql/operation-runner.js'
import { Pipeline } from './graphql/pipeline.js'
import type { OperationContext, Plugin } from './graphql/plugin.js'
import { createPlugins } from './graphql/plugins/index.js'
import { schemas } from './graphql/schema.js'
import { AddressBan } from './http/address-ban.js'
import { AnswerBuffer } from './http/answer-buffer.js'
import { startAdminListener } from './http/admin-listener.js'
import { createApp, refusalCounter } from './http/app.js'
import { allowsOrigins } from './http/cors.js'
import { trustOf } from './http/client-address.js'
import { limitConnections } from './http/connection-limit.js'
import { createFailureLimit, type FailureLimit } from './http/failure-limit.js'
import { createFastPath, installFastPath } from './http/fast-path.js'
import { createGraphqlHandler, type HttpRequest, type HttpResponse } from './http/graphql-handler.js'
import { createFront, createVerify, type EntryChecks, type Front } from './http/front.js'
import { registerGraphqlRoute } from './http/graphql-route.js'
import { createReadyReport, type ReadyReport, registerHealth } from './http/health.js'
import { BodyReader } from './http/request-body.js'
import { reloadTls } from './http/tls-reload.js'
import { registerWebhooks } from './http/webhooks.js'
import { Idempotency } from './idempotency/idempotency.js'
import { createGuard } from './access/guard.js'
import { createDeadlines } from './lifecycle/deadline.js'
import { closeListener, drain, type DrainOptions, idleGraceOf, untilAccepted } from './lifecycle/drain.js'
import { IdleConnections } from './lifecycle/idle-connections.js'
import { PendingTasks } from './lifecycle/pending-tasks.js'
import { StoreReadiness } from './lifecycle/readiness.js'
import { watchParts } from './lifecycle/reload.js'
import { Admission } from './limits/admission.js'
import { createRateLimit, type RateLimit, type RateLimitConfig } from './limits/rate-limit.js'
import { openPartnerWebhooks, type PartnerWebhooks } from './partner-webhooks/open.js'
import type { ConnectionRefusal } from './security-events/events.js'
import { openSecurityEvents } from './security-events/open.js'
import { refusalRecorder } from './security-events/refusals.js'
import type { SecurityEvents } from './security-events/security-events.js'
import { Dependencies } from './observability/dependencies.js'
import { callMembers, createLog, type Log } from './observability/log.js'
import { createMetrics, type Metrics } from './observability/metrics/all-metrics.js'
import type { MemoryBudgets } from './observability/metrics/admission.js'
import type { Tracing } from './observability/tracing/contract.js'
import { openTracing } from './observability/tracing/open.js'
import { openStreams, type OpenStreams } from './streams/open-streams.js'
import { asksForEvents } from './streams/sse.js'
import { openStore, type OpenStore } from './store/open-store.js'
import { type ProviderReload, watchProviderSettings } from './tenants/reload.js'
import { Tenants } from './tenants/tenants.js'

export interface ServerOptions {
  readonly config: Config
  readonly log?: Log
  /** What is measured, and what `/metrics` answers. */
  readonly metrics?: Metrics | undefined
  /** The page a browser sees on `/graphql`, and introspection: development only. */
  readonly explorer?: ApolloServerPlugin | undefined
  /** Tells callers who ask for it how an operation's time was spent: development only. */
  readonly explain?: Plugin | undefined
  /** Get the spans of operations, beside the collector of the settings: development only. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** How webhooks to partners are attempted, where that is not as in production: tests only. */
  readonly partnerWebhooks?: Pick<Parameters<typeof openPartnerWebhooks>[0], 'retrySeconds' | 'lockMs' | 'resolve'>
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

type Options = ServerOptions & {
  readonly log: Log
  readonly metrics: Metrics
  readonly dependencies: Dependencies
  readonly events: SecurityEvents
  readonly tracing: Tracing | undefined
}

/** What is opened once and closed with the server. */
interface Resources {
  readonly issuers: Issuers
  readonly store: OpenStore
  readonly readiness: StoreReadiness
  /** Changes of state, for subscriptions and webhooks. */
  readonly eventLog: OpenEventLog
  readonly partnerWebhooks: PartnerWebhooks
  readonly tenants: Tenants
  readonly reload: ProviderReload
  readonly trail: Trail
  readonly consents: ConsentRegister | undefined
  /** Ends the watch of the files of settings. */
  readonly endReload: () => void
}

function openTenants(
  { config, log, metrics }: Pick<Options, 'config' | 'log' | 'metrics'>,
  { store, permits, changes }: OpenStore,
  { recorder }: OpenEventLog,
): Tenants {
  return new Tenants({
    config,
    store,
    permits,
    changes,
    recordOf: (tenant) => recorder.of(tenant),
    onDrift: metrics.drifted,
    onShared: metrics.shared,
    onCircuit(provider, part, state, tenant) {
      metrics.opened(provider, tenant)
      metrics.switched(provider, part, state, tenant)
      log.info({ tenant, provider, part, state }, 'circuit')
    },
    onCircuitGone: metrics.circuitGone,
    onCall(call, tenant) {
      metrics.called(call, tenant)
      const level = call.code === undefined ? 'debug' : 'info'
      if (log.isLevelEnabled(level)) log[level](callMembers(call, tenant), 'provider call')
    },
  })
}

async function openResources(options: Options, dataKeys: KeyHolder): Promise<Resources> {
  const { config, log, metrics, dependencies, events } = options
  const readiness = new StoreReadiness(dependencies)
  const store = openStore(config, dataKeys, readiness.observe, { log, onUnreadable: metrics.unreadable })
  readiness.start(store.probe)
  const issuers = new Issuers(config, reportIssuers(dependencies), store.store.now)
  const eventLog = openEventLog({ config, keys: dataKeys, now: store.store.now, log, metrics })
  const tenants = openTenants({ config, log, metrics }, store, eventLog)
  const opened = { config, store: store.store, events: eventLog.events, tenants, log, metrics }
  const partnerWebhooks = await openPartnerWebhooks({ ...opened, ...options.partnerWebhooks })
  const trail = openTrail({
    config,
    keys: dataKeys,
    changed(usable) {
      dependencies.report('audit', usable ? undefined : 'NOT_WRITABLE')
      events.record({ action: usable ? 'audit-usable' : 'audit-unusable' })
    },
    lost(entries) {
      log.error({ entries }, 'audit entries were not written')
      events.record({ action: 'audit-lost', count: entries })
    },
    notice: (what) => log.warn({ what }, 'the audit file was open to others'),
    checkpointed(cause) {
      metrics.checkpointed(cause !== undefined)
      log.warn(
        { cause },
        cause === undefined ? 'audit checkpoints are written again' : 'audit checkpoints are not written',
      )
    },
  })
  void trail.started.then(() => trail.usable() && dependencies.report('audit', undefined))
  const consents = openConsentRegister(config, log, metrics)
  const reload = watchProviderSettings({ config, tenants, log, metrics })
  const endReload = watchParts({ ...options, keys: dataKeys, issuers, consents, trail })
  return { issuers, store, readiness, eventLog, partnerWebhooks, tenants, reload, trail, consents, endReload }
}

function createAdmission({ config: { admission: limits }, metrics }: Options): Admission | undefined {
  if (limits === undefined) return undefined
  const admission = new Admission({ ...limits, observer: metrics.admission })
  metrics.admits(admission)
  return admission
}

/** The GraphQL API over the resources. */
interface Graph {
  readonly apollo: ApolloServer<OperationContext>
  readonly rateLimit: RateLimit
  readonly front: Front
  readonly streams: OpenStreams
  readonly answers: AnswerBuffer
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
  /** Resolves when no operation runs, also none of a client that has left. */
  readonly settled: () => Promise<unknown>
}

interface StepsOptions {
  readonly served: GraphQLSchema
  readonly rateLimit: RateLimit
  readonly store: Store
}

/** What an operation goes through: Apollo Server for a new document, and the pipeline. */
function createSteps(
  { config, log, metrics, events, explorer, explain }: Options,
  { served, rateLimit, store }: StepsOptions,
): { apollo: ApolloServer<OperationContext>; pipeline: Pipeline; documents: DocumentCache } {
  const isDevelopment = explorer !== undefined
  const plugins = createPlugins({ config, served, rateLimit, metrics, log, events, isDevelopment, explain })
  const lists = new ListLimits(served, { declared: declaredListLimits(), fallback: DEFAULT_MAX_ITEMS })
  const checks = [createRootScopeCheck(served), lists.check]
  const execute = checked(checks, createExecutor(served, config.executor))
  const pipeline = new Pipeline({ plugins, execute, log })
  const documents = new DocumentCache()
  const apollo = createApolloServer({
    schema: served,
    rules: [lists.rule],
    pipeline,
    documents,
    store: config.safelist.mode === 'enforce' ? undefined : store,
    log,
    explorer,
  })
  return { apollo, pipeline, documents }
}

const openRateLimit = (config: Config, tenants: Tenants, store: Pick<RateLimitConfig, 'lease' | 'digest'>): RateLimit =>
  createRateLimit({
    ...config.rateLimit,
    tenantLimitOf: tenants.hasTenants ? (caller) => tenants.rateLimitOf(caller) : undefined,
    ...store,
  })

function authenticatorOf(
  config: Config,
  { issuers, store, trusts }: Pick<Resources, 'issuers'> & { readonly store: Store } & Pick<RoutesOptions, 'trusts'>,
): Authenticator {
  const refusals = new Refusals(config.auth)
  return createAuthenticator({
    issuers,
    refusals,
    constraint: createSenderConstraint(config, { refusals, store, trusts }),
  })
}

/** Answers requests; one that comes while the server starts waits for what it may need. */
function onceStarted(reached: Promise<void>, answered: Graph['handle'], requests: PendingTasks): Graph['handle'] {
  let isStarting = true
  void reached.then(() => (isStarting = false))
  return (request) => {
    const response = isStarting ? reached.then(() => answered(request)) : answered(request)
    requests.add(response)
    return response
  }
}

interface ContextParts {
  readonly admission: Admission | undefined
  readonly deadlines: ReturnType<typeof createDeadlines>
  readonly idempotency: Idempotency
}

function contextFactoryOf(
  { config, tracing, events, metrics }: Options,
  { tenants, trail, consents, partnerWebhooks }: Resources,
  { admission, deadlines, idempotency }: ContextParts,
): ReturnType<typeof createContextFactory> {
  const { schema, served } = schemas()
  return createContextFactory({
    deadlines,
    guard: createGuard({
      services: { webhooks: partnerWebhooks.service },
      idempotency,
      maskerOf: createMaskers(schema),
      onWrite: metrics.wrote,
    }),
    tenants,
    record: createRecorder(trail, schema, served, config.auditMaskedReads),
    consents: createConsents(config.consent, consents),
    events,
    beginTrace: tracing?.begin,
    measure: admission?.measure,
  })
}

function createGraph(
  options: Options,
  reached: Promise<void>,
  resources: Resources,
  { countFailure, trusts }: Pick<RoutesOptions, 'countFailure' | 'trusts'>,
): Graph {
  const { issuers, store: opened, eventLog, tenants } = resources
  const { store, lease } = opened
  const { config, explorer } = options
  const deadlines = createDeadlines(config.requestTimeoutMs)
  const idempotency = new Idempotency(config.writeLeaseMs, config.lifetimes)
  const rateLimit = openRateLimit(config, tenants, { lease, digest: store.digest })
  const hasPage = explorer !== undefined
  const steps = createSteps(options, { served: schemas().served, rateLimit, store })
  const admission = createAdmission(options)
  const answers = new AnswerBuffer(config.maxBufferedAnswerBytes)
  const openContext = contextFactoryOf(options, resources, { admission, deadlines, idempotency })
  const parts = { ...steps, hasPersistedQueries: config.safelist.mode !== 'enforce', openContext }
  const respond = createGraphqlHandler({ ...parts, hasPage })
  const requests = new PendingTasks()
  const authenticate = authenticatorOf(config, { issuers, store, trusts })
  const checks: EntryChecks = {
    verify: createVerify({ authenticate, countFailure }),
    assertTenant: (caller) => void tenants.of(caller),
    deadlines,
    admit(applicant) {
      answers.assertRoom()
      return admission?.admit(applicant)
    },
  }
  const streams = openStreams({
    ...checks,
    settings: config.streams,
    runner: new OperationRunner(parts),
    again: authenticate.again,
    events: eventLog.events,
    tenants,
    now: store.now,
    track: (execution) => requests.add(execution),
    metrics: options.metrics,
    log: options.log,
    cors: config.cors,
    trusts,
  })
  const answered = (request: HttpRequest) => (asksForEvents(request) ? streams.answer(request) : respond(request))
  return {
    apollo: steps.apollo,
    rateLimit,
    answers,
    streams,
    front: createFront({ ...checks, hasPage }),
    handle: onceStarted(reached, answered, requests),
    settled: () => Promise.all([requests.settled(), deadlines.settled(), idempotency.settled()]),
  }
}

/** What the routes know of the server's state. */
interface RoutesOptions {
  /** True while answers close their connection. */
  readonly countFailure: FailureLimit
  readonly trusts: ReturnType<typeof trustOf>
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

async function createRoutes(
  { config, log, metrics, events, routes }: Options,
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

async function close(
  app: FastifyInstance,
  graph: Graph,
  { issuers, store, readiness, eventLog, partnerWebhooks, tenants, reload, trail, consents, endReload }: Resources,
  { events, tracing }: Pick<Options, 'events' | 'tracing'>,
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
  const options: Options = { ...given, log, metrics, dependencies, events, tracing }
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

import type { ApolloServer } from '@apollo/server'
import type { GraphQLSchema } from 'graphql'
import type { Store } from '../../datasources/contract/store.js'
import { PendingTasks } from '../../datasources/support/pending-tasks.js'
import { type Authenticator, createAuthenticator } from '../access/authenticate.js'
import { createGuard } from '../access/guard.js'
import { createMaskers } from '../access/mask.js'
import { Refusals } from '../access/refusals.js'
import { createRootScopeCheck } from '../access/root-scopes.js'
import { createSenderConstraint } from '../access/sender-constraint.js'
import { createRecorder } from '../audit/operation-record.js'
import type { Config } from '../config.js'
import { createConsents } from '../consent/operation-consent.js'
import { AnswerBuffer } from '../http/answer-buffer.js'
import type { trustOf } from '../http/client-address.js'
import type { FailureLimit } from '../http/failure-limit.js'
import { createFront, createVerify, type EntryChecks, type Front } from '../http/front.js'
import { createGraphqlHandler, type HttpRequest, type HttpResponse } from '../http/graphql-handler.js'
import { Idempotency } from '../idempotency/idempotency.js'
import { createDeadlines } from '../lifecycle/deadline.js'
import type { Resources } from '../lifecycle/resources.js'
import type { ServerParts } from '../lifecycle/server-options.js'
import { Admission } from '../limits/admission.js'
import { ListLimits } from '../limits/input-list-limits.js'
import { createRateLimit, type RateLimit, type RateLimitConfig } from '../limits/rate-limit.js'
import { openStreams, type OpenStreams } from '../streams/open-streams.js'
import { asksForEvents } from '../streams/sse.js'
import type { Tenants } from '../tenants/tenants.js'
import { createApolloServer } from './apollo.js'
import { createContextFactory } from './context.js'
import { declaredListLimits, DEFAULT_MAX_ITEMS } from './declared-limits.js'
import { DocumentCache } from './document-cache.js'
import { checked, createExecutor } from './executor.js'
import { OperationRunner } from './operation-runner.js'
import { Pipeline } from './pipeline.js'
import type { OperationContext } from './plugin.js'
import { createPlugins } from './plugins/index.js'
import { narrowPolls } from './poll-operation.js'
import { schemas } from './schema.js'

/** What is known of the addresses of clients. */
export interface ClientChecks {
  readonly countFailure: FailureLimit
  readonly trusts: ReturnType<typeof trustOf>
}

function createAdmission({ config: { admission: limits }, metrics }: ServerParts): Admission | undefined {
  if (limits === undefined) return undefined
  const admission = new Admission({ ...limits, observer: metrics.admission })
  metrics.admits(admission)
  return admission
}

/** The GraphQL API over the resources. */
export interface Graph {
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
  { config, log, metrics, events, explorer, explain }: ServerParts,
  { served, rateLimit, store }: StepsOptions,
): { apollo: ApolloServer<OperationContext>; pipeline: Pipeline; documents: DocumentCache } {
  const isDevelopment = explorer !== undefined
  const plugins = createPlugins({ config, served, rateLimit, metrics, log, events, isDevelopment, explain })
  const lists = new ListLimits(served, { declared: declaredListLimits(), fallback: DEFAULT_MAX_ITEMS })
  const checks = [createRootScopeCheck(served), lists.check]
  const execute = checked(checks, narrowPolls(createExecutor(served, config.executor), served))
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
  { issuers, store, trusts }: Pick<Resources, 'issuers'> & { readonly store: Store } & Pick<ClientChecks, 'trusts'>,
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
  { config, tracing, events, metrics }: ServerParts,
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

/** Builds the graph: its steps, its front and its streams. */
export function createGraph(
  options: ServerParts,
  reached: Promise<void>,
  resources: Resources,
  { countFailure, trusts }: ClientChecks,
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
    answers,
  })
  const answered = (request: HttpRequest) => (asksForEvents(request) ? streams.answer(request) : respond(request))
  return {
    apollo: steps.apollo,
    rateLimit,
    answers,
    streams,
    front: createFront({ ...checks, hasPage, countFailure }),
    handle: onceStarted(reached, answered, requests),
    settled: () => Promise.all([requests.settled(), deadlines.settled(), idempotency.settled()]),
  }
}

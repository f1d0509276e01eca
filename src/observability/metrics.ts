import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CircuitState } from '../../datasources/http/circuit-breaker.js'
import type { CallAttempt } from '../../datasources/http/call.js'
import type { LevelName } from '../limits/quota-level.js'

const CIRCUIT: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The label of a tenant, only where a deployment has tenants: its values are the ids of `TENANTS_FILE`. */
interface TenantLabel {
  readonly names: readonly ['tenant'] | readonly []
  readonly of: (tenant: string | undefined) => { readonly tenant?: string }
}

const tenantLabel = (hasTenants: boolean): TenantLabel =>
  hasTenants ? { names: ['tenant'], of: (tenant) => ({ tenant: tenant! }) } : { names: [], of: () => ({}) }

/** Metrics of calls to providers: latency, retries and contract drift. */
function providerMetrics(registers: Registry[], { names, of }: TenantLabel) {
  const calls = new Histogram({
    name: 'kyc_provider_call_seconds',
    help: 'Calls to providers by route and by the error code they ended in (ok when none).',
    labelNames: [...names, 'provider', 'method', 'route', 'code'],
    buckets: [...LATENCY_BUCKETS, 10],
    registers,
  })
  const retries = new Counter({
    name: 'kyc_provider_retries_total',
    help: 'Attempts of provider calls beyond the first.',
    labelNames: [...names, 'provider'],
    registers,
  })
  const shared = new Counter({
    name: 'kyc_provider_shared_total',
    help: 'Reads that joined a call of another operation (single-flight).',
    labelNames: [...names, 'provider'],
    registers,
  })
  const drift = new Counter({
    name: 'kyc_provider_drift_total',
    help: "Values that a provider's contract does not list, by field.",
    labelNames: [...names, 'provider', 'field'],
    registers,
  })
  const webhooks = new Counter({
    name: 'kyc_webhook_events_total',
    help: 'Webhook deliveries by event type (none when the delivery could not be read) and by outcome.',
    labelNames: [...names, 'provider', 'type', 'outcome'],
    registers,
  })

  return {
    called({ provider, method, route, try: tries, code, seconds }: CallAttempt, tenant?: string) {
      calls.observe({ ...of(tenant), provider, method, route, code: code ?? 'ok' }, seconds)
      if (tries > 1) retries.inc({ ...of(tenant), provider })
    },
    shared: (provider: string, tenant?: string) => shared.inc({ ...of(tenant), provider }),
    drifted: (provider: string, field: string, tenant?: string) => drift.inc({ ...of(tenant), provider, field }),
    notified: (provider: string, type: string, outcome: string, tenant?: string) =>
      webhooks.inc({ ...of(tenant), provider, type, outcome }),
  }
}

/** Metrics of the circuit breakers: their state, and each change of it. */
function circuitMetrics(registers: Registry[], { names, of }: TenantLabel) {
  const circuit = new Gauge({
    name: 'kyc_provider_circuit_state',
    help: "State of a provider's circuit breaker: 0 closed, 1 half-open, 2 open.",
    labelNames: [...names, 'provider', 'part'],
    registers,
  })
  const transitions = new Counter({
    name: 'kyc_provider_circuit_transitions_total',
    help: "Changes of a provider's circuit breaker, by the new state.",
    labelNames: [...names, 'provider', 'part', 'state'],
    registers,
  })

  return {
    switched(provider: string, part: string, state: CircuitState, tenant?: string) {
      circuit.set({ ...of(tenant), provider, part }, CIRCUIT[state])
      transitions.inc({ ...of(tenant), provider, part, state })
    },
    /** The circuit of a provider that is not configured any more. */
    circuitGone: (provider: string, part: string, tenant?: string) => circuit.remove({ ...of(tenant), provider, part }),
  }
}

/** Metrics of GraphQL operations: latency, own time, cost, errors and the safelist. */
function operationMetrics(registers: Registry[]) {
  const errors = new Counter({
    name: 'kyc_graphql_errors_total',
    help: 'Errors in responses, by code.',
    labelNames: ['code'],
    registers,
  })
  const unlisted = new Counter({
    name: 'kyc_unlisted_operations_total',
    help: 'Operations that are not on the safelist, by outcome (allowed with SAFELIST=log, refused with SAFELIST=enforce).',
    labelNames: ['outcome'],
    registers,
  })
  const limited = new Counter({
    name: 'kyc_rate_limited_operations_total',
    help: 'Operations over the rate limit, by whose limit is spent: that of the user, of the client or of the tenant.',
    labelNames: ['level'],
    registers,
  })
  const deprecated = new Counter({
    name: 'kyc_deprecated_uses_total',
    help: 'Operations that use a deprecated part of the schema, by its coordinate and by the client that the token names (none without one, other beyond 100).',
    labelNames: ['coordinate', 'client'],
    registers,
  })
  const operations = new Histogram({
    name: 'kyc_graphql_operation_seconds',
    help: 'GraphQL operations from authentication to response.',
    labelNames: ['type'],
    buckets: [...LATENCY_BUCKETS, 15],
    registers,
  })
  const overhead = new Histogram({
    name: 'kyc_overhead_seconds',
    help: 'Own time of GraphQL requests: from their arrival to their response, without the time of waiting for a provider or the store.',
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  })
  const costs = new Histogram({
    name: 'kyc_graphql_operation_cost',
    help: 'Estimated cost of operations.',
    labelNames: ['type'],
    buckets: [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 25_000],
    registers,
  })

  return {
    failed: (code: string) => errors.inc({ code }),
    deprecated: (coordinate: string, client: string) => deprecated.inc({ coordinate, client }),
    unlisted: (outcome: 'allowed' | 'refused') => unlisted.inc({ outcome }),
    limited: (level: LevelName) => limited.inc({ level }),
    operated: (type: string, seconds: number) => operations.observe({ type }, seconds),
    spent: (seconds: number) => overhead.observe(seconds),
    reckoned: (type: string, cost: number) => costs.observe({ type }, cost),
  }
}

/** What admission control says of itself when it is asked. */
interface AdmissionState {
  readonly pace: number
  readonly inFlight: number
  readonly queued: number
}

/** Metrics of the register of consents. */
function consentMetrics(registers: Registry[]) {
  const questions = new Counter({
    name: 'kyc_consent_questions_total',
    help: 'Questions that the register of consents was asked, by outcome (allowed, refused, failed).',
    labelNames: ['outcome'],
    registers,
  })

  return { askedForConsent: (outcome: 'allowed' | 'refused' | 'failed') => questions.inc({ outcome }) }
}

/** Metrics of security events. */
function securityMetrics(registers: Registry[]) {
  const events = new Counter({
    name: 'kyc_security_events_total',
    help: 'Security events, by action and outcome.',
    labelNames: ['action', 'outcome'],
    registers,
  })
  const lost = new Counter({
    name: 'kyc_security_events_lost_total',
    help: 'Lines of security events that were not written, because the sink fails.',
    registers,
  })

  const refused = new Counter({
    name: 'kyc_connections_refused_total',
    help: 'Connections that were closed before a request was read, by reason (address, banned, total, header_bytes, header_time).',
    labelNames: ['reason'],
    registers,
  })

  return {
    securityEvent: (action: string, outcome: string) => events.inc({ action, outcome }),
    securityEventsLost: (lines: number) => lost.inc(lines),
    connectionRefused: (reason: string) => refused.inc({ reason }),
  }
}

/** Metrics of admission control. */
function admissionMetrics(registers: Registry[]) {
  let state: AdmissionState | undefined
  const gauge = (name: string, help: string, read: (from: AdmissionState) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        if (state !== undefined) this.set(read(state))
      },
    })
  gauge('kyc_admission_pace', 'Work that may be begun in a second, in seconds of the process.', ({ pace }) => pace)
  gauge('kyc_admission_in_flight', 'Operations in flight.', ({ inFlight }) => inFlight)
  gauge('kyc_admission_queued', 'Requests that wait to be admitted.', ({ queued }) => queued)
  const refused = new Counter({
    name: 'kyc_admission_refused_total',
    help: 'Requests that were refused as OVERLOADED, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const waits = new Histogram({
    name: 'kyc_admission_queue_seconds',
    help: 'Time in the queue of requests that were not admitted at once.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
    registers,
  })

  return {
    /** Names what the gauges are read from, at each scrape. */
    admits: (from: AdmissionState) => void (state = from),
    admission: {
      refused: (reason: string) => refused.inc({ reason }),
      queued: (seconds: number) => waits.observe(seconds),
    },
  }
}

/** Metrics of provider settings that were read again because a file of theirs has changed. */
function reloadMetrics(registers: Registry[]) {
  const reloads = new Counter({
    name: 'kyc_provider_settings_reloads_total',
    help: 'Readings of the provider settings after a change of their files, by outcome (applied, unchanged, refused).',
    labelNames: ['outcome'],
    registers,
  })
  const stale = new Gauge({
    name: 'kyc_provider_settings_stale',
    help: 'Whether the provider settings in use are older than their files, which were refused: 1 or 0.',
    registers,
  })

  return {
    reloaded(outcome: 'applied' | 'unchanged' | 'refused') {
      reloads.inc({ outcome })
      stale.set(outcome === 'refused' ? 1 : 0)
    },
  }
}

/** Readiness of the dependencies. */
function readinessMetrics(registers: Registry[]) {
  const ready = new Gauge({
    name: 'kyc_ready',
    help: 'Whether a dependency is usable: 1 or 0.',
    labelNames: ['dependency'],
    registers,
  })
  const changes = new Counter({
    name: 'kyc_dependency_changes_total',
    help: 'Changes of the state of a dependency, by the class of the error of its failure (ok when it is usable again).',
    labelNames: ['dependency', 'cause'],
    registers,
  })

  return {
    awaited: (dependency: string) => ready.set({ dependency }, 0),
    forgotten: (dependency: string) => ready.remove({ dependency }),
    depended(dependency: string, cause: string | undefined, isUsable: boolean) {
      ready.set({ dependency }, isUsable ? 1 : 0)
      changes.inc({ dependency, cause: cause ?? 'ok' })
    },
  }
}

/** Prometheus metrics of the process. No label holds a value that a person gave; a client is named by its verified token. */
export function createMetrics({ hasTenants = false } = {}) {
  const label = tenantLabel(hasTenants)
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  return {
    ...providerMetrics(registers, label),
    ...circuitMetrics(registers, label),
    ...reloadMetrics(registers),
    ...operationMetrics(registers),
    ...consentMetrics(registers),
    ...securityMetrics(registers),
    ...admissionMetrics(registers),
    ...readinessMetrics(registers),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof createMetrics>

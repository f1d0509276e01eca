import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CircuitState } from '../../datasources/http/circuit-breaker.js'
import type { CallAttempt } from '../../datasources/http/call.js'

const CIRCUIT: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** What operators see; no label holds anything that a caller or a person gave. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  const calls = new Histogram({
    name: 'kyc_provider_call_seconds',
    help: 'Calls to providers by route and by the error code they ended in (ok when none).',
    labelNames: ['provider', 'method', 'route', 'code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const retries = new Counter({
    name: 'kyc_provider_retries_total',
    help: 'Tries of provider calls beyond the first.',
    labelNames: ['provider'],
    registers: [registry],
  })
  const shared = new Counter({
    name: 'kyc_provider_shared_total',
    help: "Reads that were answered by another operation's call, which was under way.",
    labelNames: ['provider'],
    registers: [registry],
  })
  const circuit = new Gauge({
    name: 'kyc_provider_circuit_state',
    help: "State of a provider's circuit: 0 closed, 1 half-open, 2 open.",
    labelNames: ['provider', 'part'],
    registers: [registry],
  })
  const transitions = new Counter({
    name: 'kyc_provider_circuit_transitions_total',
    help: "Changes of a provider's circuit, by the state it came to.",
    labelNames: ['provider', 'part', 'state'],
    registers: [registry],
  })
  const drift = new Counter({
    name: 'kyc_provider_drift_total',
    help: "Values that a provider's contract does not list, by field.",
    labelNames: ['provider', 'field'],
    registers: [registry],
  })
  const errors = new Counter({
    name: 'kyc_graphql_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers: [registry],
  })
  const unlisted = new Counter({
    name: 'kyc_unlisted_operations_total',
    help: 'Operations that are not on the safelist, by what became of them (allowed while SAFELIST=log, refused while it is enforced).',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const operations = new Histogram({
    name: 'kyc_graphql_operation_seconds',
    help: 'GraphQL requests from first byte to answer.',
    labelNames: ['type'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [registry],
  })
  const overhead = new Histogram({
    name: 'kyc_overhead_seconds',
    help: "GraphQL requests' time at this server: from when they have arrived to their answer, without the time in which a provider or the store was waited for.",
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  })
  const costs = new Histogram({
    name: 'kyc_graphql_operation_cost',
    help: 'What operations were reckoned to cost before they ran.',
    labelNames: ['type'],
    buckets: [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 25_000],
    registers: [registry],
  })
  const ready = new Gauge({
    name: 'kyc_ready',
    help: 'Whether a dependency could be used when readiness was last asked.',
    labelNames: ['dependency'],
    registers: [registry],
  })

  const notices = new Counter({
    name: 'kyc_webhook_events_total',
    help: 'Deliveries of webhooks by what happened (none when it could not be read) and by what became of them.',
    labelNames: ['provider', 'type', 'outcome'],
    registers: [registry],
  })

  return {
    called({ provider, method, route, try: tries, code, seconds }: CallAttempt) {
      calls.observe({ provider, method, route, code: code ?? 'ok' }, seconds)
      if (tries > 1) retries.inc({ provider })
    },
    shared: (provider: string) => shared.inc({ provider }),
    switched(provider: string, part: string, state: CircuitState) {
      circuit.set({ provider, part }, CIRCUIT[state])
      transitions.inc({ provider, part, state })
    },
    drifted: (provider: string, field: string) => drift.inc({ provider, field }),
    notified: (provider: string, type: string, outcome: string) => notices.inc({ provider, type, outcome }),
    failed: (code: string) => errors.inc({ code }),
    unlisted: (outcome: 'allowed' | 'refused') => unlisted.inc({ outcome }),
    operated: (type: string, seconds: number) => operations.observe({ type }, seconds),
    spent: (seconds: number) => overhead.observe(seconds),
    reckoned: (type: string, cost: number) => costs.observe({ type }, cost),
    depended: (dependency: string, usable: boolean) => ready.set({ dependency }, usable ? 1 : 0),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof createMetrics>

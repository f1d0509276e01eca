import type { CallAttempt } from '../../../datasources/http/call.js'
import type { CircuitState } from '../../../datasources/http/circuit-breaker.js'
import type { Instruments } from '../instruments.js'
import { LATENCY_BUCKETS } from './buckets.js'
import type { TenantLabel } from './tenant-label.js'

const CIRCUIT: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }

const PROVIDER = 'name of the provider'

const WRITE_OUTCOMES = ['done', 'replayed', 'refused', 'unknown'] as const
/** How a write ended for its caller. */
export type WriteOutcome = (typeof WRITE_OUTCOMES)[number]

/** Metrics of what providers send: values beyond their contract, and webhooks. */
export function contractMetrics(instruments: Instruments, { labels, of }: TenantLabel) {
  const drift = instruments.counter({
    name: 'kyc_provider_drift_total',
    help: "Values that a provider's contract does not list, and rows that do not fit it.",
    unit: 'values',
    labels: { ...labels, provider: PROVIDER, field: 'field of the contract, such as `addresses/tags`' },
  })
  const webhooks = instruments.counter({
    name: 'kyc_webhook_events_total',
    help: 'Deliveries of webhooks by event type and outcome.',
    unit: 'deliveries',
    labels: {
      ...labels,
      provider: PROVIDER,
      type: 'event type, `none` when it could not be read',
      outcome: '`done`, `duplicate`, `ignored`, `unreadable`, `forged`, `busy`, `failed`',
    },
  })

  return {
    drifted: (provider: string, field: string, tenant?: string) => drift.inc({ ...of(tenant), provider, field }),
    notified: (provider: string, type: string, outcome: string, tenant?: string) =>
      webhooks.inc({ ...of(tenant), provider, type, outcome }),
  }
}

/** Metrics of calls to providers: latency, retries, and how writes ended. */
export function providerMetrics(instruments: Instruments, { labels, of }: TenantLabel) {
  const calls = instruments.histogram(
    {
      name: 'kyc_provider_call_seconds',
      help: 'Attempts of provider calls by route and by the error code they ended in.',
      unit: 'seconds',
      labels: {
        ...labels,
        provider: PROVIDER,
        method: 'HTTP method',
        route: 'route template',
        code: 'error code, `ok` when there is none',
      },
    },
    [...LATENCY_BUCKETS, 10],
  )
  const retries = instruments.counter({
    name: 'kyc_provider_retries_total',
    help: 'Attempts of provider calls beyond the first.',
    unit: 'attempts',
    labels: { ...labels, provider: PROVIDER },
  })
  const shared = instruments.counter({
    name: 'kyc_provider_shared_total',
    help: 'Reads that joined a call of another operation (single-flight).',
    unit: 'reads',
    labels: { ...labels, provider: PROVIDER },
  })
  const writes = instruments.counter({
    name: 'kyc_writes_total',
    help: 'Mutation fields by how they ended for their caller; unknown: the write is in doubt (OUTCOME_UNKNOWN).',
    unit: 'writes',
    labels: { ...labels, provider: PROVIDER, outcome: '`done`, `replayed`, `refused`, `unknown`' },
  })

  return {
    called({ provider, method, route, try: tries, code, seconds }: CallAttempt, tenant?: string) {
      calls.observe({ ...of(tenant), provider, method, route, code: code ?? 'ok' }, seconds)
      if (tries > 1) retries.inc({ ...of(tenant), provider })
    },
    /** A rate sees a series from its second value on: what is counted of a provider begins with 0 when it is opened. */
    opened(provider: string, tenant?: string) {
      for (const outcome of WRITE_OUTCOMES) writes.inc({ ...of(tenant), provider, outcome }, 0)
      for (const counter of [retries, shared]) counter.inc({ ...of(tenant), provider }, 0)
    },
    shared: (provider: string, tenant?: string) => shared.inc({ ...of(tenant), provider }),
    wrote: (provider: string, outcome: WriteOutcome, tenant?: string) =>
      writes.inc({ ...of(tenant), provider, outcome }),
  }
}

/** Metrics of the circuit breakers: their state, and each change of it. */
export function circuitMetrics(instruments: Instruments, { labels, of }: TenantLabel) {
  const part = '`api` or `login` (the token endpoint)'
  const circuit = instruments.gauge({
    name: 'kyc_provider_circuit_state',
    help: "State of a provider's circuit breaker: 0 closed, 1 half-open, 2 open.",
    unit: 'state',
    labels: { ...labels, provider: PROVIDER, part },
  })
  const transitions = instruments.counter({
    name: 'kyc_provider_circuit_transitions_total',
    help: "Changes of a provider's circuit breaker, by the new state.",
    unit: 'transitions',
    labels: { ...labels, provider: PROVIDER, part, state: '`closed`, `half-open`, `open`' },
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

import type { Instruments } from '../instruments.js'

/** What admission control says of itself when it is asked. */
interface AdmissionState {
  readonly pace: number
  readonly inFlight: number
  readonly queued: number
}

/** A budget of memory: what is taken of it, and how much there is, in bytes. */
interface MemoryBudget {
  readonly used: () => number
  readonly limit: number
}

/** The budgets of memory that all requests share. */
export type MemoryBudgets = Readonly<Record<'request_bodies' | 'answers' | 'provider_answers', MemoryBudget>>

/** Metrics of admission control. */
export function admissionMetrics(instruments: Instruments) {
  let state: AdmissionState | undefined
  instruments.readGauge(
    {
      name: 'kyc_admission_pace',
      help: "Work of operations that may be begun in a second, in seconds of the process's time; below 1 while refusals take time too.",
      unit: 'seconds per second',
    },
    () => state?.pace,
  )
  instruments.readGauge(
    { name: 'kyc_admission_in_flight', help: 'Operations in flight.', unit: 'operations' },
    () => state?.inFlight,
  )
  instruments.readGauge(
    { name: 'kyc_admission_queued', help: 'Requests that wait to be admitted.', unit: 'requests' },
    () => state?.queued,
  )
  const refused = instruments.counter({
    name: 'kyc_admission_refused_total',
    help: 'Requests that admission control refused, as OVERLOADED, or as RATE_LIMITED for a share.',
    unit: 'requests',
    labels: {
      reason:
        '`queue_full`, `deadline` (the expected wait is longer than its time), `expired` (it waited too long), `share` (its user, client or tenant has its share of all places)',
    },
  })
  const waits = instruments.histogram(
    {
      name: 'kyc_admission_queue_seconds',
      help: 'Time in the queue of requests that were not admitted at once.',
      unit: 'seconds',
    },
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  )

  for (const reason of ['queue_full', 'deadline', 'expired', 'share']) refused.inc({ reason }, 0)

  return {
    /** Names what the gauges are read from, at each scrape. */
    admits: (from: AdmissionState) => void (state = from),
    admission: {
      refused: (reason: string) => refused.inc({ reason }),
      queued: (seconds: number) => waits.observe(seconds),
    },
  }
}

/** Metrics of the budgets of memory. */
export function memoryMetrics(instruments: Instruments) {
  const labels = {
    budget:
      '`request_bodies` (`MAX_BUFFERED_BODY_BYTES`), `answers` (`MAX_BUFFERED_ANSWER_BYTES`), `provider_answers` (`MAX_RESPONSE_MEMORY_BYTES`)',
  }
  const budgets = new Map<string, MemoryBudget>()
  const used = instruments.gauge({
    name: 'kyc_memory_budget_used_bytes',
    help: 'Memory that is taken of a budget; beyond it requests are refused or reads of providers pause.',
    unit: 'bytes',
    labels,
  })
  const limit = instruments.gauge({
    name: 'kyc_memory_budget_limit_bytes',
    help: 'Size of a budget of memory.',
    unit: 'bytes',
    labels,
  })

  return {
    /** Names what the gauges are read from, at each scrape. */
    budgets(of: MemoryBudgets) {
      for (const [budget, from] of Object.entries(of)) {
        budgets.set(budget, from)
        limit.set({ budget }, from.limit)
      }
    },
    readBudgets: () => {
      for (const [budget, from] of budgets) used.set({ budget }, from.used())
    },
  }
}

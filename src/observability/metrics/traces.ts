import type { Instruments } from '../instruments.js'

/** Metrics of the export of traces. */
export function traceMetrics(instruments: Instruments) {
  const lost = instruments.counter({
    name: 'kyc_trace_spans_lost_total',
    help: 'Spans that the collector did not take in time.',
    unit: 'spans',
  })

  return { spansLost: (spans: number) => lost.inc(spans) }
}

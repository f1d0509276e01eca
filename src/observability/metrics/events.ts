import { WATCHED_TYPES } from '../../../datasources/contract/state-change.js'
import type { Instruments } from '../instruments.js'
import { LATENCY_BUCKETS } from './buckets.js'

/** Metrics of the changes of state that subscriptions and webhooks are fed from. */
export function eventMetrics(instruments: Instruments) {
  const labels = { type: WATCHED_TYPES.map((type) => `\`${type}\``).join(', ') }
  const recorded = instruments.counter({
    name: 'kyc_events_recorded_total',
    help: 'Changes of state that this process has recorded.',
    unit: 'events',
    labels,
  })
  const dropped = instruments.counter({
    name: 'kyc_events_dropped_total',
    help: 'Changes of state that were not recorded, because the store was away for too long.',
    unit: 'events',
    labels,
  })
  const delay = instruments.histogram(
    {
      name: 'kyc_event_delay_seconds',
      help: 'From the record of a change of state, by any process, until this one has read it.',
      unit: 'seconds',
    },
    LATENCY_BUCKETS,
  )
  let waiting: () => number = () => 0
  instruments.readGauge(
    {
      name: 'kyc_events_waiting',
      help: 'Changes of state that wait in the memory of this process for the store.',
      unit: 'events',
    },
    () => waiting(),
  )
  for (const type of WATCHED_TYPES) {
    recorded.inc({ type }, 0)
    dropped.inc({ type }, 0)
  }

  return {
    eventRecorded: (type: string) => recorded.inc({ type }),
    eventDropped: (type: string) => dropped.inc({ type }),
    eventRead: (seconds: number) => delay.observe(seconds),
    eventsWait: (read: () => number) => void (waiting = read),
  }
}

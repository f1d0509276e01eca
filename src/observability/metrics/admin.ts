import type { DocumentedMetric } from '../instruments.js'

/** The metrics that the admin listener adds; its thread measures the main thread. */
export const ADMIN_METRICS = {
  age: {
    name: 'kyc_metrics_age_seconds',
    help: 'Age of the metrics of the main thread, which a busy event loop cannot renew.',
    unit: 'seconds',
    type: 'gauge',
  },
  heartbeat: {
    name: 'kyc_event_loop_heartbeat_age_seconds',
    help: 'Time since the event loop of the main thread last turned.',
    unit: 'seconds',
    type: 'gauge',
  },
  stuck: {
    name: 'kyc_event_loop_stuck',
    help: 'Whether the event loop of the main thread has not turned for 10 s: 1 or 0.',
    unit: '0 or 1',
    type: 'gauge',
  },
} as const satisfies Readonly<Record<string, DocumentedMetric>>

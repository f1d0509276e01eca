// Joins the metrics, which are declared in `metrics/`, a file for each area. It declares none itself.
import { collectDefaultMetrics, Registry } from 'prom-client'
import { type DocumentedMetric, Instruments } from '../instruments.js'
import { admissionMetrics, memoryMetrics } from './admission.js'
import { buildMetric } from './build.js'
import { readinessMetrics } from './readiness.js'
import { storeMetrics } from './store.js'
import { auditMetrics } from './audit.js'
import { eventMetrics } from './events.js'
import { operationMetrics } from './operations.js'
import { circuitMetrics, contractMetrics, providerMetrics } from './providers.js'
import { partnerWebhookMetrics } from './partner-webhooks.js'
import { providerReloadMetrics, reloadMetrics } from './reloads.js'
import { consentMetrics, securityMetrics } from './security.js'
import { streamMetrics } from './streams.js'
import { tenantLabel } from './tenant-label.js'
import { traceMetrics } from './traces.js'

/** Prometheus metrics of the process. No label holds a value that a person gave; a client is named by its verified token. */
export function createMetrics({ hasTenants = false } = {}) {
  const label = tenantLabel(hasTenants)
  const registry = new Registry()
  const instruments = new Instruments(registry)
  collectDefaultMetrics({ register: registry })
  buildMetric(instruments)
  const { readBudgets, ...memory } = memoryMetrics(instruments)
  const { readStreams, ...streams } = streamMetrics(instruments)

  return {
    ...operationMetrics(instruments),
    ...providerMetrics(instruments, label),
    ...contractMetrics(instruments, label),
    ...circuitMetrics(instruments, label),
    ...admissionMetrics(instruments),
    ...memory,
    ...readinessMetrics(instruments),
    ...storeMetrics(instruments),
    ...auditMetrics(instruments),
    ...eventMetrics(instruments),
    ...providerReloadMetrics(instruments),
    ...reloadMetrics(instruments),
    ...consentMetrics(instruments),
    ...securityMetrics(instruments),
    ...traceMetrics(instruments),
    ...partnerWebhookMetrics(instruments),
    ...streams,
    /** What each of the above says, without the default metrics of the process. */
    documented: instruments.documented satisfies readonly DocumentedMetric[],
    text: () => {
      readBudgets()
      readStreams()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof createMetrics>

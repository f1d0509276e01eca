import type { DocumentedMetric } from '../observability/instruments.js'
import { ADMIN_METRICS } from '../observability/metrics/admin.js'
import { createMetrics } from '../observability/metrics/all-metrics.js'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

function row({ name, type, unit, labels = {}, help }: DocumentedMetric): string {
  const named = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}`)
  return `| \`${name}\` | ${type}, ${unit} | ${cell(named.join('; '))} | ${cell(help)} |\n`
}

const table = (title: string, metrics: readonly DocumentedMetric[]): string =>
  `### ${title}\n\n| metric | type, unit | labels | meaning |\n|---|---|---|---|\n${metrics.map(row).join('')}`

/** Metrics of the server, with the label `tenant` that they have where a deployment has tenants. */
const serverMetrics = (): readonly DocumentedMetric[] => createMetrics({ hasTenants: true }).documented

/** The tables of `docs/metrics.md`. */
export const metricTables = (): string =>
  [table('Server', serverMetrics()), table('Admin listener', Object.values(ADMIN_METRICS))].join('\n')

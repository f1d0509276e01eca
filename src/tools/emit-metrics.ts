import { readFileSync } from 'node:fs'
import { emit } from './emit.js'
import { withGenerated } from './generated.js'
import { metricTables } from './metric-table.js'

/** Writes the reference of the metrics; with `--check` compares it with the committed page. */
const page = 'docs/metrics.md'
const prose = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
emit(page, withGenerated(prose, 'metrics', metricTables()), 'npm run metrics')

import type { Growth, Point } from './growth.js'
import { type ErrorRow, MAX_ERROR_RATIO, type Row } from './measure.js'
import type { Overhead } from './overhead.js'
import type { Spread } from './statistics.js'

export interface Results {
  readonly machine: { readonly cores: number; readonly node: string; readonly pinned: boolean; readonly load: number }
  readonly plan: { readonly rounds: number; readonly seconds: number; readonly connections: number }
  readonly rows: readonly Row[]
  readonly errors?: readonly ErrorRow[] | undefined
  readonly overhead?: Overhead | undefined
  readonly growth?: Growth | undefined
}

/** With three significant digits. */
export const short = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)) : '-'

export const spreadText = (spread: Spread | undefined): string =>
  spread ? `${short(spread.median)} (${short(spread.min)}…${short(spread.max)})` : ''

/** Below this, the core was waiting for requests, and only CPU time says which contender could do more. */
const FULLY_BUSY = 0.9

/** This server's throughput as a multiple of the contender's; the smaller of both ratios where the core was not busy. */
export function verdictRatio({ ratio, cpuRatio, busy }: Row): number | undefined {
  if (!ratio || !cpuRatio) return undefined
  return busy < FULLY_BUSY ? Math.min(ratio.median, cpuRatio.median) : ratio.median
}

function verdict(row: Row): string {
  if (row.invalid !== undefined) return 'INVALID'
  const ratio = verdictRatio(row)
  if (!row.target || ratio === undefined) return ''
  return `${ratio >= row.target.atLeast ? 'met' : 'missed'} (≥ ${row.target.atLeast})`
}

/** A row of a Markdown table. */
export const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

const HEAD = [
  'workload',
  'contender',
  'req/s',
  'p50 ms',
  'p99 ms',
  'CPU ms/op',
  'core busy',
  'calls/op',
  'bytes/op',
  'RSS MB',
]

const invalidText = (reason: string): string =>
  `INVALID: ${reason.replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 200)}`

const figures = (row: Row): string[] => [
  ...[row.rps, row.p50, row.p99].map(short),
  row.cpuMs >= 1 ? short(row.cpuMs) : row.cpuMs.toFixed(3),
  `${(row.busy * 100).toFixed(0)} %`,
  short(row.calls),
  row.bytes.toFixed(0),
  row.rssMb.toFixed(0),
]

/** A table of rows with more columns at its end. */
function rowsTable<R extends Row>(rows: readonly R[], more: readonly string[], cells: (row: R) => string[]): string[] {
  const head = [...HEAD, ...more]
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) =>
      row.invalid === undefined
        ? line([row.workload, row.contender, ...figures(row), ...cells(row)])
        : line([row.workload, row.contender, ...Array<string>(head.length - 3).fill(''), invalidText(row.invalid)]),
    ),
  ]
}

const contenderTable = (rows: readonly Row[]): string[] =>
  rowsTable(rows, ['this server ÷ contender, req/s', 'contender ÷ this server, CPU', 'target'], (row) => [
    spreadText(row.ratio),
    spreadText(row.cpuRatio),
    verdict(row),
  ])

function errorTable(rows: readonly ErrorRow[]): string[] {
  const target = ({ errorRatio }: ErrorRow) =>
    errorRatio ? `${errorRatio.median <= MAX_ERROR_RATIO ? 'met' : 'missed'} (≤ ${MAX_ERROR_RATIO})` : ''
  return [
    '',
    'The cost of an error: the same operation in turns, on this server.',
    '',
    ...rowsTable(rows, ['error ÷ success, CPU', 'target'], (row) => [spreadText(row.errorRatio), target(row)]),
  ]
}

/** The largest load average at which latencies count: above it, they are mostly the wait for a core. */
const MAX_QUIET_LOAD = 2

/** The targets of own time, in ms. */
const MAX_OWN = { p50: 1, p99: 5 }

function overheadLines({ rate, own, server, raw }: Overhead, load: number): string[] {
  const quiet = load <= MAX_QUIET_LOAD
  const verdict = (value: number, max: number) =>
    !quiet || value < 0
      ? 'no verdict, the machine had other work'
      : value <= max
        ? `met: ≤ ${max} ms`
        : `missed: ≤ ${max} ms`
  const ownText = (name: 'p50' | 'p99') =>
    `${name} at most ${short(own[name])} ms (${verdict(own[name], MAX_OWN[name])})`
  const addedText = (name: 'p50' | 'p99') =>
    `${name} ${short(server[name] - raw[name])} ms (${verdict(server[name] - raw[name], MAX_OWN[name])})`
  return [
    '',
    `Own time for (a) at half load (${rate} operations a second), by the metric \`kyc_overhead_seconds\`, without the time that it waits for providers and the store: ${ownText('p50')}, ${ownText('p99')}.`,
    '',
    `Latency that it adds to the raw server's at the same rate, as a client measures it: ${addedText('p50')}, ${addedText('p99')}.`,
  ]
}

function pointsTable(title: string, points: readonly Point[]): string[] {
  const head = [title, 'calls/op', 'CPU ms/op', 'RSS MB', 'op/s', 'p50 ms', 'p99 ms']
  return [
    '',
    line(head),
    line(head.map(() => '---')),
    ...points.map((point) =>
      line([
        String(point.at),
        short(point.calls),
        short(point.cpuMs),
        point.rssMb.toFixed(0),
        short(point.rps),
        short(point.p50),
        short(point.p99),
      ]),
    ),
  ]
}

/** The target of RSS, in MB. */
const MAX_MEMORY = 250

function memoryLine(connections: readonly Point[]): string[] {
  const point = connections.find(({ at }) => at === 500)
  return point
    ? [
        '',
        `Memory at 500 connections: ${point.rssMb.toFixed(0)} MB (${point.rssMb <= MAX_MEMORY ? 'met' : 'missed'}: ≤ ${MAX_MEMORY} MB).`,
      ]
    : []
}

/** The results as Markdown. */
export function table({ machine, plan, rows, errors = [], overhead, growth }: Results): string {
  return [
    `${machine.cores} cores, Node ${machine.node}, ${machine.pinned ? 'the measured process alone on the first core' : 'not pinned to cores'}, load average ${short(machine.load)} at the start (a load above 1 is other work, and makes throughput and latency unreliable), ${plan.connections} connections, ${plan.rounds} rounds of ${plan.seconds} s each, in turns.`,
    '',
    ...contenderTable(rows),
    ...(errors.length > 0 ? errorTable(errors) : []),
    ...(overhead ? overheadLines(overhead, machine.load) : []),
    ...(growth
      ? [
          ...pointsTable('customers on the page', growth.pages),
          ...pointsTable('connections, (c)', growth.connections),
          ...memoryLine(growth.connections),
          ...(growth.errors > 0 ? ['', `INVALID: ${growth.errors} wrong responses.`] : []),
        ]
      : []),
  ].join('\n')
}

const [BEGIN, END] = ['<!-- measured -->', '<!-- /measured -->']

/** The README with the new results in place of the old ones. */
export function replaceResults(text: string, results: Results): string {
  const [before, rest] = text.split(BEGIN) as [string, string]
  const after = rest.split(END)[1]!
  return `${before}${BEGIN}\n${table(results)}\n${END}${after}`
}

import type { Overhead, Point, Row, Spread } from './measure.js'

export interface Results {
  readonly machine: { readonly cores: number; readonly node: string; readonly pinned: boolean; readonly load: number }
  readonly plan: { readonly rounds: number; readonly seconds: number; readonly connections: number }
  readonly rows: readonly Row[]
  readonly overhead?: Overhead | undefined
  readonly growth?:
    { readonly pages: readonly Point[]; readonly connections: readonly Point[]; readonly errors: number } | undefined
}

/** With three digits that say something. */
export const short = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)) : '-'

const spreadOf = (spread: Spread | undefined): string =>
  spread ? `${short(spread.median)} (${short(spread.min)}…${short(spread.max)})` : ''

/** A core that was not busy was waiting for those who ask: then only CPU time says which of the two could do more. */
const FULLY_BUSY = 0.9

/**
 * How much of the other's work this server does. Where a core was idle the number of answers says less than it seems,
 * and the CPU time decides; of two that can be believed the smaller one counts.
 */
export function verdictRatio({ ratio, cpuRatio, busy }: Row): number | undefined {
  if (!ratio || !cpuRatio) return undefined
  return busy < FULLY_BUSY ? Math.min(ratio.median, cpuRatio.median) : ratio.median
}

function verdict(row: Row): string {
  if (row.void !== undefined) return 'VOID'
  const ratio = verdictRatio(row)
  if (!row.target || ratio === undefined) return ''
  return `${ratio >= row.target.atLeast ? 'met' : 'missed'} (≥ ${row.target.atLeast})`
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function rowsTable(rows: readonly Row[]): string[] {
  const head = [
    'workload',
    'who',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU ms/op',
    'core busy',
    'calls/op',
    'bytes/op',
    'RSS MB',
    'this server ÷ it, req/s',
    'it ÷ this server, CPU',
    'target',
  ]
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) =>
      line([
        row.workload,
        row.contender,
        ...(row.void === undefined ? [row.rps, row.p50, row.p99, row.cpuMs].map(short) : ['', '', '', '']),
        ...(row.void === undefined
          ? [
              `${(row.busy * 100).toFixed(0)} %`,
              short(row.calls),
              row.bytes.toFixed(0),
              row.rssMb.toFixed(0),
              spreadOf(row.ratio),
              spreadOf(row.cpuRatio),
            ]
          : ['', '', '', '', '', '']),
        row.void === undefined
          ? verdict(row)
          : `VOID: ${row.void.replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 200)}`,
      ]),
    ),
  ]
}

/** With more than this to do beside the measurement, waiting for a core is most of any time. */
const QUIET_LOAD = 2

/** The most that own time may be, in ms. */
const MOST_OWN = { p50: 1, p99: 5 }

function overheadLines({ rate, own, server, raw }: Overhead, load: number): string[] {
  const quiet = load <= QUIET_LOAD
  const verdict = (value: number, most: number) =>
    !quiet || value < 0
      ? 'no verdict, the machine had other work'
      : value <= most
        ? `met: ≤ ${most} ms`
        : `missed: ≤ ${most} ms`
  const word = (name: 'p50' | 'p99') => `${name} at most ${short(own[name])} ms (${verdict(own[name], MOST_OWN[name])})`
  const more = (name: 'p50' | 'p99') =>
    `${name} ${short(server[name] - raw[name])} ms (${verdict(server[name] - raw[name], MOST_OWN[name])})`
  return [
    '',
    `Own time for (a) at half load (${rate} operations a second), by the metric \`kyc_overhead_seconds\`, all but what a provider or the store is waited for: ${word('p50')}, ${word('p99')}.`,
    '',
    `What a client waits longer for it than for the raw server's answer at the same rate: ${more('p50')}, ${more('p99')}.`,
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

/** RSS that no number of connections may pass, in MB. */
const MOST_MEMORY = 250

function memoryLine(connections: readonly Point[]): string[] {
  const many = connections.find(({ at }) => at === 500)
  return many
    ? [
        '',
        `Memory at 500 connections: ${many.rssMb.toFixed(0)} MB (${many.rssMb <= MOST_MEMORY ? 'met' : 'missed'}: ≤ ${MOST_MEMORY} MB).`,
      ]
    : []
}

/** All that was measured, for people. */
export function table({ machine, plan, rows, overhead, growth }: Results): string {
  return [
    `${machine.cores} cores, Node ${machine.node}, ${machine.pinned ? 'whoever is measured alone on the first core' : 'not pinned to cores'}, load average ${short(machine.load)} when it began (what is above 1 is other work, and makes requests a second and times worth little), ${plan.connections} connections, ${plan.rounds} rounds of ${plan.seconds} s each, taking turns.`,
    '',
    ...rowsTable(rows),
    ...(overhead ? overheadLines(overhead, machine.load) : []),
    ...(growth
      ? [
          ...pointsTable('customers on the page', growth.pages),
          ...pointsTable('connections, (c)', growth.connections),
          ...memoryLine(growth.connections),
          ...(growth.errors > 0 ? ['', `VOID: ${growth.errors} wrong answers.`] : []),
        ]
      : []),
  ].join('\n')
}

const [BEGIN, END] = ['<!-- measured -->', '<!-- /measured -->']

/** The page with the new table in its place. */
export function page(text: string, results: Results): string {
  const [before, rest] = text.split(BEGIN) as [string, string]
  const after = rest.split(END)[1]!
  return `${before}${BEGIN}\n${table(results)}\n${END}${after}`
}

import type { PageGrowth, Point } from './growth.js'
import type { HalfLoad } from './half-load.js'
import type { Row } from './measure.js'
import { type Verdict, verdicts } from './reach.js'
import { commandSum, type CommandCounts } from './redis-commands.js'
import { figuresOf, type Results, type Run } from './results.js'
import type { Startup } from './startup.js'
import { median, type Spread, spread } from './statistics.js'
import type { Subscriptions } from './subscriptions.js'

/** With three significant digits. */
export const short = (value: number): string =>
  Number.isFinite(value)
    ? Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 10
        ? value.toFixed(1)
        : value.toFixed(2)
    : '-'

export const spreadText = (values: Spread | undefined): string =>
  values ? `${short(values.median)} (${short(values.low)}…${short(values.high)})` : ''

const spreadOf = (values: readonly number[] | undefined): string =>
  values === undefined || values.length === 0 ? '' : spreadText(spread(values))

/** A row of a Markdown table. */
export const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  line(head),
  line(head.map(() => '---')),
  ...rows.map(line),
]

const section = (title: string, ...lines: readonly string[]): string[] => ['', `### ${title}`, '', ...lines]

export const invalidText = (reason: string): string =>
  `INVALID: ${reason.replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 200)}`

const cpuText = (ms: number): string => (ms >= 1 ? short(ms) : ms.toFixed(3))

function runLine({ measured, node, cores, pinned, load, plan, missing }: Run): string {
  const place = pinned ? 'the measured process alone on a core' : 'not pinned to cores'
  const left = Object.entries(missing).map(([name, reason]) => `; ${name} did not run (${reason})`)
  return `- ${measured.join(', ')}: Node ${node}, ${cores} cores, ${place}, ${plan.rounds} rounds of ${plan.seconds} s, load average ${short(load)} at the start${left.join('')}`
}

const verdictCells = ({ text, median: middle, quartile, atLeast, atMost, holds }: Verdict): string[] => [
  text,
  short(middle),
  short(quartile),
  atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`,
  holds,
]

const verdictTable = (results: Results): string[] =>
  section(
    'Verdicts',
    ...tableOf(
      ['row', 'median', 'quartile on the side of the bound', 'bound', 'verdict'],
      verdicts(figuresOf(results)).map(verdictCells),
    ),
  )

/** Redis commands: how many are sent, and all of them with those inside scripts, the most frequent first. */
function redisText(counts: CommandCounts, sent: number | undefined): string {
  const named = Object.entries(counts)
    .filter(([, count]) => count >= 0.05)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${short(count)}`)
  const sum = commandSum(counts)
  if (sum < 0.005) return '0'
  const all = named.length > 0 ? `${short(sum)}: ${named.join(', ')}` : short(sum)
  return sent === undefined ? all : `${short(sent)} sent; ${all}`
}

const ROW_HEAD = [
  'contender',
  'CPU ms/op',
  'its CPU ÷ this server’s',
  'req/s',
  'calls/op',
  'Redis commands/op',
  'bytes/op',
  'core busy',
  'RSS MB',
]

function rowCells(row: Row): string[] {
  if (row.invalid !== undefined) return [row.contender, ...ROW_HEAD.slice(2).map(() => ''), invalidText(row.invalid)]
  return [
    row.contender,
    cpuText(row.cpuMs),
    spreadOf(row.ratios),
    short(row.rps),
    short(row.calls),
    redisText(row.redis, row.sent),
    row.bytes.toFixed(0),
    `${(row.busy * 100).toFixed(0)} %`,
    row.rssMb.toFixed(0),
  ]
}

const ERRORS = ['success', 'i', 'j']

function workloadTables(rows: readonly Row[]): string[] {
  const ids = [...new Set(rows.map(({ id }) => id))].filter((id) => !ERRORS.includes(id)).sort()
  return ids.flatMap((id) => {
    const own = rows.filter((row) => row.id === id)
    const { workload, connections, warmUp } = own[0]!
    return section(
      workload,
      `${connections} connections, ${warmUp} requests of warm-up each.`,
      '',
      ...tableOf(ROW_HEAD, own.map(rowCells)),
    )
  })
}

function errorTable(rows: readonly Row[]): string[] {
  const own = rows.filter(({ id }) => ERRORS.includes(id))
  if (own.length === 0) return []
  const head = ['operation', ...ROW_HEAD.slice(1)]
  head[2] = 'error ÷ success, CPU'
  return section(
    'Errors, on this server',
    ...tableOf(
      head,
      own.map((row) => [row.workload, ...rowCells(row).slice(1)]),
    ),
  )
}

function growthTable({ points, perRow }: PageGrowth): string[] {
  const head = ['customers', 'connections', 'calls/op', 'CPU ms/op', 'CPU µs/row', 'op/s', 'RSS MB']
  const cells = (point: Point) => [
    String(point.at),
    String(point.connections),
    short(point.calls),
    cpuText(point.cpuMs),
    point.invalid === undefined ? short((point.cpuMs * 1_000) / point.at) : invalidText(point.invalid),
    short(point.rps),
    point.rssMb.toFixed(0),
  ]
  return section(
    'Growth by rows',
    'Customers with their persons, all rows in flight distinct; a thousand are ten pages in one operation. ' +
      `A row of 1,000 costs ${spreadOf(perRow)} times a row of 10.`,
    '',
    ...tableOf(head, points.map(cells)),
  )
}

const connectionsTable = (points: readonly Point[]): string[] =>
  section(
    'Growth by connections, (c)',
    ...tableOf(
      ['connections', 'calls/op', 'CPU ms/op', 'op/s', 'refused', 'RSS MB'],
      points.map((point) => [
        String(point.at),
        short(point.calls),
        cpuText(point.cpuMs),
        short(point.rps),
        point.invalid === undefined ? `${(point.refused * 100).toFixed(1)} %` : invalidText(point.invalid),
        point.rssMb.toFixed(0),
      ]),
    ),
  )

const halfLoadTable = (rows: readonly HalfLoad[]): string[] =>
  section(
    'Latency at half load',
    'Open loop at half of the closed loop’s requests a second, in ms from when a request was due.',
    '',
    ...tableOf(
      ['workload', 'requests/s', 'p50', 'p99', 'p99.9'],
      rows.map(({ title, capacity, p50, p99, p999, invalid }) => [
        title,
        short(capacity / 2),
        ...(invalid === undefined
          ? [p50, p99, p999].map((each) => short(median(each)))
          : [invalidText(invalid), '', '']),
      ]),
    ),
  )

function startupLines({ readyMs, emptyMs, idleMb, importsMb }: Startup): string[] {
  return section(
    'Start and idle memory',
    ...tableOf(
      ['', 'median', 'quartiles'],
      [
        ['start until `/ready` answers 200, compile cache warm, ms', readyMs],
        ['`node -e 0`, ms', emptyMs],
        ['RSS of an idle server, MB', idleMb],
        ['RSS of a process with the same imports, MB', importsMb],
      ].map(([title, values]) => {
        const { median: middle, low, high } = spread(values as readonly number[])
        return [title as string, short(middle), `${short(low)}…${short(high)}`]
      }),
    ),
  )
}

const subscriptionLines = (subscriptions: Subscriptions): string[] =>
  section(
    'Subscriptions',
    `CPU time for a delivered event, its webhook and its read of the provider included: ${spreadOf(subscriptions.cpuMs)} ms; ` +
      `${subscriptions.subscribers} subscribers over WebSocket, ${subscriptions.changesPerSecond} changes a second; ` +
      `${subscriptions.delivered} of ${subscriptions.due} events were delivered (a state that the next one follows at once is passed over).`,
  )

/** The results as Markdown. */
export function report(results: Results): string {
  const { runs, rows, growth, connections, halfLoad, startup, subscriptions } = results
  return [
    ...runs.map(runLine),
    ...verdictTable(results),
    ...workloadTables(rows),
    ...errorTable(rows),
    ...(growth ? growthTable(growth) : []),
    ...(connections ? connectionsTable(connections) : []),
    ...(halfLoad ? halfLoadTable(halfLoad) : []),
    ...(startup ? startupLines(startup) : []),
    ...(subscriptions ? subscriptionLines(subscriptions) : []),
  ].join('\n')
}

import type { Point } from './growth.js'
import type { Row } from './measure.js'
import { REACH } from './reach.js'
import { short } from './report.js'
import { spread } from './statistics.js'

const INK = '#1f2937'
const FAINT = '#d1d5db'
const COLOURS: Readonly<Record<string, string>> = {
  raw: '#2563eb',
  'raw-ten': '#0891b2',
  strong: '#059669',
  plain: '#d97706',
  hive: '#7c3aed',
  tailcall: '#dc2626',
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const label = (x: number, y: number, text: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(text)}</text>`
const stroke = (x1: number, y1: number, x2: number, y2: number, colour: string, width = 1) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}" stroke-width="${width}"/>`

const sheet = (width: number, height: number, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${INK}">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`

/** Positions on a logarithmic axis. */
const logarithmic = (low: number, high: number, from: number, to: number) => (value: number) =>
  from +
  ((Math.log10(Math.min(high, Math.max(low, value))) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))) *
    (to - from)

interface Bar {
  readonly row: Row
  readonly y: number
  readonly x: (value: number) => number
  readonly left: number
  readonly right: number
}

/** A bar to the median, a line over the middle half of the rounds, and a mark at the bound where there is one. */
function bar({ row, y, x, left, right }: Bar): string[] {
  const { median, low, high } = spread(row.ratios!)
  const bound = REACH.find(({ figure }) => figure === `${row.id} ${row.contender}`)?.atLeast
  const mark = bound !== undefined && { at: bound, fill: low >= bound ? '#059669' : '#dc2626' }
  const name = row.workload.length > 46 ? `${row.workload.slice(0, 45)}…` : row.workload
  return [
    label(left - 10, y + 4, `${name} / ${row.contender}`, 'text-anchor="end"'),
    `<rect x="${Math.min(x(1), x(median)).toFixed(1)}" y="${y - 6}" width="${Math.abs(x(median) - x(1)).toFixed(1)}" height="12" fill="${COLOURS[row.contender] ?? INK}" opacity="0.75"/>`,
    stroke(x(low), y, x(high), y, INK, 2),
    label(right + 10, y + 4, `${short(median)}×`),
    ...(mark ? [label(x(mark.at), y + 5, '◆', `text-anchor="middle" font-size="14" fill="${mark.fill}"`)] : []),
  ]
}

/** The CPU time of each contender for an operation divided by this server's. */
export function ratioPlot(rows: readonly Row[]): string {
  const shown = rows.filter(({ ratios, contender }) => ratios !== undefined && contender !== 'server')
  const [left, right, top, step] = [400, 860, 60, 24]
  const bottom = top + shown.length * step
  const x = logarithmic(0.1, 100, left, right)
  const parts = [
    label(
      16,
      24,
      'CPU time for an operation: each contender’s, as a multiple of this server’s',
      'font-size="16" font-weight="600"',
    ),
    label(16, 44, 'bar: median of the rounds; line: their middle half; ◆ what is to be reached', 'fill="#4b5563"'),
  ]
  for (const tick of [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]) {
    parts.push(
      stroke(x(tick), top - 4, x(tick), bottom + 4, tick === 1 ? INK : FAINT),
      label(x(tick), bottom + 20, `${tick}×`, 'text-anchor="middle"'),
    )
  }
  shown.forEach((row, i) => parts.push(...bar({ row, y: top + i * step + step / 2, x, left, right })))
  parts.push(
    label((left + right) / 2, bottom + 40, 'above 1, the contender needs more; logarithmic', 'text-anchor="middle"'),
  )
  return sheet(940, bottom + 56, parts)
}

interface Curve {
  readonly title: string
  readonly axis: string
  readonly points: readonly Point[]
  readonly pick: (point: Point) => number
}

function panel({ title, axis, points, pick }: Curve, left: number, top: number): string[] {
  const [width, height] = [250, 190]
  const values = points.map(pick).filter((value) => value > 0)
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values) * 1.001))
  const x = logarithmic(1, 1000, left, left + width)
  const y = logarithmic(low, high, top + height, top)
  const parts = [
    label(left, top - 12, title, 'font-weight="600"'),
    label(left + width / 2, top + height + 36, axis, 'text-anchor="middle" fill="#4b5563"'),
  ]
  for (let tick = low; tick <= high * 1.001; tick *= 10)
    parts.push(
      stroke(left, y(tick), left + width, y(tick), FAINT),
      label(left - 6, y(tick) + 4, String(Number(tick.toPrecision(2))), 'text-anchor="end"'),
    )
  for (const tick of [1, 10, 100, 1000])
    parts.push(
      stroke(x(tick), top, x(tick), top + height, FAINT),
      label(x(tick), top + height + 16, String(tick), 'text-anchor="middle"'),
    )
  parts.push(
    `<polyline points="${points.map((point) => `${x(point.at).toFixed(1)},${y(pick(point)).toFixed(1)}`).join(' ')}" fill="none" stroke="#2563eb" stroke-width="2"/>`,
  )
  for (const point of points)
    parts.push(
      `<circle cx="${x(point.at).toFixed(1)}" cy="${y(pick(point)).toFixed(1)}" r="4" fill="#2563eb"/>`,
      label(x(point.at), y(pick(point)) - 9, short(pick(point)), 'text-anchor="middle" font-size="11"'),
    )
  return parts
}

/** The cost of one operation as pages and connections grow; both axes are logarithmic. */
export function growthPlot(pages: readonly Point[], connections: readonly Point[]): string {
  const [page, connected] = ['customers in the operation', 'connections, workload (c)']
  const curves: readonly Curve[] = [
    { title: 'CPU time per row, µs', axis: page, points: pages, pick: ({ cpuMs, at }) => (cpuMs * 1_000) / at },
    { title: 'CPU time per operation, ms', axis: page, points: pages, pick: ({ cpuMs }) => cpuMs },
    { title: 'Memory (RSS), MB', axis: page, points: pages, pick: ({ rssMb }) => rssMb },
    { title: 'Operations per second', axis: connected, points: connections, pick: ({ rps }) => rps },
    { title: 'CPU time per operation, ms', axis: connected, points: connections, pick: ({ cpuMs }) => cpuMs },
    { title: 'Memory (RSS), MB', axis: connected, points: connections, pick: ({ rssMb }) => rssMb },
  ]
  return sheet(980, 640, [
    label(16, 26, 'Cost as pages and connections grow', 'font-size="16" font-weight="600"'),
    label(16, 46, 'all rows in flight are distinct; 1,000 customers are ten pages in one operation', 'fill="#4b5563"'),
    ...curves.flatMap((curve, i) => panel(curve, 60 + (i % 3) * 315, 90 + Math.floor(i / 3) * 285)),
  ])
}

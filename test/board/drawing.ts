import type { Panel } from './board.js'

/** What Prometheus answered for a panel: the points of each series by seconds since the begin. */
export interface Line {
  readonly name: string
  readonly points: readonly (readonly [second: number, value: number])[]
}

export interface DrawnPanel {
  readonly panel: Panel
  readonly lines: readonly Line[]
  /** Why it has no series, where it has none. */
  readonly note?: string | undefined
}

const COLUMN = 44
const ROW = 22
const TOP = 62
const MARGIN = 14
const SEPARATOR = ' · '
/** Letters of the names below a panel, without the end that says how many more there are. */
const MAX_LEGEND_LENGTH = 52
const COLOURS = ['#1f6fb4', '#c0392b', '#1e8449', '#8e44ad', '#d68910', '#34495e', '#16a085', '#884ea0']

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  percentunit: (value) => `${Number((value * 100).toPrecision(3))} %`,
  s: (value) => (value < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`),
  bytes: (value) => `${Number((value / 2 ** 20).toPrecision(3))} MiB`,
}
const plain = (value: number): string => String(Number(value.toPrecision(3)))

const round = (value: number): string => value.toFixed(1)
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${rest}>${escape(words)}</text>`

/** A number at least as large that reads well on an axis. */
function ceiling(max: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(max, 1e-6)))
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= max) ?? 10)
}

/** How many of the names fit into the width of a panel; one at least. */
function fitting(names: readonly string[]): number {
  let length = 0
  const over = names.findIndex((name) => (length += name.length + SEPARATOR.length) > MAX_LEGEND_LENGTH)
  return over < 0 ? names.length : Math.max(1, over)
}

/** The names of the lines, as many as fit. */
function legend(lines: readonly Line[], x: number, y: number): string {
  const names = lines.map(({ name }) => name.trim() || 'value')
  const shown = fitting(names)
  const spans = names
    .slice(0, shown)
    .map((name, i) => `<tspan fill="${COLOURS[i % COLOURS.length]}">${escape(name)}</tspan>`)
  const rest = lines.length > shown ? ` and ${lines.length - shown} more` : ''
  return `<text x="${round(x)}" y="${round(y)}" font-size="9">${spans.join(SEPARATOR)}${rest}</text>`
}

function drawLines(lines: readonly Line[], seconds: number, max: number, place: DOMRectLike): string {
  const { x, y, width, height } = place
  return lines
    .map(({ points }, i) => {
      const at = points.map(([second, value]) => {
        const right = x + (second / seconds) * width
        return `${round(right)},${round(y + height * (1 - Math.min(value, max) / max))}`
      })
      return `<polyline fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="1.3" points="${at.join(' ')}"/>`
    })
    .join('')
}

interface DOMRectLike {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function drawPanel({ panel, lines, note }: DrawnPanel, seconds: number): string {
  const { x: column, y: row, w, h } = panel.gridPos
  const [left, top, width, height] = [MARGIN + column * COLUMN, TOP + row * ROW, w * COLUMN - 8, h * ROW - 8]
  const frame = `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#fff" stroke="#ccc" rx="3"/>`
  const title = text(left + 10, top + 17, panel.title, 'font-weight="bold"')
  const place = { x: left + 58, y: top + 28, width: width - 70, height: height - 60 }
  if (lines.length === 0) return frame + title + text(place.x, place.y + 40, note ?? 'no data', 'fill="#777"')
  const { unit = 'short', max: most } = panel.fieldConfig?.defaults ?? {}
  const max = most ?? ceiling(Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value))))
  const format = UNITS[unit] ?? plain
  const grid = [0, 0.5, 1].map((share) => {
    const at = place.y + place.height * (1 - share)
    const line = `<line x1="${place.x}" x2="${place.x + place.width}" y1="${round(at)}" y2="${round(at)}" stroke="#e5e5e5"/>`
    return line + text(place.x - 6, at + 4, format(max * share), 'text-anchor="end" font-size="9"')
  })
  return (
    frame +
    title +
    grid.join('') +
    drawLines(lines, seconds, max, place) +
    text(
      place.x + place.width,
      place.y + place.height + 12,
      `${Math.round(seconds)} s`,
      'text-anchor="end" font-size="9"',
    ) +
    legend(lines, left + 10, top + height - 8)
  )
}

const drawTitle = ({ title, gridPos }: Panel): string =>
  text(MARGIN, TOP + gridPos.y * ROW + 15, title, 'font-size="14" font-weight="bold"')

/** The board as SVG, each panel in its place. */
export function draw(rows: readonly Panel[], panels: readonly DrawnPanel[], seconds: number, subtitle: string): string {
  const [width, bottom] = [
    24 * COLUMN + 2 * MARGIN,
    Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)),
  ]
  const height = TOP + bottom * ROW + MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#333">`,
    '<rect width="100%" height="100%" fill="#f4f5f7"/>',
    text(MARGIN, 24, 'kyc-graph', 'font-size="17" font-weight="bold"'),
    text(MARGIN, 44, subtitle, 'fill="#555"'),
    ...rows.map(drawTitle),
    ...panels.map((panel) => drawPanel(panel, seconds)),
    '</svg>',
  ].join('\n')
}

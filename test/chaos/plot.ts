import type { Panel } from './scenario.js'

const WIDTH = 1000
const LEFT = 70
const RIGHT = 20
const HEIGHT = 150
const GAP = 60
const TOP = 70
const COLOURS = ['#1f6fb4', '#c0392b', '#1e8449', '#8e44ad', '#e59866', '#34495e']

const round = (value: number): string => value.toFixed(1)
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${rest}>${words}</text>`

/** A number at least as large that reads well on an axis. */
function ceiling(max: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(max, 1e-6)))
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= max) ?? 10)
}

function panel({ title, unit, lines, marks = [] }: Panel, index: number, seconds: number): string {
  const y = TOP + index * (HEIGHT + GAP)
  const max = ceiling(Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value))))
  const x = (second: number) => LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT)
  const names = lines.map(({ name }, i) => `<tspan fill="${COLOURS[i % COLOURS.length]}">${escape(name)}</tspan>`)
  return [
    text(LEFT, y - 8, `${escape(title)}: ${names.join(', ')}`, 'font-weight="bold"'),
    ...[0, 0.5, 1].map((share) => {
      const height = y + HEIGHT * (1 - share)
      const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(height)}" y2="${round(height)}" stroke="#ddd"/>`
      return (
        line + text(LEFT - 8, height + 4, `${Number((max * share).toPrecision(3))}${escape(unit)}`, 'text-anchor="end"')
      )
    }),
    ...lines.map(({ points }, i) => {
      const at = points.map(([second, value]) => `${round(x(second))},${round(y + HEIGHT * (1 - value / max))}`)
      return `<polyline fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="1.4" points="${at.join(' ')}"/>`
    }),
    ...marks.map(
      ([second, label]) =>
        `<line x1="${round(x(second))}" x2="${round(x(second))}" y1="${y}" y2="${y + HEIGHT}" stroke="#999" stroke-dasharray="3 3"><title>${escape(label)}</title></line>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) =>
      text(x(seconds * share), y + HEIGHT + 16, `${Number((seconds * share).toFixed(1))} s`, 'text-anchor="middle"'),
    ),
  ].join('')
}

/** Panels over one time axis, as SVG. */
export function plot(title: string, panels: readonly Panel[]): string {
  const seconds = Math.max(1, ...panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([at]) => at))))
  const height = TOP + panels.length * (HEIGHT + GAP)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#333">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 26, escape(title), 'font-size="15" font-weight="bold"'),
    ...panels.map((each, i) => panel(each, i, seconds)),
    '</svg>',
  ].join('\n')
}

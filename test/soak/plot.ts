import { providers } from '../../datasources/index.js'
import type { Mark } from './chaos.js'
import type { Reading } from './memory.js'
import type { Second } from './tally.js'

export interface PlotData {
  readonly title: string
  readonly begun: number
  readonly seconds: number
  readonly traffic: readonly Second[]
  readonly readings: readonly Reading[]
  readonly marks: readonly Mark[]
}

const WIDTH = 1000
const LEFT = 70
const RIGHT = 20
const PANEL = 150
const GAP = 46
const LANE = 14
const COLOURS = {
  answers: '#1f6fb4',
  errors: '#c0392b',
  fault: '#e59866',
  redis: '#c0392b',
  kill: '#8e44ad',
} as const
/** Of the replicas, in their order. */
const REPLICA_COLOURS = ['#1e8449', '#8e44ad', '#b7950b', '#2e86c1'] as const
const LANES: readonly string[] = Object.keys(providers)

const round = (value: number): string => value.toFixed(1)
const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${rest}>${words}</text>`

/** A number at least as large that reads well on an axis. */
function ceiling(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)))
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= most) ?? 10)
}

/** The run over time, as SVG: throughput, error share, memory, and below them what went wrong when. */
export function plot({ title, begun, seconds, traffic, readings, marks }: PlotData): string {
  const x = (second: number) => LEFT + (Math.min(second, seconds) / seconds) * (WIDTH - LEFT - RIGHT)
  const top = (panel: number) => 60 + panel * (PANEL + GAP)
  const lanesTop = top(3)
  const height = lanesTop + (LANES.length + 2) * LANE + 40
  const at = (mark: Mark): readonly [number, number] => [x((mark.from - begun) / 1000), x((mark.to - begun) / 1000)]

  function panel(index: number, name: string, most: number, unit: string): string {
    const y = top(index)
    const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
      const height = y + PANEL * (1 - share)
      return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(height)}" y2="${round(height)}" stroke="#ddd"/>${text(LEFT - 8, height + 4, `${Number((most * share).toFixed(1))}${unit}`, 'text-anchor="end"')}`
    })
    return text(LEFT, y - 8, name, 'font-weight="bold"') + lines.join('')
  }
  const line = (
    index: number,
    most: number,
    colour: string,
    points: readonly (readonly [second: number, value: number])[],
  ): string =>
    `<polyline fill="none" stroke="${colour}" stroke-width="1.3" points="${points.map(([second, value]) => `${round(x(second))},${round(top(index) + PANEL * (1 - value / most))}`).join(' ')}"/>`

  const within = traffic.slice(0, Math.ceil(seconds))
  const mostAnswers = ceiling(Math.max(...within.map(({ answers }) => answers)))
  const mostMemory = ceiling(Math.max(...readings.map(({ rssBytes }) => rssBytes / 2 ** 20)))
  const lives = [...new Set(readings.map(({ replica, life }) => `${replica} ${life}`))]
  const replicas = [...new Set(readings.map(({ replica }) => replica))].sort()
  const colourOf = (replica: string) => REPLICA_COLOURS[replicas.indexOf(replica) % REPLICA_COLOURS.length]!

  const sudden = marks
    .filter(({ kind }) => kind !== 'fault')
    .map((mark) => {
      const [from] = at(mark)
      return `<line x1="${round(from)}" x2="${round(from)}" y1="${top(0)}" y2="${lanesTop + LANES.length * LANE}" stroke="${COLOURS[mark.kind]}" stroke-dasharray="3 3" opacity="0.6"/>`
    })
  const lanes = [...LANES, 'redis', 'kill -9'].map((name, i) =>
    text(LEFT - 8, lanesTop + i * LANE + 10, name, 'text-anchor="end"'),
  )
  const bars = marks.map((mark) => {
    const [from, to] = at(mark)
    const lane =
      mark.kind === 'redis'
        ? LANES.length
        : mark.kind === 'kill'
          ? LANES.length + 1
          : LANES.indexOf(mark.label.split(' ', 1)[0]!)
    return `<rect x="${round(from)}" y="${lanesTop + lane * LANE + 1}" width="${round(Math.max(to - from, 1.5))}" height="${LANE - 3}" fill="${COLOURS[mark.kind]}" opacity="0.8"><title>${mark.label}</title></rect>`
  })
  const step = [5, 10, 15, 30, 60, 120, 300].find((candidate) => seconds / candidate <= 12) ?? 600
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) =>
    text(
      x(i * step),
      height - 12,
      seconds > 180 ? `${round((i * step) / 60).replace('.0', '')} min` : `${i * step} s`,
      'text-anchor="middle"',
    ),
  )

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#333">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(LEFT, 24, title, 'font-size="15" font-weight="bold"'),
    panel(0, 'answers per second', mostAnswers, ''),
    line(
      0,
      mostAnswers,
      COLOURS.answers,
      within.map(({ answers }, i) => [i, answers]),
    ),
    panel(1, 'answers with an error', 100, ' %'),
    line(
      1,
      100,
      COLOURS.errors,
      within.map(({ answers, errors }, i) => [i, answers === 0 ? 0 : (100 * errors) / answers]),
    ),
    panel(
      2,
      `memory (RSS, MB): ${replicas.map((name, i) => `<tspan fill="${colourOf(name)}">replica ${name}${i === 0 ? '' : ', which is killed'}</tspan>`).join(', ')}`,
      mostMemory,
      '',
    ),
    ...lives.map((life) => {
      const own = readings.filter((reading) => `${reading.replica} ${reading.life}` === life)
      return line(
        2,
        mostMemory,
        colourOf(own[0]!.replica),
        own.map(({ second, rssBytes }) => [second, rssBytes / 2 ** 20]),
      )
    }),
    ...sudden,
    text(LEFT, lanesTop - 8, 'faults', 'font-weight="bold"'),
    ...lanes,
    ...bars,
    ...ticks,
    '</svg>',
  ].join('\n')
}

import type { Check, Outcome, Scenario } from './scenario.js'

/** A scenario that has run, as the report keeps it. */
export interface Finished extends Pick<Scenario, 'name' | 'title'>, Pick<Outcome, 'checks' | 'table'> {
  /** The version of Node.js. */
  readonly node: string
  readonly isShort: boolean
  readonly seconds: number
  /** True where a plot is beside the report. */
  readonly hasPlot: boolean
}

/** The runs of a kept report, and those of a new one in the place of theirs, in the order of the scenarios. */
export const merged = (
  kept: readonly Finished[],
  fresh: readonly Finished[],
  order: readonly string[],
): readonly Finished[] =>
  order.flatMap((name) => fresh.find((run) => run.name === name) ?? kept.find((run) => run.name === name) ?? [])

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

const checkRow = ({ what, bound, seen, holds }: Check): readonly string[] => [
  what,
  bound,
  seen,
  holds ? 'yes' : '**no**',
]

function section({ name, title, node, isShort, checks, table: rows, seconds, hasPlot }: Finished): string {
  const command = `npm run chaos -- --only ${name}${isShort ? ' --short' : ''}`
  const parts = [`## ${title}`, `\`${command}\`, ${seconds.toFixed(0)} s, Node ${node}.`]
  parts.push(table([['check', 'bound', 'seen', 'holds'], ...checks.map(checkRow)]))
  if (rows && rows.length > 0) parts.push(table(rows))
  if (hasPlot) parts.push(`![${title}](${name}.svg)`)
  return parts.join('\n\n')
}

const HEAD = `# Chaos

What the server does when the world around it fails. Each section is the latest run of its scenario.`

/** The report as a page of Markdown. */
export const page = (finished: readonly Finished[]): string => `${[HEAD, ...finished.map(section)].join('\n\n')}\n`

/** The checks that do not hold, as lines. */
export const broken = (finished: readonly Finished[]): readonly string[] =>
  finished.flatMap(({ name, checks }) =>
    checks.filter(({ holds }) => !holds).map(({ what, bound, seen }) => `${name}: ${what}: ${seen}, must be ${bound}`),
  )

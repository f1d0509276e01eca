import type { Check, Outcome, Scenario } from './scenario.js'

/** A scenario that has run. */
export interface Finished {
  readonly scenario: Pick<Scenario, 'name' | 'title'>
  readonly outcome: Outcome
  readonly seconds: number
}

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

function section({
  scenario: { name, title },
  outcome: { checks, table: rows, panels = [] },
  seconds,
}: Finished): string {
  const parts = [`## ${title}`, `\`npm run chaos -- --only ${name}\`, ${seconds.toFixed(0)} s.`]
  parts.push(table([['check', 'bound', 'seen', 'holds'], ...checks.map(checkRow)]))
  if (rows && rows.length > 0) parts.push(table(rows))
  if (panels.length > 0) parts.push(`![${title}](${name}.svg)`)
  return parts.join('\n\n')
}

/** The report of a run as a page of Markdown. */
export function page(node: string, finished: readonly Finished[]): string {
  const head = `# Chaos\n\nWhat the server does when the world around it fails. Node ${node}.`
  return `${[head, ...finished.map(section)].join('\n\n')}\n`
}

/** The checks that do not hold, as lines. */
export const broken = (finished: readonly Finished[]): readonly string[] =>
  finished.flatMap(({ scenario: { name }, outcome: { checks } }) =>
    checks.filter(({ holds }) => !holds).map(({ what, bound, seen }) => `${name}: ${what}: ${seen}, must be ${bound}`),
  )

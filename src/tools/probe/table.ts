import type { ProbeReport, ProbeRow } from './run.js'

const WORDS: Readonly<Record<ProbeRow['result'], string>> = {
  holds: 'holds',
  fails: 'DOES NOT HOLD',
  unchecked: 'not checked',
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The report as a table. */
export function probeTable({ provider, rows, calls }: ProbeReport): string {
  const count = (result: ProbeRow['result']): number => rows.filter((row) => row.result === result).length
  const table = [
    ['assumption', 'seen', 'result', 'missing, or what follows'],
    ['---', '---', '---', '---'],
    ...rows.map((row) => [row.states, row.seen, WORDS[row.result], row.result === 'fails' ? row.needs : '']),
  ].map((cells) => cells.map(cell))
  const widths = table[0]!.map((_head, column) => Math.max(...table.map((cells) => cells[column]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i]!, text === '---' ? '-' : ' ')).join(' | ')} |`
  return [
    `${provider}: ${count('holds')} hold, ${count('fails')} do not, ${count('unchecked')} not checked; ${calls} requests`,
    '',
    ...table.map(line),
  ].join('\n')
}

import type { Finding } from './ledger.js'
import type { Traffic } from './tally.js'

export interface Report {
  readonly seed: number
  readonly seconds: number
  readonly node: string
  readonly operations: number
  readonly operationsPerSecond: number
  readonly longestAnswerMs: number
  readonly writes: {
    readonly made: number
    readonly requests: number
    readonly repeated: number
    readonly carriedOut: number
  }
  readonly kinds: Traffic['kinds']
  readonly outcomes: Readonly<Record<string, number>>
  readonly troubles: Readonly<Record<string, number>>
  readonly recoverySeconds: number
  readonly keysStillHeld: number
  readonly growth: readonly {
    readonly replica: string
    readonly seconds: number
    readonly rssMbPerMinute: number
    readonly heapMbPerMinute: number
    /** What V8 holds of the system for the heap, used or not. */
    readonly heldMbPerMinute: number
    /** Outside the heap. */
    readonly externalMbPerMinute: number
  }[]
  readonly bounds: { readonly rssMbPerMinute: number; readonly recoverySeconds: number; readonly answerMs: number }
  readonly sockets: {
    readonly openFilesAtFirst: Readonly<Record<string, number>>
    readonly openFilesInTheEnd: Readonly<Record<string, number>>
    readonly emulatorConnectionsInTheEnd: number
  }
  readonly audit: string
  readonly findings: Readonly<Record<Finding['kind'], number>>
}

export const FINDINGS = [
  'wrong answer',
  'double write',
  'lost write',
  'changed outcome',
  'unforeseen error',
  'no answer',
  'late answer',
  'not recovered',
  'leak',
  'process',
] as const satisfies readonly Finding['kind'][]

export const countFindings = (findings: readonly Finding[]): Report['findings'] =>
  Object.fromEntries(
    FINDINGS.map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length]),
  ) as Report['findings']

const columns = (rows: readonly (readonly [string, unknown])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${String(value)}`).join('\n')
}

const byCount = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

/** The report as people read it. */
export function table(report: Report): string {
  const { writes, sockets, bounds } = report
  return [
    `\nSoak of ${report.seconds} s, seed ${report.seed}`,
    columns(
      Object.entries(report.kinds)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([kind, { asked, unheard, longestMs, codes }]) => [
          kind,
          `${asked} asked, ${unheard} unheard, longest ${longestMs} ms: ${byCount(codes)}`,
        ]),
    ),
    '',
    columns([
      [
        'operations',
        `${report.operations} (${report.operationsPerSecond} a second), longest answer ${report.longestAnswerMs} ms (bound ${bounds.answerMs})`,
      ],
      ['outcomes', byCount(report.outcomes)],
      [
        'writes',
        `${writes.made} made, ${writes.requests} requests, ${writes.repeated} under a key that was sent before, ${writes.carriedOut} carried out`,
      ],
      ['troubles', byCount(report.troubles)],
      [
        'well again',
        `${report.recoverySeconds} s after the last one (bound ${bounds.recoverySeconds}); keys still held by a lease: ${report.keysStillHeld}`,
      ],
      ...report.growth.map(({ replica, seconds, ...mbPerMinute }): [string, string] => [
        `memory of ${replica}`,
        `MB a minute over ${seconds} s: RSS ${mbPerMinute.rssMbPerMinute} (bound ${bounds.rssMbPerMinute}), heap ${mbPerMinute.heapMbPerMinute}, held for it ${mbPerMinute.heldMbPerMinute}, outside it ${mbPerMinute.externalMbPerMinute}`,
      ]),
      [
        'open files',
        `${JSON.stringify(sockets.openFilesAtFirst)} at first, ${JSON.stringify(sockets.openFilesInTheEnd)} in the end; sockets at the emulators ${sockets.emulatorConnectionsInTheEnd}`,
      ],
      ['audit trail', report.audit],
      ...FINDINGS.map((kind): [string, number] => [kind, report.findings[kind]]),
    ]),
  ].join('\n')
}

import { randomUUID } from 'node:crypto'
import type { Trail } from '../audit/trail.js'
import type { AuditDestination } from '../audit/audit-settings.js'
import type { Counts, ErasureReport } from './erasure.js'
import type { Person } from './person-match.js'

/** What the trail and the operator keep of an erasure: no id of the person, keyed hashes only. */
export interface Receipt {
  readonly erasure: string
  readonly by: string
  /** Keyed hashes of the ids. */
  readonly subjects: readonly string[]
  readonly tenant?: string | undefined
  readonly bank?: string | undefined
}

/** Where receipts are written: processes never share a file, so beside that of the server. */
export const receiptDestination = (audit: AuditDestination): AuditDestination =>
  'file' in audit ? { file: `${audit.file}.erasure` } : audit

export const beginReceipt = (person: Person, by: string, pseudonymOf: Trail['pseudonymOf']): Receipt => ({
  erasure: randomUUID(),
  by,
  subjects: person.ids.map(pseudonymOf),
  tenant: person.tenant,
  bank: person.bank,
})

/** Whether everything that may be the person's was erased. */
export const isComplete = ({ unreadable, unknown, remaining }: ErasureReport): boolean =>
  [unreadable, unknown, remaining].every((counts) => Object.keys(counts).length === 0)

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([namespace, count]) => `${count} ${namespace}`)
    .join(', ') || 'none'

/** A report in lines for the operator. */
export const linesOf = (report: ErasureReport, isDryRun: boolean): readonly string[] => [
  `${report.scanned} names were looked at.`,
  `${isDryRun ? 'Would be removed' : 'Removed'}: ${listed(report.removed)}.`,
  `${isDryRun ? 'Would become tombstones' : 'Tombstones'}: ${listed(report.tombstones)}.`,
  ...(Object.keys(report.elsewhere).length > 0
    ? [`Left, because they state another tenant or bank than is given: ${listed(report.elsewhere)}.`]
    : []),
  ...(Object.keys(report.unreadable).length > 0
    ? [`Not readable with the given keys, so perhaps of the person: ${listed(report.unreadable)}.`]
    : []),
  ...(Object.keys(report.unknown).length > 0
    ? [`Of namespaces that this version does not know: ${listed(report.unknown)}.`]
    : []),
  ...(Object.keys(report.remaining).length > 0
    ? [`Still there, because they are being written: ${listed(report.remaining)}. Run it again.`]
    : []),
  'Records that version 0.1.0 wrote state no person: those that do not hold the id as a text end 7 days after their first call.',
]

import { randomUUID } from 'node:crypto'
import type { Trail } from '../audit/trail.js'
import type { AuditDestination } from '../audit/audit-settings.js'
import type { Counts, ErasureReport } from './erasure.js'
import type { Person } from './person-match.js'

/** What the trail and the operator keep of an erasure: no id of the person, keyed hashes only. */
interface Receipt {
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

const isEmpty = (counts: Counts): boolean => Object.keys(counts).length === 0

/** Whether everything that may be the person's was erased. */
export const isComplete = ({ unreadable, unknown, remaining }: ErasureReport): boolean =>
  [unreadable, unknown, remaining].every(isEmpty)

/** True where nothing was there that shows the tenant to be the right one: an event of a provider's webhook states none. */
const isOfNoTenant = ({ removed: { event: _event, ...removed }, tombstones }: ErasureReport): boolean =>
  isEmpty(removed) && isEmpty(tombstones)

/**
 * The exit code of an erasure: 0 nothing of the person is left in the tenant and bank that are named, 1 something may be
 * left, 3 there was nothing, and values of another tenant or bank were left.
 */
export function exitCodeOf(report: ErasureReport): 0 | 1 | 3 {
  if (!isComplete(report)) return 1
  return isOfNoTenant(report) && !isEmpty(report.elsewhere) ? 3 : 0
}

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([namespace, count]) => `${count} ${namespace}`)
    .join(', ') || 'none'

/** A report in lines for the operator. */
export const linesOf = (report: ErasureReport, isDryRun: boolean): readonly string[] => [
  `${report.scanned} names were looked at.`,
  `${isDryRun ? 'Would be removed' : 'Removed'}: ${listed(report.removed)}.`,
  `${isDryRun ? 'Would become tombstones' : 'Tombstones'}: ${listed(report.tombstones)}.`,
  ...([report.removed, report.tombstones, report.elsewhere].every(isEmpty)
    ? ['Nothing was found under these ids: compare them with those of the providers.']
    : []),
  ...(!isEmpty(report.elsewhere)
    ? [`Left, because they state another tenant or bank than is given: ${listed(report.elsewhere)}.`]
    : []),
  ...(!isEmpty(report.unreadable)
    ? [`Not readable with the given keys, so perhaps of the person: ${listed(report.unreadable)}.`]
    : []),
  ...(!isEmpty(report.unknown) ? [`Of namespaces that this version does not know: ${listed(report.unknown)}.`] : []),
  ...(!isEmpty(report.remaining)
    ? [`Still there, because they are being written: ${listed(report.remaining)}. Run it again.`]
    : []),
  'Records that version 0.1.0 wrote state no person: those that do not hold the id as a text end 7 days after their first call.',
]

import { evidenceOf } from '../datasources/contract/evidence.js'
import { readableRows, type Rows, unreadableRows } from '../datasources/contract/rows.js'
import type { KycCheck, KycDocument, KycStatus } from '../schema/kyc.js'
import type { KycOverview, KycSource } from '../schema/kyc-overview.js'
import { type MonitoringAlert, MonitoringAlertStatus } from '../schema/monitoring.js'
import { BanStatus, type Person, PersonStatus } from '../schema/person.js'
import {
  PersonVerificationOutcome,
  type PersonVerificationResult,
  PersonVerificationType,
} from '../schema/person-verification.js'
import { VerificationStatus } from '../schema/verification-status.js'
import { KycProvider } from '../schema/shared.js'

// The KYC status rule of `kycOverview`, as pure functions. docs/kyc-status.md holds it as tables.

const { ACCEPTED, PENDING, PROVISIONAL, REJECTED, REVIEW, UNVERIFIED } = VerificationStatus

/** Statuses by precedence: the first one among the sources is the result. */
const WORST_FIRST: readonly VerificationStatus[] = [REJECTED, REVIEW, PENDING, UNVERIFIED, PROVISIONAL, ACCEPTED]

/** The reason why evidence is missing, as a sentence of this server. */
interface Unreachable {
  readonly unreachable: string
}

/** A part of the evidence, or the reason why it is missing. */
export type Part<Known> = Known | Unreachable

/** The evidence of the bank. */
export interface BankEvidence {
  /** The KYC flag of the customer. */
  readonly kycStatus: boolean
  readonly statuses: Part<Rows<Pick<KycStatus, 'ok' | 'date'>>>
  readonly checks: Part<Rows<Pick<KycCheck, 'how' | 'satisfied' | 'date'>>>
  readonly documents: Part<Rows<Pick<KycDocument, 'type' | 'expiryDate'>>>
}

/** The evidence of Synctera on the recorded person, or the reason why there is no such person. */
export type SyncteraEvidence =
  | { readonly contradicting: true }
  | { readonly recorded: false }
  | {
      readonly recorded: true
      /** Null when Synctera has no person with the recorded id. */
      readonly person: Pick<Person, 'verificationStatus' | 'status' | 'banStatus'> | null
      readonly results: Part<Rows<Pick<PersonVerificationResult, 'type' | 'result' | 'verifiedAt'>>>
      readonly alerts: Part<Rows<Pick<MonitoringAlert, 'status'>>>
    }

/** The evidence of all sources; `synctera` is undefined where this deployment has no Synctera. */
export interface Evidence {
  readonly bank: Part<BankEvidence>
  readonly synctera: Part<SyncteraEvidence> | undefined
}

/** The status of one source, with its reason; null where the source gives none. */
interface Verdict {
  readonly status: VerificationStatus | null
  readonly detail: string
}

const isMissing = (part: object): part is Unreachable => 'unreachable' in part

/** The rows of a list that could be read, and the reason why others are missing. */
function readRows<Row extends object>(
  part: Part<Rows<Row>>,
): { readonly rows: readonly Row[]; readonly missing?: Unreachable } {
  if (isMissing(part)) return { rows: [], missing: part }
  const [unreadable] = unreadableRows(part)
  const rows = readableRows(part).map(evidenceOf)
  return unreadable ? { rows, missing: { unreachable: unreadable.message } } : { rows }
}

/** True for a part that is missing, or of which a row is. */
const isIncomplete = (part: unknown): boolean =>
  Array.isArray(part)
    ? readRows(part as Rows<object>).missing !== undefined
    : typeof part === 'object' && part !== null && isMissing(part)

/** Missing evidence gives no status. */
const noVerdict = ({ unreachable }: Unreachable): Verdict => ({ status: null, detail: unreachable })

/** True when the document has expired, also where the caller gets it masked. */
export function isExpired(document: Pick<KycDocument, 'expiryDate'>, now: Date): boolean {
  const { expiryDate } = evidenceOf(document)
  return expiryDate !== null && Date.parse(expiryDate) <= now.getTime()
}

/** The time of a record for comparison. A bad record without a date is the newest; a good one without a date or with a future date is the oldest. */
function timeOf(date: string | null, good: boolean, now: Date): number {
  const time = date === null ? NaN : Date.parse(date)
  if (good) return time <= now.getTime() ? time : -Infinity
  return Number.isNaN(time) ? Infinity : time
}

/** The newest record; of several with the same time a bad one. */
function newest<Row extends { readonly date: string | null }>(
  rows: readonly Row[],
  isGood: (row: Row) => boolean,
  now: Date,
): Row | undefined {
  const time = (row: Row) => timeOf(row.date, isGood(row), now)
  return rows.reduce<Row | undefined>(
    (found, row) =>
      found === undefined || time(row) > time(found) || (time(row) === time(found) && !isGood(row)) ? row : found,
    undefined,
  )
}

/** Groups records by free text, without regard to case and surrounding spaces. */
const groupBy = <Row>(rows: readonly Row[], textOf: (row: Row) => string | null): Row[][] => {
  const grouped = new Map<string, Row[]>()
  for (const row of rows) {
    const name = textOf(row)?.trim().toLowerCase() ?? ''
    grouped.set(name, [...(grouped.get(name) ?? []), row])
  }
  return [...grouped.values()]
}

function bankVerdict({ kycStatus, ...lists }: BankEvidence, now: Date): Verdict {
  const { rows: statuses, missing: missingStatuses } = readRows(lists.statuses)
  const { rows: checks, missing: missingChecks } = readRows(lists.checks)
  const { rows: documents, missing: missingDocuments } = readRows(lists.documents)
  const last = newest(statuses, ({ ok }) => ok, now)
  if (last && !last.ok) return { status: REJECTED, detail: "The bank's last status says that it is not in order." }
  // A status does not name its bank, so statuses of other banks may be among them.
  if (statuses.some(({ ok }) => !ok)) return { status: REVIEW, detail: 'The statuses of this customer do not agree.' }
  if (missingStatuses) return noVerdict(missingStatuses)
  if (!last && !kycStatus)
    return { status: UNVERIFIED, detail: 'The bank has written no status, and its flag is not set.' }

  const since = last && timeOf(last.date, true, now)
  const failed = groupBy(checks, ({ how }) => how)
    .map((kind) => newest(kind, ({ satisfied }) => satisfied, now)!)
    .some(({ satisfied, date }) => !satisfied && (since === undefined || timeOf(date, false, now) >= since))
  if (failed)
    return {
      status: REVIEW,
      detail: last
        ? "A check after the bank's last status was not passed."
        : "The bank's flag is set, but a check was not passed.",
    }

  const expired = groupBy(documents, ({ type }) => type).some((kind) =>
    kind.every((document) => isExpired(document, now)),
  )
  if (expired) return { status: REVIEW, detail: 'A document has expired, and no other of its type is valid.' }

  const missing = missingChecks ?? missingDocuments
  if (missing) return noVerdict(missing)
  return {
    status: ACCEPTED,
    detail: last
      ? "The bank's last status says that it is in order."
      : 'The bank has written no status; its flag is set.',
  }
}

const { MANUAL_REVIEW } = PersonVerificationType
/** Outcomes that contradict an acceptance; null is a value that this graph does not know. */
const DOUBTFUL: readonly (PersonVerificationOutcome | null)[] = [
  PersonVerificationOutcome.REJECTED,
  PersonVerificationOutcome.REVIEW,
  null,
]

/** Statuses of an accepted person that need a review; null is a value that this graph does not know. */
const NEEDS_REVIEW: readonly (PersonStatus | null)[] = [
  PersonStatus.DECEASED,
  PersonStatus.FROZEN,
  PersonStatus.SANCTION,
  null,
]
const SUSPENDED: readonly (BanStatus | null)[] = [BanStatus.SUSPENDED, null]

/** One verdict for all that a screening may have found: the sentence reaches callers who may not see which, and the person. */
const TO_BE_REVIEWED: Verdict = { status: REVIEW, detail: 'Records of the recorded person are to be reviewed.' }

/** The status of the recorded person, from the person and their checks. */
function personVerdict(evidence: SyncteraEvidence, now: Date): Verdict {
  if ('contradicting' in evidence)
    return { status: REVIEW, detail: 'The links of this customer contradict each other; linkCustomer sets them right.' }
  if (!evidence.recorded) return { status: null, detail: 'No person is recorded for this customer.' }
  if (!evidence.person) return { status: null, detail: 'Synctera has no person of the recorded id.' }
  const person = evidenceOf(evidence.person)
  if (person.verificationStatus === null)
    return { status: REVIEW, detail: 'The status of the recorded person is one that this graph does not know.' }
  if (person.verificationStatus === ACCEPTED) {
    // The identity is verified, but the person may be denied, banned, suspended or deceased.
    if (person.status === PersonStatus.DENIED || person.banStatus === BanStatus.BANNED)
      return { status: REJECTED, detail: 'The recorded person is turned down.' }
    if (NEEDS_REVIEW.includes(person.status) || SUSPENDED.includes(person.banStatus)) return TO_BE_REVIEWED
    const { rows: results, missing } = readRows(evidence.results)
    const reviewed = results
      .filter(({ type, result }) => type === MANUAL_REVIEW && result === PersonVerificationOutcome.ACCEPTED)
      .map(({ verifiedAt }) => Date.parse(verifiedAt))
      .filter((time) => time <= now.getTime())
    // A manual review overrules earlier results; a result without a readable time is not overruled.
    const overruled = (verifiedAt: string) => reviewed.some((time) => Date.parse(verifiedAt) <= time)
    if (results.some(({ result, verifiedAt }) => DOUBTFUL.includes(result) && !overruled(verifiedAt)))
      return TO_BE_REVIEWED
    if (missing) return noVerdict(missing)
  }
  return { status: person.verificationStatus, detail: 'The status of the recorded person.' }
}

/** An open alert asks for a review of a person who is not turned down. */
function syncteraVerdict(evidence: SyncteraEvidence, now: Date): Verdict {
  const verdict = personVerdict(evidence, now)
  if (!('alerts' in evidence) || !evidence.person || verdict.status === REJECTED || verdict.status === REVIEW)
    return verdict
  const { rows: alerts, missing } = readRows(evidence.alerts)
  if (alerts.some(({ status }) => status !== MonitoringAlertStatus.SUPPRESSED)) return TO_BE_REVIEWED
  return missing && verdict.status === ACCEPTED ? noVerdict(missing) : verdict
}

/** The KYC overview of a customer: the status of each source, and the one with the highest precedence. */
export function overview({ bank, synctera }: Evidence, now: Date): KycOverview {
  const asOf = now.toISOString()
  const source = <Known extends object>(
    provider: KycProvider,
    evidence: Part<Known>,
    verdictOf: (evidence: Known) => Verdict,
  ): KycSource => ({
    provider,
    ...(isMissing(evidence) ? noVerdict(evidence) : verdictOf(evidence)),
    observedAt: asOf,
    available: !isMissing(evidence) && !Object.values(evidence).some(isIncomplete),
  })

  const sources = [
    source(KycProvider.OPEN_BANK_PROJECT, bank, (evidence) => bankVerdict(evidence, now)),
    ...(synctera === undefined
      ? []
      : [source(KycProvider.SYNCTERA, synctera, (evidence) => syncteraVerdict(evidence, now))]),
  ]
  const statuses = sources.flatMap(({ status }) => status ?? [])
  const worst = WORST_FIRST.find((status) => statuses.includes(status)) ?? UNVERIFIED
  // A customer is not `ACCEPTED` while a source gives no status.
  return { status: worst === ACCEPTED && statuses.length < sources.length ? PROVISIONAL : worst, sources, asOf }
}

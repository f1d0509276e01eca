import type { KycCheck, KycDocument, KycStatus } from '../schema/kyc.js'
import type { KycOverview, KycSource } from '../schema/kyc-overview.js'
import { BanStatus, type Person, PersonStatus } from '../schema/person.js'
import {
  PersonVerificationOutcome,
  type PersonVerificationResult,
  PersonVerificationType,
  VerificationStatus,
} from '../schema/person-verification.js'
import { Provider } from '../schema/shared.js'

// The rule behind `kycOverview`; the README holds it as a table. Nothing is asked here.

const { ACCEPTED, PENDING, PROVISIONAL, REJECTED, REVIEW, UNVERIFIED } = VerificationStatus

/** What counts more stands first. */
const WORST_FIRST: readonly VerificationStatus[] = [REJECTED, REVIEW, PENDING, UNVERIFIED, PROVISIONAL, ACCEPTED]

/** Why a provider could not be asked; a sentence of ours. */
export interface Unreachable {
  readonly unreachable: string
}

/** What was asked for, or that it could not be. */
export type Part<Known> = Known | Unreachable

/** Everything the bank knows. */
export interface BankEvidence {
  /** The flag on the customer. */
  readonly kycStatus: boolean
  readonly statuses: Part<readonly Pick<KycStatus, 'ok' | 'date'>[]>
  readonly checks: Part<readonly Pick<KycCheck, 'how' | 'satisfied' | 'date'>[]>
  readonly documents: Part<readonly Pick<KycDocument, 'type' | 'expiryDate'>[]>
}

/** What Synctera knows of the recorded person, or why nobody can be asked about. */
export type SyncteraEvidence =
  | { readonly contradicting: true }
  | { readonly recorded: false }
  | {
      readonly recorded: true
      /** Null when Synctera has nobody of the recorded id. */
      readonly person: Pick<Person, 'verificationStatus' | 'status' | 'banStatus'> | null
      readonly results: Part<readonly Pick<PersonVerificationResult, 'type' | 'result' | 'verifiedAt'>[]>
    }

/** The bank and, where this deployment is connected to it, Synctera. */
export interface Evidence {
  readonly bank: Part<BankEvidence>
  readonly synctera: Part<SyncteraEvidence> | undefined
}

interface Word {
  readonly status: VerificationStatus | null
  readonly detail: string
}

const isGap = (part: object): part is Unreachable => 'unreachable' in part
/** Nothing good is said on evidence that is not there. */
const noWord = ({ unreachable }: Unreachable): Word => ({ status: null, detail: unreachable })

/** True when the document's time is over. */
export const isExpired = ({ expiryDate }: Pick<KycDocument, 'expiryDate'>, now: Date): boolean =>
  expiryDate !== null && Date.parse(expiryDate) <= now.getTime()

/** What is bad and has no date counts as the newest, what is good as the oldest; so does a good word from the future. */
function timeOf(date: string | null, good: boolean, now: Date): number {
  const time = date === null ? NaN : Date.parse(date)
  if (good) return time <= now.getTime() ? time : -Infinity
  return Number.isNaN(time) ? Infinity : time
}

/** The newest of several; of equally new ones a bad one. */
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

/** Rows by a word that people typed. */
const groups = <Row>(rows: readonly Row[], word: (row: Row) => string | null): Row[][] => {
  const grouped = new Map<string, Row[]>()
  for (const row of rows) {
    const name = word(row)?.trim().toLowerCase() ?? ''
    grouped.set(name, [...(grouped.get(name) ?? []), row])
  }
  return [...grouped.values()]
}

function bankWord({ kycStatus, statuses, checks, documents }: BankEvidence, now: Date): Word {
  if (isGap(statuses)) return noWord(statuses)
  const last = newest(statuses, ({ ok }) => ok, now)
  if (last && !last.ok) return { status: REJECTED, detail: "The bank's last status says that it is not in order." }
  if (!last && !kycStatus)
    return { status: UNVERIFIED, detail: 'The bank has written no status, and its flag is not set.' }

  // A status does not name its bank, so another bank's may stand among them.
  if (statuses.some(({ ok }) => !ok)) return { status: REVIEW, detail: 'The statuses of this customer do not agree.' }

  const since = last && timeOf(last.date, true, now)
  const failed = groups(isGap(checks) ? [] : checks, ({ how }) => how)
    .map((kind) => newest(kind, ({ satisfied }) => satisfied, now)!)
    .some(({ satisfied, date }) => !satisfied && (since === undefined || timeOf(date, false, now) >= since))
  if (failed)
    return {
      status: REVIEW,
      detail: last
        ? "A check after the bank's last status was not passed."
        : "The bank's flag is set, but a check was not passed.",
    }

  const expired = groups(isGap(documents) ? [] : documents, ({ type }) => type).some((kind) =>
    kind.every((document) => isExpired(document, now)),
  )
  if (expired) return { status: REVIEW, detail: 'A document has expired, and no other of its type is valid.' }

  const gap = [checks, documents].find(isGap)
  if (gap) return noWord(gap)
  return {
    status: ACCEPTED,
    detail: last
      ? "The bank's last status says that it is in order."
      : 'The bank has written no status; its flag is set.',
  }
}

const { MANUAL_REVIEW } = PersonVerificationType
/** Null is a word that this graph does not know. */
const DOUBTFUL: readonly (PersonVerificationOutcome | null)[] = [
  PersonVerificationOutcome.REJECTED,
  PersonVerificationOutcome.REVIEW,
  null,
]

const UNEASY: readonly (PersonStatus | null)[] = [PersonStatus.DECEASED, PersonStatus.FROZEN, PersonStatus.SANCTION]

function syncteraWord(evidence: SyncteraEvidence): Word {
  if ('contradicting' in evidence)
    return { status: REVIEW, detail: 'The links of this customer contradict each other; linkCustomer sets them right.' }
  if (!evidence.recorded) return { status: null, detail: 'No person is recorded for this customer.' }
  const { person, results } = evidence
  if (!person) return { status: null, detail: 'Synctera has no person of the recorded id.' }
  if (person.verificationStatus === null)
    return { status: REVIEW, detail: 'The status of the recorded person is one that this graph does not know.' }
  if (person.verificationStatus === ACCEPTED) {
    // Known to be who they say, and still not to be dealt with as if nothing were the matter.
    if (person.status === PersonStatus.DENIED || person.banStatus === BanStatus.BANNED)
      return { status: REJECTED, detail: 'The recorded person is turned down or banned.' }
    if (UNEASY.includes(person.status) || person.banStatus === BanStatus.SUSPENDED)
      return { status: REVIEW, detail: 'The recorded person is suspended, frozen, sanctioned or deceased.' }
    if (isGap(results)) return noWord(results)
    const reviewed = results
      .filter(({ type, result }) => type === MANUAL_REVIEW && result === PersonVerificationOutcome.ACCEPTED)
      .map(({ verifiedAt }) => Date.parse(verifiedAt))
    // A reviewer overrules what came before; what has no readable time is not overruled.
    const overruled = (verifiedAt: string) => reviewed.some((time) => Date.parse(verifiedAt) <= time)
    if (results.some(({ result, verifiedAt }) => DOUBTFUL.includes(result) && !overruled(verifiedAt)))
      return { status: REVIEW, detail: 'The recorded person is accepted, but a check of theirs says otherwise.' }
  }
  return { status: person.verificationStatus, detail: 'The status of the recorded person.' }
}

/** What the providers together say of a customer at a time. */
export function overview({ bank, synctera }: Evidence, now: Date): KycOverview {
  const asOf = now.toISOString()
  const source = <Known extends object>(
    provider: Provider,
    evidence: Part<Known>,
    word: (known: Known) => Word,
  ): KycSource => ({
    provider,
    ...(isGap(evidence) ? noWord(evidence) : word(evidence)),
    observedAt: asOf,
    available:
      !isGap(evidence) &&
      !Object.values(evidence).some((part: unknown) => typeof part === 'object' && part !== null && isGap(part)),
  })

  const sources = [
    source(Provider.OPEN_BANK_PROJECT, bank, (known) => bankWord(known, now)),
    ...(synctera === undefined ? [] : [source(Provider.SYNCTERA, synctera, syncteraWord)]),
  ]
  const words = sources.flatMap(({ status }) => status ?? [])
  const worst = WORST_FIRST.find((status) => words.includes(status)) ?? UNVERIFIED
  // Nobody is verified on evidence that is not there.
  return { status: worst === ACCEPTED && words.length < sources.length ? PROVISIONAL : worst, sources, asOf }
}

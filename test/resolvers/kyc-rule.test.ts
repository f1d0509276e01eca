import { describe, expect, test } from 'vitest'
import { type BankEvidence, type Evidence, overview, type SyncteraEvidence } from '../../resolvers/kyc-rule.js'
import { MonitoringAlertStatus } from '../../schema/monitoring.js'
import { BanStatus, type Person, PersonStatus } from '../../schema/person.js'
import { PersonVerificationOutcome, PersonVerificationType } from '../../schema/person-verification.js'
import { VerificationStatus } from '../../schema/verification-status.js'

const NOW = new Date('2024-06-01T12:00:00.000Z')
const [EARLIER, LATER] = ['2024-01-01T00:00:00.000Z', '2024-02-01T00:00:00.000Z']
const { ACCEPTED, PENDING, PROVISIONAL, REJECTED, REVIEW, UNVERIFIED } = VerificationStatus
const { IDENTITY, MANUAL_REVIEW, WATCHLIST } = PersonVerificationType
const UNREACHABLE = { unreachable: 'It did not answer in time.' }

const bank = (evidence: Partial<BankEvidence> = {}): BankEvidence => ({
  kycStatus: false,
  statuses: [],
  checks: [],
  documents: [],
  ...evidence,
})
const ok = (date: string | null = EARLIER) => ({ ok: true, date })
const notOk = (date: string | null = EARLIER) => ({ ok: false, date })
const failed = (date: string | null, how: string | null = 'online_meeting') => ({ satisfied: false, date, how })
const passed = (date: string | null, how: string | null = 'online_meeting') => ({ satisfied: true, date, how })
const valid = (type: string | null) => ({ type, expiryDate: '2090-01-01T00:00:00.000Z' })
const expired = (type: string | null) => ({ type, expiryDate: EARLIER })

const person = (
  verificationStatus: VerificationStatus | null,
  results: readonly ReturnType<typeof result>[] | typeof UNREACHABLE = [],
  rest: Partial<Pick<Person, 'status' | 'banStatus'>> = {},
  alerts: readonly { readonly status: MonitoringAlertStatus | null }[] | typeof UNREACHABLE = [],
): SyncteraEvidence => ({
  recorded: true,
  person: { verificationStatus, status: PersonStatus.ACTIVE, banStatus: BanStatus.ALLOWED, ...rest },
  results,
  alerts,
})
const result = (type: PersonVerificationType, outcome: PersonVerificationOutcome | null, verifiedAt = EARLIER) => ({
  type,
  result: outcome,
  verifiedAt,
})

describe("the bank's word", () => {
  test.each<[string, Partial<BankEvidence>, VerificationStatus]>([
    ['its status says ok', { statuses: [ok()] }, ACCEPTED],
    ['its status says not ok', { statuses: [notOk()] }, REJECTED],
    ['the status counts more than the flag that is set', { kycStatus: true, statuses: [notOk()] }, REJECTED],
    ['the status counts more than the flag that is not set', { kycStatus: false, statuses: [ok()] }, ACCEPTED],
    ['of several statuses the newest says ok, and another does not', { statuses: [notOk(EARLIER), ok(LATER)] }, REVIEW],
    ['of several statuses the newest counts: not ok', { statuses: [notOk(LATER), ok(EARLIER)] }, REJECTED],
    ['of equally new statuses the bad one counts', { statuses: [ok(), notOk()] }, REJECTED],
    ['of equally new statuses the bad one counts, in any order', { statuses: [notOk(), ok()] }, REJECTED],
    ['a bad status without a date counts as the newest', { statuses: [ok(LATER), notOk(null)] }, REJECTED],
    ['a good status without a date counts as the oldest', { statuses: [ok(null), notOk(EARLIER)] }, REJECTED],
    ['without a status the flag counts: set', { kycStatus: true }, ACCEPTED],
    ['without a status the flag counts: not set', { kycStatus: false }, UNVERIFIED],

    ['a check failed after the status', { statuses: [ok(EARLIER)], checks: [failed(LATER)] }, REVIEW],
    ['a check failed before the status', { statuses: [ok(LATER)], checks: [failed(EARLIER)] }, ACCEPTED],
    ['a check failed at the time of the status', { statuses: [ok(EARLIER)], checks: [failed(EARLIER)] }, REVIEW],
    [
      'a status from the future outdates no check',
      { statuses: [ok('2999-01-01T00:00:00.000Z')], checks: [failed(EARLIER)] },
      REVIEW,
    ],
    [
      'a failed check without a date counts as newer than the status',
      { statuses: [ok(LATER)], checks: [failed(null)] },
      REVIEW,
    ],
    [
      'a check failed, and when the status was written is not known',
      { statuses: [ok(null)], checks: [failed(EARLIER)] },
      REVIEW,
    ],
    ['any failed check counts against the flag', { kycStatus: true, checks: [failed(EARLIER)] }, REVIEW],
    ['a failed check was passed later', { kycStatus: true, checks: [failed(EARLIER), passed(LATER)] }, ACCEPTED],
    ['a passed check failed later', { kycStatus: true, checks: [failed(LATER), passed(EARLIER)] }, REVIEW],
    [
      'a check of its kind failed and was passed at the same time',
      { kycStatus: true, checks: [passed(EARLIER), failed(EARLIER)] },
      REVIEW,
    ],
    [
      'a check of another kind was passed later',
      { kycStatus: true, checks: [failed(EARLIER, 'online_meeting'), passed(LATER, 'branch')] },
      REVIEW,
    ],
    [
      'the kind is typed by people',
      { kycStatus: true, checks: [failed(EARLIER, 'Branch '), passed(LATER, 'branch')] },
      ACCEPTED,
    ],
    [
      'checks of no kind are one kind',
      { kycStatus: true, checks: [failed(EARLIER, null), passed(LATER, null)] },
      ACCEPTED,
    ],
    [
      'a passed check without a date does not outdate a failed one',
      { kycStatus: true, checks: [failed(EARLIER), passed(null)] },
      REVIEW,
    ],

    ['a document has expired', { statuses: [ok()], documents: [expired('passport')] }, REVIEW],
    ['a document has expired, and the flag is set', { kycStatus: true, documents: [expired('passport')] }, REVIEW],
    [
      'another of its type is valid',
      { statuses: [ok()], documents: [expired('passport'), valid('Passport')] },
      ACCEPTED,
    ],
    [
      'only one of another type is valid',
      { statuses: [ok()], documents: [expired('passport'), valid('driving licence')] },
      REVIEW,
    ],
    [
      'it expires this very second',
      { statuses: [ok()], documents: [{ type: 'passport', expiryDate: NOW.toISOString() }] },
      REVIEW,
    ],
    [
      'a document without an expiry date does not expire',
      { statuses: [ok()], documents: [{ type: 'passport', expiryDate: null }] },
      ACCEPTED,
    ],

    [
      'nothing lifts what is rejected',
      { statuses: [notOk()], checks: [passed(LATER)], documents: [valid('passport')] },
      REJECTED,
    ],
    [
      'a failed check and an expired document lower only what is accepted',
      { checks: [failed(LATER)], documents: [expired('passport')] },
      UNVERIFIED,
    ],
  ])('%s', (_row, evidence, expected) => {
    const [source] = overview({ bank: bank(evidence), synctera: undefined }, NOW).sources
    expect(source).toEqual({
      provider: 'OPEN_BANK_PROJECT',
      status: expected,
      detail: expect.any(String),
      observedAt: NOW.toISOString(),
      available: true,
    })
  })
})

describe('where a part cannot be read, what could be read still counts when it is bad', () => {
  test.each<[string, Evidence['bank'], Evidence['synctera'], VerificationStatus | null]>([
    [
      'not ok, without checks and documents',
      bank({ statuses: [notOk()], checks: UNREACHABLE, documents: UNREACHABLE }),
      undefined,
      REJECTED,
    ],
    [
      'a failed check, without documents',
      bank({ kycStatus: true, checks: [failed(EARLIER)], documents: UNREACHABLE }),
      undefined,
      REVIEW,
    ],
    [
      'an expired document, without checks',
      bank({ kycStatus: true, checks: UNREACHABLE, documents: [expired('passport')] }),
      undefined,
      REVIEW,
    ],
    ['a flag that is not set, without checks', bank({ checks: UNREACHABLE }), undefined, UNVERIFIED],
    ['ok, without checks', bank({ statuses: [ok()], checks: UNREACHABLE }), undefined, null],
    ['ok, without documents', bank({ statuses: [ok()], documents: UNREACHABLE }), undefined, null],
    ['a flag that is set, without statuses', bank({ kycStatus: true, statuses: UNREACHABLE }), undefined, null],
    ['a rejected person, without verifications', bank(), person(REJECTED, UNREACHABLE), REJECTED],
    ['an accepted person, without verifications', bank(), person(ACCEPTED, UNREACHABLE), null],
  ])('%s', (_row, asked, synctera, expected) => {
    expect(overview({ bank: asked, synctera }, NOW).sources.at(-1)).toMatchObject({
      status: expected,
      available: false,
    })
  })
})

describe("Synctera's word", () => {
  test.each<[string, SyncteraEvidence, VerificationStatus | null]>([
    ...Object.values(VerificationStatus).map((status): [string, SyncteraEvidence, VerificationStatus] => [
      `the person is ${status}`,
      person(status),
      status,
    ]),
    ['a word that this graph does not know', person(null), REVIEW],
    [
      'accepted, and so are the checks',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.ACCEPTED),
        result(WATCHLIST, PersonVerificationOutcome.ACCEPTED),
      ]),
      ACCEPTED,
    ],
    [
      'accepted, but a check rejects',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.ACCEPTED),
        result(WATCHLIST, PersonVerificationOutcome.REJECTED),
      ]),
      REVIEW,
    ],
    [
      'accepted, but a check wants to be looked at',
      person(ACCEPTED, [result(WATCHLIST, PersonVerificationOutcome.REVIEW)]),
      REVIEW,
    ],
    ['accepted, but a check says what this graph does not know', person(ACCEPTED, [result(IDENTITY, null)]), REVIEW],
    [
      "a vendor's failure says nothing of the person",
      person(ACCEPTED, [result(WATCHLIST, PersonVerificationOutcome.VENDOR_ERROR)]),
      ACCEPTED,
    ],
    [
      'a reviewer has overruled the check',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.REJECTED, EARLIER),
        result(MANUAL_REVIEW, PersonVerificationOutcome.ACCEPTED, LATER),
      ]),
      ACCEPTED,
    ],
    [
      'the check came after the reviewer',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.REJECTED, LATER),
        result(MANUAL_REVIEW, PersonVerificationOutcome.ACCEPTED, EARLIER),
      ]),
      REVIEW,
    ],
    [
      'when the check came cannot be read',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.REJECTED, 'yesterday'),
        result(MANUAL_REVIEW, PersonVerificationOutcome.ACCEPTED, LATER),
      ]),
      REVIEW,
    ],
    ...([PersonStatus.DECEASED, PersonStatus.FROZEN, PersonStatus.SANCTION] as const).map(
      (status): [string, SyncteraEvidence, VerificationStatus] => [
        `accepted, and ${status}`,
        person(ACCEPTED, [], { status }),
        REVIEW,
      ],
    ),
    [
      'the date of the review is in the future',
      person(ACCEPTED, [
        result(IDENTITY, PersonVerificationOutcome.REJECTED, LATER),
        result(MANUAL_REVIEW, PersonVerificationOutcome.ACCEPTED, '2090-01-01T00:00:00.000Z'),
      ]),
      REVIEW,
    ],
    ['accepted, and of a status that this graph does not know', person(ACCEPTED, [], { status: null }), REVIEW],
    ['accepted, and banned in a word that this graph does not know', person(ACCEPTED, [], { banStatus: null }), REVIEW],
    ['accepted, and suspended', person(ACCEPTED, [], { banStatus: BanStatus.SUSPENDED }), REVIEW],
    ['accepted, and turned down', person(ACCEPTED, [], { status: PersonStatus.DENIED }), REJECTED],
    ['accepted, and banned', person(ACCEPTED, [], { banStatus: BanStatus.BANNED }), REJECTED],
    [
      'checks lower only what is accepted',
      person(PENDING, [result(IDENTITY, PersonVerificationOutcome.REJECTED)]),
      PENDING,
    ],
    ...([PENDING, UNVERIFIED, PROVISIONAL, ACCEPTED, REVIEW] as const).map(
      (status): [string, SyncteraEvidence, VerificationStatus] => [
        `${status} with an open alert`,
        person(status, [], {}, [{ status: MonitoringAlertStatus.ACTIVE }]),
        REVIEW,
      ],
    ),
    ['rejected, with an open alert', person(REJECTED, [], {}, [{ status: MonitoringAlertStatus.ACTIVE }]), REJECTED],
    [
      'accepted and banned, with an open alert',
      person(ACCEPTED, [], { banStatus: BanStatus.BANNED }, [{ status: MonitoringAlertStatus.ACTIVE }]),
      REJECTED,
    ],
    ['accepted, with an alert of an unknown status', person(ACCEPTED, [], {}, [{ status: null }]), REVIEW],
    [
      'accepted, with a closed alert',
      person(ACCEPTED, [], {}, [{ status: MonitoringAlertStatus.SUPPRESSED }]),
      ACCEPTED,
    ],
    ['no person is recorded', { recorded: false }, null],
    ['the recorded person is not there', { recorded: true, person: null, results: [], alerts: [] }, null],
    ['the links contradict each other', { contradicting: true }, REVIEW],
  ])('%s', (_row, evidence, expected) => {
    const [, source] = overview({ bank: bank(), synctera: evidence }, NOW).sources
    expect(source).toEqual({
      provider: 'SYNCTERA',
      status: expected,
      detail: expect.any(String),
      observedAt: NOW.toISOString(),
      available: true,
    })
  })
})

describe('together', () => {
  const words: Record<string, Evidence['bank']> = {
    ACCEPTED: bank({ kycStatus: true }),
    REVIEW: bank({ kycStatus: true, checks: [failed(null)] }),
    UNVERIFIED: bank(),
    REJECTED: bank({ statuses: [notOk()] }),
  }
  const WORST_FIRST = [REJECTED, REVIEW, PENDING, UNVERIFIED, PROVISIONAL, ACCEPTED]

  test.each(
    Object.keys(words).flatMap((ofBank) =>
      WORST_FIRST.map((ofSynctera) => [ofBank as VerificationStatus, ofSynctera] as const),
    ),
  )('%s at the bank and %s at Synctera is the worse of the two', (ofBank, ofSynctera) => {
    const worse = WORST_FIRST[Math.min(WORST_FIRST.indexOf(ofBank), WORST_FIRST.indexOf(ofSynctera))]
    expect(overview({ bank: words[ofBank]!, synctera: person(ofSynctera) }, NOW)).toMatchObject({
      status: worse,
      asOf: NOW.toISOString(),
    })
  })

  test.each<[string, Evidence, VerificationStatus]>([
    [
      'accepted by the bank, and Synctera cannot be reached',
      { bank: words['ACCEPTED']!, synctera: UNREACHABLE },
      PROVISIONAL,
    ],
    [
      'accepted by the bank, and no person is recorded',
      { bank: words['ACCEPTED']!, synctera: { recorded: false } },
      PROVISIONAL,
    ],
    [
      'accepted by the bank, and the recorded person is not there',
      { bank: words['ACCEPTED']!, synctera: { recorded: true, person: null, results: [], alerts: [] } },
      PROVISIONAL,
    ],
    [
      'accepted by Synctera, and the bank cannot be reached',
      { bank: UNREACHABLE, synctera: person(ACCEPTED) },
      PROVISIONAL,
    ],
    [
      'accepted by the bank, and the links contradict each other',
      { bank: words['ACCEPTED']!, synctera: { contradicting: true } },
      REVIEW,
    ],
    [
      'accepted by both, and the alerts cannot be read',
      { bank: words['ACCEPTED']!, synctera: person(ACCEPTED, [], {}, UNREACHABLE) },
      PROVISIONAL,
    ],
    [
      'rejected by Synctera, and the alerts cannot be read',
      { bank: words['ACCEPTED']!, synctera: person(REJECTED, [], {}, UNREACHABLE) },
      REJECTED,
    ],
    [
      'rejected by the bank, with an open alert',
      {
        bank: words['REJECTED']!,
        synctera: person(ACCEPTED, [], {}, [{ status: MonitoringAlertStatus.ACTIVE }]),
      },
      REJECTED,
    ],
    [
      'rejected by the bank, and Synctera cannot be reached',
      { bank: words['REJECTED']!, synctera: UNREACHABLE },
      REJECTED,
    ],
    [
      'rejected by Synctera, and the bank cannot be reached',
      { bank: UNREACHABLE, synctera: person(REJECTED) },
      REJECTED,
    ],
    [
      'unverified at the bank, and no person is recorded',
      { bank: words['UNVERIFIED']!, synctera: { recorded: false } },
      UNVERIFIED,
    ],
    ['neither can be reached', { bank: UNREACHABLE, synctera: UNREACHABLE }, UNVERIFIED],
    [
      'accepted by the bank, and this deployment has no Synctera',
      { bank: words['ACCEPTED']!, synctera: undefined },
      ACCEPTED,
    ],
    [
      'the bank cannot be reached, and this deployment has no Synctera',
      { bank: UNREACHABLE, synctera: undefined },
      UNVERIFIED,
    ],
  ])('%s', (_row, evidence, expected) => {
    expect(overview(evidence, NOW).status).toBe(expected)
  })

  test('an unavailable source is listed, with the reason and without a status', () => {
    expect(overview({ bank: UNREACHABLE, synctera: undefined }, NOW).sources).toEqual([
      {
        provider: 'OPEN_BANK_PROJECT',
        status: null,
        detail: UNREACHABLE.unreachable,
        observedAt: NOW.toISOString(),
        available: false,
      },
    ])
  })
})

/** A bank's answer about an account, before it is mapped to Banfico's form. */
export interface Outcome {
  readonly status: string
  readonly name?: string
  readonly responded?: string
  readonly code?: string
  /** A variant of the result that the reference allows. */
  readonly form?: 'codes as objects' | 'codes in the singular' | 'identities as an object' | 'no responder'
}

/** A delayed answer. */
export interface Delay {
  /** The first response: 202, 202 without an id, or 200 without an account. */
  readonly first: '202' | '202 without an id' | '200'
  /** The response to a poll while the answer is pending. */
  readonly poll: '202' | '202 without a body' | '200' | '404'
  /** Milliseconds until the outcome; undefined means never. */
  readonly ms?: number
  /** The header `Responder-SLA-Seconds`. @default 60 */
  readonly slaSeconds?: number
}

/** An account with a fixed answer for every name. */
export interface MagicAccount {
  readonly idScheme: 'SCAN' | 'IBAN' | 'ACNR'
  readonly id: string
  readonly situation: string
  readonly outcome?: Outcome
  readonly delay?: Delay
  /** HTTP status of an error in place of an outcome. */
  readonly refused?: number
  /** True for a form or a word that the reference of v1.0 does not have. */
  readonly odd?: boolean
}

const MATCH: Outcome = { status: 'ACTIVE', name: 'FULL_MATCH' }
const UNABLE = 'UNABLE_TO_MATCH'
/** Long enough for a poll before the answer, short enough for a test to wait. */
const SHORT_MS = 1_000

const account =
  (idScheme: MagicAccount['idScheme']) =>
  (id: string, situation: string, rest: Omit<MagicAccount, 'idScheme' | 'id' | 'situation'>): MagicAccount => ({
    idScheme,
    id,
    situation,
    ...rest,
  })
const scan = account('SCAN')
const iban = account('IBAN')

/** The accounts of the published examples. */
const EXAMPLES = [
  scan('90070012345678', 'a match (published example 1)', { outcome: MATCH }),
  scan('90070098765432', 'a close match (published example 2)', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'ABC Holdings Limit', code: 'MBAM' },
  }),
  iban('GB15ABBY30000012345678', 'a match by IBAN (published example 3)', { outcome: MATCH }),
  iban('GB15ABBY30000098765432', 'a business by IBAN (published example 4)', { outcome: MATCH }),
  iban('GB15ABBY30000012340000', 'no such account (published example 5)', {
    outcome: { status: 'NOT_FOUND', name: UNABLE, code: 'AC01' },
  }),
  scan('90070012345600', 'the holder opted out (published example 6)', {
    outcome: { status: 'FORBIDDEN', name: UNABLE, code: 'OPTO' },
  }),
]

const UK_CODES = [
  scan('90070020000000', 'match', { outcome: MATCH }),
  scan('90070020000001', 'ANNM: the name differs', { outcome: { status: 'ACTIVE', name: 'NO_MATCH', code: 'ANNM' } }),
  scan('90070020000002', 'MBAM: a close match', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Johan Doe', code: 'MBAM' },
  }),
  scan('90070020000003', 'BANM: the name matches, the account is a business one', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', code: 'BANM' },
  }),
  scan('90070020000004', 'PANM: the name matches, the account is a personal one', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', code: 'PANM' },
  }),
  scan('90070020000005', 'BAMM: a close match, the account is a business one', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Doe Trading', code: 'BAMM' },
  }),
  scan('90070020000006', 'PAMM: a close match, the account is a personal one', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Jane Doe', code: 'PAMM' },
  }),
  scan('90070020000007', 'AC01: no such account', { outcome: { status: 'NOT_FOUND', name: UNABLE, code: 'AC01' } }),
  scan('90070020000008', 'OPTO: the holder opted out', {
    outcome: { status: 'FORBIDDEN', name: UNABLE, code: 'OPTO' },
  }),
  scan('90070020000009', 'ACNS: this kind of account is not served', {
    outcome: { status: UNABLE, name: UNABLE, code: 'ACNS' },
  }),
  scan('90070020000010', 'IVCR: the secondary id is wrong', {
    outcome: { status: UNABLE, name: UNABLE, code: 'IVCR' },
  }),
  scan('90070020000011', 'CASS: the account was switched to another bank', {
    outcome: { status: UNABLE, name: UNABLE, code: 'CASS' },
  }),
  scan('90070020000012', 'SCNS: the sort code is not served', {
    outcome: { status: UNABLE, name: UNABLE, code: 'SCNS' },
  }),
  scan('90070020000013', 'inactive', { outcome: { status: 'INACTIVE', name: UNABLE } }),
  scan('90070020000014', 'closed', { outcome: { status: 'CLOSED', name: UNABLE } }),
]

const EPC_CODES = [
  iban('NL94KYCG0000000001', 'MTCH: a match', { outcome: { ...MATCH, code: 'MTCH' } }),
  iban('NL67KYCG0000000002', 'CMTC: a close match', {
    outcome: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Jan de Vries', code: 'CMTC' },
  }),
  iban('NL40KYCG0000000003', 'NMTC: no match', { outcome: { status: 'ACTIVE', name: 'NO_MATCH', code: 'NMTC' } }),
  iban('NL13KYCG0000000004', 'NOAP: not possible, a closed account included', {
    outcome: { status: UNABLE, name: UNABLE, code: 'NOAP' },
  }),
]

const LATER = [
  scan('90070020000030', 'pending for a second', {
    outcome: MATCH,
    delay: { first: '202', poll: '202', ms: SHORT_MS },
  }),
  scan('90070020000031', 'pending for ever', { delay: { first: '202', poll: '202' } }),
  scan('90070020000032', '200 without an account, for a second', {
    outcome: MATCH,
    delay: { first: '200', poll: '200', ms: SHORT_MS },
  }),
  scan('90070020000033', 'unknown to polls for a second', {
    outcome: MATCH,
    delay: { first: '202', poll: '404', ms: SHORT_MS },
  }),
  scan('90070020000034', 'never heard of again; the responder promised an answer within 2 s', {
    delay: { first: '202', poll: '404', slaSeconds: 2 },
  }),
  scan('90070020000035', 'polls answer 202 and nothing else for a second', {
    outcome: MATCH,
    delay: { first: '202', poll: '202 without a body', ms: SHORT_MS },
  }),
  scan('90070020000036', '202 that does not say which verification it is', {
    delay: { first: '202 without an id', poll: '202' },
    odd: true,
  }),
]

const REFUSALS = [400, 401, 403, 404, 405, 408, 421, 429, 500, 503].map((status) =>
  scan(`90070020000${status}`, `refused with ${status}`, { refused: status }),
)

const FORMS = [
  scan('90070020000040', 'answered without a responder', { outcome: { ...MATCH, form: 'no responder' } }),
  scan('90070020000041', 'words that no list has', {
    outcome: { status: 'SUSPENDED', name: 'NEARLY_MATCH' },
    odd: true,
  }),
  scan('90070020000042', 'codes as objects', {
    outcome: { status: 'ACTIVE', name: 'NO_MATCH', code: 'ANNM', form: 'codes as objects' },
    odd: true,
  }),
  scan('90070020000043', 'codes under their other name', {
    outcome: { status: 'ACTIVE', name: 'NO_MATCH', code: 'ANNM', form: 'codes in the singular' },
  }),
  scan('90070020000044', 'one identity, not in a list', { outcome: { ...MATCH, form: 'identities as an object' } }),
  account('ACNR')('000123456789', 'a plain account number', { outcome: MATCH }),
]

/** Every possible outcome, by account. All other accounts belong to the people of the emulators or do not exist. */
export const MAGIC_ACCOUNTS: readonly MagicAccount[] = [
  ...EXAMPLES,
  ...UK_CODES,
  ...EPC_CODES,
  ...LATER,
  ...REFUSALS,
  ...FORMS,
]

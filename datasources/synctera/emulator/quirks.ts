import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { changeAnswers, Quirks, type QuirkyAnswer, withNulls, withRelativeType } from '../../emulator/quirks.js'

/** Forms that Synctera's answers may take. */
export const createQuirks = () =>
  new Quirks({
    errorsWithoutCode: 'Errors have no `code`, which is an optional preview, and no `title`.',
    relativeProblemTypes: 'The `type` of an error is relative and ends in a version.',
    nullMembers: 'Optional members that are absent are null.',
    emptyEndToken: 'The last page of a list has an empty `next_page_token`.',
    emptyPages: 'Each page of a list comes after one without rows.',
    repeatedToken: 'Each page of a list has the same `next_page_token`, and the rows of the first page.',
    oddRow: 'Lists have one row more, without a member that must be there.',
    numbersAsText: 'The scores of verifications and the seconds of `retry_after` are texts.',
    unknownPersonsNotFound:
      'The list of verifications of a person who does not exist, or of several of whom one does not, is 404.',
    ignoredFilters: 'The list of persons ignores `verification_status` and `ban_status`.',
    createThen500: 'A person is created, or a check run, and the answer is 500 or 504.',
    demandsDisclosures: 'A check needs an acknowledged KYC_DATA_COLLECTION disclosure, which its refusal names.',
    demandsUnnamedDisclosures: 'A check needs the same, and its refusal names no type.',
    refusesDuplicates:
      'A personal id that the person has already is answered with 409, which no document says of this operation.',
    changeThen500: 'A change or a deletion is carried out, and the answer is 500.',
    wholeIdentifiers: 'The answer to a change of a personal id has the whole identifier.',
    unknownIdType: 'The answer to a change of a personal id has an `id_type` that is not in the specification.',
  })

export type SyncteraQuirks = ReturnType<typeof createQuirks>

type Row = Readonly<Record<string, unknown>>

const PERSON_MEMBERS = [
  ...['verification_last_run', 'first_name', 'middle_name', 'last_name', 'chosen_name', 'dob', 'email'],
  ...[
    'phone_number',
    'ssn',
    'ssn_source',
    'has_accounts',
    'legal_address',
    'shipping_address',
    'personal_ids',
    'metadata',
  ],
]
const DETAIL_MEMBERS = ['category', 'label', 'description', 'result', 'score', 'vendor_code']

const DISCLOSURE_MEMBERS = ['acknowledging_person_id', 'creation_time', 'metadata']
const ALERT_MEMBERS = ['title', 'urls', 'vendor_info', 'metadata', 'creation_time', 'last_updated_time']
const SUBSCRIPTION_MEMBERS = ['metadata', 'creation_time', 'last_updated_time']
const LISTS = ['persons', 'verifications', 'disclosures', 'alerts', 'subscriptions']
const ROOTS = ['persons', 'verifications', 'disclosures', 'monitoring']

const isAlert = (row: Row): boolean => 'urls' in row
const isSubscription = (row: Row): boolean => 'person_id' in row && Object.keys(row).length === 5

const isVerification = (row: Row): boolean => 'verification_type' in row

function nulled(row: Row): Row {
  if ('disclosure_date' in row) return withNulls(row, DISCLOSURE_MEMBERS)
  if (isAlert(row)) return withNulls(row, ALERT_MEMBERS)
  if (isSubscription(row)) return withNulls(row, SUBSCRIPTION_MEMBERS)
  if (!isVerification(row)) return withNulls(row, PERSON_MEMBERS)
  const details = row['details'] as Row[] | undefined
  return withNulls({ ...row, details: details?.map((detail) => withNulls(detail, DETAIL_MEMBERS)) ?? null }, ['id'])
}

const scoredAsText = (row: Row): Row =>
  isVerification(row)
    ? { ...row, details: (row['details'] as Row[]).map((detail) => ({ ...detail, score: '0.25' })) }
    : row

/** A row like the first, without a member that must be there. */
function oddRow([first]: readonly Row[]): Row[] {
  if (first === undefined) return []
  const { verification_time: _time, creation_time: _creation, disclosure_date: _date, ...rest } = first
  if (!isAlert(first) && !isSubscription(first)) return [{ ...rest, id: randomUUID() }]
  const { person_id: _person, ...unowned } = first
  return [{ ...unowned, id: randomUUID() }]
}

/** The body with each of its persons and verifications changed. */
function mapRows(body: QuirkyAnswer['body'], map: (row: Row) => Row): QuirkyAnswer['body'] {
  const lists = LISTS.filter((name) => Array.isArray(body[name]))
  if (lists.length === 0) return map(body)
  return { ...body, ...Object.fromEntries(lists.map((name) => [name, (body[name] as Row[]).map(map)])) }
}

function problemOf(quirks: SyncteraQuirks, body: QuirkyAnswer['body']): QuirkyAnswer['body'] {
  let problem = body
  if (quirks.has('errorsWithoutCode')) {
    const { code: _code, title: _title, ...rest } = problem
    problem = rest
  }
  if (quirks.has('relativeProblemTypes')) problem = withRelativeType(problem)
  if (quirks.has('numbersAsText') && 'retry_after' in problem)
    problem = { ...problem, retry_after: String(problem['retry_after']) }
  return problem
}

function answerOf(quirks: SyncteraQuirks, { method, path, body }: QuirkyAnswer): QuirkyAnswer['body'] {
  let answer = body
  const list = LISTS.find((name) => path === `/v0/${name}` || path === `/v0/monitoring/${name}`)
  if (quirks.has('oddRow') && list !== undefined && method === 'GET')
    answer = { ...answer, [list]: [...(answer[list] as Row[]), ...oddRow(answer[list] as Row[])] }
  if (quirks.has('numbersAsText')) answer = mapRows(answer, scoredAsText)
  if (quirks.has('nullMembers'))
    answer = withNulls(mapRows(answer, nulled), list === undefined ? [] : ['next_page_token'])
  if (quirks.has('emptyEndToken') && list !== undefined)
    answer = { ...answer, next_page_token: answer['next_page_token'] ?? '' }
  return answer
}

/** Changes the answers of the routes as the quirks that are on say; `problem` is the emulator's body of a status. */
export function applyQuirks(
  app: FastifyInstance,
  quirks: SyncteraQuirks,
  problem: (status: number, extras?: Row) => { readonly body: QuirkyAnswer['body'] },
): void {
  changeAnswers(app, quirks, (answer) => {
    const { method, path, status, body } = answer
    if (status >= 400) return { body: problemOf(quirks, body) }
    if (!ROOTS.some((root) => path.startsWith(`/v0/${root}`))) return undefined
    if (method === 'POST' && quirks.has('createThen500')) {
      const isCheck = path.endsWith('/verify')
      const failure = isCheck ? problem(504, { code: 'VENDOR_TIMEOUT' }) : problem(500)
      return { status: isCheck ? 504 : 500, body: problemOf(quirks, failure.body) }
    }
    if ((method === 'PATCH' || method === 'DELETE') && quirks.has('changeThen500'))
      return { status: 500, body: problemOf(quirks, problem(500).body) }
    return { body: answerOf(quirks, answer) }
  })
}

type Query = Readonly<Record<string, string | undefined>>

/** A page of a list, by its token. */
export function pageOf(quirks: SyncteraQuirks, name: string, rows: readonly unknown[], query: Query): object {
  const limit = Math.min(100, Number(query['limit'] ?? 100))
  const given = query['page_token'] ?? ''
  if (quirks.has('repeatedToken')) return { [name]: rows.slice(0, limit), next_page_token: 'again' }
  // The token of a page that comes after one without rows begins with a sign that no other token has.
  if (quirks.has('emptyPages') && !given.startsWith('_')) return { [name]: [], next_page_token: `_${given}` }
  const token = given.replace(/^_/, '')
  const offset = token === '' ? 0 : Number(Buffer.from(token, 'base64url').toString())
  const end = offset + limit
  return {
    [name]: rows.slice(offset, end),
    ...(end < rows.length ? { next_page_token: Buffer.from(String(end)).toString('base64url') } : {}),
  }
}

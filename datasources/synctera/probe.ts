import {
  type Assumption,
  codeName,
  fails,
  judge,
  membersOf,
  namesWhere,
  type Probe,
  type ProbeContext,
  rowsOf,
  typeName,
  unchecked,
} from '../contract/probe.js'
import { path } from '../http/call.js'
import {
  firstPersons,
  LIMIT,
  MAX_LIMIT,
  NOTHING,
  OTHER_VERSION,
  page,
  persons,
  UNKNOWN,
  verifications,
} from './probe/pages.js'
import { records } from './probe/records.js'
import { writes } from './probe/writes.js'

const isToken = (token: unknown): token is string => typeof token === 'string' && token !== ''

const WORDS: Readonly<Record<string, readonly string[]>> = {
  status: ['ACTIVE', 'DECEASED', 'DENIED', 'DORMANT', 'ESCHEAT', 'FROZEN', 'INACTIVE', 'PROSPECT', 'SANCTION'],
  ban_status: ['ALLOWED', 'BANNED', 'SUSPENDED'],
  verification_status: ['UNVERIFIED', 'PENDING', 'PROVISIONAL', 'ACCEPTED', 'REVIEW', 'REJECTED'],
}

const lists: readonly Assumption[] = [
  {
    states: 'The API key may list persons.',
    async check(context) {
      const { status, body } = await persons(context, { limit: String(LIMIT), sort_by: 'creation_time:asc' })
      return judge(status === 200, `${status} ${codeName(membersOf(body)['code'])}`, 'a valid SYNCTERA_API_KEY')
    },
  },
  {
    states: '`persons` is a list with at most `limit` rows.',
    async check(context) {
      const { list, rows } = await page(context)
      return judge(Array.isArray(list) && rows.length <= LIMIT, typeName(list), OTHER_VERSION)
    },
  },
  {
    states: 'A page token leads to other rows, and the next token differs.',
    async check(context) {
      const first = await page(context)
      if (!isToken(first.token)) return unchecked(`the first page has no token: ${first.rows.length} persons`)
      const second = await page(context, { page_token: first.token })
      const ids = new Set(first.rows.map(({ id }) => id))
      const repeated = second.rows.filter(({ id }) => ids.has(id)).length
      const isSame = second.token === first.token
      return judge(
        repeated === 0 && !isSame,
        `${repeated} of ${second.rows.length} rows repeated, ${isSame ? 'the same token' : 'another token or none'}`,
        'nothing: a walk with a token that repeats ends with PROVIDER_MALFORMED',
      )
    },
  },
  {
    states: 'A page with a token has rows.',
    async check(context) {
      const first = await page(context)
      if (!isToken(first.token)) return unchecked('the first page has no token')
      const { rows, token } = await page(context, { page_token: first.token })
      return judge(
        rows.length > 0 || !isToken(token),
        `${rows.length} rows, token ${typeName(token)}`,
        'nothing: the graph follows the token',
      )
    },
  },
  {
    states: 'The last page has no member `next_page_token`.',
    async check(context) {
      const { rows, token } = await page(context, { id: UNKNOWN })
      return judge(token === undefined, `${rows.length} rows, token ${typeName(token)}`, NOTHING)
    },
  },
  {
    states: 'An id that no person has leaves the list empty.',
    async check(context) {
      const { list, rows } = await page(context, { id: UNKNOWN })
      return judge(Array.isArray(list) && rows.length === 0, typeName(list), OTHER_VERSION)
    },
  },
  {
    states: `A page has at most ${MAX_LIMIT} rows, however many are asked for.`,
    async check(context) {
      const { rows, list } = await page(context, { limit: String(MAX_LIMIT + 1) })
      if (!Array.isArray(list)) return fails(typeName(list), 'nothing: the graph asks for at most 100')
      if (rows.length < MAX_LIMIT) return unchecked(`the tenant has ${rows.length} persons`)
      return judge(rows.length === MAX_LIMIT, `${rows.length} rows`, 'nothing: the graph asks for at most 100')
    },
  },
  {
    states: '`sort_by=creation_time:asc` sorts the oldest first.',
    async check(context) {
      const { rows } = await page(context)
      if (rows.length < 2) return unchecked(`${rows.length} persons`)
      const times = rows.map(({ creation_time: time }) => Date.parse(String(time)))
      return judge(times[0]! <= times[1]!, 'the first two rows', 'nothing: lists come in another order')
    },
  },
]

const members: readonly Assumption[] = [
  {
    states: 'Members without a value are absent, not null.',
    async check(context) {
      const { rows } = await page(context)
      if (rows.length === 0) return unchecked('no person')
      const names = namesWhere(rows, (value) => value === null)
      return judge(names.length === 0, names.length === 0 ? `${rows.length} persons` : names.join(', '), NOTHING)
    },
  },
  {
    states: 'Statuses are words of the contract.',
    async check(context) {
      const { rows } = await page(context)
      if (rows.length === 0) return unchecked('no person')
      const names = namesWhere(rows, (value, name) => WORDS[name] !== undefined && !WORDS[name].includes(String(value)))
      return judge(
        names.length === 0,
        names.length === 0 ? `${rows.length} persons` : names.join(', '),
        'nothing: an unknown word is null and counted as drift',
      )
    },
  },
  {
    states: '`ssn` is the last four digits.',
    async check(context) {
      const given = (await page(context)).rows.map(({ ssn }) => ssn).filter((ssn) => ssn !== undefined && ssn !== null)
      if (given.length === 0) return unchecked('no person with an SSN')
      const good = given.filter((ssn) => typeof ssn === 'string' && /^\d{4}$/.test(ssn)).length
      return judge(good === given.length, `${good} of ${given.length}`, 'nothing: another form is not shown')
    },
  },
  {
    states: 'One call lists the verifications of several persons.',
    async check(context) {
      const { ids, query } = await firstPersons(context)
      if (ids.length < 2) return unchecked(`${ids.length} persons`)
      const { status, body } = await verifications(context, query)
      const rows = rowsOf(membersOf(body)['verifications'])
      const others = rows.filter(({ person_id: id }) => !ids.includes(String(id))).length
      return judge(
        status === 200 && others === 0,
        `${status}, ${rows.length} rows, ${others} of other persons`,
        OTHER_VERSION,
      )
    },
  },
]

const unknownPerson = ({ ask }: ProbeContext) => ask({ path: path`/v0/persons/${UNKNOWN}` })

const errors: readonly Assumption[] = [
  {
    states: 'An unknown person is 404.',
    async check(context) {
      const { status } = await unknownPerson(context)
      return judge(status === 404, String(status), OTHER_VERSION)
    },
  },
  {
    states: 'The `type` of an error ends with its name.',
    async check(context) {
      const { type } = membersOf((await unknownPerson(context)).body)
      const name = codeName(type).replace(/\/$/, '').split('/').at(-1)!
      return judge(name === 'not-found', name, NOTHING)
    },
  },
  {
    states: 'An error has a `code`.',
    async check(context) {
      const { code } = membersOf((await unknownPerson(context)).body)
      return judge(
        code === 'RESOURCE_NOT_FOUND',
        codeName(code),
        'nothing: the graph reads `type` where there is no `code`',
      )
    },
  },
]

/** What this folder relies on, for `npm run probe -- synctera`. A write leaves an inactive person named "Kyc-graph Probe". */
export const probe: Probe<unknown> = {
  assumptions: () => [...lists, ...members, ...errors, ...records, ...writes()],
}

import { randomUUID } from 'node:crypto'
import {
  type Assumption,
  codeName,
  fails,
  holds,
  judge,
  membersOf,
  namesWhere,
  type Probe,
  type ProbeContext,
  type RawAnswer,
  rowsOf,
  typeName,
  unchecked,
} from '../contract/probe.js'
import { path } from '../http/call.js'
import { obpPath } from './api-version.js'
import { FIREHOSE_SWITCH, REQUIRED_ROLES } from './roles.js'
import type { ObpSettings } from './settings.js'

/** The code at the beginning of an error's message. */
const codeOf = ({ body }: RawAnswer): string => {
  const { message } = membersOf(body)
  return (typeof message === 'string' ? /OBP-\d{5}/.exec(message)?.[0] : undefined) ?? typeName(message)
}
const seenOf = (answer: RawAnswer): string => `${answer.status} ${answer.status < 400 ? '' : codeOf(answer)}`.trim()

const UNKNOWN = randomUUID()
const unknownCustomer = ({ ask }: ProbeContext, bankId: string) =>
  ask({ path: obpPath`/banks/${bankId}/customers/${UNKNOWN}` })
const currentUser = ({ ask }: ProbeContext) => ask({ path: obpPath`/users/current` })

/** Enough rows to meet two of one date, few enough for a production tenant. */
const ROWS = 20
const ALL_DATES = { from_date: '1900-01-01T00:00:00.000Z', to_date: '2100-01-01T00:00:00.000Z' }

const firehose = ({ ask }: ProbeContext, bankId: string, query: Readonly<Record<string, string | number>>) =>
  ask({
    path: obpPath`/banks/${bankId}/firehose/customers`,
    query: Object.entries({ ...ALL_DATES, sort_direction: 'ASC', ...query }).map(
      ([name, value]) => [name, String(value)] as const,
    ),
  })

const customersOf = ({ body }: RawAnswer) => rowsOf(membersOf(body)['customers'])
const firstPage = async (context: ProbeContext, bankId: string) =>
  customersOf(await firehose(context, bankId, { limit: ROWS, offset: 0 }))

/** At most so many banks are asked about: each costs a call. */
const MAX_BANKS = 5

const server = ({ bankIds }: ObpSettings): readonly Assumption[] => [
  {
    states: 'The server states its version.',
    async check({ ask }) {
      const answer = await ask({ path: obpPath`/root` })
      const { version } = membersOf(answer.body)
      return judge(
        typeof version === 'string',
        typeof version === 'string' ? codeName(version) : seenOf(answer),
        'OBP_RELEASE',
      )
    },
  },
  {
    states: 'The server has the banks of OBP_BANK_ID and OBP_BANK_IDS.',
    async check(context) {
      const asked = bankIds.slice(0, MAX_BANKS)
      const codes: string[] = []
      for (const bankId of asked) codes.push(codeOf(await unknownCustomer(context, bankId)))
      const missing = codes.filter((code) => code === 'OBP-30001').length
      return judge(missing === 0, `${missing} of ${asked.length} unknown`, 'OBP_BANK_ID and OBP_BANK_IDS')
    },
  },
  {
    states: `The service user has the ${REQUIRED_ROLES.length} roles.`,
    async check(context) {
      const answer = await currentUser(context)
      if (answer.status !== 200) return fails(seenOf(answer), 'the roles cannot be read')
      const { entitlements } = membersOf(answer.body)
      const held = rowsOf(membersOf(entitlements)['list'])
      const has = (role: string, bankId: string): boolean =>
        held.some(
          ({ role_name: name, bank_id: bank }) =>
            (name === role && bank === bankId) || (name === `${role}AtAnyBank` && bank === ''),
        )
      const missing = REQUIRED_ROLES.flatMap(({ role, scope }) =>
        (scope === 'system' ? [''] : bankIds)
          .filter((bank) => !has(role, bank))
          .map((bank) => (bank === '' ? role : `${role} at ${bank}`)),
      )
      return judge(missing.length === 0, `${missing.length} missing`, missing.join(', '))
    },
  },
]

const errors = ({ bankId }: ObpSettings): readonly Assumption[] => [
  {
    states: 'An unknown customer is 404 or 400 `OBP-30046`.',
    async check(context) {
      const answer = await unknownCustomer(context, bankId)
      const isKnown = [400, 404].includes(answer.status) && codeOf(answer) === 'OBP-30046'
      return judge(
        isKnown,
        seenOf(answer),
        codeOf(answer) === 'OBP-20006' ? 'the role CanGetCustomer' : 'another version of this server',
      )
    },
  },
  {
    states: 'The `code` of an error is the status, as a number.',
    async check(context) {
      const { status, body } = await unknownCustomer(context, bankId)
      const { code } = membersOf(body)
      return judge(code === status, typeName(code), 'nothing: the graph goes by the message')
    },
  },
  {
    states: 'An unknown path is 404 `OBP-10404`.',
    async check({ ask }) {
      const answer = await ask({ path: obpPath`/kyc-graph-probe` })
      return judge(
        answer.status === 404 && codeOf(answer) === 'OBP-10404',
        seenOf(answer),
        'OBP_URL of the server itself',
      )
    },
  },
]

const lists = ({ bankId }: ObpSettings): readonly Assumption[] => [
  {
    states: 'The customer firehose is switched on, and the service user may use it.',
    async check(context) {
      const answer = await firehose(context, bankId, { limit: ROWS, offset: 0 })
      const isOff = ['OBP-00009', 'OBP-00012'].includes(codeOf(answer))
      const needs = isOff
        ? `${FIREHOSE_SWITCH}=true in the props of the server`
        : 'the role CanUseCustomerFirehoseAtAnyBank'
      return judge(answer.status === 200, seenOf(answer), needs)
    },
  },
  {
    states: 'A page of customers has at most `limit` rows.',
    async check(context) {
      const rows = customersOf(await firehose(context, bankId, { limit: 1, offset: 0 }))
      return rows.length === 0
        ? unchecked('no customer')
        : judge(rows.length === 1, `${rows.length} rows`, 'another version of this server')
    },
  },
  {
    states: 'Customers of one last OK date come in one order, whatever limit and offset.',
    async check(context) {
      const rows = await firstPage(context, bankId)
      const dates = new Set(rows.map(({ last_ok_date: date }) => date))
      if (dates.size === rows.length) return unchecked(`${rows.length} customers of ${dates.size} dates`)
      const others = customersOf(await firehose(context, bankId, { limit: ROWS - 1, offset: 1 }))
      const moved = rows.slice(1).filter(({ customer_id: id }, i) => id !== others[i]?.['customer_id']).length
      return judge(
        moved === 0,
        `${moved} of ${rows.length - 1} rows at another place`,
        'nothing: the graph cuts its pages from larger reads',
      )
    },
  },
  {
    states: '`from_date` and `to_date` act on the last OK date.',
    async check(context) {
      const row = (await firstPage(context, bankId)).find(({ last_ok_date: date }) => typeof date === 'string')
      const date = typeof row?.['last_ok_date'] === 'string' ? new Date(row['last_ok_date']) : undefined
      if (!row || !date || Number.isNaN(date.getTime())) return unchecked('no customer with a last OK date')
      const day = date.toISOString()
      const found = customersOf(
        await firehose(context, bankId, { limit: ROWS, offset: 0, from_date: day, to_date: day }),
      )
      const isFound = found.some(({ customer_id: id }) => id === row['customer_id'])
      return judge(
        isFound,
        isFound ? 'a customer by its date' : 'a customer is missing at its date',
        'nothing: the graph filters by itself',
      )
    },
  },
]

const searches = ({ bankId }: ObpSettings): readonly Assumption[] => [
  {
    states: 'A query may repeat a name.',
    async check({ ask }) {
      const query = [['kyc-graph-probe', '1'] as const, ['kyc-graph-probe', '2'] as const]
      const answer = await ask({ path: obpPath`/banks/${bankId}/customers`, query })
      return judge(answer.status === 200, seenOf(answer), 'nothing: the graph asks for each value by itself')
    },
  },
]

const members = ({ bankId }: ObpSettings): readonly Assumption[] => [
  {
    states: 'Members of a customer are not null.',
    async check(context) {
      const rows = await firstPage(context, bankId)
      if (rows.length === 0) return unchecked('no customer')
      const names = namesWhere(rows, (value) => value === null)
      return judge(
        names.length === 0,
        names.join(', ') || `${rows.length} customers`,
        'nothing: the graph answers null',
      )
    },
  },
  {
    states: '`dependants` is a number and `kyc_status` a boolean.',
    async check(context) {
      const rows = await firstPage(context, bankId)
      if (rows.length === 0) return unchecked('no customer')
      const types: Readonly<Record<string, string>> = { dependants: 'number', kyc_status: 'boolean' }
      const names = namesWhere(
        rows,
        (value, name) =>
          types[name] !== undefined && (value !== null || name === 'kyc_status') && typeof value !== types[name],
      )
      return judge(
        names.length === 0,
        names.map((name) => `${name} as another type`).join(', ') || `${rows.length} customers`,
        'nothing: the graph leaves such customers out, and says so in the answer',
      )
    },
  },
  {
    states: 'Instants have no milliseconds, days no time.',
    async check(context) {
      const rows = await firstPage(context, bankId)
      if (rows.length === 0) return unchecked('no customer')
      const patterns: Readonly<Record<string, RegExp>> = {
        last_ok_date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        date_of_birth: /^(\d{4}-\d\d-\d\d)?$/,
      }
      const names = namesWhere(
        rows,
        (value, name) => typeof value === 'string' && patterns[name]?.test(value) === false,
      )
      return judge(names.length === 0, names.join(', ') || `${rows.length} customers`, 'another version of this server')
    },
  },
]

const releases = ({ bankId }: ObpSettings): readonly Assumption[] => [
  {
    states: 'The server has the credit limit requests (getCreditLimitRequests).',
    async check({ ask }) {
      const answer = await ask({ path: obpPath`/banks/${bankId}/customers/${UNKNOWN}/credit_limit/requests` })
      return judge(
        answer.status === 200,
        seenOf(answer),
        'nothing: they are PROVIDER_NOT_CONFIGURED; OBP_RELEASE saves the calls',
      )
    },
  },
  {
    states: 'An account may be created under v4.0.0 (createAccount).',
    writes: true,
    async check({ ask }) {
      // Without a body no account is created.
      const answer = await ask({ method: 'PUT', path: obpPath`/banks/${bankId}/accounts/${UNKNOWN}`, json: {} })
      return judge(codeOf(answer) !== 'OBP-10404', seenOf(answer), 'nothing: the graph uses v3.1.0')
    },
  },
]

const login = ({ service }: ObpSettings): readonly Assumption[] => [
  {
    states: 'A new login leaves the older token valid.',
    // At a server where it does not, every login ends the token of the running servers.
    writes: true,
    async check(context) {
      if (!('direct' in service)) return unchecked('the tokens are those of an OAuth2 server')
      const { username, password, consumerKey } = service.direct
      const older = await context.credentialHeaders()
      const authorization = `DirectLogin username="${username}",password="${password}",consumer_key="${consumerKey}"`
      const again = await context.ask({
        method: 'POST',
        path: path`/my/logins/direct`,
        credential: { headers: () => ({ authorization }) },
      })
      if (again.status >= 300) return unchecked(`the second login: ${seenOf(again)}`)
      const answer = await context.ask({ path: obpPath`/users/current`, credential: { headers: () => older } })
      return answer.status === 200
        ? holds('200 with the older token')
        : fails(seenOf(answer), 'REDIS_URL: the replicas share one token')
    },
  },
]

/** What this folder relies on, for `npm run probe -- obp`. */
export const probe: Probe<ObpSettings> = {
  assumptions: (settings) =>
    [server, errors, lists, searches, members, releases, login].flatMap((part) => part(settings)),
}

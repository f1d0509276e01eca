import { DisclosureEventType, DisclosureType } from '../../../schema/disclosure.js'
import { MonitoringAlertStatus, MonitoringAlertType } from '../../../schema/monitoring.js'
import { PersonalIdType } from '../../../schema/personal-id.js'
import {
  type Assumption,
  codeName,
  fails,
  judge,
  membersOf,
  namesWhere,
  type ProbeContext,
  rowsOf,
  unchecked,
} from '../../contract/probe.js'
import { type Path, path } from '../../http/call.js'
import { isMaskedType } from '../mapping.js'
import { firstPersons, LIMIT, OTHER_VERSION, page, type Query, UNKNOWN, verifications } from './pages.js'

type Words = Readonly<Record<string, readonly string[]>>

/** A list of records of persons: its name in the answer, what each row must have, and the words that the graph knows. */
interface RecordList {
  readonly name: string
  readonly at: Path
  readonly needed: readonly string[]
  readonly words: Words
}

const LISTS: readonly RecordList[] = [
  {
    name: 'disclosures',
    at: path`/v0/disclosures`,
    needed: ['type', 'version', 'event_type', 'disclosure_date'],
    words: { type: Object.values(DisclosureType), event_type: Object.values(DisclosureEventType) },
  },
  { name: 'subscriptions', at: path`/v0/monitoring/subscriptions`, needed: ['id'], words: {} },
  {
    name: 'alerts',
    at: path`/v0/monitoring/alerts`,
    needed: ['id', 'type', 'status'],
    words: { type: Object.values(MonitoringAlertType), status: Object.values(MonitoringAlertStatus) },
  },
]

async function listed({ ask }: ProbeContext, { name, at }: RecordList, query: Query) {
  const { status, body } = await ask({ path: at, query: Object.entries({ limit: String(LIMIT), ...query }) })
  const list = membersOf(body)[name]
  return { status, list, rows: rowsOf(list), code: codeName(membersOf(body)['code']) }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const listAssumptions = (list: RecordList): readonly Assumption[] => [
  {
    states: `\`${list.name}\` is a list of the persons that are asked for.`,
    async check(context) {
      const { status, list: found, rows, code } = await listed(context, list, { person_id: UNKNOWN })
      if (!Array.isArray(found)) return fails(`${status} ${code}`, `\`${list.name}\` of the tenant, ${list.at.text}`)
      return judge(rows.length === 0, `${rows.length} rows of other persons`, 'nothing: rows of others are left out')
    },
  },
  {
    states: `Rows of \`${list.name}\` have their members, with words of the contract.`,
    async check(context) {
      const { rows } = await listed(context, list, {})
      if (rows.length === 0) return unchecked('no row')
      const isOwned = (row: (typeof rows)[number]) => isText(row['person_id']) || isText(row['business_id'])
      const odd = [
        ...(rows.every(isOwned) ? [] : ['person_id']),
        ...list.needed.filter((name) => !rows.every((row) => isText(row[name]))),
        ...namesWhere(rows, (value, name) => list.words[name]?.includes(String(value)) === false),
      ]
      const names = [...new Set(odd)]
      return judge(
        names.length === 0,
        names.length === 0 ? `${rows.length} rows` : names.join(', '),
        'nothing: an unknown word is null, and a row without its members is left out with an error',
      )
    },
  },
]

const history: readonly Assumption[] = [
  {
    states: "The history of verifications holds the current ones, and no other person's.",
    async check(context) {
      const { ids, query } = await firstPersons(context)
      const current = rowsOf(membersOf((await verifications(context, query)).body)['verifications'])
      if (current.length === 0) return unchecked('no verification')
      const { status, body } = await verifications(context, { ...query, include_history: 'true' })
      const rows = rowsOf(membersOf(body)['verifications'])
      const known = new Set(rows.map(({ id }) => id))
      const [missing, others] = [
        current.filter(({ id }) => !known.has(id)).length,
        rows.filter(({ person_id: id }) => !ids.includes(String(id))).length,
      ]
      return judge(
        missing === 0 && others === 0,
        `${status}, ${missing} of ${current.length} are missing, ${others} of other persons`,
        OTHER_VERSION,
      )
    },
  },
  {
    states: '`verification_type` and `result` choose the verifications.',
    async check(context) {
      const { query } = await firstPersons(context)
      const [first] = rowsOf(membersOf((await verifications(context, query)).body)['verifications'])
      if (first === undefined) return unchecked('no verification')
      const [type, result] = [String(first['verification_type']), String(first['result'])]
      const chosen = { ...query, include_history: 'true', verification_type: type, result }
      const rows = rowsOf(membersOf((await verifications(context, chosen)).body)['verifications'])
      const others = rows.filter((row) => row['verification_type'] !== type || row['result'] !== result).length
      return judge(
        rows.length > 0 && others === 0,
        `${rows.length} rows, ${others} of another type or result`,
        OTHER_VERSION,
      )
    },
  },
  {
    states: 'A verification is read by its id, and an unknown one is 404.',
    async check(context) {
      const { query } = await firstPersons(context)
      const [first] = rowsOf(membersOf((await verifications(context, query)).body)['verifications'])
      const unknown = await context.ask({ path: path`/v0/verifications/${UNKNOWN}` })
      if (first === undefined && unknown.status === 404) return unchecked('404 for an unknown one; no verification')
      const { status, body } = await context.ask({ path: path`/v0/verifications/${String(first?.['id'])}` })
      const isSame = membersOf(body)['id'] === first?.['id']
      return judge(
        unknown.status === 404 && status === 200 && isSame,
        `${status} ${isSame ? 'with its id' : 'without its id'}, ${unknown.status} for an unknown one`,
        OTHER_VERSION,
      )
    },
  },
]

const personalIds: Assumption = {
  states:
    'Personal ids have an id and a known type, and those of tax and social security show four characters at most.',
  async check(context) {
    const rows = (await page(context)).rows.flatMap(({ personal_ids: ids }) => rowsOf(ids))
    if (rows.length === 0) return unchecked('no personal id')
    const isMasked = (row: (typeof rows)[number]) =>
      !isMaskedType(String(row['id_type'])) || String(row['identifier']).replace(/[^\p{L}\p{N}]/gu, '').length <= 4
    const odd = [
      ...(rows.every(({ id }) => isText(id)) ? [] : ['id']),
      ...(rows.every((row) => Object.hasOwn(PersonalIdType, String(row['id_type']))) ? [] : ['id_type']),
      ...(rows.every(isMasked) ? [] : ['identifier']),
    ]
    return judge(
      odd.length === 0,
      odd.length === 0 ? `${rows.length} personal ids` : odd.join(', '),
      'nothing: the graph shows the last four characters alone',
    )
  },
}

/** What the graph reads of disclosures, monitoring, the history of verifications and personal ids. */
export const records: readonly Assumption[] = [...LISTS.flatMap(listAssumptions), ...history, personalIds]

import { randomUUID } from 'node:crypto'
import { membersOf, type ProbeContext, type RawAnswer, rowsOf } from '../../contract/probe.js'
import { path } from '../../http/call.js'

/** Few rows, so that most tenants have a second page. */
export const LIMIT = 2
export const MAX_LIMIT = 100

/** A person, a verification and an alert that no tenant has. */
export const UNKNOWN = randomUUID()

export type Query = Readonly<Record<string, string>>

/** What follows where the graph reads both forms. */
export const NOTHING = 'nothing: the graph reads both forms'

export const OTHER_VERSION = 'another version of this server'

export const persons = ({ ask }: ProbeContext, query: Query): Promise<RawAnswer> =>
  ask({ path: path`/v0/persons`, query: Object.entries(query) })

export const verifications = ({ ask }: ProbeContext, query: Query): Promise<RawAnswer> =>
  ask({ path: path`/v0/verifications`, query: Object.entries(query) })

/** A page of persons, the oldest first. */
export async function page(context: ProbeContext, query: Query = {}) {
  const { body } = await persons(context, { limit: String(LIMIT), sort_by: 'creation_time:asc', ...query })
  const { persons: list, next_page_token: token } = membersOf(body)
  return { list, rows: rowsOf(list), token }
}

/** The ids of the first persons, and the query of their verifications. */
export async function firstPersons(context: ProbeContext): Promise<{ ids: readonly string[]; query: Query }> {
  const ids = (await page(context)).rows.map(({ id }) => String(id))
  return { ids, query: { person_id: ids.join(','), limit: String(MAX_LIMIT) } }
}

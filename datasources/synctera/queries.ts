import { type Person, type PersonFilter, type PersonOrder, PersonOrderField } from '../../schema/person.js'
import type { PersonVerificationResult } from '../../schema/person-verification.js'
import { DEFAULT_PAGE, type Page } from '../../schema/shared.js'
import type { Scope } from '../../schema/scopes.js'
import { batchLoader, type Loader } from '../support/loader.js'
import { query } from '../contract/operations.js'
import { nullIfNotFound, invalidInput } from '../contract/errors.js'
import type { Drift } from '../support/mapping.js'
import type { Invalidations } from './invalidations.js'
import { isPersonId, MAX_IDS, MAX_VERIFIED_IDS, PAGE_LIMIT } from './contract.js'
import type { SyncteraSource } from './datasource.js'
import { personQuery, toPerson, toVerificationResult } from './mapping.js'

/** A page of persons; `after` is the cursor of the page before. */
export interface PersonsQuestion {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: PersonFilter | null | undefined
  readonly orderBy?: readonly PersonOrder[] | null | undefined
}

/** Searching by what is personal tells as much as reading it, and a place in an order tells between whose values one's own lies. */
const PERSONAL_FILTERS = ['firstName', 'lastName', 'email', 'phoneNumber', 'ssnLast4'] as const
const PERSONAL_ORDERS: readonly PersonOrderField[] = [
  PersonOrderField.DATE_OF_BIRTH,
  PersonOrderField.FIRST_NAME,
  PersonOrderField.LAST_NAME,
]

const needs = ({ filter, orderBy }: PersonsQuestion): readonly Scope[] =>
  PERSONAL_FILTERS.some((name) => filter?.[name] != null) ||
  orderBy?.some(({ field }) => PERSONAL_ORDERS.includes(field))
    ? ['pii:read']
    : []

/** Where a page ended: the page token to begin with and how many of what it begins were already given. */
interface Cursor {
  readonly token: string | null
  readonly skip: number
}

/** It goes into an address. */
const LONGEST_TOKEN = 1000

const writeCursor = ({ token, skip }: Cursor) => Buffer.from(JSON.stringify([token, skip])).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const [token, skip, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const isToken = token === null || (typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN)
    const isSkip = typeof skip === 'number' && Number.isInteger(skip) && skip >= 0 && skip <= PAGE_LIMIT
    if (isToken && isSkip && rest.length === 0) return { token, skip }
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalidInput({ after: ['is not a cursor of this list'] })
}

/** Synctera's questions. */
export function syncteraLoaders(source: SyncteraSource, changes: Invalidations, drift: Drift) {
  const persons = batchLoader<string, Person | null, null>({
    max: MAX_IDS,
    absent: () => null,
    async ask(ids) {
      const valid = ids.filter(isPersonId)
      if (valid.length === 0) return new Map()
      const found =
        valid.length === 1
          ? [await nullIfNotFound(source.getPerson(valid[0]!))]
          : (await source.listPersons({ ids: valid }, MAX_IDS)).persons
      const byId = new Map<string, Person>()
      for (const person of found) if (person) byId.set(person.id, toPerson(person, drift))
      return byId
    },
  })

  const verifications = batchLoader<string, PersonVerificationResult[], PersonVerificationResult[]>({
    max: MAX_VERIFIED_IDS,
    absent: () => [],
    async ask(ids) {
      const valid = ids.filter(isPersonId)
      const byPerson = new Map<string, PersonVerificationResult[]>()
      if (valid.length === 0) return byPerson
      for (const verification of await source.listVerifications(valid)) {
        // Without `person_id` a row belongs to whom was asked for, where that was only one.
        const owner = verification.person_id ?? (valid.length === 1 ? valid[0] : undefined)
        if (owner === undefined) continue
        const results = byPerson.get(owner) ?? []
        results.push(toVerificationResult(verification, drift))
        byPerson.set(owner, results)
      }
      return byPerson
    },
  })

  const forget = (personId: string) => {
    persons.clear(personId)
    verifications.clear(personId)
  }

  /** How many changes there were when a person was asked for last, or the operation began. */
  const begun = changes.count()
  const seen = new Map<string, number>()
  /** What was read before a person changed is not used again, also not by an operation that is under way. */
  const current =
    <Value>(loader: Loader<string, Value>) =>
    (personId: string): Promise<Value> => {
      if (changes.count() > begun && changes.since(personId, seen.get(personId) ?? begun)) {
        seen.set(personId, changes.count())
        forget(personId)
      }
      return loader.load(personId)
    }

  const readings = {
    personById: query<string, Person | null>({
      scope: 'persons:read',
      type: 'Person',
      owner: (person) => ({ person }),
      load: current(persons),
    }),

    verificationsOf: query<string, PersonVerificationResult[]>({
      scope: 'persons:read',
      type: 'PersonVerificationResult',
      owner: (person) => ({ person }),
      load: current(verifications),
    }),

    page: query<PersonsQuestion, Page<Person>>({
      scope: 'persons:read',
      extraScopes: needs,
      type: 'PersonConnection',
      async load({ first: asked, after, filter, orderBy }) {
        const first = asked ?? DEFAULT_PAGE
        if (filter?.ids?.length === 0)
          return { nodes: [], cursors: [], hasNextPage: false, hasPreviousPage: after != null }
        // Synctera pages by token and has no cursor within a page, so a cursor remembers the page and the place in it.
        const start: Cursor = after != null ? readCursor(after) : { token: null, skip: 0 }
        const query = personQuery(filter, orderBy)
        const nodes: Person[] = []
        const cursors: string[] = []
        for (let { token, skip } = start; ; skip = 0) {
          // As many as are still wanted: a page that was begun elsewhere must not cost a call for each row.
          const page = await source.listPersons(
            query,
            Math.min(PAGE_LIMIT, skip + first - nodes.length),
            token ?? undefined,
          )
          const next = page.next_page_token
          const rows = page.persons.slice(skip, skip + first - nodes.length)
          rows.forEach((row, i) => {
            const taken = skip + i + 1
            const pageEnds = taken === page.persons.length && next !== undefined
            nodes.push(toPerson(row, drift))
            cursors.push(writeCursor(pageEnds ? { token: next, skip: 0 } : { token, skip: taken }))
          })
          const hasNextPage = next !== undefined || skip + rows.length < page.persons.length
          // A page without rows cannot be the way to more of them.
          if (nodes.length === first || next === undefined || page.persons.length === 0) {
            for (const person of nodes) persons.prime(person.id, person)
            return { nodes, cursors, hasNextPage, hasPreviousPage: after != null }
          }
          token = next
        }
      },
    }),
  }

  return {
    readings,
    /** After a write the operation must not see what it read before. */
    forget,
  }
}

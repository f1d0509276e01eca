import type { KycReview } from '../../schema/kyc-review.js'
import { type Person, PersonOrderField } from '../../schema/person.js'
import { VerificationStatus } from '../../schema/person-verification.js'
import { CustomerSortDirection, DEFAULT_PAGE, type Page } from '../../schema/shared.js'
import type { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { isReadable, readableRows, unreadableRows } from '../contract/rows.js'
import { cursorsOf } from '../support/cursor.js'
import { toNodes } from '../support/rows.js'
import { Walk } from '../support/walk.js'
import { PAGE_LIMIT } from './contract.js'
import { endlessList, unreadableSyncteraRow } from './errors.js'
import { query, type SyncteraInstance } from './instance.js'
import { personQuery, toPerson } from './mapping.js'
import { primePersons, verificationsOfPerson } from './queries.js'
import { findingsOf } from './review-rule.js'
import type { PageKey } from './token-page.js'

const WAITING = [VerificationStatus.PENDING, VerificationStatus.REVIEW]
/** Synctera has no order by the time of a check. */
const QUERY = personQuery({ verificationStatuses: WAITING }, [
  { field: PersonOrderField.CREATED_AT, direction: CustomerSortDirection.ASC },
])

/** The place of a person in the queue: the time of creation, then the id. */
type Place = readonly [createdAt: string, id: string]

const placeOf = ({ createdAt, id }: Person): Place => [createdAt ?? '', id]
const isBehind = ([time, id]: Place, [otherTime, otherId]: Place): boolean =>
  time === otherTime ? id > otherId : time > otherTime
const isWaiting = ({ verificationStatus }: Person): boolean => WAITING.some((status) => status === verificationStatus)

/**
 * Loads a page of the persons who wait. The list shrinks while a desk works, and a page token of the provider may be a
 * position in it. So each page walks the list from its beginning, and continues behind a person, not behind a token:
 * persons who leave the queue move no other out of it. Persons of one time may come in any order.
 */
async function loadQueue(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { first: requested, after }: PageKey,
): Promise<Page<Person>> {
  const first = requested ?? DEFAULT_PAGE
  const codec = cursorsOf<Place>(operation, 'kycReviewQueue', QUERY)
  const begin = after == null ? undefined : codec.decode(after)
  const found = new Map<string, Person>()
  const leftOut: ApiError[] = []
  const walk = new Walk(endlessList)
  let token: string | undefined
  for (;;) {
    const page = await source.listPersons(operation, QUERY, PAGE_LIMIT, token)
    let lastTime = ''
    for (const row of toNodes(page.persons, 'persons', toPerson, unreadableSyncteraRow, drift)) {
      if (!isReadable(row)) leftOut.push(row)
      else if (!isWaiting(row)) drift('persons.filter')
      else {
        lastTime = row.createdAt ?? ''
        if (begin === undefined || isBehind(placeOf(row), begin)) found.set(row.id, row)
      }
    }
    token = walk.next(page.next_page_token, page.persons.length)
    const rows = [...found.values()].sort((a, b) => (isBehind(placeOf(a), placeOf(b)) ? 1 : -1))
    const next = rows[first]
    // All rows before the next one are known once the list is past its time.
    const isWhole = next !== undefined && lastTime > placeOf(next)[0]
    if (token !== undefined && !isWhole && walk.isExhausted) throw endlessList()
    if (token === undefined || isWhole) {
      const nodes = rows.slice(0, first)
      const cursorAt = (i: number) => codec.encode(placeOf(nodes[i]!))
      return {
        nodes,
        cursorAt,
        leftOut,
        endCursor: nodes.length > 0 ? cursorAt(nodes.length - 1) : null,
        hasNextPage: next !== undefined,
        hasPreviousPage: after != null,
      }
    }
  }
}

/** A person with why they wait and what is to be done; no advice rests on a list of which a row cannot be read. */
async function reviewOf(
  instance: SyncteraInstance,
  operation: OperationScope,
  person: Person,
  report: (error: ApiError) => void,
): Promise<KycReview> {
  const results = await verificationsOfPerson(instance, operation, person.id)
  const unreadable = unreadableRows(results)
  for (const error of unreadable) report(error)
  const status = person.verificationStatus!
  const { action, instruction, reasons } = findingsOf(status, readableRows(results))
  const isKnown = unreadable.length === 0
  return { person, status, reasons, action: isKnown ? action : null, instruction: isKnown ? instruction : null }
}

export const reviewQueries = {
  reviewQueue: query<PageKey, Page<KycReview>>({
    scope: 'persons:read',
    type: 'KycReviewConnection',
    async load(instance, operation, key) {
      const page = await loadQueue(instance, operation, key)
      primePersons(instance, operation, page.nodes)
      const leftOut = [...(page.leftOut ?? [])]
      const nodes = await Promise.all(
        page.nodes.map((person) => reviewOf(instance, operation, person, (error) => leftOut.push(error))),
      )
      return { ...page, nodes, leftOut }
    },
  }),
}

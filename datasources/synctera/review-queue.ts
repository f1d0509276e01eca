import type { KycReview } from '../../schema/kyc-review.js'
import { type Person, PersonOrderField } from '../../schema/person.js'
import { VerificationStatus } from '../../schema/verification-status.js'
import { CustomerSortDirection } from '../../schema/shared.js'
import { DEFAULT_PAGE, type Page } from '../../schema/page.js'
import type { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { isReadable, leftOutOf, readableRows, unreadableRows, withLists } from '../contract/rows.js'
import { cursorsOf } from '../support/cursor.js'
import type { Drift } from '../support/mapping.js'
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

/** Collects the persons who wait behind a place, as the list is walked. */
class Waiting {
  readonly leftOut: ApiError[] = []
  readonly #found = new Map<string, Person>()
  #lastTime = ''
  #isInOrder = true

  constructor(
    private readonly begin: Place | undefined,
    private readonly drift: Drift,
  ) {}

  add(row: Person | ApiError): void {
    if (!isReadable(row)) this.leftOut.push(row)
    // A word that this graph does not know may be one for a person who waits.
    else if (row.verificationStatus === null) this.leftOut.push(unreadableSyncteraRow())
    else if (!isWaiting(row)) this.drift('persons.filter')
    else {
      const [time] = placeOf(row)
      if (time < this.#lastTime && this.#isInOrder) this.#disordered()
      this.#lastTime = time
      if (this.begin === undefined || isBehind(placeOf(row), this.begin)) this.#found.set(row.id, row)
    }
  }

  sorted(): readonly Person[] {
    return [...this.#found.values()].sort((a, b) => (isBehind(placeOf(a), placeOf(b)) ? 1 : -1))
  }

  /** True once the list is past the person's time: all who come before are known, unless the list has no order. */
  isPast(person: Person): boolean {
    return this.#isInOrder && this.#lastTime > placeOf(person)[0]
  }

  #disordered(): void {
    this.#isInOrder = false
    this.drift('persons.sort_by')
  }
}

/**
 * Loads a page of the persons who wait. The list shrinks while a desk works, and a page token of the provider may be a
 * position in it. So each page walks the list from its beginning, and continues behind a person, not behind a token:
 * persons who leave the queue move no other out of it. Persons of one time may come in any order; a list that is not in
 * order at all is read to its end.
 */
async function loadQueue(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { first: requested, after }: PageKey,
): Promise<Page<Person>> {
  const first = requested ?? DEFAULT_PAGE
  const codec = cursorsOf<Place>(operation, 'kycReviewQueue', QUERY)
  const waiting = new Waiting(after == null ? undefined : codec.decode(after), drift)
  const walk = new Walk(endlessList)
  let token: string | undefined
  for (;;) {
    const page = await source.listPersons(operation, QUERY, PAGE_LIMIT, token)
    for (const row of toNodes(page.persons, 'persons', toPerson, unreadableSyncteraRow, drift)) waiting.add(row)
    token = walk.next(page.next_page_token, page.persons.length)
    const rows = waiting.sorted()
    const next = rows[first]
    const isWhole = next !== undefined && waiting.isPast(next)
    if (token !== undefined && !isWhole && walk.isExhausted) throw endlessList()
    if (token === undefined || isWhole) {
      const nodes = rows.slice(0, first)
      const cursorAt = (i: number) => codec.encode(placeOf(nodes[i]!))
      return {
        nodes,
        cursorAt,
        leftOut: waiting.leftOut,
        endCursor: nodes.length > 0 ? cursorAt(nodes.length - 1) : null,
        hasNextPage: next !== undefined,
        hasPreviousPage: after != null,
      }
    }
  }
}

/** A person with why they wait and what is to be done; no advice rests on checks of which one cannot be read. */
async function reviewOf(
  instance: SyncteraInstance,
  operation: OperationScope,
  person: Person,
  report: (error: ApiError) => void,
): Promise<KycReview> {
  const results = await verificationsOfPerson(instance, operation, person.id)
  const unreadable = unreadableRows(results)
  const checks = readableRows(results)
  for (const error of unreadable) report(error)
  const findings = checks.flatMap((check) => leftOutOf(check, 'details') ?? [])
  const status = person.verificationStatus!
  const { action, instruction, reasons } = findingsOf(status, checks)
  // An outcome of which this graph does not know the word may be any.
  const isKnown = unreadable.length === 0 && checks.every(({ result }) => result !== null)
  return withLists<KycReview, 'reasons'>(
    { person, status, action: isKnown ? action : null, instruction: isKnown ? instruction : null },
    { reasons: [...reasons, ...findings] },
  )
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
      // A row that names no person is left out of each.
      return { ...page, nodes, leftOut: [...new Set(leftOut)] }
    },
  }),
}

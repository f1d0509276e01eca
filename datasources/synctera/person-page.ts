import type { Person, PersonFilter, PersonOrder } from '../../schema/person.js'
import type { Page } from '../../schema/page.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { SyncteraInstance } from './instance.js'
import { personQuery, toPerson } from './mapping.js'
import { isSameId } from './requested-record.js'
import { emptyPage, loadTokenPage, type PageKey } from './token-page.js'

/** A page of persons. */
export interface PersonsKey extends PageKey {
  readonly filter?: PersonFilter | null | undefined
  readonly orderBy?: readonly PersonOrder[] | null | undefined
}

/** Compares texts as a search does: without regard to case and accents. */
const searching = new Intl.Collator('en', { sensitivity: 'base' })
const isFound = (asked: string | null | undefined, ...held: readonly (string | null)[]): boolean =>
  asked == null || held.some((text) => text !== null && searching.compare(asked.trim(), text.trim()) === 0)

/** True for a person who has the texts that the filter asks for. */
const hasTexts = (person: Person, { firstName, lastName, email, phoneNumber, ssnLast4 }: PersonFilter): boolean =>
  isFound(firstName, person.firstName, person.chosenName) &&
  isFound(lastName, person.lastName) &&
  isFound(email, person.email) &&
  isFound(phoneNumber, person.phoneNumber) &&
  isFound(ssnLast4, person.ssnLast4)

/** True for a row that has what the filter asks for, as far as the row tells: a provider may ignore a filter that it does not know. */
function belongs(person: Person, filter: PersonFilter): boolean {
  const { ids, isCustomer, hasAccounts, dateOfBirth, status, verificationStatuses, banStatuses } = filter
  return (
    (ids == null || ids.some((id) => isSameId(id, person.id))) &&
    (isCustomer == null || person.isCustomer === isCustomer) &&
    (hasAccounts == null || person.hasAccounts === null || person.hasAccounts === hasAccounts) &&
    (dateOfBirth == null || person.dateOfBirth === dateOfBirth) &&
    (status == null || person.status === status) &&
    (verificationStatuses == null || verificationStatuses.some((each) => each === person.verificationStatus)) &&
    (banStatuses == null || banStatuses.some((each) => each === person.banStatus)) &&
    hasTexts(person, filter)
  )
}

/** Loads a page of persons. */
export async function loadPersonPage(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { filter, orderBy, ...part }: PersonsKey,
): Promise<Page<Person>> {
  if (filter?.ids?.length === 0) return emptyPage(part)
  const query = personQuery(filter, orderBy)
  return loadTokenPage(
    operation,
    {
      name: 'persons',
      selection: query,
      async load(limit, pageToken) {
        const { persons: rows, next_page_token: next } = await source.listPersons(operation, query, limit, pageToken)
        return { rows, next }
      },
      toNode: toPerson,
      belongs: (person) => belongs(person, filter ?? {}),
    },
    part,
    drift,
  )
}

import type { Person, PersonFilter, PersonOrder } from '../../schema/person.js'
import type { Page } from '../../schema/shared.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { SyncteraInstance } from './instance.js'
import { personQuery, toPerson } from './mapping.js'
import { emptyPage, loadTokenPage, type PageKey } from './token-page.js'

/** A page of persons. */
export interface PersonsKey extends PageKey {
  readonly filter?: PersonFilter | null | undefined
  readonly orderBy?: readonly PersonOrder[] | null | undefined
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
    },
    part,
    drift,
  )
}

import { type CallScope, path } from '../http/call.js'
import type { ReadRows } from '../http/list-contract.js'
import { omitNullish } from '../support/mapping.js'
import { answers, PAGE_LIMIT, type PersonBody, type PersonQuery, type SyncteraPerson } from './contract.js'
import { rowsOfAllPages } from './pages.js'
import { type PersonalIdChange, personalIdAnswer, type PersonalIdOfPerson } from './personal-ids.js'
import { ofRecord } from '../http/written-record.js'
import { isSameId, requestedRecord } from './requested-record.js'
import type { SyncteraRequests } from './requests.js'

/** Synctera's endpoints of persons. */
export const personSource = ({ send, write }: SyncteraRequests) => ({
  createPerson: (scope: CallScope, json: PersonBody, key: string) =>
    write(scope, key, { method: 'POST', path: path`/v0/persons`, json, response: answers.person }),

  getPerson: async (scope: CallScope, id: string) =>
    requestedRecord(
      await send(scope, { method: 'GET', path: path`/v0/persons/${id}`, effect: 'read', response: answers.person }),
      id,
    ),

  listPersons: (scope: CallScope, { ids, ...rest }: PersonQuery, limit: number, pageToken?: string) =>
    send(scope, {
      method: 'GET',
      path: path`/v0/persons`,
      effect: 'read',
      query: Object.entries(omitNullish({ id: ids?.join(','), ...rest, limit, page_token: pageToken })).map(
        ([name, value]) => [name, String(value)] as const,
      ),
      response: answers.persons,
    }),

  updatePerson: (scope: CallScope, id: string, json: PersonBody, key: string) =>
    write(scope, key, {
      method: 'PATCH',
      path: path`/v0/persons/${id}`,
      json,
      response: ofRecord(answers.person, { id }, isSameId),
    }),
})

/** Synctera's endpoints of personal ids. */
export const personalIdSource = ({ send, write }: SyncteraRequests) => ({
  addPersonalId: (scope: CallScope, json: PersonalIdOfPerson, key: string) =>
    write(scope, key, {
      method: 'POST',
      path: path`/v0/persons/personal_ids`,
      json,
      response: ofRecord(personalIdAnswer, { customer_id: json.customer_id }, isSameId),
    }),

  updatePersonalId: (scope: CallScope, id: string, json: PersonalIdChange, key: string) =>
    write(scope, key, {
      method: 'PATCH',
      path: path`/v0/persons/personal_ids/${id}`,
      json,
      response: ofRecord(personalIdAnswer, { id }, isSameId),
    }),

  /** Synctera takes no idempotency key here: a repeat is answered 404. */
  deletePersonalId: (scope: CallScope, id: string) =>
    send(scope, {
      method: 'DELETE',
      path: path`/v0/persons/personal_ids/${id}`,
      effect: 'write',
      response: null,
    }),
})

/** The persons with these ids: all pages of the list. */
export const personsById = (
  source: ReturnType<typeof personSource>,
  scope: CallScope,
  ids: readonly string[],
): Promise<ReadRows<SyncteraPerson>> =>
  rowsOfAllPages(async (pageToken) => {
    const { persons: rows, next_page_token: next } = await source.listPersons(scope, { ids }, PAGE_LIMIT, pageToken)
    return { rows, next }
  })

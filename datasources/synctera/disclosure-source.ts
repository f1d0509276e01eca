import { type CallScope, path } from '../http/call.js'
import type { ReadRows } from '../http/list-contract.js'
import { disclosureAnswers, type DisclosureBody, type SyncteraDisclosure } from './disclosures.js'
import { personsPage, rowsOfAllPages } from './pages.js'
import { ofRecord } from '../http/written-record.js'
import { isSameId } from './requested-record.js'
import type { SyncteraRequests } from './requests.js'

/** Synctera's endpoints of disclosures. */
export const disclosureSource = ({ send, write }: SyncteraRequests) => ({
  recordDisclosure: (scope: CallScope, json: DisclosureBody, key: string) =>
    write(scope, key, {
      method: 'POST',
      path: path`/v0/disclosures`,
      json,
      response: ofRecord(disclosureAnswers.disclosure, { person_id: json.person_id }, isSameId),
    }),

  /** Every disclosure to these persons: all pages. */
  listDisclosures: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraDisclosure>> =>
    rowsOfAllPages(async (pageToken) => {
      const { disclosures: rows, next_page_token: next } = await send(scope, {
        method: 'GET',
        path: path`/v0/disclosures`,
        effect: 'read',
        query: personsPage(personIds, pageToken),
        response: disclosureAnswers.disclosures,
      })
      return { rows, next }
    }),
})

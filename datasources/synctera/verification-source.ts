import { ApiError, nullIfNotFound } from '../contract/errors.js'
import { type CallScope, type Contract, path } from '../http/call.js'
import type { ReadRows } from '../http/list-contract.js'
import { omitNullish } from '../support/mapping.js'
import { answers, type SyncteraVerification, type VerifyBody } from './contract.js'
import { demandOf, type DisclosureDemand } from './disclosure-demand.js'
import { type SessionBody, sessionAnswer } from './document-sessions.js'
import { mapError } from './error-mapping.js'
import { personsPage, rowsOfAllPages } from './pages.js'
import { ofRecord } from '../http/written-record.js'
import { isSameId, requestedRecord } from './requested-record.js'
import type { SyncteraRequests } from './requests.js'
import { type RecordedVerification, verificationAnswer, type VerificationQuery } from './verification-history.js'

/** The results of a check, or the first page of them. */
export type SyncteraResults = typeof answers.verified extends Contract<infer T> ? T : never

/** The outcome of a check; a demand means that nothing was checked. */
type SyncteraChecked = { readonly demand: DisclosureDemand; readonly refusal: ApiError } | SyncteraResults

/** Synctera's endpoints that check a person. */
export const checkSource = ({ write }: SyncteraRequests) => ({
  async verify(scope: CallScope, json: VerifyBody, key: string): Promise<SyncteraChecked> {
    let demand: DisclosureDemand | undefined
    try {
      return await write(scope, key, {
        method: 'POST',
        path: path`/v0/verifications/verify`,
        json,
        response: answers.verified,
        mapError(response) {
          demand = demandOf(response)
          return { ...mapError(response), ...(demand && { code: 'CONFLICT', notExecuted: undefined }) }
        },
      })
    } catch (error) {
      if (demand && error instanceof ApiError && error.code === 'CONFLICT') return { demand, refusal: error }
      throw error
    }
  },

  startDocumentSession: (scope: CallScope, json: SessionBody, key: string) =>
    write(scope, key, { method: 'POST', path: path`/v0/verifications/docv_session`, json, response: sessionAnswer }),
})

/** Every current verification of these persons: all pages. */
const currentOf = ({ send }: SyncteraRequests, scope: CallScope, personIds: readonly string[]) =>
  rowsOfAllPages(async (pageToken) => {
    const { verifications: rows, next_page_token: next } = await send(scope, {
      method: 'GET',
      path: path`/v0/verifications`,
      effect: 'read',
      query: personsPage(personIds, pageToken),
      response: answers.verifications,
    })
    return { rows, next }
  })

/** Synctera's endpoints of the verifications that are on record. */
export const verificationSource = ({ send, write }: SyncteraRequests) => ({
  recordVerification: (scope: CallScope, json: RecordedVerification, key: string) =>
    write(scope, key, {
      method: 'POST',
      path: path`/v0/verifications`,
      json,
      response: ofRecord(verificationAnswer, { person_id: json.person_id }, isSameId),
    }),

  getVerification: async (scope: CallScope, id: string) =>
    requestedRecord(
      await send(scope, {
        method: 'GET',
        path: path`/v0/verifications/${id}`,
        effect: 'read',
        response: verificationAnswer,
      }),
      id,
    ),

  /** A page of the verifications of a person, also of those that later ones replaced. */
  pageOfVerifications: (scope: CallScope, query: VerificationQuery, limit: number, pageToken?: string) =>
    send(scope, {
      method: 'GET',
      path: path`/v0/verifications`,
      effect: 'read',
      query: Object.entries(omitNullish({ ...query, limit, page_token: pageToken })).map(
        ([name, value]) => [name, String(value)] as const,
      ),
      response: answers.verifications,
    }),

  /**
   * Every current verification of these persons. Synctera may answer 404 for one that it does not know, who has none; of
   * several it does not say which, so each is then asked for alone.
   */
  async listVerifications(scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraVerification>> {
    const read = (ids: readonly string[]) => nullIfNotFound(currentOf({ send, write }, scope, ids))
    const rows = await read(personIds)
    if (rows !== null) return rows
    if (personIds.length === 1) return []
    const apart = await Promise.all(personIds.map((id) => read([id])))
    return apart.flatMap((found) => found ?? [])
  },
})

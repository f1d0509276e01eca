import { type CallScope, path } from '../http/call.js'
import type { ReadRows } from '../http/list-contract.js'
import { monitoringAnswers, type SyncteraAlert, type SyncteraSubscription } from './monitoring.js'
import { personsPage, rowsOfAllPages } from './pages.js'
import { ofRecord } from '../http/written-record.js'
import { isSameId, requestedRecord } from './requested-record.js'
import type { SyncteraRequests } from './requests.js'

/** Synctera's endpoints of monitoring subscriptions. They take no idempotency key. */
export const subscriptionSource = ({ send }: SyncteraRequests) => ({
  subscribe: (scope: CallScope, personId: string) =>
    send(scope, {
      method: 'POST',
      path: path`/v0/monitoring/subscriptions`,
      effect: 'write',
      json: { person_id: personId },
      response: ofRecord(monitoringAnswers.subscription, { person_id: personId }, isSameId),
    }),

  getSubscription: async (scope: CallScope, id: string) =>
    requestedRecord(
      await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/subscriptions/${id}`,
        effect: 'read',
        response: monitoringAnswers.subscription,
      }),
      id,
    ),

  endSubscription: (scope: CallScope, id: string) =>
    send(scope, {
      method: 'DELETE',
      path: path`/v0/monitoring/subscriptions/${id}`,
      effect: 'write',
      response: null,
    }),

  /** Every subscription of these persons: all pages. */
  listSubscriptions: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraSubscription>> =>
    rowsOfAllPages(async (pageToken) => {
      const { subscriptions: rows, next_page_token: next } = await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/subscriptions`,
        effect: 'read',
        query: personsPage(personIds, pageToken),
        response: monitoringAnswers.subscriptions,
      })
      return { rows, next }
    }),
})

/** Synctera's endpoints of monitoring alerts. They take no idempotency key. */
export const alertSource = ({ send }: SyncteraRequests) => ({
  /** Every alert of these persons: all pages. */
  listAlerts: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraAlert>> =>
    rowsOfAllPages(async (pageToken) => {
      const { alerts: rows, next_page_token: next } = await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/alerts`,
        effect: 'read',
        query: personsPage(personIds, pageToken),
        response: monitoringAnswers.alerts,
      })
      return { rows, next }
    }),

  getAlert: async (scope: CallScope, id: string) =>
    requestedRecord(
      await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/alerts/${id}`,
        effect: 'read',
        response: monitoringAnswers.alert,
      }),
      id,
    ),

  setAlertStatus: (scope: CallScope, id: string, status: string) =>
    send(scope, {
      method: 'PATCH',
      path: path`/v0/monitoring/alerts/${id}`,
      effect: 'write',
      json: { status },
      response: null,
    }),
})

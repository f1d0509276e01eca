import {
  type EndMonitoringInput,
  type MonitoringAlert,
  type MonitoringSubscription,
  type SetMonitoringAlertStatusInput,
  type SubscribeToMonitoringInput,
} from '../../schema/monitoring.js'
import { nullIfNotFound } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { Rows } from '../contract/rows.js'
import { UnreadableRow } from '../http/list-contract.js'
import { noMonitoringRecord } from './errors.js'
import { command, query, type SyncteraInstance } from './instance.js'
import { type SyncteraSubscription, toAlert, toSubscription } from './monitoring.js'
import { rowsOfPerson } from './person-rows.js'
import { recordsByPerson } from './queries.js'
import { isSince } from './recovery.js'

const subscriptions = recordsByPerson(
  'subscriptions',
  (source, operation, personIds) => source.listSubscriptions(operation, personIds),
  toSubscription,
)

const alerts = recordsByPerson(
  'alerts',
  (source, operation, personIds) => source.listAlerts(operation, personIds),
  toAlert,
)

/** The alert, which must be a person's: Synctera monitors businesses too. */
async function personAlert(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  id: string,
): Promise<MonitoringAlert> {
  const row = await source.getAlert(operation, id)
  if (!row.person_id) throw noMonitoringRecord()
  return toAlert(row, drift)
}

export const monitoringQueries = {
  monitoringSubscriptionsOf: query<string, Rows<MonitoringSubscription>>({
    scope: 'persons:read',
    type: 'MonitoringSubscription',
    load: (instance, operation, personId) => operation.loader(instance, subscriptions).load(personId),
  }),

  /** The owner must not learn of an alert, so the `:own` form does not open it. */
  monitoringAlertsOf: query<string, Rows<MonitoringAlert>>({
    scope: 'persons:read',
    type: 'MonitoringAlert',
    isHidden: true,
    load: (instance, operation, personId) => operation.loader(instance, alerts).load(personId),
  }),

  /** The same alerts as evidence of a decision, which shows none of them. */
  alertEvidenceOf: query<string, Rows<MonitoringAlert>>({
    scope: 'persons:read',
    type: 'MonitoringAlert',
    owner: (person) => ({ person }),
    load: (instance, operation, personId) => operation.loader(instance, alerts).load(personId),
  }),
}

interface EndedMonitoring {
  readonly deletedId: string
  /** For the audit trail; unknown where an earlier attempt has ended it. */
  readonly personId: string | undefined
}

export const monitoringCommands = {
  subscribeToMonitoring: command<SubscribeToMonitoringInput, { subscription: MonitoringSubscription }>({
    scope: 'persons:write',
    type: 'SubscribeToMonitoringPayload',
    // Synctera documents no idempotency key here.
    repeatable: false,
    async readBack({ source, drift }, operation, { personId }, { begunAt }) {
      const found: SyncteraSubscription[] = []
      for (const row of rowsOfPerson(await source.listSubscriptions(operation, [personId]), personId)) {
        // The row that cannot be read may be the subscription, or a second one.
        if (row instanceof UnreadableRow) return null
        if (isSince(row.creation_time, begunAt)) found.push(row)
      }
      return found.length === 1 ? { subscription: toSubscription(found[0]!, drift) } : null
    },
    async run(instance, operation, { personId }) {
      const { source, drift } = instance
      const row = await source.subscribe(operation, personId)
      operation.loader(instance, subscriptions).clear(personId)
      return { subscription: toSubscription(row, drift) }
    },
  }),

  endMonitoring: command<EndMonitoringInput, EndedMonitoring>({
    scope: 'persons:write',
    type: 'EndMonitoringPayload',
    repeatable: true,
    concerned: ({ personId }): Readonly<Record<string, string>> => (personId === undefined ? {} : { personId }),
    async run(instance, operation, { subscriptionId }, { isRetry }) {
      const { source } = instance
      const reading = source.getSubscription(operation, subscriptionId)
      const row = await (isRetry ? nullIfNotFound(reading) : reading)
      if (row !== null) {
        if (!row.person_id) throw noMonitoringRecord()
        const ending = source.endSubscription(operation, subscriptionId)
        await (isRetry ? nullIfNotFound(ending) : ending)
        operation.loader(instance, subscriptions).clear(row.person_id)
      }
      return { deletedId: subscriptionId, personId: row?.person_id ?? undefined }
    },
  }),

  setMonitoringAlertStatus: command<SetMonitoringAlertStatusInput, { alert: MonitoringAlert }>({
    scope: 'persons:write',
    type: 'SetMonitoringAlertStatusPayload',
    // A repeat might revert a later change.
    repeatable: false,
    concerned: ({ alert: { personId } }) => ({ personId }),
    async readBack(instance, operation, { alertId, status }) {
      const alert = await personAlert(instance, operation, alertId)
      return alert.status === status ? { alert } : null
    },
    async run(instance, operation, { alertId, status }) {
      const before = await personAlert(instance, operation, alertId)
      await instance.source.setAlertStatus(operation, alertId, status)
      operation.loader(instance, alerts).clear(before.personId)
      // Synctera answers without the alert.
      return { alert: { ...before, status, statusRaw: status, updatedAt: null } }
    },
  }),
}

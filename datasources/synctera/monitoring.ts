import { type Static, Type } from '@sinclair/typebox'
import {
  MONITORING_ALERT_MEANINGS,
  type MonitoringAlert,
  MonitoringAlertStatus,
  MonitoringAlertType,
  type MonitoringSubscription,
} from '../../schema/monitoring.js'
import { contract } from '../http/call.js'
import { listContract } from '../http/list-contract.js'
import { AnyList, Optional, OptionalObject, OptionalText } from '../support/contract-types.js'
import { type Drift, providerWord, toDateTime, toEnum } from '../support/mapping.js'
import { PAGE } from './contract.js'

/** Monitoring of Synctera v0. Reference: https://docs.synctera.com/docs/monitoring-guide */
const SUBSCRIPTION = { id: Type.String({ minLength: 1 }), person_id: OptionalText, creation_time: OptionalText }

// Of `vendor_info` only the name is read: the rest is the vendor's raw data, which may be personal.
const ALERT = {
  id: Type.String({ minLength: 1 }),
  person_id: OptionalText,
  type: OptionalText,
  status: OptionalText,
  title: OptionalText,
  urls: Optional(AnyList),
  vendor_info: OptionalObject({ vendor: OptionalText }),
  creation_time: OptionalText,
  last_updated_time: OptionalText,
}

// A row of a list without its person may be any person's, so it is one that cannot be read.
const PersonId = Type.String({ minLength: 1 })
const SubscriptionRow = Type.Object({ ...SUBSCRIPTION, person_id: PersonId })
const AlertRow = Type.Object({ ...ALERT, person_id: PersonId })
const OneSubscription = Type.Object(SUBSCRIPTION)
const OneAlert = Type.Object(ALERT)

export type SyncteraSubscription = Static<typeof OneSubscription>
export type SyncteraAlert = Static<typeof OneAlert>

const NEXT_PAGE = { next_page_token: OptionalText }

export const monitoringAnswers = {
  subscription: contract(OneSubscription),
  subscriptions: listContract('subscriptions', SubscriptionRow, NEXT_PAGE, PAGE),
  alert: contract(OneAlert),
  alerts: listContract('alerts', AlertRow, NEXT_PAGE, PAGE),
}

/** An address that a review desk may open: another scheme, such as `javascript`, would run in its page. */
const WEB_ADDRESS = /^https?:\/\/\S+$/i

export const toSubscription = (row: SyncteraSubscription, drift: Drift): MonitoringSubscription => ({
  id: row.id,
  createdAt: toDateTime(row.creation_time, 'monitoring_subscription.creation_time', drift),
  personId: row.person_id ?? '',
})

export function toAlert(row: SyncteraAlert, drift: Drift): MonitoringAlert {
  const type = row.type == null ? null : toEnum(MonitoringAlertType, row.type, 'monitoring_alert.type', drift)
  return {
    id: row.id,
    type,
    typeRaw: providerWord(row.type),
    status: row.status == null ? null : toEnum(MonitoringAlertStatus, row.status, 'monitoring_alert.status', drift),
    statusRaw: providerWord(row.status),
    meaning: type && MONITORING_ALERT_MEANINGS[type],
    title: row.title || null,
    urls: (row.urls ?? []).filter((url): url is string => typeof url === 'string' && WEB_ADDRESS.test(url)),
    vendor: row.vendor_info?.vendor || null,
    createdAt: toDateTime(row.creation_time, 'monitoring_alert.creation_time', drift),
    updatedAt: toDateTime(row.last_updated_time, 'monitoring_alert.last_updated_time', drift),
    personId: row.person_id ?? '',
  }
}

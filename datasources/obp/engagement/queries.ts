import type { BankMeeting, CrmEvent, CustomerMessage } from '../../../schema/engagement.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../contract/operation-scope.js'
import type { Rows } from '../../contract/rows.js'
import type { ReadRows } from '../../http/list-contract.js'
import { firstOf } from '../../support/capped-list.js'
import { keyLoader, type Loader } from '../../support/loader.js'
import type { Drift } from '../../support/mapping.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { bankOf, isAtBank, loadByCustomer } from '../bank-access.js'
import { type CustomerRef, customerRefKey } from '../customer-ref.js'
import { unreadableObpRow } from '../error-mapping.js'
import { type ObpInstance, query } from '../instance.js'
import type { EngagementSource } from './datasource.js'
import { toCrmEvent, toMeeting, toMessage } from './mapping.js'

/** A bank's list; `first` limits its length. */
interface BankListKey {
  readonly bankId?: string | null | undefined
  readonly first?: number | null | undefined
}

interface MeetingKey {
  readonly id: string
  readonly bankId?: string | null | undefined
}

/** Rows of a list at most: the provider has no pages and lists all rows. */
const MAX_ROWS = 100

/** A loader of a bank's list; rows of another bank are left out. */
const listLoader = <Row extends { bank_id: string }, Node>(
  name: string,
  list: (source: EngagementSource, operation: OperationScope, bankId: string) => Promise<ReadRows<Row>>,
  toNode: (row: Row, drift: Drift) => Node,
) =>
  keyLoader<ObpInstance, string, Rows<Node> | null>(async ({ sources, drift }, operation, bankId) => {
    const rows = await nullIfNotFound(list(sources.engagement, operation, bankId))
    const own = rows && rows.filter((row) => hasMember<Row | { bank_id: string }>(row, 'bank_id', bankId))
    return own && toNodes(own, name, toNode, unreadableObpRow, drift)
  })

// The provider lists by bank only.
const crmEvents = listLoader(
  'crm_events',
  async (source, operation, bankId) => (await source.getCrmEvents(operation, bankId)).crm_events,
  toCrmEvent,
)

const meetings = listLoader(
  'meetings',
  async (source, operation, bankId) => (await source.getMeetings(operation, bankId)).meetings,
  toMeeting,
)

/** By the same key as customers: an id at a bank. */
const meetingsById = keyLoader<ObpInstance, CustomerRef, BankMeeting | null>(
  async (instance, operation, { bankId, id }) => {
    const row = await nullIfNotFound(instance.sources.engagement.getMeeting(operation, bankId, id))
    const isAsked = row?.meeting_id === id && isAtBank(instance, operation, row.bank_id, bankId)
    return isAsked ? toMeeting(row, instance.drift) : null
  },
  customerRefKey,
)

const viewerMessages = keyLoader<ObpInstance, string, Rows<CustomerMessage> | null>(
  async ({ sources, credentials, drift }, operation, bankId) => {
    const credential = credentials.asUser(operation)
    const response = await nullIfNotFound(sources.engagement.getCustomerMessages(operation, bankId, credential))
    return response && toNodes(response.messages, 'messages', toMessage, unreadableObpRow, drift)
  },
)

/** The `load` of a query of a bank's list. */
const loadList =
  <Node>(definition: LoaderDefinition<ObpInstance, Loader<string, Rows<Node> | null>>) =>
  async (
    instance: ObpInstance,
    operation: OperationScope,
    { bankId: requestedBank, first }: BankListKey,
  ): Promise<Rows<Node> | null> => {
    const bankId = bankOf(instance, operation, requestedBank)
    const nodes = bankId === null ? null : await operation.loader(instance, definition).load(bankId)
    return nodes && firstOf(nodes, first ?? MAX_ROWS)
  }

/** Queries of CRM events, meetings and messages. */
export const engagementQueries = {
  crmEvents: query<BankListKey, Rows<CrmEvent> | null>({
    scope: 'engagement:read',
    type: 'CrmEvent',
    load: loadList(crmEvents),
  }),

  meetings: query<BankListKey, Rows<BankMeeting> | null>({
    scope: 'engagement:read',
    type: 'BankMeeting',
    load: loadList(meetings),
  }),

  meetingById: query<MeetingKey, BankMeeting | null>({
    scope: 'engagement:read',
    type: 'BankMeeting',
    load: loadByCustomer(meetingsById),
  }),

  /** Called with the caller's own credential: the provider decides which messages are the caller's. */
  messagesOfViewer: query<Pick<BankListKey, 'bankId'>, Rows<CustomerMessage> | null>({
    scope: null,
    ownScope: 'customers:read',
    type: 'CustomerMessage',
    async load(instance, operation, { bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      return bankId === null ? null : operation.loader(instance, viewerMessages).load(bankId)
    },
  }),
}

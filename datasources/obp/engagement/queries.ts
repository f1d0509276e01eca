import type { CrmEvent, CustomerMessage, Meeting } from '../../../schema/engagement.js'
import { keyLoader, type Loader } from '../../support/loader.js'
import { query } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Credential } from '../../http/client.js'
import type { Drift } from '../../support/mapping.js'
import { type BankAccess, type CustomerRef, customerRefKey } from '../bank-access.js'
import type { EngagementSource } from './datasource.js'
import { toCrmEvent, toMeeting, toMessage } from './mapping.js'

/** Names a bank, and how many of its rows are wanted. */
export interface BankListQuestion {
  readonly bankId?: string | null | undefined
  readonly first?: number | null | undefined
}

export interface MeetingKey {
  readonly id: string
  readonly bankId?: string | null | undefined
}

/** More than this is never answered: the provider has no pages and lists all there is. */
const MOST = 100

/** Questions about CRM events, meetings and messages. The provider lists them by bank only, so each list is asked for once. */
export function engagementLoaders(source: EngagementSource, banks: BankAccess, asUser: () => Credential, drift: Drift) {
  /** A bank's list; what says that it is another bank's is left out. */
  const listed = <Row extends { bank_id: string }, Node>(
    ask: (bankId: string) => Promise<readonly Row[]>,
    to: (row: Row, drift: Drift) => Node,
  ) =>
    keyLoader<string, Node[] | null>(async (bankId) => {
      const rows = await nullIfNotFound(ask(bankId))
      return rows && rows.filter((row) => row.bank_id === bankId).map((row) => to(row, drift))
    })

  const crmEvents = listed(async (bankId) => (await source.getCrmEvents(bankId)).crm_events, toCrmEvent)
  const meetings = listed(async (bankId) => (await source.getMeetings(bankId)).meetings, toMeeting)

  const meeting = keyLoader<CustomerRef, Meeting | null>(async ({ bankId, id }) => {
    const row = await nullIfNotFound(source.getMeeting(bankId, id))
    return row?.meeting_id === id && row.bank_id === bankId ? toMeeting(row, drift) : null
  }, customerRefKey)

  const messages = keyLoader<string, CustomerMessage[] | null>(async (bankId) => {
    const answer = await nullIfNotFound(source.getCustomerMessages(bankId, asUser()))
    return answer && answer.messages.map((message) => toMessage(message, drift))
  })

  const firstOf =
    <Node>(loader: Loader<string, Node[] | null>) =>
    async ({ bankId: named, first }: BankListQuestion): Promise<Node[] | null> => {
      const bankId = banks.named(named)
      const nodes = bankId === null ? null : await loader.load(bankId)
      return nodes && nodes.slice(0, first ?? MOST)
    }

  const readings = {
    crmEvents: query<BankListQuestion, CrmEvent[] | null>({
      scope: 'engagement:read',
      type: 'CrmEvent',
      load: firstOf(crmEvents),
    }),

    meetings: query<BankListQuestion, Meeting[] | null>({
      scope: 'engagement:read',
      type: 'Meeting',
      load: firstOf(meetings),
    }),

    meetingById: query<MeetingKey, Meeting | null>({
      scope: 'engagement:read',
      type: 'Meeting',
      load: banks.within(meeting.load),
    }),

    /** Asked as the caller: the provider answers what is theirs, so a valid token is enough. */
    messagesOfViewer: query<Pick<BankListQuestion, 'bankId'>, CustomerMessage[] | null>({
      scope: null,
      ownScope: 'customers:read',
      type: 'CustomerMessage',
      async load({ bankId: named }) {
        const bankId = banks.named(named)
        return bankId === null ? null : messages.load(bankId)
      },
    }),
  }

  return { readings }
}

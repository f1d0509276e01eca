import type { CreateCustomerMessageInput, CreateMeetingInput, Meeting } from '../../../schema/engagement.js'
import { command } from '../../contract/operations.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess } from '../bank-access.js'
import type { CustomerLoaders } from '../customers/queries.js'
import type { EngagementSource } from './datasource.js'
import { meetingBody, messageBody, toMeeting } from './mapping.js'

/** Records meetings and sends messages. The provider knows no idempotency keys: each call adds another one. */
export function engagementCommands(
  source: EngagementSource,
  banks: Pick<BankAccess, 'required'>,
  customers: Pick<CustomerLoaders, 'named'>,
  drift: Drift,
) {
  return {
    createMeeting: command<CreateMeetingInput, { meeting: Meeting }>({
      scope: 'engagement:write',
      type: 'CreateMeetingPayload',
      repeatable: false,
      async run(input) {
        const bankId = banks.required(input.bankId)
        return { meeting: toMeeting(await source.createMeeting(bankId, meetingBody(input)), drift) }
      },
    }),

    createCustomerMessage: command<CreateCustomerMessageInput, { sent: boolean }>({
      scope: 'engagement:write',
      type: 'CreateCustomerMessagePayload',
      repeatable: false,
      async run(input) {
        const { place } = await customers.named({ id: input.customerId, bankId: input.bankId })
        await source.createCustomerMessage(place, messageBody(input))
        return { sent: true }
      },
    }),
  }
}

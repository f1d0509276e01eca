import type { BankMeeting, CreateCustomerMessageInput, CreateMeetingInput } from '../../../schema/engagement.js'
import { requiredBankOf } from '../bank-access.js'
import { findCustomer } from '../customers/customer-lookup.js'
import { command } from '../instance.js'
import { meetingBody, messageBody, toMeeting } from './mapping.js'

/** Commands that record meetings and send messages. The provider has no idempotency keys: each repeat adds another one. */
export const engagementCommands = {
  createMeeting: command<CreateMeetingInput, { meeting: BankMeeting }>({
    scope: 'engagement:write',
    type: 'CreateMeetingPayload',
    repeatable: false,
    async run(instance, operation, input) {
      const bankId = requiredBankOf(instance, operation, input.bankId)
      const row = await instance.sources.engagement.createMeeting(operation, bankId, meetingBody(input))
      return { meeting: toMeeting(row, instance.drift) }
    },
  }),

  createCustomerMessage: command<CreateCustomerMessageInput, { sent: boolean }>({
    scope: 'engagement:write',
    type: 'CreateCustomerMessagePayload',
    repeatable: false,
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      await instance.sources.engagement.createCustomerMessage(operation, ref, messageBody(input))
      return { sent: true }
    },
  }),
}

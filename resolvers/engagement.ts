import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost, FirstArgument, ListSize } from '../schema/cost-classes.js'
import {
  CreateCustomerMessageInput,
  CreateCustomerMessagePayload,
  CreateMeetingInput,
  CreateMeetingPayload,
  CrmEvent,
  CustomerMessage,
  BankMeeting,
} from '../schema/engagement.js'
import { Authenticated, Scopes } from '../schema/scopes.js'
import { Viewer } from '../schema/viewer.js'
import { BANK, BankListArgs } from './bank-args.js'
import type { RequestContext } from './context.js'

@Resolver(() => CrmEvent)
export class CrmEventResolver {
  @Scopes('engagement:read')
  @Cost('call')
  @FirstArgument()
  @Query(() => [CrmEvent], {
    nullable: true,
    description: "The bank's CRM events, in the order of the Open Bank Project. Requires the scope `engagement:read`.",
  })
  crmEvents(@Args(() => BankListArgs) args: BankListArgs, @Ctx() { obp }: RequestContext) {
    return obp.crmEvents(args)
  }
}

@Resolver(() => BankMeeting)
export class BankMeetingResolver {
  @Scopes('engagement:read')
  @Cost('call')
  @Query(() => BankMeeting, {
    nullable: true,
    description: 'The meeting with this id at the bank, or null. Requires the scope `engagement:read`.',
  })
  meeting(
    @Arg('id', () => ID, { description: "The meeting's id at the Open Bank Project." }) id: string,
    @Arg('bankId', () => ID, BANK) bankId: string | null | undefined,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.meetingById({ id, bankId })
  }

  @Scopes('engagement:read')
  @Cost('call')
  @FirstArgument()
  @Query(() => [BankMeeting], {
    nullable: true,
    description: "The bank's meetings, newest first. Requires the scope `engagement:read`.",
  })
  meetings(@Args(() => BankListArgs) args: BankListArgs, @Ctx() { obp }: RequestContext) {
    return obp.meetings(args)
  }

  @Scopes('engagement:write')
  @Cost('write')
  @Mutation(() => CreateMeetingPayload, {
    nullable: true,
    description:
      'Records a meeting. The Open Bank Project does not notify the participants. Requires the scope `engagement:write`.',
  })
  createMeeting(
    @Arg('input', () => CreateMeetingInput, { description: 'The input of the mutation.' }) input: CreateMeetingInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createMeeting(input)
  }
}

@Resolver(() => Viewer)
export class ViewerMessagesResolver {
  @Authenticated()
  @Cost('call')
  @ListSize({ assumedSize: 20 })
  @FieldResolver(() => [CustomerMessage], {
    nullable: true,
    description:
      "The bank's messages to the caller, newest first. They are read with the caller's own token, so no scope is required.",
  })
  messages(@Arg('bankId', () => ID, BANK) bankId: string | null | undefined, @Ctx() { obp }: RequestContext) {
    return obp.messagesOfViewer({ bankId })
  }
}

@Resolver(() => CustomerMessage)
export class CustomerMessageResolver {
  @Scopes('engagement:write')
  @Cost('write')
  @Mutation(() => CreateCustomerMessagePayload, {
    nullable: true,
    description: 'Sends a message to the user who is linked to a customer. Requires the scope `engagement:write`.',
  })
  createCustomerMessage(
    @Arg('input', () => CreateCustomerMessageInput, { description: 'The input of the mutation.' })
    input: CreateCustomerMessageInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerMessage(input)
  }
}

import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost, FirstArgument, ListSize } from '../schema/cost-weights.js'
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
    description: "The bank's CRM events, in the provider's order. Needs `engagement:read`.",
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
    description: "The bank's meeting with this id, or null. Needs `engagement:read`.",
  })
  meeting(
    @Arg('id', () => ID) id: string,
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
    description: "The bank's meetings, latest first. Needs `engagement:read`.",
  })
  meetings(@Args(() => BankListArgs) args: BankListArgs, @Ctx() { obp }: RequestContext) {
    return obp.meetings(args)
  }

  @Scopes('engagement:write')
  @Cost('write')
  @Mutation(() => CreateMeetingPayload, {
    nullable: true,
    description: 'Records a meeting; nobody is told of it. Needs `engagement:write`.',
  })
  createMeeting(@Arg('input', () => CreateMeetingInput) input: CreateMeetingInput, @Ctx() { obp }: RequestContext) {
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
    description: "What the bank has written to the caller, newest first, by the caller's own token; needs no scope.",
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
    description: 'Writes to the user who is linked to a customer. Needs `engagement:write`.',
  })
  createCustomerMessage(
    @Arg('input', () => CreateCustomerMessageInput) input: CreateCustomerMessageInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.createCustomerMessage(input)
  }
}

import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Cost, ListSize, PageSize } from '../schema/cost-classes.js'
import { Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/page.js'
import {
  CreateWebhookEndpointInput,
  CreateWebhookEndpointPayload,
  DeleteWebhookEndpointInput,
  DeleteWebhookEndpointPayload,
  DisableWebhookEndpointInput,
  DisableWebhookEndpointPayload,
  EnableWebhookEndpointInput,
  EnableWebhookEndpointPayload,
  ReplayWebhookDeliveryInput,
  ReplayWebhookDeliveryPayload,
  RotateWebhookEndpointSecretInput,
  RotateWebhookEndpointSecretPayload,
  WebhookDeliveryConnection,
  WebhookDeliveryState,
  WebhookEndpoint,
} from '../schema/webhook-endpoint.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

const INPUT = { description: 'The input of the mutation.' }

@ArgsType()
class WebhookDeliveriesArgs extends PageArgs {
  @Field(() => ID, { description: "The id of one of the client's webhook endpoints." })
  endpointId!: string

  @Field(() => WebhookDeliveryState, {
    nullable: true,
    description: 'The state of the deliveries, such as `DEAD_LETTER`; of any state when omitted.',
  })
  state?: WebhookDeliveryState | null
}

@Resolver(() => WebhookEndpoint)
export class WebhookEndpointResolver {
  @Scopes('webhooks:read')
  @Cost('call')
  @ListSize({ assumedSize: 5 })
  @Query(() => [WebhookEndpoint], {
    nullable: true,
    description:
      "The webhook endpoints of the caller's client in its tenant, oldest first. Requires the scope `webhooks:read`.",
  })
  webhookEndpoints(@Ctx() { webhooks }: RequestContext) {
    return webhooks.webhookEndpoints()
  }

  @Scopes('webhooks:read')
  @Cost('call')
  @PageSize()
  @Query(() => WebhookDeliveryConnection, {
    nullable: true,
    description:
      "The deliveries of the last days to a webhook endpoint of the caller's client, newest first, or null. Requires the scope `webhooks:read`.",
  })
  async webhookDeliveries(
    @Args(() => WebhookDeliveriesArgs) args: WebhookDeliveriesArgs,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return connection(await webhooks.webhookDeliveries(args))
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => CreateWebhookEndpointPayload, {
    nullable: true,
    description:
      'Creates a webhook endpoint. It gets the events of its types that are recorded from then on. Requires the scope `webhooks:write`, and the scope that each type names.',
  })
  createWebhookEndpoint(
    @Arg('input', () => CreateWebhookEndpointInput, INPUT) input: CreateWebhookEndpointInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.createWebhookEndpoint(input)
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => RotateWebhookEndpointSecretPayload, {
    nullable: true,
    description:
      'Gives a webhook endpoint another secret. For a day each delivery has a signature of either secret. Requires the scope `webhooks:write`.',
  })
  rotateWebhookEndpointSecret(
    @Arg('input', () => RotateWebhookEndpointSecretInput, INPUT) input: RotateWebhookEndpointSecretInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.rotateWebhookEndpointSecret(input)
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => DisableWebhookEndpointPayload, {
    nullable: true,
    description:
      'Disables a webhook endpoint: it gets no event that is recorded meanwhile, and deliveries that wait become dead letters. Requires the scope `webhooks:write`.',
  })
  disableWebhookEndpoint(
    @Arg('input', () => DisableWebhookEndpointInput, INPUT) input: DisableWebhookEndpointInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.disableWebhookEndpoint(input)
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => EnableWebhookEndpointPayload, {
    nullable: true,
    description:
      'Enables a webhook endpoint again. Its dead letters can be replayed. Requires the scope `webhooks:write`.',
  })
  enableWebhookEndpoint(
    @Arg('input', () => EnableWebhookEndpointInput, INPUT) input: EnableWebhookEndpointInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.enableWebhookEndpoint(input)
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => DeleteWebhookEndpointPayload, {
    nullable: true,
    description: 'Deletes a webhook endpoint; nothing more is delivered to it. Requires the scope `webhooks:write`.',
  })
  deleteWebhookEndpoint(
    @Arg('input', () => DeleteWebhookEndpointInput, INPUT) input: DeleteWebhookEndpointInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.deleteWebhookEndpoint(input)
  }

  @Scopes('webhooks:write')
  @Cost('write')
  @Mutation(() => ReplayWebhookDeliveryPayload, {
    nullable: true,
    description:
      'Attempts a delivery again that was delivered or became a dead letter, with all of its retries. Requires the scope `webhooks:write`.',
  })
  replayWebhookDelivery(
    @Arg('input', () => ReplayWebhookDeliveryInput, INPUT) input: ReplayWebhookDeliveryInput,
    @Ctx() { webhooks }: RequestContext,
  ) {
    return webhooks.replayWebhookDelivery(input)
  }
}

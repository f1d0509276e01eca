import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique } from 'class-validator'
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Length } from './length.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'
import { PageInfo } from './page.js'

/** The types of events that are delivered to partners: the kinds of objects whose state changes. */
export enum WebhookEventType {
  VERIFICATION_RESULT = 'VERIFICATION_RESULT',
  ACCOUNT_ATTRIBUTES_JOB = 'ACCOUNT_ATTRIBUTES_JOB',
  ACCOUNT_VERIFICATIONS = 'ACCOUNT_VERIFICATIONS',
  PERSON_VERIFICATION = 'PERSON_VERIFICATION',
  KYC_OVERVIEW = 'KYC_OVERVIEW',
}
registerEnumType(WebhookEventType, {
  name: 'WebhookEventType',
  description: 'The types of events that are delivered to webhook endpoints.',
  valuesConfig: {
    VERIFICATION_RESULT: {
      description: 'The state of an account verification changed (`verificationResult`). Needs `verifications:read`.',
    },
    ACCOUNT_ATTRIBUTES_JOB: {
      description:
        'The state of a job of account attributes changed (`accountAttributesJob`). Needs `attributes:write`.',
    },
    ACCOUNT_VERIFICATIONS: {
      description:
        'The state of a job of account verifications changed (`accountVerifications`). Needs `verifications:read`.',
    },
    PERSON_VERIFICATION: {
      description: 'The state of the verification of a person changed (`personVerification`). Needs `persons:read`.',
    },
    KYC_OVERVIEW: { description: 'The KYC status of a customer changed (`kycOverview`). Needs `kyc:read`.' },
  },
})

/** Why an endpoint is disabled. */
export enum WebhookDisabledReason {
  REQUESTED = 'REQUESTED',
  GONE = 'GONE',
  FAILING = 'FAILING',
}
registerEnumType(WebhookDisabledReason, {
  name: 'WebhookDisabledReason',
  description: 'Why a webhook endpoint is disabled.',
  valuesConfig: {
    REQUESTED: { description: 'By `disableWebhookEndpoint`.' },
    GONE: { description: 'It answered a delivery with the status 410.' },
    FAILING: { description: 'Every delivery has failed for five days.' },
  },
})

export enum WebhookDeliveryState {
  PENDING = 'PENDING',
  RETRYING = 'RETRYING',
  DELIVERED = 'DELIVERED',
  DEAD_LETTER = 'DEAD_LETTER',
}
registerEnumType(WebhookDeliveryState, {
  name: 'WebhookDeliveryState',
  description: 'The states of a delivery to a webhook endpoint.',
  valuesConfig: {
    PENDING: { description: 'It waits for its first attempt, or the attempt is under way.' },
    RETRYING: { description: 'An attempt failed, and another one follows.' },
    DELIVERED: { description: 'The endpoint answered with a status of 200 to 299.' },
    DEAD_LETTER: { description: 'No further attempt follows, unless it is replayed.' },
  },
})

/** How an attempt ended: the class of the status, or why there is none. */
export enum WebhookDeliveryOutcome {
  HTTP_2XX = 'HTTP_2XX',
  HTTP_3XX = 'HTTP_3XX',
  HTTP_4XX = 'HTTP_4XX',
  HTTP_410 = 'HTTP_410',
  HTTP_429 = 'HTTP_429',
  HTTP_5XX = 'HTTP_5XX',
  TIMEOUT = 'TIMEOUT',
  NAME_NOT_FOUND = 'NAME_NOT_FOUND',
  CONNECTION_FAILED = 'CONNECTION_FAILED',
  TLS_FAILED = 'TLS_FAILED',
  ADDRESS_REFUSED = 'ADDRESS_REFUSED',
  ENDPOINT_DISABLED = 'ENDPOINT_DISABLED',
  ENDPOINT_DELETED = 'ENDPOINT_DELETED',
  EVENT_EXPIRED = 'EVENT_EXPIRED',
}
registerEnumType(WebhookDeliveryOutcome, {
  name: 'WebhookDeliveryOutcome',
  description: 'The ways in which an attempt to deliver ends: the class of the HTTP status, or why there is none.',
  valuesConfig: {
    HTTP_2XX: { description: 'A status of 200 to 299: delivered.' },
    HTTP_3XX: { description: 'A redirect, which is not followed.' },
    HTTP_4XX: { description: 'Another status of 400 to 499, or an informational one.' },
    HTTP_410: { description: 'The status 410: the endpoint is disabled.' },
    HTTP_429: { description: 'The status 429: the endpoint wants fewer requests.' },
    HTTP_5XX: { description: 'A status from 500.' },
    TIMEOUT: { description: 'No answer within ten seconds.' },
    NAME_NOT_FOUND: { description: 'Not told to clients: a name without an address is `ADDRESS_REFUSED`.' },
    CONNECTION_FAILED: { description: 'The connection was refused or broke.' },
    TLS_FAILED: { description: 'The certificate or the TLS version is not accepted.' },
    ADDRESS_REFUSED: {
      description:
        'The host has an address to which this server does not deliver, or its name has none; which, is not told.',
    },
    ENDPOINT_DISABLED: { description: 'The endpoint is disabled.' },
    ENDPOINT_DELETED: { description: 'The endpoint was deleted.' },
    EVENT_EXPIRED: { description: 'The event is no longer kept.' },
  },
})

@ObjectType({ description: 'An address of a partner to which events are delivered.' })
export class WebhookEndpoint {
  @Field(() => ID, { description: 'The id of the endpoint, a UUID.' })
  id!: string

  @Field(() => String, { description: 'The address.' })
  url!: string

  @Field(() => [WebhookEventType], { description: 'The types of events that are delivered to it.' })
  types!: WebhookEventType[]

  @Field(() => Boolean, { description: 'True where events are delivered to it.' })
  isEnabled!: boolean

  @Field(() => WebhookDisabledReason, { nullable: true, description: 'Why it is disabled; null where it is enabled.' })
  disabledReason!: WebhookDisabledReason | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was disabled; null where it is enabled.' })
  disabledAt!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time since which every attempt has failed; null where the last one succeeded.',
  })
  failingSince!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until this time deliveries are signed with the previous secret too; null where there is none.',
  })
  previousSecretUntil!: string | null

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: string
}

@ObjectType({ description: 'The delivery of one event to one webhook endpoint.' })
export class WebhookDelivery {
  @Field(() => ID, { description: 'The id of the event: the header `webhook-id` of its requests.' })
  eventId!: string

  @Field(() => WebhookEventType, {
    nullable: true,
    description: 'The type of the event; null once the event is no longer kept.',
  })
  type!: WebhookEventType | null

  @Field(() => WebhookDeliveryState, { description: 'The state of the delivery.' })
  state!: WebhookDeliveryState

  @Field(() => Int, { description: 'The number of attempts that have ended.' })
  attempts!: number

  @Field(() => WebhookDeliveryOutcome, {
    nullable: true,
    description: 'How the last attempt ended; null before the first one has.',
  })
  lastOutcome!: WebhookDeliveryOutcome | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'About when the next attempt follows; null where none is planned.',
  })
  nextAttemptAt!: string | null

  @Field(() => DateTimeScalar, { description: 'When the event was queued for the endpoint.' })
  createdAt!: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was delivered or became a dead letter; null before that.',
  })
  endedAt!: string | null
}

@ObjectType({ description: 'An item of a page of deliveries.' })
export class WebhookDeliveryEdge {
  @Field(() => String, { description: 'The cursor of the item.' })
  cursor!: string

  @Field(() => WebhookDelivery, { description: 'The delivery.' })
  node!: WebhookDelivery
}

@ObjectType({ description: 'A page of deliveries, as a Relay connection.' })
export class WebhookDeliveryConnection {
  @Field(() => [WebhookDeliveryEdge], { description: 'The deliveries of the page with their cursors.' })
  edges!: WebhookDeliveryEdge[]

  @Field(() => [WebhookDelivery], { description: 'The deliveries of the page.' })
  nodes!: WebhookDelivery[]

  @Field(() => PageInfo, { description: 'The position of the page in the list.' })
  pageInfo!: PageInfo
}

@InputType({ description: 'The webhook endpoint to create.' })
export class CreateWebhookEndpointInput extends MutationInput {
  @Field(() => String, {
    description:
      'The address: `https`, without credentials and fragment, at most 2,000 characters, on the default port or one from 1024. Its host must have public addresses only.',
  })
  @Length(1, 2_000)
  url!: string

  @Field(() => [WebhookEventType], { description: 'The types of events to deliver, each once.' })
  @ArrayMinSize(1, { message: 'must name at least one type' })
  @ArrayMaxSize(20, { message: 'must name at most 20 types' })
  @ArrayUnique({ message: 'must name each type once' })
  types!: WebhookEventType[]
}

/** Input members of all mutations of one endpoint. */
@InputType()
export abstract class WebhookEndpointInput extends MutationInput {
  @Field(() => ID, { description: "The id of one of the client's webhook endpoints." })
  @Length(1, 255)
  endpointId!: string
}

@InputType({ description: 'The webhook endpoint that gets another secret.' })
export class RotateWebhookEndpointSecretInput extends WebhookEndpointInput {}

@InputType({ description: 'The webhook endpoint to disable.' })
export class DisableWebhookEndpointInput extends WebhookEndpointInput {}

@InputType({ description: 'The webhook endpoint to enable.' })
export class EnableWebhookEndpointInput extends WebhookEndpointInput {}

@InputType({ description: 'The webhook endpoint to delete.' })
export class DeleteWebhookEndpointInput extends WebhookEndpointInput {}

@InputType({ description: 'The delivery to replay.' })
export class ReplayWebhookDeliveryInput extends WebhookEndpointInput {
  @Field(() => ID, { description: 'The id of the event.' })
  @Length(1, 255)
  eventId!: string
}

@ObjectType({ description: 'The created webhook endpoint.' })
export class CreateWebhookEndpointPayload extends Payload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint.' })
  endpoint!: WebhookEndpoint

  @Field(() => String, {
    nullable: true,
    description:
      'The secret of the signatures (`whsec_…`, Standard Webhooks). It is answered once: null where the payload is a stored outcome.',
  })
  secret!: string | null
}

@ObjectType({ description: 'The webhook endpoint with its other secret.' })
export class RotateWebhookEndpointSecretPayload extends Payload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint.' })
  endpoint!: WebhookEndpoint

  @Field(() => String, {
    nullable: true,
    description:
      'The new secret (`whsec_…`). It is answered once: null where the payload is a stored outcome. Until `endpoint.previousSecretUntil` each delivery has a signature of either secret.',
  })
  secret!: string | null
}

@ObjectType({ description: 'The disabled webhook endpoint.' })
export class DisableWebhookEndpointPayload extends Payload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint.' })
  endpoint!: WebhookEndpoint
}

@ObjectType({ description: 'The enabled webhook endpoint.' })
export class EnableWebhookEndpointPayload extends Payload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint.' })
  endpoint!: WebhookEndpoint
}

@ObjectType({ description: 'The id of the deleted webhook endpoint.' })
export class DeleteWebhookEndpointPayload extends Payload {
  @Field(() => ID, { description: 'The id of the endpoint.' })
  deletedId!: string
}

@ObjectType({ description: 'The delivery that is attempted again.' })
export class ReplayWebhookDeliveryPayload extends Payload {
  @Field(() => WebhookDelivery, { description: 'The delivery.' })
  delivery!: WebhookDelivery
}

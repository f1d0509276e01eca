import type { Caller } from '../datasources/contract/caller.js'
import type { WatchedType } from '../datasources/contract/state-change.js'
import type { Command, Query } from '../datasources/contract/operations.js'
import type { Providers } from '../datasources/index.js'
import type { Page } from '../schema/page.js'
import type {
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
  WebhookDelivery,
  WebhookDeliveryState,
  WebhookEndpoint,
} from '../schema/webhook-endpoint.js'

/** Guarded query: the guard checks the scope and masks the value. The value is null also where the caller may not know of the record. */
type GuardedQuery<Declared> =
  Declared extends Query<never, infer Key, infer Value> ? (key: Key) => Promise<Value | null> : never

/** Guarded command: the guard checks the scope, applies the idempotency key and masks the payload. */
type GuardedCommand<Declared> =
  Declared extends Command<never, infer Input, infer Payload>
    ? (input: Input) => Promise<Payload & { replayed: boolean }>
    : never

/** A provider's queries and commands by their declared names. */
type Guarded<Name extends keyof Providers> = {
  readonly [Q in keyof Providers[Name]['queries']]: GuardedQuery<Providers[Name]['queries'][Q]>
} & {
  readonly [C in keyof Providers[Name]['commands']]: GuardedCommand<Providers[Name]['commands'][C]>
} & {
  /** Throws `FORBIDDEN` when the caller lacks the scope of the query for every key, so that no other query is run in vain. */
  readonly assertAllowed: (query: keyof Providers[Name]['queries']) => void
  /**
   * Throws `FORBIDDEN` when the caller lacks a scope that this key or input needs, which may be of any type: it is not
   * validated yet.
   */
  readonly assertScopes: (
    name: keyof Providers[Name]['queries'] | keyof Providers[Name]['commands'],
    argument: unknown,
  ) => void
}

export type GuardedProviders = { readonly [Name in keyof Providers]: Guarded<Name> }

/** Which deliveries of an endpoint are asked for. */
interface DeliveriesKey {
  readonly endpointId: string
  readonly first?: number | null
  readonly after?: string | null
  readonly state?: WebhookDeliveryState | null
}

/** The guarded queries and commands of webhook endpoints, which this server keeps itself. */
interface GuardedWebhooks {
  readonly webhookEndpoints: () => Promise<readonly WebhookEndpoint[] | null>
  readonly webhookDeliveries: (key: DeliveriesKey) => Promise<Page<WebhookDelivery> | null>
  readonly createWebhookEndpoint: (input: CreateWebhookEndpointInput) => Promise<CreateWebhookEndpointPayload>
  readonly rotateWebhookEndpointSecret: (
    input: RotateWebhookEndpointSecretInput,
  ) => Promise<RotateWebhookEndpointSecretPayload>
  readonly disableWebhookEndpoint: (input: DisableWebhookEndpointInput) => Promise<DisableWebhookEndpointPayload>
  readonly enableWebhookEndpoint: (input: EnableWebhookEndpointInput) => Promise<EnableWebhookEndpointPayload>
  readonly deleteWebhookEndpoint: (input: DeleteWebhookEndpointInput) => Promise<DeleteWebhookEndpointPayload>
  readonly replayWebhookDelivery: (input: ReplayWebhookDeliveryInput) => Promise<ReplayWebhookDeliveryPayload>
}

/** All guarded queries and commands: those of the providers, and those of what this server keeps itself. */
export interface GuardedOperations extends GuardedProviders {
  readonly webhooks: GuardedWebhooks
}

/** The state of an object, as it was read. */
export interface Observed {
  /** The word of the graph. */
  readonly state: string
  /** Differs where the object has changed within its state. */
  readonly progress?: string
  /** True where the state does not change any more. */
  readonly isFinal: boolean
  /** The earliest time of a useful next read, ISO 8601; null where the provider is not polled. */
  readonly nextPollAt: string | null
}

/** What the field of a subscription tells the stream that it is executed for. */
export interface Observer {
  /** Listens for changes of an object from now on. */
  readonly watch: (type: WatchedType, id: string) => void
  /** Tells the state of the field's object; null where there is no such object, or it is not the caller's. */
  readonly observe: (observed: Observed | null) => void
}

/** The context of resolvers: the caller, and the guarded queries and commands. There is no other way to a provider. */
export interface RequestContext extends GuardedOperations {
  readonly caller: Caller
  /** Present in an operation that a stream executes. */
  readonly observer?: Observer | undefined
}

import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError, invalidInput } from '../../datasources/contract/errors.js'
import { operationsOf } from '../../datasources/contract/operations.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import { changeOwn } from '../../datasources/support/own-write.js'
import type { Page } from '../../schema/page.js'
import type {
  CreateWebhookEndpointInput,
  DeleteWebhookEndpointInput,
  DisableWebhookEndpointInput,
  EnableWebhookEndpointInput,
  ReplayWebhookDeliveryInput,
  RotateWebhookEndpointSecretInput,
  WebhookDelivery,
  WebhookEndpoint,
} from '../../schema/webhook-endpoint.js'
import { WebhookDisabledReason } from '../../schema/webhook-endpoint.js'
import type { AddressRules } from './address-rules.js'
import type { StoredEndpoint } from './contract.js'
import type { DeliveriesKey, DeliveryList } from './delivery-list.js'
import { toEndpoint } from './mapping.js'
import { EVENT_TYPES } from './payload.js'
import type { EndpointRegistry } from './registry.js'
import { newSecret } from './secret.js'

/** What the operations work with, for as long as the process runs. */
export interface PartnerWebhooksInstance {
  readonly registry: EndpointRegistry
  readonly deliveries: DeliveryList
  readonly rules: AddressRules
}

interface EndpointPayload {
  readonly endpoint: WebhookEndpoint
}

interface SecretPayload extends EndpointPayload {
  readonly secret: string | null
}

const TITLE = 'This server'
const { query, command } = operationsOf<PartnerWebhooksInstance>()

/** Events do not tell the bank of their object, so a caller of some banks would be told of those of the others. */
function refuseNarrowed({ banks }: Pick<Caller, 'banks'>, { types }: Pick<StoredEndpoint, 'types'>): void {
  if (banks === undefined || !types.includes('kycOverview')) return
  throw new ApiError('FORBIDDEN', {
    message: 'A token that is narrowed to banks (banks) cannot have events of the type KYC_OVERVIEW.',
    refusal: 'banks',
  })
}

const absent = (): ApiError => new ApiError('NOT_FOUND', { title: TITLE })

/** The endpoint, where it is one of the caller's client in its tenant. */
async function ownEndpoint(
  { registry }: PartnerWebhooksInstance,
  operation: OperationScope,
  id: string,
): Promise<StoredEndpoint | null> {
  const { caller } = operation
  const endpoint = await registry.find(id)
  if (endpoint === null) return null
  if (endpoint.tenant !== caller.tenant) operation.foreign('tenant')
  else if (endpoint.client !== caller.client) operation.foreign('owner')
  else return endpoint
  return null
}

/** The same, for a mutation: throws where it is none. */
async function requireEndpoint(
  instance: PartnerWebhooksInstance,
  operation: OperationScope,
  id: string,
): Promise<StoredEndpoint> {
  const endpoint = await ownEndpoint(instance, operation, id)
  if (endpoint === null) throw absent()
  return endpoint
}

/** The payload of a mutation of an endpoint, which may have been deleted meanwhile. */
function payloadOf(endpoint: StoredEndpoint | null, now: number): EndpointPayload {
  if (endpoint === null) throw absent()
  return { endpoint: toEndpoint(endpoint, now) }
}

/** What is kept of an outcome: a secret is answered once. */
const withoutSecret = ({ endpoint }: SecretPayload): SecretPayload => ({ endpoint, secret: null })

const createWebhookEndpoint = command<CreateWebhookEndpointInput, SecretPayload>({
  scope: 'webhooks:write',
  type: 'CreateWebhookEndpointPayload',
  repeatable: true,
  // What a caller may not read is not delivered to it either.
  extraScopes: ({ types }) => types.map((type) => EVENT_TYPES[type].scope),
  concerned: ({ endpoint }) => ({ endpointId: endpoint.id }),
  toStored: withoutSecret,
  async run({ registry, rules }, operation, { url, types }, { id }) {
    const { caller, store } = operation
    const watched = types.map((type) => EVENT_TYPES[type].watched)
    refuseNarrowed(caller, { types: watched })
    const problems = rules.problemsOf(url)
    if (problems.length > 0) throw invalidInput({ 'input.url': problems })
    // The id of the attempt is that of the endpoint: a repeat creates no second one.
    const endpoint = {
      id,
      tenant: caller.tenant,
      client: caller.client,
      url: new URL(url).href,
      types: watched,
      secret: newSecret(),
      createdAt: store.now(),
    }
    // A store that cannot be reached is told before anything may have been changed.
    await registry.find(id)
    const kept = await changeOwn(operation, () => registry.add(endpoint))
    if (kept === undefined)
      throw new ApiError('CONFLICT', { message: 'The client has as many webhook endpoints as it may have.' })
    return { ...payloadOf(kept, store.now()), secret: kept.secret }
  },
})

const rotateWebhookEndpointSecret = command<RotateWebhookEndpointSecretInput, SecretPayload>({
  scope: 'webhooks:write',
  type: 'RotateWebhookEndpointSecretPayload',
  repeatable: true,
  toStored: withoutSecret,
  async run(instance, operation, { endpointId }, attempt) {
    refuseNarrowed(operation.caller, await requireEndpoint(instance, operation, endpointId))
    const rotated = await changeOwn(operation, () => instance.registry.rotate(endpointId, attempt, newSecret()))
    return { ...payloadOf(rotated, operation.store.now()), secret: rotated!.secret }
  },
})

const disableWebhookEndpoint = command<DisableWebhookEndpointInput, EndpointPayload>({
  scope: 'webhooks:write',
  type: 'DisableWebhookEndpointPayload',
  repeatable: true,
  async run(instance, operation, { endpointId }, attempt) {
    await requireEndpoint(instance, operation, endpointId)
    const { REQUESTED } = WebhookDisabledReason
    const disabled = await changeOwn(operation, () => instance.registry.disable(endpointId, REQUESTED, attempt))
    return payloadOf(disabled, operation.store.now())
  },
})

const enableWebhookEndpoint = command<EnableWebhookEndpointInput, EndpointPayload>({
  scope: 'webhooks:write',
  type: 'EnableWebhookEndpointPayload',
  repeatable: true,
  async run(instance, operation, { endpointId }, attempt) {
    refuseNarrowed(operation.caller, await requireEndpoint(instance, operation, endpointId))
    const enabled = await changeOwn(operation, () => instance.registry.enable(endpointId, attempt))
    return payloadOf(enabled, operation.store.now())
  },
})

const deleteWebhookEndpoint = command<DeleteWebhookEndpointInput, { readonly deletedId: string }>({
  scope: 'webhooks:write',
  type: 'DeleteWebhookEndpointPayload',
  repeatable: true,
  async run(instance, operation, { endpointId }, { isRetry }) {
    const endpoint = await ownEndpoint(instance, operation, endpointId)
    if (endpoint !== null) await changeOwn(operation, () => instance.registry.remove(endpoint))
    // The attempt before this one may have deleted it.
    else if (!isRetry) throw absent()
    return { deletedId: endpointId }
  },
})

const replayWebhookDelivery = command<ReplayWebhookDeliveryInput, { readonly delivery: WebhookDelivery }>({
  scope: 'webhooks:write',
  type: 'ReplayWebhookDeliveryPayload',
  repeatable: true,
  async run(instance, operation, { endpointId, eventId }, attempt) {
    const { disabled } = await requireEndpoint(instance, operation, endpointId)
    if (disabled) throw new ApiError('CONFLICT', { message: 'The webhook endpoint is disabled: enable it first.' })
    const { deliveries } = instance
    const found = await deliveries.replay(operation, { endpointId, eventId }, attempt)
    if (found === undefined) throw absent()
    if (!found.isReplayed && !attempt.isRetry)
      throw new ApiError('CONFLICT', { message: 'The delivery has not ended: another attempt follows by itself.' })
    return { delivery: found.delivery }
  },
})

/** The queries and commands of webhook endpoints, in the form of a provider's: the guard treats them alike. */
export const partnerWebhookOperations = {
  name: 'webhooks',
  title: TITLE,
  queries: {
    webhookEndpoints: query<void, readonly WebhookEndpoint[]>({
      scope: 'webhooks:read',
      type: 'WebhookEndpoint',
      async load({ registry }, { caller, store }) {
        const now = store.now()
        return (await registry.of(caller)).map((endpoint) => toEndpoint(endpoint, now))
      },
    }),
    webhookDeliveries: query<DeliveriesKey, Page<WebhookDelivery> | null>({
      scope: 'webhooks:read',
      type: 'WebhookDelivery',
      async load(instance, operation, key) {
        const endpoint = await ownEndpoint(instance, operation, key.endpointId)
        return endpoint && instance.deliveries.page(operation, key)
      },
    }),
  },
  commands: {
    createWebhookEndpoint,
    rotateWebhookEndpointSecret,
    disableWebhookEndpoint,
    enableWebhookEndpoint,
    deleteWebhookEndpoint,
    replayWebhookDelivery,
  },
}

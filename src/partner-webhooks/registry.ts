import { ApiError, NotRepeated } from '../../datasources/contract/errors.js'
import { type Attempt, PROVIDER_RETENTION_MS } from '../../datasources/contract/operations.js'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import { WebhookDisabledReason } from '../../schema/webhook-endpoint.js'
import type { StateEvent } from '../events/event-log.js'
import { DEFAULT_TENANT, tenantName } from '../tenants/tenant.js'
import type { StoredEndpoint } from './contract.js'

const DAY_SECONDS = 24 * 3600
/** An endpoint is kept until it is deleted; this ends those of deployments that are no more. */
const ENDPOINT_SECONDS = 3_650 * DAY_SECONDS
/** How long it is known that an endpoint was deleted: longer than a creation that was left open is repeated. */
const DELETED_SECONDS = PROVIDER_RETENTION_MS / 1000 + DAY_SECONDS
/** Endpoints of one tenant, of all clients: all of them are read for each event. */
const MAX_ENDPOINTS_OF_TENANT = 1_000

/** An endpoint in the index of its tenant: what decides whether it gets an event. */
type Indexed = Pick<StoredEndpoint, 'id' | 'tenant' | 'client' | 'types'> & { readonly isEnabled: boolean }

/** What is left of an endpoint that was deleted. */
interface Deleted {
  readonly deletedAt: number
}

/** The endpoint of a record; null where it was deleted. */
const presentOf = (record: StoredEndpoint | Deleted | null): StoredEndpoint | null =>
  record === null || 'deletedAt' in record ? null : record

interface Index {
  readonly endpoints: readonly Indexed[]
}

/** Who owns endpoints. */
type Owner = Pick<StoredEndpoint, 'tenant' | 'client'>

const isOf = ({ tenant, client }: Owner, owner: Owner): boolean => tenant === owner.tenant && client === owner.client

const isSameInput = (one: StoredEndpoint, other: StoredEndpoint): boolean =>
  isOf(one, other) && one.url === other.url && one.types.join() === other.types.join()

/** When an endpoint was last enabled or disabled; of versions that did not keep it only the latter is known. */
const switchedAt = (endpoint: StoredEndpoint | null): number =>
  Math.max(endpoint?.switchedAt ?? 0, endpoint?.disabled?.at ?? 0)

const keyOf = (id: string): StoreKey => ['webhook-endpoint', id]

interface RegistryOptions {
  readonly store: Store
  readonly hasTenants: boolean
  /** The endpoints that one client may have. */
  readonly maxEndpoints: number
  /** How long the previous secret is in use after a rotation. */
  readonly overlapMs: number
  /** Told once of an endpoint that this server has disabled, when it gets nothing any more. */
  readonly onDisabled?: ((endpoint: StoredEndpoint, reason: WebhookDisabledReason) => void) | undefined
}

/** The webhook endpoints: a record of each, and for each tenant of the deployment an index of those that it has. */
export class EndpointRegistry {
  readonly #options: RegistryOptions

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /**
   * Keeps a new endpoint, and returns it; the earlier one where its id is kept already, refused where that is of another
   * input or was deleted. Undefined where the client has too many.
   */
  async add(endpoint: StoredEndpoint): Promise<StoredEndpoint | undefined> {
    const { store, maxEndpoints } = this.#options
    const { value: kept } = await store.update<StoredEndpoint | Deleted>(
      keyOf(endpoint.id),
      ENDPOINT_SECONDS,
      (current) => (current === null ? endpoint : undefined),
    )
    const value = presentOf(kept)
    if (value === null) throw new NotRepeated()
    if (!isSameInput(value, endpoint)) throw new ApiError('IDEMPOTENCY_KEY_REUSED')
    let hasRoom = true
    await store.update<Index>(this.#indexKey(endpoint), ENDPOINT_SECONDS, (current) => {
      const endpoints = current?.endpoints ?? []
      if (endpoints.some(({ id }) => id === endpoint.id)) return undefined
      hasRoom =
        endpoints.length < MAX_ENDPOINTS_OF_TENANT &&
        endpoints.filter((other) => isOf(other, endpoint)).length < maxEndpoints
      const { id, tenant, client, types } = endpoint
      return hasRoom ? { endpoints: [...endpoints, { id, tenant, client, types, isEnabled: true }] } : undefined
    })
    if (hasRoom) return value
    await this.#update(endpoint.id, () => null)
    return undefined
  }

  /** Begins the lifetime of all endpoints of a tenant anew, under the present keys of the store. */
  async renew(tenant: string): Promise<void> {
    const { store } = this.#options
    const key: StoreKey = ['webhook-endpoints', tenant]
    const index = await store.get<Index>(key)
    for (const { id } of index?.endpoints ?? []) await store.renew(keyOf(id), ENDPOINT_SECONDS)
    await store.renew(key, ENDPOINT_SECONDS)
  }

  async find(id: string): Promise<StoredEndpoint | null> {
    return presentOf(await this.#options.store.get<StoredEndpoint | Deleted>(keyOf(id)))
  }

  /** The endpoints of an owner, oldest first. */
  async of(owner: Owner): Promise<readonly StoredEndpoint[]> {
    const index = await this.#options.store.get<Index>(this.#indexKey(owner))
    const own = (index?.endpoints ?? []).filter((endpoint) => isOf(endpoint, owner))
    const found = await Promise.all(own.map(({ id }) => this.find(id)))
    return found.flatMap((endpoint) => endpoint ?? []).sort((a, b) => a.createdAt - b.createdAt)
  }

  /** The ids of the endpoints that get an event. */
  async wanting({ tenant, type, owner }: Pick<StateEvent, 'tenant' | 'type' | 'owner'>): Promise<readonly string[]> {
    const index = await this.#options.store.get<Index>(['webhook-endpoints', tenantName(tenant)])
    return (index?.endpoints ?? [])
      .filter(({ types, isEnabled }) => isEnabled && types.includes(type))
      .filter((endpoint) => owner === undefined || endpoint.tenant === owner)
      .map(({ id }) => id)
  }

  /** Gives an endpoint another secret, once for each attempt id; null where it is gone. */
  async rotate(id: string, attempt: Attempt, secret: string): Promise<StoredEndpoint | null> {
    const { overlapMs } = this.#options
    let isOvertaken = false
    const { value } = await this.#update(id, (current, now) => {
      if (current === null || current.rotatedBy === attempt.id) return undefined
      const { previous } = current
      // The time of the last rotation, by the end of its overlap.
      isOvertaken = attempt.isRetry && previous !== undefined && previous.until - overlapMs >= attempt.begunAt
      if (isOvertaken) return undefined
      return {
        ...current,
        secret,
        previous: { secret: current.secret, until: now + overlapMs },
        rotatedBy: attempt.id,
      }
    })
    if (isOvertaken) throw new NotRepeated()
    return value
  }

  /**
   * Disables an endpoint; the reason of one that is disabled stays. Null where it is gone. `attempt`: that of the client who
   * asks for it; absent where this server does it.
   */
  async disable(id: string, reason: WebhookDisabledReason, attempt?: Attempt): Promise<StoredEndpoint | null> {
    return this.#switch(id, attempt, (current, now) =>
      current.disabled ? undefined : { disabled: { reason, at: now } },
    )
  }

  /** Disables an endpoint at which every attempt has failed for longer than this by now. */
  async disableFailing(id: string, failingMs: number): Promise<StoredEndpoint | null> {
    return this.#switch(id, undefined, ({ disabled, failingSince = Infinity }, now) =>
      disabled || now - failingSince <= failingMs
        ? undefined
        : { disabled: { reason: WebhookDisabledReason.FAILING, at: now } },
    )
  }

  /** Enables an endpoint, as one that has not failed yet. Null where it is gone. */
  async enable(id: string, attempt?: Attempt): Promise<StoredEndpoint | null> {
    return this.#switch(id, attempt, ({ disabled }) =>
      disabled ? { disabled: undefined, failingSince: undefined } : undefined,
    )
  }

  /** Deletes an endpoint; a repeat of its creation does not bring it back. */
  async remove(endpoint: StoredEndpoint): Promise<void> {
    const { store } = this.#options
    await store.update<Index>(this.#indexKey(endpoint), ENDPOINT_SECONDS, (current) =>
      current === null ? undefined : { endpoints: current.endpoints.filter(({ id }) => id !== endpoint.id) },
    )
    await store.update<StoredEndpoint | Deleted>(keyOf(endpoint.id), DELETED_SECONDS, (current, now) =>
      presentOf(current) === null ? undefined : { deletedAt: now },
    )
  }

  /**
   * Notes whether the last attempt failed, where that is news; returns since when all have failed. It looks again: other
   * attempts may have ended since this one began.
   */
  async note(id: string, hasFailed: boolean): Promise<number | undefined> {
    const { value } = await this.#update(id, (current, now) =>
      current === null || hasFailed === (current.failingSince !== undefined)
        ? undefined
        : { ...current, failingSince: hasFailed ? now : undefined },
    )
    return value?.failingSince
  }

  /**
   * Sets in the index whether an endpoint is enabled, and again where that has changed meanwhile: of two that change an
   * endpoint at one time the later to write the index need not be the later to change the record. It ends a change whose
   * own write of the index was lost.
   */
  async settle(endpoint: StoredEndpoint): Promise<void> {
    const { store, onDisabled } = this.#options
    for (let latest: StoredEndpoint | null = endpoint; latest !== null;) {
      const { disabled }: StoredEndpoint = latest
      const isEnabled = disabled === undefined
      const { changed } = await store.update<Index>(this.#indexKey(endpoint), ENDPOINT_SECONDS, (current) =>
        current?.endpoints.some((one) => one.id === endpoint.id && one.isEnabled !== isEnabled)
          ? { endpoints: current.endpoints.map((one) => (one.id === endpoint.id ? { ...one, isEnabled } : one)) }
          : undefined,
      )
      // Who changes the index tells: of all that do the same, one does.
      if (changed && disabled && disabled.reason !== WebhookDisabledReason.REQUESTED)
        onDisabled?.(latest, disabled.reason)
      latest = await this.find(endpoint.id)
      if (latest !== null && isEnabled === (latest.disabled === undefined)) return
    }
  }

  #indexKey({ tenant }: Pick<Owner, 'tenant'>): StoreKey {
    return ['webhook-endpoints', this.#options.hasTenants ? tenant : DEFAULT_TENANT]
  }

  /**
   * Enables or disables an endpoint; `change` returns undefined where it is so already. The time is kept also then: a
   * repeat of an earlier call must not revert what a later one has asked for.
   */
  async #switch(
    id: string,
    attempt: Attempt | undefined,
    change: (current: StoredEndpoint, now: number) => Pick<StoredEndpoint, 'disabled' | 'failingSince'> | undefined,
  ): Promise<StoredEndpoint | null> {
    let isOvertaken = false
    const { value } = await this.#update(id, (current, now) => {
      const changes = current === null ? undefined : change(current, now)
      const isFirst = attempt?.isRetry === false
      isOvertaken = attempt?.isRetry === true && changes !== undefined && switchedAt(current) >= attempt.begunAt
      if (current === null || isOvertaken || (changes === undefined && !isFirst)) return undefined
      return { ...current, ...changes, switchedAt: now }
    })
    if (isOvertaken) throw new NotRepeated()
    if (value !== null) await this.settle(value)
    return value
  }

  async #update(
    id: string,
    change: (current: StoredEndpoint | null, now: number) => StoredEndpoint | null | undefined,
  ): Promise<{ readonly value: StoredEndpoint | null }> {
    const { value } = await this.#options.store.update<StoredEndpoint | Deleted>(
      keyOf(id),
      ENDPOINT_SECONDS,
      (record, now) => change(presentOf(record), now),
    )
    return { value: presentOf(value) }
  }
}

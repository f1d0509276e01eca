import type { Caller } from '../../datasources/contract/caller.js'
import type { Store } from '../../datasources/contract/store.js'
import type { Webhook } from '../../datasources/contract/webhook.js'
import type { CircuitState } from '../../datasources/http/circuit-breaker.js'
import { providerEntries, type ProviderName } from '../../datasources/index.js'
import { absentProvider, type OpenProvider, type OpenProviders, type OpenRoom } from '../providers.js'
import { tenantStore } from '../store/tenant-store.js'
import type { TenantConfig } from './tenancy.js'

export type Rooms = ReadonlyMap<ProviderName, OpenRoom>

/** The one tenant of a deployment without tenants, in the keys of the store. */
export const DEFAULT_TENANT = 'default'

/** A tenant as callers name it. The client of a token without a tenant has another prefix, and is none. */
export const tenantName = (id: string | undefined): string => (id === undefined ? DEFAULT_TENANT : `tenant:${id}`)

/** The store as a tenant sees it. */
export const storeOf = (store: Store, id: string | undefined): Store =>
  id === undefined ? store : tenantStore(store, tenantName(id))

/** What an operation is answered by, as far as it tells when the operation has ended. */
interface Closing {
  readonly closed: boolean
  once(event: 'close', listener: () => void): unknown
}

/**
 * A tenant in one version of its settings. An operation keeps the version with which it began; the rooms that only
 * earlier versions have are closed when the last operation on these has ended.
 */
export class Tenant {
  readonly config: TenantConfig
  readonly store: Store
  /** The providers, as the guard gives them to the operations. */
  readonly open: OpenProviders
  readonly rooms: Rooms
  readonly #banks: ReadonlySet<string> | undefined
  readonly #narrowed = new WeakMap<Caller, Caller>()
  #running = 0
  #isReplaced = false

  constructor(config: TenantConfig, rooms: Rooms, store: Store) {
    this.config = config
    this.store = store
    this.rooms = rooms
    this.#banks = config.banks && new Set(config.banks)
    this.open = Object.fromEntries(
      providerEntries.map(([name, provider]): [ProviderName, OpenProvider] => [
        name,
        rooms.get(name)?.open ?? absentProvider(provider),
      ]),
    ) as OpenProviders
    for (const room of rooms.values()) room.hold()
  }

  /** The webhook receiver of a provider, where it has one. */
  webhookOf(provider: ProviderName): Webhook | undefined {
    const open = this.open[provider]
    return 'instance' in open ? open.instance.webhook : undefined
  }

  /** The circuit of each provider. */
  get circuits(): Readonly<Record<string, CircuitState>> {
    return Object.fromEntries([...this.rooms].map(([name, room]) => [name, room.circuit]))
  }

  /** The caller, narrowed to the banks of the tenant; the same object each time. */
  narrow(caller: Caller): Caller {
    if (this.#banks === undefined) return caller
    const known = this.#narrowed.get(caller)
    if (known !== undefined) return known
    const banks = [...this.#banks].filter((bank) => caller.banks === undefined || caller.banks.includes(bank))
    const narrowed: Caller = { ...caller, banks }
    this.#narrowed.set(caller, narrowed)
    return narrowed
  }

  /** Counts the operation that is answered by a response, until that closes. */
  serve(response: Closing): void {
    // A client that has left already waits for nothing.
    if (response.closed) return
    this.#running += 1
    response.once('close', this.#leave)
  }

  /** Counts a write, which may outlast its operation. */
  during<T>(write: Promise<T>): Promise<T> {
    this.#running += 1
    return write.finally(this.#leave)
  }

  /** No operation begins on it any more. */
  replace(): void {
    this.#isReplaced = true
    this.#end()
  }

  readonly #leave = (): void => {
    this.#running -= 1
    this.#end()
  }

  #end(): void {
    if (!this.#isReplaced || this.#running > 0) return
    // Work that began late, on a version that has ended, holds nothing.
    this.#isReplaced = false
    for (const room of this.rooms.values()) void room.release().catch(() => undefined)
  }
}

import { isDeepStrictEqual } from 'node:util'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { RecordChange } from '../../datasources/contract/state-change.js'
import { ResponseMemory } from '../../datasources/http/transport.js'
import { providerEntries, type ProviderName } from '../../datasources/index.js'
import type { CallAttempt } from '../../datasources/http/call.js'
import type { CircuitState } from '../../datasources/http/circuit-breaker.js'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import { withHttp } from '../graphql/http-head.js'
import { ProviderChanges } from './provider-changes.js'
import type { ProviderConfig } from './provider-config.js'
import { type AnyProvider, type CircuitPart, OpenRoom } from '../providers.js'
import { type ChangeChannel, NO_CHANNEL } from '../store/change-channel.js'
import type { PermitStore } from '../store/permits.js'
import type { Tenancy, TenantConfig } from './tenancy.js'
import { DEFAULT_TENANT, type Rooms, storeOf, Tenant, tenantName } from './tenant.js'

interface TenantsOptions {
  readonly config: Pick<Config, 'httpClient' | 'tenancy' | 'maxResponseMemoryBytes'>
  readonly store: Store
  readonly permits?: PermitStore | undefined
  /** Changes that the replicas tell each other. @default none */
  readonly changes?: ChangeChannel | undefined
  /** What records the changes of state of a tenant's objects. @default nothing is recorded */
  readonly recordOf?: ((tenant: string | undefined) => RecordChange) | undefined
  /** `tenant` is undefined in a deployment without tenants. */
  readonly onCall: (attempt: CallAttempt, tenant: string | undefined) => void
  readonly onShared: (provider: string, tenant: string | undefined) => void
  readonly onDrift: (provider: string, field: string, tenant: string | undefined) => void
  readonly onCircuit: (provider: string, part: CircuitPart, state: CircuitState, tenant: string | undefined) => void
  /** Called for a circuit that is there no more. */
  readonly onCircuitGone: (provider: string, part: CircuitPart, tenant: string | undefined) => void
}

/** What new settings replaced. */
export interface Replacement {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** The tenants whose banks, limits or providers changed. */
  readonly tenants: readonly string[]
  /** The providers whose rooms were opened anew, were added or are gone, as `provider` or `tenant/provider`. */
  readonly providers: readonly string[]
}

/** The tenants by name, with the rooms that they share. */
type ByName = ReadonlyMap<string, Tenant>

const labelOf = ({ id }: TenantConfig, provider: ProviderName): string =>
  id === undefined ? provider : `${id}/${provider}`

const idsOf = (tenants: ByName): readonly string[] => [...tenants.values()].flatMap(({ config }) => config.id ?? [])

function difference(before: ByName, next: ByName): Pick<Replacement, 'added' | 'removed'> {
  const [earlier, later] = [idsOf(before), idsOf(next)]
  return {
    added: later.filter((id) => !earlier.includes(id)),
    removed: earlier.filter((id) => !later.includes(id)),
  }
}

const noTenant = (): ApiError =>
  withHttp(new ApiError('FORBIDDEN', { message: 'The token names no tenant of this deployment.' }), 403)

/**
 * The tenants of a deployment: a caller of one gets the providers, the credentials and the records of that one. Without
 * `TENANTS_FILE` there is one tenant, of all callers.
 */
export class Tenants {
  readonly #options: TenantsOptions
  readonly #changes: ProviderChanges
  readonly #memory: ResponseMemory
  readonly #hasTenants: boolean
  /** The rooms that are open, those of earlier versions too. */
  readonly #open = new Set<OpenRoom>()
  #byName: ByName = new Map()
  #default: Tenant | undefined

  constructor(options: TenantsOptions) {
    const { config, changes = NO_CHANNEL } = options
    this.#options = options
    this.#changes = new ProviderChanges(changes)
    this.#memory = new ResponseMemory(config.maxResponseMemoryBytes)
    this.#hasTenants = config.tenancy.hasTenants
    this.apply(config.tenancy)
  }

  /** The tenant of a caller; throws `FORBIDDEN` for a token without a tenant of this deployment. */
  of({ tenant: name }: Pick<Caller, 'tenant'>): Tenant {
    const tenant = this.#default ?? this.#byName.get(name)
    if (tenant === undefined) throw noTenant()
    return tenant
  }

  /** The tenant with this id; without an id, that of a deployment without tenants. */
  find(id: string | undefined): Tenant | undefined {
    return this.#byName.get(tenantName(id))
  }

  /** The names of all that there are at present. */
  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** The memory of the answers of providers that are being read, in bytes. */
  get usedBytes(): number {
    return this.#memory.used
  }

  get hasTenants(): boolean {
    return this.#hasTenants
  }

  /** The query cost that all clients of a caller's tenant may use in a minute; undefined where the tenant does not say. */
  rateLimitOf({ tenant: name }: Pick<Caller, 'tenant'>): number | undefined {
    return (this.#default ?? this.#byName.get(name))?.config.limits.rateLimit
  }

  /** The circuit of each provider, by tenant where there are tenants. */
  circuits(): Readonly<Record<string, unknown>> {
    if (this.#default !== undefined) return this.#default.circuits
    const tenants = [...this.#byName.values()]
    return Object.fromEntries(tenants.map(({ config, circuits }) => [config.id ?? DEFAULT_TENANT, circuits]))
  }

  /**
   * Takes other settings in use, all of them or, where a room cannot be opened, none. What did not change goes on;
   * operations that run end on what they began with.
   */
  apply({ tenants }: Tenancy): Replacement {
    const opened: OpenRoom[] = []
    const next = new Map<string, Tenant>()
    try {
      const planned = tenants.map((config) => [config, this.#roomsOf(config, opened)] as const)
      for (const [config, rooms] of planned) next.set(tenantName(config.id), this.#tenantOf(config, rooms))
    } catch (error) {
      for (const room of opened) void room.close().catch(() => undefined)
      throw error
    }
    return this.#replace(next)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((room) => room.close()))
  }

  /** The rooms of a tenant: those that are open with the same settings, and new ones. */
  #roomsOf(config: TenantConfig, opened: OpenRoom[]): Rooms {
    const before = this.#byName.get(tenantName(config.id))?.rooms
    const rooms = new Map<ProviderName, OpenRoom>()
    for (const [name, provider] of providerEntries) {
      const settings = config.providers[name]
      if (settings === undefined) continue
      const known = before?.get(name)
      const isKnown = known !== undefined && isDeepStrictEqual(known.config, settings)
      const room = isKnown ? known : this.#openRoom(provider, settings, config)
      if (room !== known) opened.push(room)
      rooms.set(name, room)
    }
    return rooms
  }

  #openRoom(provider: AnyProvider, settings: ProviderConfig, tenant: TenantConfig): OpenRoom {
    const { config, permits, recordOf, onCall, onShared, onDrift, onCircuit } = this.#options
    const { id } = tenant
    const room = new OpenRoom(provider, settings, {
      config,
      tenant: tenantName(id),
      memory: this.#memory,
      store: storeOf(this.#options.store, id),
      permits,
      changes: this.#changes,
      record: recordOf?.(id) ?? (() => undefined),
      onCall: (attempt) => onCall(attempt, id),
      onShared: (name) => onShared(name, id),
      onDrift: (name, field) => onDrift(name, field, id),
      onCircuit: (name, part, state) => onCircuit(name, part, state, id),
      onClosed: () => void this.#open.delete(room),
    })
    this.#open.add(room)
    return room
  }

  /** The tenant as it is, or another version of it. */
  #tenantOf(config: TenantConfig, rooms: Rooms): Tenant {
    const known = this.#byName.get(tenantName(config.id))
    return known && isDeepStrictEqual(known.config, config)
      ? known
      : new Tenant(config, rooms, storeOf(this.#options.store, config.id))
  }

  #replace(next: ByName): Replacement {
    const before = this.#byName
    this.#byName = next
    this.#default = next.get(DEFAULT_TENANT)
    const changed = new Set<string>()
    const tenants: string[] = []
    for (const tenant of next.values())
      for (const [name, room] of tenant.rooms)
        if (before.get(tenantName(tenant.config.id))?.rooms.get(name) !== room)
          changed.add(labelOf(tenant.config, name))
    for (const [key, tenant] of before) {
      const successor = next.get(key)
      if (successor === tenant) continue
      if (successor !== undefined) tenants.push(tenant.config.id ?? DEFAULT_TENANT)
      for (const [name, room] of tenant.rooms) {
        if (successor?.rooms.get(name) === room) continue
        room.replace()
        changed.add(labelOf(tenant.config, name))
        if (!successor?.rooms.has(name)) this.#tellGone(tenant.config, name, room)
      }
      tenant.replace()
    }
    return { tenants, providers: [...changed], ...difference(before, next) }
  }

  #tellGone({ id }: TenantConfig, name: ProviderName, room: OpenRoom): void {
    for (const part of room.parts) this.#options.onCircuitGone(name, part, id)
  }
}

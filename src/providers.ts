import { ApiError } from '../datasources/contract/errors.js'
import type { Provider, ProviderDeps, ProviderInstance } from '../datasources/contract/provider.js'
import type { RecordChange } from '../datasources/contract/state-change.js'
import type { Store } from '../datasources/contract/store.js'
import type { CallAttempt } from '../datasources/http/call.js'
import type { CircuitState } from '../datasources/http/circuit-breaker.js'
import { ProviderClient } from '../datasources/http/client.js'
import { proxyFor } from '../datasources/http/proxy.js'
import { RetryBudget } from '../datasources/http/retry.js'
import { IdleLimit, type ResponseMemory, TRANSPORTS } from '../datasources/http/transport.js'
import type { ProviderName, Providers } from '../datasources/index.js'
import type { Config } from './config.js'
import type { ProviderChanges } from './tenants/provider-changes.js'
import type { ProviderConfig } from './tenants/provider-config.js'
import type { PermitStore } from './store/permits.js'

/** A provider of a tenant: its open room, or the error that says that there is none. */
export type OpenProvider<Instance = ProviderInstance> =
  { readonly instance: Instance } | { readonly absent: () => ApiError }

export type OpenProviders = { readonly [Name in ProviderName]: OpenProvider<ReturnType<Providers[Name]['open']>> }

/** The token endpoint of a provider is often another host, with a circuit of its own. */
export type CircuitPart = 'api' | 'login'

/** What a tenant's rooms get of the process. */
interface RoomOptions {
  readonly config: Pick<Config, 'httpClient'>
  /** The name of the tenant in keys and channels. */
  readonly tenant: string
  /** Memory of the answers of all providers of all tenants. */
  readonly memory?: ResponseMemory | undefined
  /** The store as the tenant sees it. */
  readonly store: Store
  readonly permits?: PermitStore | undefined
  readonly changes: ProviderChanges
  readonly record: RecordChange
  readonly onCall: (attempt: CallAttempt) => void
  readonly onShared: (provider: string) => void
  readonly onDrift: (provider: string, field: string) => void
  readonly onCircuit: (provider: string, part: CircuitPart, state: CircuitState) => void
}

/** A provider's folder, whichever it is. */
export type AnyProvider = Provider<unknown, ProviderInstance>

/** A provider that the tenant does not have. */
export const absentProvider = ({ label, title }: Pick<AnyProvider, 'label' | 'title'>): OpenProvider => ({
  absent: () => new ApiError('PROVIDER_NOT_CONFIGURED', { provider: label, title }),
})

/** What a room gets of the process: its HTTP clients, the store, and the counter of contract drift. */
interface OpenDeps {
  readonly deps: ProviderDeps
  /** Ends the part in the changes of other instances. */
  readonly leave: () => void
}

/** Makes what a room gets of the process. */
export function depsOf(
  { name, label, title }: Pick<AnyProvider, 'name' | 'label' | 'title'>,
  own: ProviderConfig,
  { config, tenant, memory, store, permits, changes, record, onCall, onShared, onDrift, onCircuit }: RoomOptions,
): OpenDeps {
  const { ca, maxConcurrencyTotal, proxyUrl, proxies } = own
  const retryBudget = new RetryBudget()
  const idleLimit = new IdleLimit(own.keepAliveMs)
  const sharedPermits = maxConcurrencyTotal > 0 ? permits?.(`${name}:${tenant}`, maxConcurrencyTotal) : undefined
  // Zero is no limit.
  const maxConcurrency = Math.min(own.maxConcurrency, maxConcurrencyTotal || Infinity)
  const clients: ProviderClient[] = []
  const listeners: (() => void)[] = []
  const { announce, leave } = changes.join(name, tenant, (kind) => {
    for (const client of clients) client.invalidate()
    if (kind === 'event') for (const listener of listeners) listener()
  })
  const client: ProviderDeps['client'] = (options) => {
    // Only the client of a token endpoint has no credential.
    const part: CircuitPart = options.credential === undefined ? 'login' : 'api'
    onCircuit(name, part, 'closed')
    const made = new ProviderClient({
      ...options,
      ...(ca === undefined ? {} : { tls: { ...options.tls, ca } }),
      name,
      label,
      title,
      timeoutMs: own.timeoutMs,
      maxConcurrency,
      // A token endpoint is another service.
      sharedPermits: part === 'api' ? sharedPermits : undefined,
      maxResponseBytes: own.maxResponseBytes,
      sendsInteractionId: own.sendsInteractionId,
      propagatesTrace: own.propagatesTrace,
      memory,
      idleLimit,
      proxyFor: (url) => proxyUrl ?? proxyFor(url, proxies),
      transport: TRANSPORTS[config.httpClient],
      onAttempt: onCall,
      onShared: () => onShared(name),
      retryBudget,
      onCircuitChange: (state) => onCircuit(name, part, state),
      onWrite: part === 'api' ? () => announce('write') : undefined,
    })
    clients.push(made)
    return made
  }
  return {
    deps: {
      maxConcurrency,
      drift: (field) => onDrift(name, field),
      store,
      changes: { announce: () => announce('event'), listen: (listener) => void listeners.push(listener) },
      record,
      tenant,
      client,
    },
    leave,
  }
}

/**
 * Open room: the instance of one provider for one tenant, for as long as its settings are the same. It is closed when the
 * last of its holders has let it go.
 */
export class OpenRoom {
  readonly open: OpenProvider
  /** The settings that it was opened with. */
  readonly config: ProviderConfig
  readonly #instance: ProviderInstance
  readonly #leave: () => void
  readonly #onClosed: () => void
  #closing: Promise<void> | undefined
  readonly #circuits: Partial<Record<CircuitPart, CircuitState>> = {}
  #isReplaced = false
  #holders = 0

  constructor(
    provider: AnyProvider,
    config: ProviderConfig,
    { onClosed, ...options }: RoomOptions & { readonly onClosed: () => void },
  ) {
    this.config = config
    const { deps, leave } = depsOf(provider, config, {
      ...options,
      onCircuit: (of, part, state) => {
        // The circuits of the room in its place are told.
        if (this.#isReplaced) return
        this.#circuits[part] = state
        options.onCircuit(of, part, state)
      },
    })
    this.#leave = leave
    this.#onClosed = onClosed
    this.#instance = provider.open(config.settings, deps)
    this.open = { instance: this.#instance }
  }

  /** The circuit of the provider: the worse of its parts. */
  get circuit(): CircuitState {
    const { api = 'closed', login = 'closed' } = this.#circuits
    return api === 'closed' ? login : api
  }

  /** The parts whose circuits are told. */
  get parts(): readonly CircuitPart[] {
    return Object.keys(this.#circuits) as CircuitPart[]
  }

  /** No new operation gets it. */
  replace(): void {
    this.#isReplaced = true
  }

  hold(): void {
    this.#holders += 1
  }

  /** Lets it go; it is closed where no other holds it. */
  async release(): Promise<void> {
    this.#holders -= 1
    if (this.#holders === 0) await this.close()
  }

  /** Closes it, once; resolves when what goes on without an operation has ended too. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#leave()
    await this.#instance.close().finally(this.#onClosed)
  }
}

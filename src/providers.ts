import { ApiError } from '../datasources/contract/errors.js'
import type { Provider, ProviderDeps, ProviderInstance } from '../datasources/contract/provider.js'
import type { Store } from '../datasources/contract/store.js'
import type { CallAttempt } from '../datasources/http/call.js'
import type { CircuitState } from '../datasources/http/circuit-breaker.js'
import { ProviderClient } from '../datasources/http/client.js'
import { proxyFor } from '../datasources/http/proxy.js'
import { RetryBudget } from '../datasources/http/retry.js'
import { IdleLimit, ResponseMemory, TRANSPORTS } from '../datasources/http/transport.js'
import { providerEntries, type ProviderName, type Providers } from '../datasources/index.js'
import type { Config } from './config.js'
import { type Change, type ChangeChannel, NO_CHANNEL } from './store/change-channel.js'
import type { PermitStore } from './store/permits.js'

/** A provider of this deployment: its open room, or the error that says that there is none. */
export type OpenProvider<Instance = ProviderInstance> =
  { readonly instance: Instance } | { readonly absent: () => ApiError }

export type OpenProviders = { readonly [Name in ProviderName]: OpenProvider<ReturnType<Providers[Name]['open']>> }

/** The token endpoint of a provider is often another host, with a circuit of its own. */
export type CircuitPart = 'api' | 'login'

/** The tenant of a deployment without tenants. */
const DEFAULT_TENANT = 'default'

export interface ProvidersOptions {
  readonly config: Config
  /** Memory of the answers of all providers. */
  readonly memory?: ResponseMemory | undefined
  readonly store: Store
  readonly permits?: PermitStore | undefined
  /** Changes that the replicas tell each other. @default none */
  readonly changes?: ChangeChannel | undefined
  readonly onCall: (attempt: CallAttempt) => void
  readonly onShared: (provider: string) => void
  readonly onDrift: (provider: string, field: string) => void
  readonly onCircuit: (provider: string, part: CircuitPart, state: CircuitState) => void
}

/** The changes of one provider: what this process announces, and what it does about those of the others. */
function changesOf(provider: string, { publish, subscribe }: ChangeChannel) {
  const clients: ProviderClient[] = []
  const events: (() => void)[] = []
  subscribe((change) => {
    if (change.provider !== provider || change.tenant !== DEFAULT_TENANT) return
    for (const client of clients) client.invalidate()
    if (change.kind === 'event') for (const listener of events) listener()
  })
  const announcer = (kind: Change['kind']) => () => publish({ provider, tenant: DEFAULT_TENANT, kind })
  return { announcer, clients, events }
}

type Circuits = Record<string, Partial<Record<CircuitPart, CircuitState>>>

/** Keeps and tells the state of the circuit of each part of a provider; a circuit begins closed. */
function circuitReporter(name: string, circuits: Circuits, onCircuit: ProvidersOptions['onCircuit']) {
  const states: Partial<Record<CircuitPart, CircuitState>> = (circuits[name] = {})
  return (part: CircuitPart) => {
    const report = (state: CircuitState): void => {
      states[part] = state
      onCircuit(name, part, state)
    }
    report('closed')
    return report
  }
}

/** What a room gets of the process: its HTTP clients, the store, and the counter of contract drift. */
export function depsOf(
  { name, label, title }: Provider<unknown, ProviderInstance>,
  {
    ca,
    timeoutMs,
    maxConcurrency,
    maxConcurrencyTotal,
    maxResponseBytes,
    keepAliveMs,
    sendsInteractionId,
    proxyUrl,
  }: NonNullable<Config['providers'][ProviderName]>,
  { config, memory, store, permits, changes = NO_CHANNEL, onCall, onShared, onDrift, onCircuit }: ProvidersOptions,
  circuits: Circuits,
): ProviderDeps {
  const retryBudget = new RetryBudget()
  const idleLimit = new IdleLimit(keepAliveMs)
  // Zero is no limit.
  const total = maxConcurrencyTotal || Infinity
  const sharedPermits =
    maxConcurrencyTotal > 0 ? permits?.(`${name}:${DEFAULT_TENANT}`, maxConcurrencyTotal) : undefined
  const reportCircuit = circuitReporter(name, circuits, onCircuit)
  const { announcer, clients, events } = changesOf(name, changes)
  return {
    drift: (field) => onDrift(name, field),
    store,
    changes: { announce: announcer('event'), listen: (listener) => void events.push(listener) },
    tenant: DEFAULT_TENANT,
    client(options) {
      // Only the client of a token endpoint has no credential.
      const part: CircuitPart = options.credential === undefined ? 'login' : 'api'
      const onCircuitChange = reportCircuit(part)
      const client = new ProviderClient({
        ...options,
        ...(ca === undefined ? {} : { tls: { ...options.tls, ca } }),
        name,
        label,
        title,
        timeoutMs,
        maxConcurrency: Math.min(maxConcurrency, total),
        // A token endpoint is another service.
        sharedPermits: part === 'api' ? sharedPermits : undefined,
        maxResponseBytes,
        sendsInteractionId,
        memory,
        idleLimit,
        proxyFor: (url) => proxyUrl ?? proxyFor(url, config.proxies),
        transport: TRANSPORTS[config.httpClient],
        onAttempt: onCall,
        onShared: () => onShared(name),
        retryBudget,
        onCircuitChange,
        onWrite: part === 'api' ? announcer('write') : undefined,
      })
      clients.push(client)
      return client
    },
  }
}

/** Opens the room of every configured provider; the others answer `PROVIDER_NOT_CONFIGURED`. */
export function openProviders(given: Omit<ProvidersOptions, 'memory'>) {
  const options = { ...given, memory: new ResponseMemory(given.config.maxResponseMemoryBytes) }
  const circuits: Circuits = {}
  const open = Object.fromEntries(
    providerEntries.map(([key, provider]): [ProviderName, OpenProvider] => {
      const { label, title } = provider
      const configured = options.config.providers[key]
      if (!configured)
        return [key, { absent: () => new ApiError('PROVIDER_NOT_CONFIGURED', { provider: label, title }) }]
      return [key, { instance: provider.open(configured.settings, depsOf(provider, configured, options, circuits)) }]
    }),
  ) as OpenProviders

  return {
    open,
    /** The circuit of each provider: the worse of its parts. */
    circuits: (): Record<string, CircuitState> =>
      Object.fromEntries(
        Object.entries(circuits).map(([name, { api = 'closed', login = 'closed' }]) => [
          name,
          api === 'closed' ? login : api,
        ]),
      ),
    async close(): Promise<void> {
      await Promise.all(
        Object.values(open).flatMap((provider) => ('instance' in provider ? [provider.instance.close()] : [])),
      )
    },
  }
}

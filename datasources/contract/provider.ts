import type { KycProvider as Label } from '../../schema/shared.js'
import type { ClientOptions, ProviderClient } from '../http/client.js'
import type { Commands, Queries } from './operations.js'
import type { Emulator, EmulatorOptions } from '../emulator/run.js'
import type { Probe } from './probe.js'
import type { RecordChange } from './state-change.js'
import type { Store } from './store.js'
import type { Webhook } from './webhook.js'

/**
 * Reads settings by name, collecting every problem instead of stopping at the first. The description is one sentence;
 * `npm run settings` emits it with the default and the range into `docs/configuration.md` and `.env.example`.
 */
export interface Settings {
  /** An `http(s)` origin with an optional path prefix, without a trailing slash. */
  url(name: string, description: string, fallback?: string): string
  /** The `http(s)` URL of a forward proxy, with or without credentials; also from a file named by `<name>_FILE`. */
  optionalProxy(name: string, description: string): string | undefined
  text(name: string, description: string, fallback?: string): string
  optional(name: string, description: string): string | undefined
  /** Like `text`, and may come from a file named by `<name>_FILE`. */
  secret(name: string, description: string): string
  optionalSecret(name: string, description: string): string | undefined
  integer(name: string, description: string, fallback: number, range: { min: number; max: number }): number
  list(name: string, description: string): readonly string[]
  choice<T extends string, F extends T | undefined>(
    name: string,
    description: string,
    choices: readonly T[],
    fallback: F,
  ): T | F
  /** Contents of the PEM file that the setting names. */
  optionalPem(name: string, description: string): string | undefined
  /** Contents of the file that the setting names. */
  optionalFile(name: string, description: string): string | undefined
  has(name: string): boolean
  problem(message: string): void
}

/** What the provider's own events change, told to all replicas. */
interface ProviderChanges {
  /** Tells the other replicas that a record has changed; which one is not told. */
  readonly announce: () => void
  /** Called for the events that other replicas announce. */
  readonly listen: (listener: () => void) => void
}

/** Dependencies that the process passes to each provider folder. */
export interface ProviderDeps {
  readonly client: (options: Pick<ClientOptions, 'url' | 'tls' | 'credential' | 'mapError'>) => ProviderClient
  /** Bulkhead: the maximum number of concurrent calls of this process. */
  readonly maxConcurrency: number
  /** Counts a value that the provider's contract does not list, by its field. */
  readonly drift: (field: string) => void
  /** The store of all replicas, for state of the provider's own, such as a login that they share. */
  readonly store: Store
  /** Changes of records that other replicas must not answer from what they have read before. */
  readonly changes: ProviderChanges
  /** Records a change of state of the tenant's objects, for subscriptions and webhooks. */
  readonly record: RecordChange
  /** The tenant that the provider is configured for: a part of every key of that state. */
  readonly tenant: string
}

/** Provider instance: the state of a provider for the lifetime of the process. */
export interface ProviderInstance {
  /** The webhook receiver, where it is configured. */
  readonly webhook?: Webhook | undefined
  readonly close: () => Promise<void>
}

/** The export of a provider folder. `name` is also the prefix of its settings and its metric label. */
export interface Provider<S, Instance extends ProviderInstance> {
  readonly name: string
  readonly label: Label
  /** The provider's name in sentences. */
  readonly title: string
  /** Bulkhead: the default of `<NAME>_MAX_CONCURRENCY`, the maximum number of concurrent calls. */
  readonly maxConcurrency: number
  /** The default of `<NAME>_MAX_CONCURRENCY_TOTAL`, the same for all replicas together. Default: no limit. */
  readonly maxConcurrencyTotal?: number
  /** Timeout of one attempt of a call, in ms, unless `<NAME>_TIMEOUT_MS` says otherwise. */
  readonly timeoutMs: number
  /** The largest body that is read, unless `<NAME>_MAX_RESPONSE_BYTES` says otherwise. Default: 1 MiB. */
  readonly maxResponseBytes?: number
  readonly settings: (settings: Settings) => S
  readonly queries: Queries<Instance>
  readonly commands: Commands<Instance>
  readonly open: (settings: S, deps: ProviderDeps) => Instance
  /** Loads the provider's emulator; production does not load it. */
  readonly emulator: () => Promise<{ start: (options: EmulatorOptions) => Promise<Emulator> }>
  /** Loads the assumptions that `npm run probe` checks; without them it checks the connection alone. */
  readonly probe?: () => Promise<{ readonly probe: Probe<S> }>
}

import type { Provider as Label } from '../../schema/shared.js'
import type { CallScope, ProviderClient, ClientOptions } from '../http/client.js'
import type { Query, Command } from './operations.js'
import type { Emulator, EmulatorOptions } from '../emulator/run.js'
import type { Store } from './store.js'
import type { Webhook } from './webhook.js'

/** Who asks: what the bearer token says of the caller. */
export interface Caller {
  /** The token's `sub`. */
  readonly subject: string
  /** The client that holds the token: `client_id`, else `azp`, else `sub`. */
  readonly client: string
  /** The tenant (`tenant` or `org_id`), else the client; each marked as what it is, so that no client passes for a tenant. */
  readonly tenant: string
  readonly scopes: ReadonlySet<string>
  /** Who acts for the subject: the token's `act.sub` (RFC 8693), where it has one. */
  readonly actor?: string | undefined
  /** The banks the token is narrowed to (`banks`); undefined means no narrowing. */
  readonly banks: readonly string[] | undefined
  /** The token itself, for providers that are asked as the caller. */
  readonly token: string
}

/** One GraphQL operation on its way through the rooms. */
export interface OperationScope extends CallScope {
  readonly caller: Caller
}

/** Reads a room's settings by name, collecting every problem instead of stopping at the first. */
export interface Settings {
  /** An `http(s)` origin with an optional path prefix, without a trailing slash. */
  url(name: string): string
  url(name: string, fallback: string | undefined): string
  text(name: string): string
  text(name: string, fallback: string): string
  optional(name: string): string | undefined
  /** Like `text`, and may come from a file named by `<name>_FILE`. */
  secret(name: string): string
  optionalSecret(name: string): string | undefined
  integer(name: string, fallback: number, range: { min: number; max: number }): number
  list(name: string): readonly string[]
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T
  /** Contents of the PEM file that the setting names. */
  optionalPem(name: string): string | undefined
  /** Contents of the file that the setting names. */
  optionalFile(name: string): string | undefined
  has(name: string): boolean
  problem(message: string): void
}

/** What the process lends to every room. */
export interface ProviderDeps {
  readonly client: (options: Pick<ClientOptions, 'url' | 'tls' | 'credential' | 'mapError'>) => ProviderClient
  readonly store: Store
  /** Counts a value that the provider's contract does not list. */
  readonly drift: (field: string) => void
}

/** A room while the process runs. `enter` is called at most once per operation and room. */
export interface ProviderInstance {
  readonly enter: (visit: OperationScope) => { readonly loaders: Queries; readonly commands: Commands }
  /** Takes what the provider sends by itself, where that is set up. */
  readonly webhook?: Webhook | undefined
  readonly close: () => Promise<void>
}
// `never` keys and inputs let rooms declare their own; the guard hands back each room's own types.
export type Queries = Readonly<Record<string, Query<never, unknown>>>
export type Commands = Readonly<Record<string, Command<never, object>>>

/** What a provider's room must export. `name` is also its setting prefix and metric label. */
export interface Provider<S> {
  readonly name: string
  readonly label: Label
  /** The provider's name in sentences. */
  readonly title: string
  /** How many calls may run side by side unless `<NAME>_MAX_CONCURRENCY` says otherwise. */
  readonly maxConcurrency: number
  readonly settings: (settings: Settings) => S
  readonly open: (settings: S, house: ProviderDeps) => ProviderInstance
  /** The emulator, loaded only where it is wanted. */
  readonly emulator: () => Promise<{ start: (options: EmulatorOptions) => Promise<Emulator> }>
}

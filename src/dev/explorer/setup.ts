/** What the explorer begins with, as `GET /explorer/setup.json` answers it. */
export interface ExplorerSetup {
  readonly personas: readonly ExplorerPersona[]
  /** In the order of the list; the first one is shown when the explorer is opened for the first time. */
  readonly examples: readonly Example[]
}

/** A caller of development: what its token is asked for with. */
export interface ExplorerPersona {
  readonly client: string
  readonly title: string
  /** Scopes, separated by spaces. */
  readonly scope: string
}

/** An operation with variables that work on the test data. */
export interface Example {
  readonly name: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  /** Examples of one group stand together. */
  readonly group: string
  readonly about: string
  readonly document: string
  readonly variables: object
  /** The personas that may run it, by their client. */
  readonly personas: readonly string[]
}

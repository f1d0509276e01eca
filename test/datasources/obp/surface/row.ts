import type { App, RunOptions } from '../../../support/app.js'

/** One operation of the Open Bank Project: how it is asked of the graph, what the provider then hears, what comes back. */
export interface SurfaceRow {
  /** The operation's number in the provider's list, and its `operationId`. */
  readonly n: number
  readonly operation: string
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | ((app: App) => Promise<Record<string, unknown>>)
  readonly options?: RunOptions
  /** The request that carries the operation; others (the customer it is about, say) may stand beside it. */
  readonly request: (variables: Readonly<Record<string, any>>) => {
    readonly method: string
    readonly path: string
    readonly query?: Record<string, string>
    readonly body?: unknown
  }
  /** What the answer holds at least. */
  readonly data: unknown
}

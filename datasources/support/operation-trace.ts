import type { Store } from '../contract/store.js'

/** The provider calls of one operation by one route. */
export interface CallStats {
  /** Sent for this operation. */
  made: number
  /** Joined a call that another operation had sent. */
  shared: number
  retried: number
  /** The duration of each. */
  readonly ms: number[]
}

/** Records what an operation waits for; the rest of its time is this server's own. */
export interface OperationTrace {
  /** A wait for a provider or the store begins; waits may overlap. */
  beginWait(): void
  endWait(): void
  /** The counts of calls by a route; absent unless the operation is to be explained. */
  callStats?(provider: string, route: string): CallStats
  /** Runs a query or command as a span of its own; absent where the operation is not explained. */
  span?<T>(name: string, run: () => Promise<T>): Promise<T>
  /** Called for each value that was found in the store. */
  storeHit?(): void
}

/** Runs a task and records its duration as a wait. */
export async function traceWait<T>(trace: OperationTrace | undefined, task: () => Promise<T>): Promise<T> {
  if (trace === undefined) return task()
  trace.beginWait()
  try {
    return await task()
  } finally {
    trace.endWait()
  }
}

/** A store that records the waits of one operation. */
export function tracedStore(store: Store, trace: OperationTrace | undefined): Store {
  if (trace === undefined) return store
  return {
    ...store,
    async get(key) {
      const value = await traceWait(trace, () => store.get<never>(key))
      if (value !== null) trace.storeHit?.()
      return value
    },
    set: (...args) => traceWait(trace, () => store.set(...args)),
    update: (...args) => traceWait(trace, () => store.update(...args)),
    updateWrite: (...args) => traceWait(trace, () => store.updateWrite(...args)),
  }
}

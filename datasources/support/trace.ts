import type { Store } from '../contract/store.js'

/** The calls that one question of an operation came to, by one route. */
export interface CallStats {
  /** Sent for this operation. */
  made: number
  /** Answered by a call that another operation had sent. */
  shared: number
  retried: number
  /** How long each was waited for. */
  readonly ms: number[]
}

/** Where an operation's waiting is taken down: what is left of its time is this server's own. */
export interface OperationTrace {
  /** From now on a provider or the store is waited for; waits may overlap. */
  beginWait(): void
  endWait(): void
  /** Where calls by a route are counted; left out where nobody wants the operation explained. */
  callStats?(provider: string, route: string): CallStats
  /** Runs a query or command as a span of its own; absent where the operation is not explained. */
  span?<T>(name: string, run: () => Promise<T>): Promise<T>
  /** Told of each value that was found in the store. */
  storeHit?(): void
}

/** Waits for an answer, and takes the wait down. */
export async function traceWait<T>(ledger: OperationTrace | undefined, ask: () => Promise<T>): Promise<T> {
  if (ledger === undefined) return ask()
  ledger.beginWait()
  try {
    return await ask()
  } finally {
    ledger.endWait()
  }
}

/** The store as one operation uses it. */
export function tracedStore(store: Store, ledger: OperationTrace | undefined): Store {
  if (ledger === undefined) return store
  return {
    ...store,
    async get(key) {
      const found = await traceWait(ledger, () => store.get<never>(key))
      if (found !== null) ledger.storeHit?.()
      return found
    },
    set: (...given) => traceWait(ledger, () => store.set(...given)),
    update: (...given) => traceWait(ledger, () => store.update(...given)),
  }
}

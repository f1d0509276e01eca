import type { Store } from '../contract/store.js'

/** The calls that one question of an operation came to, by one route. */
export interface Line {
  /** Sent for this operation. */
  made: number
  /** Answered by a call that another operation had sent. */
  shared: number
  retried: number
  /** How long each was waited for. */
  readonly ms: number[]
}

/** Where an operation's waiting is taken down: what is left of its time is this server's own. */
export interface Ledger {
  /** From now on a provider or the store is waited for; waits may overlap. */
  wait(): void
  over(): void
  /** Where calls by a route are counted; left out where nobody wants the operation explained. */
  line?(provider: string, route: string): Line
  /** Told of each value that was found in the store. */
  stored?(): void
}

/** Waits for an answer, and takes the wait down. */
export async function waiting<T>(ledger: Ledger | undefined, ask: () => Promise<T>): Promise<T> {
  if (ledger === undefined) return ask()
  ledger.wait()
  try {
    return await ask()
  } finally {
    ledger.over()
  }
}

/** The store as one operation uses it. */
export function watched(store: Store, ledger: Ledger | undefined): Store {
  if (ledger === undefined) return store
  return {
    ...store,
    async get(key) {
      const found = await waiting(ledger, () => store.get<never>(key))
      if (found !== null) ledger.stored?.()
      return found
    },
    set: (...given) => waiting(ledger, () => store.set(...given)),
    update: (...given) => waiting(ledger, () => store.update(...given)),
  }
}

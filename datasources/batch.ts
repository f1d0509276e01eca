import DataLoader from 'dataloader'

/** A loader for one operation: what was asked once is not asked again, except what failed. */
export interface Loader<Key, Value> {
  readonly load: (key: Key) => Promise<Value>
  /** Remembers a value that came along with another answer. */
  readonly prime: (key: Key, value: Value) => void
  readonly clear: (key: Key) => void
  readonly clearAll: () => void
}

const nameOf = (key: unknown): string => (typeof key === 'string' ? key : JSON.stringify(key))

/**
 * Many keys, one call (per `max` keys). `ask` answers a map by key name; a key it leaves out answers `absent`.
 * An error is for this tick only: DataLoader would keep it for the whole operation.
 */
export function batched<Key, Value, Absent extends Value>(options: {
  readonly max: number
  readonly name?: (key: Key) => string
  readonly absent: () => Absent
  readonly ask: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>
}): Loader<Key, Value> {
  const name = options.name ?? nameOf
  const loader = new DataLoader<Key, Value, string>(
    async (keys) => {
      const found = await options.ask(keys)
      return keys.map((key) => found.get(name(key)) ?? options.absent())
    },
    { maxBatchSize: options.max, cacheKeyFn: name },
  )
  return forgetful(loader)
}

/** One call per key, each key once per operation, all of a tick side by side; one failing key leaves the others alone. */
export function each<Key, Value>(
  ask: (key: Key) => Promise<Value>,
  name: (key: Key) => string = nameOf,
): Loader<Key, Value> {
  const loader = new DataLoader<Key, Value, string>(
    (keys) => Promise.all(keys.map((key) => ask(key).catch((error: unknown) => (error instanceof Error ? error : new Error('failed'))))),
    { cacheKeyFn: name },
  )
  return forgetful(loader)
}

function forgetful<Key, Value>(loader: DataLoader<Key, Value, string>) {
  return {
    load: (key: Key) =>
      loader.load(key).catch((error: unknown) => {
        loader.clear(key)
        throw error
      }),
    prime: (key: Key, value: Value) => void loader.prime(key, value),
    clear: (key: Key) => void loader.clear(key),
    clearAll: () => void loader.clearAll(),
  }
}

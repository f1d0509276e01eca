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
 * A batch that fails as a whole is not remembered: DataLoader forgets it by itself.
 */
export function batchLoader<Key, Value, Absent extends Value>(options: {
  readonly max: number
  readonly name?: (key: Key) => string
  readonly absent: () => Absent
  readonly ask: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>
}): Loader<Key, Value> {
  const name = options.name ?? nameOf
  return unmade(
    () =>
      new DataLoader<Key, Value, string>(
        async (keys) => {
          const found = await options.ask(keys)
          return keys.map((key) => found.get(name(key)) ?? options.absent())
        },
        { maxBatchSize: options.max, cacheKeyFn: name },
      ),
  )
}

/** One call per key, each key once per operation, all of a tick side by side; one failing key leaves the others alone. */
export function keyLoader<Key, Value>(
  ask: (key: Key) => Promise<Value>,
  name: (key: Key) => string = nameOf,
): Loader<Key, Value> {
  const answerOf = async (key: Key): Promise<Value | Error> => {
    try {
      return await ask(key)
    } catch (error) {
      return error instanceof Error ? error : new Error('failed')
    }
  }
  const loader = unmade(
    () =>
      new DataLoader<Key, Value, string>(
        async (keys) => {
          const answers = await Promise.all(keys.map(answerOf))
          // An error is for this tick only: DataLoader would keep it for the whole operation.
          answers.forEach((answer, i) => answer instanceof Error && loader.clear(keys[i]!))
          return answers
        },
        { cacheKeyFn: name },
      ),
  )
  return loader
}

/** Most loaders of an operation are never asked, so each is made at the first question. */
function unmade<Key, Value>(make: () => DataLoader<Key, Value, string>): Loader<Key, Value> {
  let loader: DataLoader<Key, Value, string> | undefined
  return {
    load: (key) => (loader ??= make()).load(key),
    prime: (key, value) => void (loader ??= make()).prime(key, value),
    clear: (key) => void loader?.clear(key),
    clearAll: () => void loader?.clearAll(),
  }
}

import DataLoader from 'dataloader'
import type { LoaderDefinition, OperationScope } from '../contract/operation-scope.js'

/** A loader of one operation: it asks once for each key, and again only after a failure. */
export type Loader<Key, Value> = Pick<DataLoader<Key, Value, string>, 'load' | 'prime' | 'clear' | 'clearAll'>

/** Loads the keys of one tick in the scope of their batch, where the operation is sampled. */
const asBatch = <T>(
  operation: OperationScope,
  keys: number,
  load: (scope: OperationScope) => Promise<T>,
): Promise<T> => (operation.batch === undefined ? load(operation) : operation.batch(keys, load))

const defaultKey = (key: unknown): string => (typeof key === 'string' ? key : JSON.stringify(key))

interface BatchOptions<Instance, Key, Value> {
  /** Keys of one call at most. */
  readonly maxBatchSize: number
  /** The cache key of a loader key; its JSON by default. */
  readonly cacheKey?: (key: Key) => string
  /** The value of a key that the answer leaves out. */
  readonly absent: () => Value
  readonly load: (
    instance: Instance,
    operation: OperationScope,
    keys: readonly Key[],
  ) => Promise<ReadonlyMap<string, Value | Error>>
}

/**
 * Batch loader: many keys, one call (per `maxBatchSize` keys). `load` answers a map by cache key; an error is that
 * of its key alone. DataLoader itself forgets a batch that fails as a whole.
 */
export function batchLoader<Instance, Key, Value>({
  maxBatchSize,
  cacheKey = defaultKey,
  absent,
  load,
}: BatchOptions<Instance, Key, Value>): LoaderDefinition<Instance, Loader<Key, Value>> {
  return (instance, operation) => {
    const loader = new DataLoader<Key, Value, string>(
      async (keys) => {
        const found = await asBatch(operation, keys.length, (scope) => load(instance, scope, keys))
        return keys.map((key) => {
          const value = found.get(cacheKey(key)) ?? absent()
          // DataLoader would keep an error for the whole operation; a later field asks again.
          if (value instanceof Error) loader.clear(key)
          return value
        })
      },
      { maxBatchSize, cacheKeyFn: cacheKey },
    )
    return loader
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('failed'))

/** Key loader: one call per key, the keys of a tick in parallel; a key that fails does not affect the others. */
export function keyLoader<Instance, Key, Value>(
  load: (instance: Instance, operation: OperationScope, key: Key) => Promise<Value>,
  cacheKey: (key: Key) => string = defaultKey,
): LoaderDefinition<Instance, Loader<Key, Value>> {
  return (instance, operation) => {
    const settle = (scope: OperationScope, key: Key): Promise<Value | Error> => {
      try {
        return load(instance, scope, key).catch(asError)
      } catch (error) {
        return Promise.resolve(asError(error))
      }
    }
    const loader = new DataLoader<Key, Value, string>(
      async (keys) => {
        const answers = await asBatch(operation, keys.length, (scope) =>
          Promise.all(keys.map((key) => settle(scope, key))),
        )
        // DataLoader would keep an error for the whole operation; a later field asks again.
        answers.forEach((answer, i) => answer instanceof Error && loader.clear(keys[i]!))
        return answers
      },
      { cacheKeyFn: cacheKey },
    )
    return loader
  }
}

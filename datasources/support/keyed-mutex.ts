import { TransientMap } from './transient-map.js'

/** Keyed mutex: tasks with the same key run one after the other. An idle key takes no memory. */
export type KeyedMutex = <T>(key: string, task: () => Promise<T>) => Promise<T>

/** Creates a keyed mutex for this process. */
export function createKeyedMutex(): KeyedMutex {
  const tails = new TransientMap<string, Promise<unknown>>()
  return (key, task) => {
    const tail = (tails.get(key) ?? Promise.resolve()).then(task, task)
    tails.set(key, tail)
    const release = () => {
      if (tails.get(key) === tail) tails.delete(key)
    }
    tail.then(release, release)
    return tail
  }
}

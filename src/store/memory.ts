import { createMemoryWindowCounter } from '../limits/window-counter.js'
import type { CountingStore } from './raw-store.js'

const SWEEP_MS = 30_000

/** The store of a single process, for development: everything in it ends with the process. */
export function memoryStore(): CountingStore {
  const entries = new Map<string, { value: Buffer; until: number }>()
  const sweep = setInterval(() => {
    const now = Date.now()
    for (const [name, entry] of entries) if (entry.until <= now) entries.delete(name)
  }, SWEEP_MS).unref()

  const read = (name: string): Buffer | null => {
    const entry = entries.get(name)
    return entry && entry.until > Date.now() ? entry.value : null
  }
  const write = (name: string, value: Buffer, ttlMs: number) =>
    void entries.set(name, { value, until: Date.now() + ttlMs })

  return {
    get: (name) => Promise.resolve(read(name)),
    set: (name, value, ttlMs) => Promise.resolve(write(name, value, ttlMs)),
    compareAndSwap: (name, expected, next, ttlMs) => {
      const current = read(name)
      const same = expected === null ? current === null : (current?.equals(expected) ?? false)
      if (same && next === null) entries.delete(name)
      else if (same && next !== null) write(name, next, ttlMs)
      return Promise.resolve(same)
    },
    spend: createMemoryWindowCounter(),
    ping: () => Promise.resolve(),
    close: () => {
      clearInterval(sweep)
      return Promise.resolve()
    },
  }
}

import { createMemoryLeases } from '../limits/point-lease.js'
import type { Change, CountingStore } from './raw-store.js'

const SWEEP_INTERVAL_MS = 30_000

/** In-memory store of a single process, for development: its values end with the process. */
export function memoryStore(): CountingStore {
  const entries = new Map<string, { value: Buffer; expiresAt: number }>()
  const sweep = setInterval(() => {
    const now = Date.now()
    for (const [name, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(name)
  }, SWEEP_INTERVAL_MS).unref()

  const read = (name: string): Buffer | null => {
    const entry = entries.get(name)
    return entry && entry.expiresAt > Date.now() ? entry.value : null
  }
  const write = (name: string, value: Buffer, ttlMs: number) =>
    void entries.set(name, { value, expiresAt: Date.now() + ttlMs })

  const isExpected = ({ name, expected }: Change): boolean => {
    const current = read(name)
    return expected === null ? current === null : (current?.equals(expected) ?? false)
  }
  const change = ({ name, next }: Change, ttlMs: number): void => {
    if (next === null) entries.delete(name)
    else if (next !== undefined) write(name, next, ttlMs)
  }

  return {
    read: (name) => Promise.resolve({ bytes: read(name), now: Date.now() }),
    now: () => Date.now(),
    get: (name) => Promise.resolve(read(name)),
    set: (name, value, ttlMs) => Promise.resolve(write(name, value, ttlMs)),
    compareAndSwap: (name, expected, next, ttlMs) => {
      const isMade = isExpected({ name, expected })
      if (isMade) change({ name, expected, next }, ttlMs)
      return Promise.resolve(isMade)
    },
    compareAndSwapAll: ({ changes, ttlMs }) => {
      const now = Date.now()
      if (!changes.every(isExpected))
        return Promise.resolve({ outcome: 'other', now, found: changes.map(({ name }) => read(name)) })
      for (const each of changes) change(each, ttlMs)
      return Promise.resolve({ outcome: 'made', now })
    },
    lease: createMemoryLeases(),
    probe: () => Promise.resolve(),
    close: () => {
      clearInterval(sweep)
      return Promise.resolve()
    },
  }
}

import type { StoreCipher } from './cipher.js'

/** How old a statement that a key is in use may become before it is made again. */
const STATED_MS = 600_000

/** When each key was last stated to be in use, by its id: ms since 1970 by the store's clock. */
export type UsedKeys = Readonly<Record<string, number>>

/** How long records may be there under a key that was in use. */
interface KeyLife {
  readonly now: number
  /** How long the record of a write is kept. */
  readonly keyMs: number
}

const mayBeNeeded = (at: number, { now, keyMs }: KeyLife): boolean => at > now - keyMs - STATED_MS

/** The keys that are not given although records of writes may be there under them: such a record would not be found. */
export const missingKeys = (used: UsedKeys, cipher: StoreCipher, life: KeyLife): readonly string[] =>
  Object.entries(used).flatMap(([id, at]) => (mayBeNeeded(at, life) && !cipher.knows(id) ? [id] : []))

/** The keys with those that are in use now; undefined where that is stated already. */
export function withKeysInUse(used: UsedKeys, cipher: StoreCipher, life: KeyLife): UsedKeys | undefined {
  const { now } = life
  const isStated = (id: string) => (used[id] ?? -Infinity) > now - STATED_MS
  if (cipher.usedIds.every(isStated)) return undefined
  const needed = Object.entries(used).filter(([, at]) => mayBeNeeded(at, life))
  return Object.fromEntries([...needed, ...cipher.usedIds.map((id) => [id, now] as const)])
}

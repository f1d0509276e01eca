/** What has gone may outnumber what is there by so much before a new Map is begun. */
const MOST_GONE = 32

/**
 * A map of what comes and soon goes, for as long as the process lives. V8 gives a Map a new table whenever much was put
 * in or taken out, and each table holds on to the one that comes after it: once one is old, all the later ones and what
 * stood in them outlive every collection but a full one. So what goes is written over, and in time a new Map is begun;
 * at once where nothing is left, as keys may say what somebody asked.
 */
export class BriefMap<Key, Value extends object> {
  #entries = new Map<Key, Value | undefined>()
  #live = 0

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.#entries.get(key) === undefined) {
      if (this.#entries.size >= 2 * this.#live + MOST_GONE) this.#begin()
      this.#live += 1
    }
    this.#entries.set(key, value)
  }

  delete(key: Key): void {
    if (this.#entries.get(key) === undefined) return
    this.#entries.set(key, undefined)
    this.#live -= 1
    if (this.#live === 0) this.#entries = new Map()
  }

  clear(): void {
    this.#entries = new Map()
    this.#live = 0
  }

  #begin(): void {
    const entries = new Map<Key, Value | undefined>()
    for (const [key, value] of this.#entries) if (value !== undefined) entries.set(key, value)
    this.#entries = entries
  }
}

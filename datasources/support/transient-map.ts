/** The removals after which a map of few entries is replaced. */
const MIN_REMOVALS = 16

/**
 * A map of entries that come and go with requests. V8 links the table of a `Map` to the larger or smaller one that follows
 * it. Once one of them is in the old generation, all that follow are kept, with the entries that they had, until the next
 * full collection: nearly all that the requests allocate. So the `Map` is replaced before its table is old.
 */
export class TransientMap<Key, Value> {
  #entries = new Map<Key, Value>()
  #removals = 0

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value)
  }

  /** Removes an entry; false where there is none. Whoever iterates meanwhile does so over a copy. */
  delete(key: Key): boolean {
    const isRemoved = this.#entries.delete(key)
    if (isRemoved) this.#countRemoval()
    return isRemoved
  }

  clear(): void {
    this.#replace(new Map())
  }

  keys(): MapIterator<Key> {
    return this.#entries.keys()
  }

  values(): MapIterator<Value> {
    return this.#entries.values()
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.#entries[Symbol.iterator]()
  }

  /** Copies at most one entry for each removal. */
  #countRemoval(): void {
    this.#removals += 1
    if (this.#removals >= Math.max(MIN_REMOVALS, this.#entries.size)) this.#replace(new Map(this.#entries))
  }

  #replace(entries: Map<Key, Value>): void {
    this.#entries = entries
    this.#removals = 0
  }
}

/** A set of members that come and go with requests: see `TransientMap`. */
export class TransientSet<Member> {
  readonly #members = new TransientMap<Member, true>()

  get size(): number {
    return this.#members.size
  }

  has(member: Member): boolean {
    return this.#members.get(member) === true
  }

  add(member: Member): void {
    this.#members.set(member, true)
  }

  delete(member: Member): boolean {
    return this.#members.delete(member)
  }

  clear(): void {
    this.#members.clear()
  }

  [Symbol.iterator](): MapIterator<Member> {
    return this.#members.keys()
  }
}

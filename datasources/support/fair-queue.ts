/** Open shares up to which those without an item or a place are kept: a steady caller does not open its own for each call. */
const MAX_KEPT = 256
/** The key of a node's own items among its children, whose keys are names. */
const OWN = Symbol('own')

/** A share: the waiting items and the held places of everything whose path begins with the names down to here. */
class Share<Item> {
  // Made when they are needed: most owners never wait.
  children: Map<string | typeof OWN, Share<Item>> | undefined
  /** The children that wait, the one that was served longest ago first. */
  waiting: Share<Item>[] | undefined
  /** Oldest first. */
  items: Item[] | undefined
  size = 0
  held = 0

  constructor(
    readonly key: string | typeof OWN,
    readonly parent: Share<Item> | undefined,
  ) {}

  /**
   * The child that is served next, apart from those that are passed over: it waits, and holds the fewest places; of equal
   * ones that served longest ago.
   */
  next(passedOver?: readonly Share<Item>[]): Share<Item> | undefined {
    const { waiting } = this
    let next: Share<Item> | undefined
    for (let i = 0; waiting !== undefined && i < waiting.length && next?.held !== 0; i += 1) {
      const child = waiting[i]!
      if ((next === undefined || child.held < next.held) && !passedOver?.includes(child)) next = child
    }
    return next
  }

  /** Counts one more item of this share, or one less. */
  resize(by: 1 | -1): void {
    const siblings = this.parent && (this.parent.waiting ??= [])
    if (by === 1 && this.size === 0) siblings?.push(this)
    this.size += by
    if (this.size === 0) siblings?.splice(siblings.indexOf(this), 1)
  }

  /** Puts this share behind its siblings. */
  putLast(): void {
    const siblings = this.parent?.waiting
    if (siblings === undefined || siblings.length === 1) return
    siblings.splice(siblings.indexOf(this), 1)
    siblings.push(this)
  }
}

const isIdle = <Item>({ size, held, children }: Share<Item>): boolean =>
  size === 0 && held === 0 && (children === undefined || children.size === 0)

/**
 * Fair queue: hands out scarce places in fair shares. A path names the owner of an item from the widest to the narrowest
 * share (tenant, client, user). At each level the share that holds the fewest places comes first, in turns where they
 * hold equally many; the items of one owner keep their order. So no number of items, nor the time that one holds its
 * place, takes the turn of another share, and an owner alone has everything. A share whose item may not be taken yet does
 * not hold up the others.
 */
export class FairQueue<Item> {
  readonly #root = new Share<Item>(OWN, undefined)
  /** The shares that are open, and the number of them at which idle ones are forgotten. */
  #shares = 0
  #sweepAt = MAX_KEPT

  /** The number of waiting items. */
  get size(): number {
    return this.#root.size
  }

  /** The number of places that are held. */
  get held(): number {
    return this.#root.held
  }

  /** The number of waiting items of a share: of all paths that begin with this one. */
  sizeOf(path: readonly string[]): number {
    return this.#find(path)?.size ?? 0
  }

  /** The number of places that a share holds. */
  heldBy(path: readonly string[]): number {
    return this.#find(path)?.held ?? 0
  }

  /** Adds an item behind the others of its owner. An item may wait only once. */
  enqueue(path: readonly string[], item: Item): void {
    const owner = this.#child(this.#open(path), OWN)
    ;(owner.items ??= []).push(item)
    for (let share: Share<Item> | undefined = owner; share; share = share.parent) share.resize(1)
  }

  /**
   * Takes the next item that may be taken from the queue; undefined where there is none. It holds a place only once `hold`
   * is called. `level`: a share with so many names is passed over as soon as one of its items may not be taken.
   */
  dequeue(mayTake: (item: Item) => boolean = () => true, level = Infinity): Item | undefined {
    const owner = this.#nextOwner(this.#root, mayTake, level)
    if (owner === undefined) return undefined
    for (let share: Share<Item> | undefined = owner; share; share = share.parent) share.putLast()
    return this.#take(owner, 0)
  }

  /** Takes an item of this owner from the queue; false when it does not wait. */
  remove(path: readonly string[], item: Item): boolean {
    const owner = this.#find(path)?.children?.get(OWN)
    return owner !== undefined && this.#take(owner, owner.items?.indexOf(item) ?? -1) !== undefined
  }

  /** Counts a place as held by the owner with this path. */
  hold(path: readonly string[]): void {
    for (let share: Share<Item> | undefined = this.#open(path); share; share = share.parent) share.held += 1
  }

  /** Counts a place of this owner as free again. */
  release(path: readonly string[]): void {
    for (let share = this.#find(path); share; share = share.parent) share.held -= 1
    this.#sweep()
  }

  /** The owner in this share of the next item that may be taken. */
  #nextOwner(share: Share<Item>, mayTake: (item: Item) => boolean, level: number): Share<Item> | undefined {
    const item = share.items?.[0]
    if (item !== undefined) return mayTake(item) ? share : undefined
    let passedOver: Share<Item>[] | undefined
    for (let next = share.next(); next; next = share.next(passedOver)) {
      const owner = this.#nextOwner(next, mayTake, level - 1)
      if (owner !== undefined || level <= 0) return owner
      // Made where it is needed: most items may be taken.
      ;(passedOver ??= []).push(next)
    }
    return undefined
  }

  #find(path: readonly string[]): Share<Item> | undefined {
    let share: Share<Item> | undefined = this.#root
    for (let i = 0; i < path.length && share; i += 1) share = share.children?.get(path[i]!)
    return share
  }

  #open(path: readonly string[]): Share<Item> {
    let share = this.#root
    for (const key of path) share = this.#child(share, key)
    return share
  }

  /** The child with this key, which is opened where there is none. */
  #child(parent: Share<Item>, key: string | typeof OWN): Share<Item> {
    const children = (parent.children ??= new Map<string | typeof OWN, Share<Item>>())
    const known = children.get(key)
    if (known !== undefined) return known
    const child = new Share<Item>(key, parent)
    children.set(key, child)
    this.#shares += 1
    return child
  }

  #take(owner: Share<Item>, index: number): Item | undefined {
    const { items } = owner
    const item = items?.[index]
    if (items === undefined || item === undefined) return undefined
    if (index === 0) items.shift()
    else items.splice(index, 1)
    for (let share: Share<Item> | undefined = owner; share; share = share.parent) share.resize(-1)
    this.#sweep()
    return item
  }

  /** Forgets the idle shares once many are open: twice as many as the last sweep has left. */
  #sweep(): void {
    if (this.#shares <= this.#sweepAt) return
    this.#forgetIdle(this.#root)
    this.#sweepAt = Math.max(MAX_KEPT, 2 * this.#shares)
  }

  #forgetIdle(share: Share<Item>): void {
    for (const child of share.children?.values() ?? []) {
      this.#forgetIdle(child)
      if (isIdle(child) && share.children!.delete(child.key)) this.#shares -= 1
    }
  }
}

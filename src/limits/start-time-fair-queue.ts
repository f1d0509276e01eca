import { TransientSet } from '../../datasources/support/transient-map.js'

/** Flows that are kept without a request, so that a steady caller does not open its own again for each. */
const MAX_KEPT = 1_000

/** A tenant, a client of it or a user of that. */
export class Flow<Item> {
  /** The flows below, and those of them with queued requests; a user has none. */
  readonly children = new Map<string, Flow<Item>>()
  readonly active = new TransientSet<Flow<Item>>()
  /** The queued requests of a user, oldest first. */
  readonly items: Item[] = []
  /** Requests here and below. */
  queued = 0
  inFlight = 0
  /** The work that was done for the flow, on the clock of its parent. */
  virtualTime = 0
  /** The virtual time of the child that was served last. */
  clock = 0

  constructor(
    readonly name: string,
    readonly parent: Flow<Item> | undefined,
  ) {}
}

/** The child for which least work was done. */
function leastServed<Item>({ active }: Flow<Item>): Flow<Item> {
  let least: Flow<Item> | undefined
  for (const flow of active) if (least === undefined || flow.virtualTime < least.virtualTime) least = flow
  return least!
}

/** The child with the most queued requests: `own`, which is one of them, where it has as many as any. */
function mostQueued<Item>({ active }: Flow<Item>, own: Flow<Item> | undefined): Flow<Item> {
  let most = own
  for (const flow of active) if (most === undefined || flow.queued > most.queued) most = flow
  return most!
}

/**
 * Hierarchical fair queue (start-time fair queueing): tenants have equal shares, the clients of a tenant have equal
 * parts of its share, and so have the users of a client. Work is measured in ms. A flow that was idle has no credit, and
 * its share goes to the others. Beyond a thousand flows, only those with a request are kept.
 */
export class StartTimeFairQueue<Item> {
  readonly #root = new Flow<Item>('', undefined)
  #flows = 0

  get queued(): number {
    return this.#root.queued
  }

  get inFlight(): number {
    return this.#root.inFlight
  }

  /** The flow of a user, which is opened where there is none; `close` it where it gets no request. */
  open(tenant: string, client: string, user: string): Flow<Item> {
    return this.#child(this.#child(this.#child(this.#root, tenant), client), user)
  }

  /** Forgets a flow, and those above it, without requests, where there are many flows. */
  close(flow: Flow<Item>): void {
    if (this.#flows <= MAX_KEPT) return
    for (let at = flow; at.parent !== undefined && at.queued + at.inFlight + at.children.size === 0; at = at.parent)
      if (at.parent.children.delete(at.name)) this.#flows -= 1
  }

  /** Counts a request as in flight and charges its work. */
  start(flow: Flow<Item>, workMs: number): void {
    for (let at: Flow<Item> | undefined = flow; at !== undefined; at = at.parent) {
      at.inFlight += 1
      if (at.parent === undefined) continue
      const begun = Math.max(at.virtualTime, at.parent.clock)
      at.parent.clock = begun
      at.virtualTime = begun + workMs
    }
  }

  /** Ends a request in flight; `moreMs` is its work beyond what was charged at its start. */
  end(flow: Flow<Item>, moreMs: number): void {
    for (let at: Flow<Item> | undefined = flow; at !== undefined; at = at.parent) {
      at.inFlight -= 1
      at.virtualTime += moreMs
    }
    this.close(flow)
  }

  push(flow: Flow<Item>, item: Item): void {
    flow.items.push(item)
    for (let at: Flow<Item> | undefined = flow; at !== undefined; at = at.parent) {
      at.queued += 1
      at.parent?.active.add(at)
    }
  }

  /** Removes a queued request; its flow must be started or closed then. */
  remove(flow: Flow<Item>, item: Item): void {
    const { items } = flow
    if (items[0] === item) items.shift()
    else items.splice(items.lastIndexOf(item), 1)
    for (let at: Flow<Item> | undefined = flow; at !== undefined; at = at.parent) {
      at.queued -= 1
      if (at.queued === 0) at.parent?.active.delete(at)
    }
  }

  /** The request to serve next. It stays queued until it is removed. */
  next(): Item | undefined {
    if (this.#root.queued === 0) return undefined
    let flow = this.#root
    while (flow.active.size > 0) flow = leastServed(flow)
    return flow.items[0]
  }

  /**
   * The newest request of the user that has the most queued, in the client and the tenant that have the most queued. Among
   * equals it is one of `newest`, the flow that was pushed to last: to refuse what has just come costs least.
   */
  surplus(newest: Flow<Item>): Item | undefined {
    const path = new Map<Flow<Item>, Flow<Item>>()
    for (let at = newest; at.parent !== undefined; at = at.parent) path.set(at.parent, at)
    let flow = this.#root
    while (flow.active.size > 0) flow = mostQueued(flow, path.get(flow))
    return flow.items.at(-1)
  }

  /** How many queued requests are served, at most, before one that joins a flow now. */
  ahead(flow: Flow<Item>): number {
    let position = flow.queued
    for (let at = flow; at.parent !== undefined; at = at.parent) {
      const { active, queued } = at.parent
      const rivals = active.size - (active.has(at) ? 1 : 0)
      position = Math.min(queued, position + (position + 1) * rivals)
    }
    return position
  }

  #child(parent: Flow<Item>, name: string): Flow<Item> {
    const known = parent.children.get(name)
    if (known !== undefined) return known
    const child = new Flow(name, parent)
    parent.children.set(name, child)
    this.#flows += 1
    return child
  }
}

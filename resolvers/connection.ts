import type { Page } from '../schema/page.js'

/** An edge, whose cursor is made when it is asked for. */
class Edge<Node> {
  readonly node: Node
  readonly #page: Page<Node>
  readonly #index: number

  constructor(page: Page<Node>, index: number) {
    this.node = page.nodes[index]!
    this.#page = page
    this.#index = index
  }

  get cursor(): string {
    return this.#page.cursorAt(this.#index)
  }
}

/** The position of a page in its list. */
class PageInfo<Node> {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly endCursor: string | null
  readonly #page: Page<Node>

  constructor(page: Page<Node>) {
    this.hasNextPage = page.hasNextPage
    this.hasPreviousPage = page.hasPreviousPage
    this.endCursor = page.endCursor
    this.#page = page
  }

  get startCursor(): string | null {
    return this.#page.nodes.length > 0 ? this.#page.cursorAt(0) : null
  }
}

/** A page as a Relay connection; what few callers ask for is made when it is asked for. `leftOut` is no field: the schema's resolvers report it. */
class Connection<Node> {
  readonly leftOut: Page<Node>['leftOut']
  readonly nodes: Page<Node>['nodes']
  readonly pageInfo: PageInfo<Node>
  readonly #page: Page<Node>

  constructor(page: Page<Node>) {
    this.leftOut = page.leftOut
    this.nodes = page.nodes
    this.pageInfo = new PageInfo(page)
    this.#page = page
  }

  get edges(): Edge<Node>[] {
    return this.nodes.map((_node, i) => new Edge(this.#page, i))
  }
}

/** Converts a page to a Relay connection; null stays null. */
export const connection = <Node>(page: Page<Node> | null): Connection<Node> | null =>
  page === null ? null : new Connection(page)

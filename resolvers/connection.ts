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

/** Converts a page to a Relay connection; null stays null. `leftOut` is no field: the schema's resolvers report it. */
export function connection<Node>(page: Page<Node> | null) {
  if (page === null) return null
  const { nodes, leftOut, hasNextPage, hasPreviousPage, endCursor } = page
  return {
    leftOut,
    nodes,
    edges: nodes.map((_node, i) => new Edge(page, i)),
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return nodes.length > 0 ? page.cursorAt(0) : null
      },
      endCursor,
    },
  }
}

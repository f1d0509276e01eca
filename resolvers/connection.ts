import type { Page } from '../schema/shared.js'

/** Converts a page to a Relay connection; null stays null. `leftOut` is no field: the schema's resolvers report it. */
export function connection<Node>(page: Page<Node> | null) {
  if (page === null) return null
  return {
    leftOut: page.leftOut,
    nodes: page.nodes,
    edges: page.nodes.map((node, i) => ({ node, cursor: page.cursors[i]! })),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: page.cursors[0] ?? null,
      endCursor: page.endCursor ?? page.cursors.at(-1) ?? null,
    },
  }
}

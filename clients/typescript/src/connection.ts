/** A page of a list (Relay's cursor connections). */
export interface Connection<Node> {
  readonly nodes?: readonly Node[] | null
  readonly edges?: readonly { readonly node: Node }[] | null
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined }
}

/** Yields the rows of all pages, each page when its first row is wanted. */
export async function* rowsOf<Node>(
  page: (after: string | undefined) => Promise<Connection<Node> | null | undefined>,
): AsyncGenerator<Node, void> {
  let after: string | undefined
  for (;;) {
    const connection = await page(after)
    if (connection == null) return
    yield* connection.nodes ?? connection.edges?.map(({ node }) => node) ?? []
    const { hasNextPage, endCursor } = connection.pageInfo
    if (!hasNextPage) return
    if (endCursor == null || endCursor === after)
      throw new TypeError(
        'The page names no further cursor: select pageInfo { hasNextPage endCursor } and pass $after to the list.',
      )
    after = endCursor
  }
}

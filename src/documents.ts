import type { ApolloServerPlugin } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

/** Several times as many as all clients together have. A parsed letter takes up to 120 bytes, and any caller may send some. */
const MOST_DOCUMENTS = 1_000
const MOST_LETTERS = 512 * 1024

/** Documents that Apollo Server has parsed and found valid, by their text. */
export interface Documents {
  readonly of: (text: string) => DocumentNode | undefined
  /** By which Apollo tells. */
  readonly plugin: ApolloServerPlugin
}

/** Keeps those that were asked for last. */
export function documents(): Documents {
  const valid = new LRUCache<string, DocumentNode>({ max: MOST_DOCUMENTS, maxSize: MOST_LETTERS, sizeCalculation: (_document, text) => Math.max(1, text.length) })
  return {
    of: (text) => valid.get(text),
    plugin: {
      requestDidStart: () =>
        Promise.resolve({
          didResolveOperation({ source, document }) {
            if (!valid.has(source)) valid.set(source, document)
            return Promise.resolve()
          },
        }),
    },
  }
}

import type { ApolloServerPlugin } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import { isKept, persistedOf } from './persisted-queries.js'
import type { Safelist } from './safelist.js'

/** Several times as many as all clients together have. A parsed letter takes up to 120 bytes, and any caller may send some. */
const MOST_DOCUMENTS = 1_000
const MOST_LETTERS = 512 * 1024

/** Documents that Apollo Server has parsed and found valid, by their text. */
export interface DocumentCache {
  readonly of: (text: string) => DocumentNode | undefined
  /** The text that a client means by a hash, where that is known without the store. */
  readonly textOf: (hash: string) => string | undefined
  /** By which Apollo tells. */
  readonly plugin: ApolloServerPlugin
}

/** Keeps those that were asked for last. What is on a safelist is known by its id from the start. */
export function createDocumentCache(list?: Pick<Safelist, 'byId'>): DocumentCache {
  const valid = new LRUCache<string, DocumentNode>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_LETTERS,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  })
  const hashed = new LRUCache<string, string>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_LETTERS,
    sizeCalculation: (text) => Math.max(1, text.length),
  })
  return {
    of: (text) => valid.get(text),
    textOf: (hash) => list?.byId(hash) ?? hashed.get(hash),
    plugin: {
      requestDidStart: () =>
        Promise.resolve({
          didResolveOperation({ request, source, document }) {
            if (!valid.has(source)) valid.set(source, document)
            // By now Apollo has found the text by its hash, or the hash to be the text's.
            const hash = persistedOf(request.extensions)?.sha256Hash
            if (typeof hash === 'string' && isKept(source)) hashed.set(hash, source)
            return Promise.resolve()
          },
        }),
    },
  }
}

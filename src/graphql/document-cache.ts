import type { GraphQLRequest } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import { isKept, persistedOf } from './persisted-queries.js'

/** Several times as many as all clients together have. */
const MAX_DOCUMENTS = 1_000
/** A character of a document takes up to this many bytes once it is parsed. */
const BYTES_PER_CHARACTER = 120
/** Any caller may send documents, so they are limited by the memory that they take. */
const MAX_BYTES = 32 * 1024 * 1024

/** A valid document and the text that it was parsed from. */
interface CachedDocument {
  readonly source: string
  readonly document: DocumentNode
}

const sizeOf = (text: string): number => Math.max(1, text.length * BYTES_PER_CHARACTER)

/** Caches the documents that Apollo Server has found valid, by their text and by the hash that clients send for it. */
export class DocumentCache {
  readonly #documents = new LRUCache<string, CachedDocument>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ source }) => sizeOf(source),
  })
  readonly #textByHash = new LRUCache<string, string>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_BYTES,
    sizeCalculation: sizeOf,
  })

  /** The document that a request names by its text or by a hash. */
  find({ query, extensions }: GraphQLRequest): CachedDocument | undefined {
    const source = persistedOf(extensions) !== undefined ? this.#textOf(query, extensions) : query
    return source === undefined ? undefined : this.#documents.get(source)
  }

  /** Stores a document that is valid, and its hash where the request gives one: by then Apollo has checked it. */
  store({ extensions }: GraphQLRequest, source: string, document: DocumentNode): void {
    if (!this.#documents.has(source)) this.#documents.set(source, { source, document })
    const hash = persistedOf(extensions)?.sha256Hash
    if (typeof hash === 'string' && isKept(source)) this.#textByHash.set(hash, source)
  }

  /** The text of a hash, sent alone or with the text that belongs to it. */
  #textOf(query: string | undefined, extensions: GraphQLRequest['extensions']): string | undefined {
    const { version, sha256Hash } = persistedOf(extensions) ?? {}
    const text = version === 1 && typeof sha256Hash === 'string' ? this.#textByHash.get(sha256Hash) : undefined
    return query === undefined || query === text ? text : undefined
  }
}

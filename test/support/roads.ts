import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import fetch from 'node-fetch'

/** A way by which a request reaches the graph. */
export interface Road {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly type?: string
  readonly body?: (query: string) => unknown
  readonly isChunked?: boolean
  /** The status with a valid token. */
  readonly status: number
}

const persisted = (query: string) => ({
  query,
  extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } },
})

/** Every way: the fast path first, the others through Fastify or Apollo Server. */
export const ROADS: readonly Road[] = [
  { name: 'fast path', method: 'POST', path: '/graphql', status: 200 },
  {
    name: 'other letter case and charset',
    method: 'POST',
    path: '/graphql/',
    type: 'Application/JSON;charset="UTF-8"',
    status: 200,
  },
  { name: 'chunked', method: 'POST', path: '/graphql', isChunked: true, status: 200 },
  { name: 'GET', method: 'GET', path: '/graphql', status: 200 },
  { name: 'persisted query', method: 'POST', path: '/graphql', body: persisted, status: 200 },
  { name: 'batch', method: 'POST', path: '/graphql', body: (query) => [{ query }], status: 400 },
]

export interface RoadAnswer {
  readonly status: number
  readonly challenge: string | null
  readonly nonce: string | null
  readonly text: string
}

/** Sends a query by a road. */
export async function sendBy(
  { method, path, type = 'application/json', body = (query) => ({ query }), isChunked = false }: Road,
  origin: string,
  query: string,
  headers: Readonly<Record<string, string>>,
): Promise<RoadAnswer> {
  const isGet = method === 'GET'
  const sent = JSON.stringify(body(query))
  const response = await fetch(`${origin}${path}${isGet ? `?query=${encodeURIComponent(query)}` : ''}`, {
    method,
    // Requests without a token need a header that no form can send.
    headers: { 'apollo-require-preflight': 'yes', ...(isGet ? {} : { 'content-type': type }), ...headers },
    ...(isGet ? {} : { body: isChunked ? Readable.from([sent.slice(0, 5), sent.slice(5)]) : sent }),
  })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    nonce: response.headers.get('dpop-nonce'),
    text: await response.text(),
  }
}

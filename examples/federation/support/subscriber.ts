import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import type { Answer } from './client.js'

/** One result of a subscription. */
export type Told = Pick<Answer, 'data'> & Partial<Pick<Answer, 'errors'>>

export interface SubscribeOptions {
  readonly variables?: Record<string, unknown>
  /** Null sends none. */
  readonly token: string | null
  readonly headers?: Readonly<Record<string, string>>
}

type Subscribe = (url: string, query: string, options: SubscribeOptions) => AsyncIterable<Told>

const carried = ({ token, headers }: SubscribeOptions): Record<string, string> => ({
  ...headers,
  ...(token === null ? {} : { authorization: `Bearer ${token}` }),
})

/** Yields the results up to the end, over server-sent events. Throws what refuses the subscription. */
async function* overSse(url: string, query: string, options: SubscribeOptions): AsyncIterable<Told> {
  const client = createSseClient({ url: `${url}/graphql`, headers: carried(options), retryAttempts: 0 })
  yield* client.iterate({ query, variables: options.variables ?? {} }) as AsyncIterable<Told>
}

/** The same over a WebSocket, with the headers in the payload of `connection_init`, as a browser has it. */
async function* overWebSocket(url: string, query: string, options: SubscribeOptions): AsyncIterable<Told> {
  const client = createWebSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    connectionParams: carried(options),
    retryAttempts: 0,
  })
  try {
    yield* client.iterate({ query, variables: options.variables ?? {} }) as AsyncIterable<Told>
  } finally {
    await client.dispose()
  }
}

/** The transports between a client and the gateway. */
export const TRANSPORTS: readonly [name: string, subscribe: Subscribe][] = [
  ['server-sent events', overSse],
  ['a WebSocket', overWebSocket],
]

/** All results of a subscription. */
export async function collect(results: AsyncIterable<Told>): Promise<Told[]> {
  const all: Told[] = []
  for await (const result of results) all.push(result)
  return all
}

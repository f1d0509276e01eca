import { setTimeout as delay } from 'node:timers/promises'
import { createClient as createSseClient } from 'graphql-sse'
import { type Client, createClient as createWebSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'

const DOCUMENT = 'subscription($id: ID!) { personVerification(personId: $id) { status } }'

/** A client of one of the two protocols. */
export type Subscriber = Pick<Client, 'iterate' | 'dispose'>

/** Where a client connects to, each time that it does. */
export type Address = () => string

/** A client by server-sent events, which opens a connection for each stream. */
export const sseClient = (url: Address, token: string): Subscriber =>
  createSseClient({
    url: () => `${url()}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 60,
    retry: () => new Promise((resolve) => setTimeout(resolve, 200)),
  })

/** A client by WebSocket, which holds all of its streams on one. */
export const webSocketClient = (url: Address, token: string): Subscriber =>
  createWebSocketClient({
    url: () => `${url().replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    webSocketImpl: WebSocket,
    retryAttempts: 60,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
    shouldRetry: () => true,
  })

/** What refuses a stream for now, and when to open it again. */
interface Refusal {
  readonly extensions?: { readonly retryable?: boolean; readonly retryAfterSeconds?: number }
}

const refusalsOf = (error: unknown): readonly Refusal[] => (Array.isArray(error) ? (error as readonly Refusal[]) : [])

/**
 * Subscribes to the verification of a person; `told` is called with each status. Resolves when the stream has ended. A
 * stream that is refused for now is opened again after the time that the server states.
 */
export async function follow(client: Subscriber, id: string, told: (status: string) => void): Promise<void> {
  try {
    for await (const { data } of client.iterate<{ personVerification: { status: string } | null }>({
      query: DOCUMENT,
      variables: { id },
    }))
      if (data?.personVerification) told(data.personVerification.status)
  } catch (error) {
    const refusal = refusalsOf(error).find(({ extensions }) => extensions?.retryable)
    if (refusal === undefined) throw error
    await delay((refusal.extensions?.retryAfterSeconds ?? 1) * 1_000)
    await follow(client, id, told)
  }
}

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

/** Subscribes to the verification of a person; `told` is called with each status. Resolves when the stream has ended. */
export async function follow(client: Subscriber, id: string, told: (status: string) => void): Promise<void> {
  for await (const { data } of client.iterate<{ personVerification: { status: string } | null }>({
    query: DOCUMENT,
    variables: { id },
  }))
    if (data?.personVerification) told(data.personVerification.status)
}

import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import * as apollo3 from 'apollo-client-3/core/index.js'
import { GraphQLWsLink as GraphQLWsLink3 } from 'apollo-client-3/link/subscriptions/index.js'
import { print } from 'graphql'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { beginPayeeCheck } from './support/payee-check.js'
import { endpoint, tokenOf } from './support/server-client.js'

const authorization = `Bearer ${tokenOf('ops')}`

const QUERY = 'subscription ($id: ID!) { verificationResult(id: $id) { id state } }'

const sse = createSseClient({ url: endpoint, headers: { authorization } })
const webSocket = createWebSocketClient({
  url: endpoint.replace('http', 'ws'),
  connectionParams: { authorization },
  webSocketImpl: WebSocket,
})
afterAll(async () => {
  sse.dispose()
  await webSocket.dispose()
})

interface Told {
  readonly data?: unknown
}

/** Something that calls back with each result, and at the end. */
interface Source {
  readonly subscribe: (sink: {
    next: (told: Told) => void
    error: (error: unknown) => void
    complete: () => void
  }) => unknown
}

/** The link that documents of Apollo Client give for `graphql-sse`. */
class SseLink extends ApolloLink {
  override request({ query, variables, operationName }: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((sink) =>
      sse.subscribe({ query: print(query), variables, operationName: operationName ?? null } as never, sink as never),
    )
  }
}

const document = gql(QUERY)
const apollo4 = (link: ApolloLink, id: string): Source =>
  new ApolloClient({ link, cache: new InMemoryCache() }).subscribe({ query: document, variables: { id } }) as Source
const apollo3Client = (id: string): Source =>
  new apollo3.ApolloClient({ link: new GraphQLWsLink3(webSocket), cache: new apollo3.InMemoryCache() }).subscribe({
    query: document,
    variables: { id },
  }) as unknown as Source

/** urql completes a source by its own protocol, so its end is seen at the final state. */
const urql = (client: Client, id: string): Source => ({
  subscribe: ({ next, complete }) =>
    client.subscription(QUERY, { id }).subscribe((result) => {
      if (result.data !== undefined) next(result)
      if (
        (result.data as { verificationResult: { state: string } } | undefined)?.verificationResult.state === 'COMPLETED'
      )
        complete()
    }),
})
const overWebSocket = () =>
  new Client({
    url: endpoint,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: webSocket.subscribe({ query, variables } as never, sink as never) }),
        }),
      }),
    ],
  })
const overFetch = () =>
  new Client({
    url: endpoint,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    fetchOptions: { headers: { authorization } },
  })

test.each<[string, (id: string) => Source]>([
  ['Apollo Client 4 with its link for graphql-ws', (id) => apollo4(new GraphQLWsLink(webSocket), id)],
  ['Apollo Client 4 with a link for graphql-sse', (id) => apollo4(new SseLink(), id)],
  ['Apollo Client 3 with its link for graphql-ws', apollo3Client],
  ['urql over graphql-ws', (id) => urql(overWebSocket(), id)],
  ['urql over fetch', (id) => urql(overFetch(), id)],
])('%s is told each state up to the final one', async (_name, source) => {
  const id = await beginPayeeCheck()
  const states: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    source(id).subscribe({
      next: ({ data }) => states.push((data as { verificationResult: { state: string } }).verificationResult.state),
      error: reject,
      complete: resolve,
    })
  })
  expect(states.at(-1)).toBe('COMPLETED')
})

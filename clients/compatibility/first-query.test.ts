import { createHash } from 'node:crypto'
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { Client, fetchExchange } from '@urql/core'
import * as apollo3 from 'apollo-client-3/core/index.js'
import { createPersistedQueryLink } from 'apollo-client-3/link/persisted-queries/index.js'
import { GraphQLClient } from 'graphql-request'
import { type ConcreteRequest, fetchQuery } from 'relay-runtime'
import { Client as Client5, fetchExchange as fetchExchange5 } from 'urql-core-5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserFetch } from './support/browser-fetch.js'
import { getDataID, relayEnvironment } from './support/caches.js'
import { type Operation, operationsOf, promisedOperation } from './support/operations.js'
import { compileForRelay } from './support/relay.js'
import { removeScratch } from './support/scratch.js'
import { type Data, endpoint, send, server, tokenOf } from './support/server-client.js'

const token = tokenOf('ops')
const headers = { authorization: `Bearer ${token}` }
const operation = promisedOperation('EverythingAboutACustomer')
const { variables } = server
/** A page that a developer serves on this machine. */
const ORIGIN = 'http://localhost:5173'

type Ask = (fetch: typeof globalThis.fetch) => Promise<unknown>

let artifact: ConcreteRequest
let expected: Data
beforeAll(async () => {
  artifact = (await compileForRelay([operation])).get(operation.name)!
  const { data, messages } = await send(operation, variables, token)
  expect(messages).toEqual([])
  expected = data!
})
afterAll(removeScratch)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const askApollo4 =
  ({ document }: Operation, persisted?: { useGETForHashedQueries: boolean }): Ask =>
  async (fetch) => {
    const http = new HttpLink({ uri: endpoint, headers, fetch })
    const link = persisted ? new PersistedQueryLink({ sha256, ...persisted }).concat(http) : http
    const client = new ApolloClient({
      link,
      cache: new InMemoryCache(),
      clientAwareness: { name: 'app', version: '1' },
    })
    return (await client.query({ query: document, variables })).data
  }

const askApollo3 =
  ({ document }: Operation, persisted?: { useGETForHashedQueries: boolean }): Ask =>
  async (fetch) => {
    const http = new apollo3.HttpLink({ uri: endpoint, headers, fetch })
    const link = persisted ? createPersistedQueryLink({ sha256, ...persisted }).concat(http) : http
    const client = new apollo3.ApolloClient({
      link,
      cache: new apollo3.InMemoryCache(),
      clientAwareness: { name: 'app', version: '1' },
    })
    return (await client.query({ query: document, variables })).data as unknown
  }

async function resultOf(
  result: Promise<{ readonly data?: unknown; readonly error?: Error | undefined }>,
): Promise<unknown> {
  const { data, error } = await result
  if (error) throw error
  return data
}

const CLIENTS: readonly (readonly [name: string, ask: Ask])[] = [
  ['Apollo Client 4', askApollo4(operation)],
  ['Apollo Client 3', askApollo3(operation)],
  [
    '@urql/core 6',
    (fetch) => {
      const client = new Client({ url: endpoint, exchanges: [fetchExchange], fetchOptions: { headers }, fetch })
      return resultOf(client.query(operation.text, variables).toPromise())
    },
  ],
  [
    '@urql/core 5',
    (fetch) => {
      const client = new Client5({ url: endpoint, exchanges: [fetchExchange5], fetchOptions: { headers }, fetch })
      return resultOf(client.query(operation.text, variables).toPromise())
    },
  ],
  ['graphql-request 7', (fetch) => new GraphQLClient(endpoint, { headers, fetch }).request(operation.text, variables)],
  [
    "Relay's network layer",
    (fetch) => fetchQuery(relayEnvironment({ endpoint, token, fetch }, getDataID), artifact, variables).toPromise(),
  ],
  [
    'fetch by GET',
    async (fetch) => {
      const search = new URLSearchParams({ query: operation.text, variables: JSON.stringify(variables) })
      const response = await fetch(`${endpoint}?${String(search)}`, { headers })
      return resultOf(response.json() as Promise<{ data?: unknown }>)
    },
  ],
]

/** Without `__typename` and `id`, which some clients add, and without the job, which goes on by itself. */
function comparable(answer: unknown): Data {
  const { accountAttributesJob, ...rest } = JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (key === '__typename' || key === 'id' ? undefined : value)),
  ) as Data
  expect(accountAttributesJob).toEqual({ status: expect.any(String) as string })
  return rest
}

describe.each(CLIENTS)('%s with its defaults', (_name, ask) => {
  test('gets the answer to the first query', async () => {
    expect(comparable(await ask(fetch))).toEqual(comparable(expected))
  })

  test('gets it in a browser, from a page on this machine', async () => {
    expect(comparable(await ask(browserFetch(ORIGIN)))).toEqual(comparable(expected))
  })
})

describe.each([
  ['Apollo Client 4', askApollo4],
  ['Apollo Client 3', askApollo3],
] as const)('%s with persisted queries, in a browser,', (name, ask) => {
  test.each([
    ['POST', false],
    ['GET', true],
  ])('sends the text once, and by %s only its hash from then on', async (method, useGETForHashedQueries) => {
    // An operation that the server has not seen before.
    const ownName = `${name.replaceAll(' ', '')}By${method}`
    const [own] = operationsOf(operation.text.replace(operation.name, ownName))
    const requests: { method: string; hasText: boolean }[] = []
    const recording: typeof fetch = async (resource, init) => {
      const request = new Request(resource, init)
      const text = request.method === 'GET' ? decodeURIComponent(request.url) : await request.text()
      requests.push({ method: request.method, hasText: text.includes('verificationResult(') })
      return browserFetch(ORIGIN)(resource, init)
    }
    const persisted = ask(own!, { useGETForHashedQueries })

    expect(comparable(await persisted(recording))).toEqual(comparable(expected))
    const byHash = { method, hasText: false }
    expect(requests).toEqual([byHash, { method: expect.any(String) as string, hasText: true }])

    requests.length = 0
    expect(comparable(await persisted(recording))).toEqual(comparable(expected))
    expect(requests).toEqual([byHash])
  })
})

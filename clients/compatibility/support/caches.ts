import { type DocumentNode, introspectionFromSchema, OperationTypeNode, visit } from 'graphql'
import type { ApolloCache } from '@apollo/client'
import * as apollo4 from '@apollo/client'
import * as apollo3 from 'apollo-client-3/core/index.js'
import { Client, fetchExchange } from '@urql/core'
import { cacheExchange, type CacheExchangeOpts } from '@urql/exchange-graphcache'
import { minifyIntrospectionQuery } from '@urql/introspection'
import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  type FetchFunction,
  type GraphQLSingularResponse,
  Network,
  type OperationDescriptor,
  RecordSource,
  Store,
} from 'relay-runtime'
import { documented } from './documented.js'
import { api, type Operation } from './operations.js'
import type { Data, Variables } from './server-client.js'

/** How a client reaches the server. */
export interface Route {
  readonly endpoint: string
  readonly token: string
  readonly fetch?: typeof globalThis.fetch
}

/** A client with a normalised cache of its own. */
export interface CachingClient {
  /** Asks the server through the client, which stores the answer in its cache. */
  readonly ask: (operation: Operation, variables: Variables) => Promise<Data>
  /** Reads an answer from the cache alone. */
  readonly read: (operation: Operation, variables: Variables) => unknown
}

/** A client library and its cache, with options for this schema. */
export interface Cache {
  readonly name: string
  /** Whether its options are those of `docs/client-caches.md`. */
  readonly isDocumented: boolean
  readonly create: (route: Route, artifacts: ReadonlyMap<string, ConcreteRequest>) => CachingClient
}

const headersOf = ({ token }: Route) => ({ authorization: `Bearer ${token}` })
const copyOf = (value: unknown): Data => JSON.parse(JSON.stringify(value)) as Data

/** What both versions of Apollo Client share. */
type ApolloLibrary = Pick<typeof apollo4, 'ApolloClient' | 'HttpLink' | 'InMemoryCache'>
const apollo3Library = apollo3 as unknown as ApolloLibrary

const apolloClient =
  (library: ApolloLibrary, options: apollo4.InMemoryCacheConfig): Cache['create'] =>
  (route) => {
    const { ApolloClient, HttpLink, InMemoryCache } = library
    const cache: ApolloCache = new InMemoryCache(options)
    const link = new HttpLink({
      uri: route.endpoint,
      headers: headersOf(route),
      ...(route.fetch && { fetch: route.fetch }),
    })
    const client = new ApolloClient({ cache, link })
    return {
      async ask({ kind, document }, variables) {
        const { data } =
          kind === 'query'
            ? await client.query<Data>({ query: document, variables, errorPolicy: 'all' })
            : await client.mutate<Data>({ mutation: document, variables, errorPolicy: 'all', keepRootFields: true })
        return copyOf(data)
      },
      read: ({ kind, document }, variables) =>
        kind === 'query'
          ? cache.readQuery<Data>({ query: document, variables })
          : cache.readQuery<Data>({ query: asQuery(document), variables, id: 'ROOT_MUTATION' }),
    }
  }

/** The same selection as a query: `readQuery` reads other roots too, but takes queries alone. */
const asQuery = (document: DocumentNode): DocumentNode =>
  visit(document, { OperationDefinition: (definition) => ({ ...definition, operation: OperationTypeNode.QUERY }) })

const introspection = minifyIntrospectionQuery(introspectionFromSchema(api))

const graphcache =
  (options: CacheExchangeOpts): Cache['create'] =>
  (route) => {
    const client = new Client({
      url: route.endpoint,
      exchanges: [cacheExchange({ ...options, schema: introspection }), fetchExchange],
      fetchOptions: { headers: headersOf(route) },
      // The server's answers are recorded by their bodies.
      preferGetMethod: false,
      ...(route.fetch && { fetch: route.fetch }),
    })
    const mutated = new Map<string, Data>()
    return {
      async ask({ kind, document, name }, variables) {
        const { data } = await (
          kind === 'query' ? client.query<Data>(document, variables) : client.mutation<Data>(document, variables)
        ).toPromise()
        if (kind === 'mutation') mutated.set(name + JSON.stringify(variables), copyOf(data))
        return copyOf(data)
      },
      // Graphcache keeps no root of mutations: what a client has of one is its result.
      read: ({ kind, document, name }, variables) =>
        kind === 'query'
          ? client.readQuery<Data>(document, variables)?.data
          : mutated.get(name + JSON.stringify(variables)),
    }
  }

const relayNetwork =
  (route: Route): FetchFunction =>
  async ({ text }, variables) => {
    const response = await (route.fetch ?? fetch)(route.endpoint, {
      method: 'POST',
      headers: { ...headersOf(route), 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    })
    return (await response.json()) as GraphQLSingularResponse
  }

type GetDataID = (value: { readonly id?: unknown }, typename: string) => unknown

/** Relay's environment, with a store that knows objects by `getDataID`. */
export const relayEnvironment = (route: Route, getDataID: GetDataID): Environment =>
  new Environment({
    network: Network.create(relayNetwork(route)),
    store: new Store(new RecordSource(), { getDataID } as ConstructorParameters<typeof Store>[1]),
    getDataID,
  } as ConstructorParameters<typeof Environment>[0])

const relay =
  (getDataID: GetDataID): Cache['create'] =>
  (route, artifacts) => {
    const environment = relayEnvironment(route, getDataID)
    const asked = new Map<string, OperationDescriptor>()
    const keyOf = ({ name }: Operation, variables: Variables) => name + JSON.stringify(variables)
    return {
      async ask(operation, variables) {
        const artifact = artifacts.get(operation.name)!
        // A mutation's answer has a root of its own, as `commitMutation` gives it.
        const root = operation.kind === 'query' ? undefined : `client:mutation:${asked.size}`
        const descriptor = createOperationDescriptor(artifact, variables, undefined, root)
        asked.set(keyOf(operation, variables), descriptor)
        environment.retain(descriptor)
        if (operation.kind === 'query') return copyOf(await fetchQuery(environment, artifact, variables).toPromise())
        await environment.executeMutation({ operation: descriptor }).toPromise()
        return copyOf(environment.lookup(descriptor.fragment).data)
      },
      read: (operation, variables) => environment.lookup(asked.get(keyOf(operation, variables))!.fragment).data,
    }
  }

const OPTIONS_ONLY = `
  class InMemoryCache { constructor(options) { Object.assign(this, options) } }
  const cacheExchange = (options) => options
  class Store {}
  class RecordSource {}
  class Environment {}
  const network = undefined
`

export const apolloOptions = (await documented('Apollo Client', OPTIONS_ONLY))['cache'] as apollo4.InMemoryCacheConfig
export const graphcacheOptions = (await documented('urql graphcache', OPTIONS_ONLY))['cache'] as CacheExchangeOpts
export const getDataID = (await documented('Relay', OPTIONS_ONLY))['getDataID'] as GetDataID

const documentedOptions = (name: string, create: Cache['create']): Cache => ({ name, isDocumented: true, create })
const defaults = (name: string, create: Cache['create']): Cache => ({
  name: `${name} with defaults`,
  isDocumented: false,
  create,
})

/** Relay has no defaults for this schema: they take `id` alone for the identity. */
export const CACHES: readonly Cache[] = [
  documentedOptions('InMemoryCache of Apollo Client 4', apolloClient(apollo4, apolloOptions)),
  documentedOptions('InMemoryCache of Apollo Client 3', apolloClient(apollo3Library, apolloOptions)),
  documentedOptions('graphcache of urql', graphcache(graphcacheOptions)),
  documentedOptions('the store of Relay', relay(getDataID)),
  defaults('InMemoryCache of Apollo Client 4', apolloClient(apollo4, {})),
  defaults('InMemoryCache of Apollo Client 3', apolloClient(apollo3Library, {})),
  defaults('graphcache of urql', graphcache({})),
]

import type { AddressInfo } from 'node:net'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { Pool } from 'undici'
import { ApolloResolvers, type Get, type Loaders } from './apollo.js'
import { rawKeys, type Setup, serveContender } from './contender.js'
import { typeDefs } from './type-defs.js'

// An Apollo server as somebody experienced writes it: Fastify, a pool of keep-alive connections for each provider, no
// plugin that is not needed. Parsed and validated documents stay in Apollo's document store, which is its default.

const PLUGINS = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]

function getByPools(stubs: Setup['stubs']): Get {
  const pools = Object.fromEntries(
    Object.entries(stubs).map(([name, url]) => [name, new Pool(url, { connections: 64 })]),
  )
  return async <T>(provider: string, path: string) =>
    (await (await pools[provider]!.request({ method: 'GET', path })).body.json()) as T
}

function schemaOf(own: ApolloResolvers, redis: Redis) {
  const resolvers = own.resolvers()
  const stored = async (key: string) => JSON.parse((await redis.get(key))!) as unknown
  return {
    typeDefs,
    resolvers: {
      ...resolvers,
      Query: {
        ...resolvers.Query,
        verificationResult: (_root: unknown, { id }: { id: string }) => stored(rawKeys.verification(id)),
      },
      Customer: {
        ...resolvers.Customer,
        accountEntitlements: async (customer: { readonly id: string }, _args: unknown, loaders: Loaders) =>
          stored(rawKeys.entitlements((await resolvers.Customer.links(customer, _args, loaders)).bankingCustomerId!)),
      },
    },
  }
}

serveContender(async (setup: Setup) => {
  const own = new ApolloResolvers(getByPools(setup.stubs), setup)
  const redis = new Redis(setup.redisUrl, { enableAutoPipelining: true })
  const apollo = new ApolloServer<Loaders>({ ...schemaOf(own, redis), plugins: PLUGINS })
  await apollo.start()
  const app = Fastify()
  app.post('/graphql', async ({ headers: sent, body: parsed }, reply) => {
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap(Object.entries(sent as Record<string, string>)),
        search: '',
        body: parsed,
      },
      context: () => Promise.resolve(own.loaders()),
    })
    for (const [name, value] of headers) void reply.header(name, value)
    return reply.code(status ?? 200).send(body.kind === 'complete' ? body.string : '')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
})

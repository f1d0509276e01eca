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
import { rawKeys, type Setup, serveContender } from './contender.js'
import { typeDefs } from './type-defs.js'

// The cost of Apollo Server and Fastify by themselves: no plugin, token, limit, mask or audit, and one field.

serveContender(async ({ redisUrl }: Setup) => {
  const redis = new Redis(redisUrl)
  const resolvers = {
    Query: {
      verificationResult: async (_root: unknown, { id }: { id: string }) =>
        JSON.parse((await redis.get(rawKeys.verification(id)))!) as unknown,
    },
  }
  const plugins = [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ]
  const apollo = new ApolloServer({ typeDefs, resolvers, plugins })
  await apollo.start()
  const app = Fastify()
  app.post('/graphql', async ({ headers: sent, body: parsed }, reply) => {
    const headers = new HeaderMap(Object.entries(sent as Record<string, string>))
    const {
      status,
      headers: more,
      body,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body: parsed },
      context: () => Promise.resolve({}),
    })
    for (const [name, value] of more) void reply.header(name, value)
    return reply.code(status ?? 200).send(body.kind === 'complete' ? body.string : '')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
})

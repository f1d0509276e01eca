import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { delegateToApollo } from '../src/http/graphql-handler.js'
import { contender, rawKeys, type Setup } from './contender.js'
import { typeDefs } from './types.js'

// What Apollo Server and Fastify cost by themselves: no plugin, no token, no limit, no mask, no audit, and one field.

contender(async ({ redisUrl }: Setup) => {
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
  const hand = delegateToApollo(apollo as never)
  app.post('/graphql', async ({ method, url, headers, body: sent, id }, reply) => {
    const {
      status,
      headers: more,
      body,
    } = await hand({ method, url, headers, body: sent, correlationId: id, response: reply.raw }, () =>
      Promise.resolve({}),
    )
    for (let i = 0; i < more.length; i += 2) void reply.header(more[i]!, more[i + 1])
    return reply.code(status).send(body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
})

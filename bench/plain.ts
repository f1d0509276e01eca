import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import fetch from 'node-fetch'
import { ApolloResolvers, type Get, type Loaders } from './apollo.js'
import { type Setup, serveContender } from './contender.js'
import { typeDefs } from './type-defs.js'

// A first Apollo server as its documentation teaches it: the standalone server, node-fetch, and DataLoaders for batches.

serveContender(async (setup: Setup) => {
  const get: Get = async <T>(provider: string, path: string) =>
    (await (await fetch(setup.stubs[provider]! + path)).json()) as T
  const own = new ApolloResolvers(get, setup)
  const server = new ApolloServer<Loaders>({ typeDefs, resolvers: own.resolvers() })
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: () => Promise.resolve(own.loaders()),
  })
  return Number(new URL(url).port)
})

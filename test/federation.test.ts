import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from '@apollo/gateway'
import { composeServices } from '@apollo/composition'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CROWD } from '../datasources/cast.js'
import { type App, startApp } from './harness.js'

// A bank's own subgraph: a loyalty programme that knows persons and customers by their keys.
const LOYALTY = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])
  type Person @key(fields: "id") { id: ID! loyaltyPoints: Int! }
  type Query { bestPersons: [Person!]! }
`)

const best = CROWD.slice(0, 5)
let app: App
let loyalty: ApolloServer
let gateway: ApolloGateway
let router: ApolloServer

beforeAll(async () => {
  app = await startApp()
  loyalty = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: LOYALTY,
      resolvers: {
        Query: { bestPersons: () => best.map(({ personId }) => ({ id: personId })) },
        Person: { loyaltyPoints: ({ id }: { id: string }) => Number(id.slice(-3)) },
      },
    }),
  })
  const { url } = await startStandaloneServer(loyalty, { listen: { port: 0 } })

  const sdl = (await app.run('{ _service { sdl } }')).data._service.sdl as string
  const { supergraphSdl, errors } = composeServices([
    { name: 'kyc', url: `${app.url}/graphql`, typeDefs: parse(sdl) },
    { name: 'loyalty', url, typeDefs: LOYALTY },
  ])
  expect(errors).toBeUndefined()

  class Authorised extends RemoteGraphQLDataSource {
    override async willSendRequest({ request }: GraphQLDataSourceProcessOptions): Promise<void> {
      request.http?.headers.set('authorization', `Bearer ${await app.token()}`)
    }
  }
  gateway = new ApolloGateway({ supergraphSdl: supergraphSdl!, buildService: ({ url: service }) => new Authorised({ url: service }) })
  router = new ApolloServer({ gateway })
  await router.start()
})

afterAll(async () => {
  await router.stop()
  await loyalty.stop()
  await app.close()
})

test('a query across two subgraphs answers with one batch of references and one provider call', async () => {
  app.clear()
  const { body } = await router.executeOperation({ query: '{ bestPersons { id loyaltyPoints firstName verificationStatus } }' })
  const { data, errors } = body.kind === 'single' ? body.singleResult : {}
  expect(errors).toBeUndefined()
  expect(data!.bestPersons).toEqual(
    best.map(({ personId, firstName }) => ({ id: personId, firstName, verificationStatus: 'ACCEPTED', loyaltyPoints: Number(personId!.slice(-3)) })),
  )
  expect(app.calls('synctera')).toEqual(['GET /v0/persons?id=…&limit=100'])
})

test('the SDL is told only to who may read the schema', async () => {
  const { errors } = await app.run('{ _service { sdl } }', undefined, { scopes: ['persons:read'] })
  expect(errors[0]!.extensions.code).toBe('FORBIDDEN')
})

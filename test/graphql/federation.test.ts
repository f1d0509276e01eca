import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from '@apollo/gateway'
import { composeServices } from '@apollo/composition'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type DocumentNode, Kind, parse, print, visit } from 'graphql'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CROWD } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'

// A bank's own subgraph: a loyalty programme that knows persons and customers by their keys.
const LOYALTY = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])
  type Person @key(fields: "id") { id: ID! loyaltyPoints: Int! }
  type Customer @key(fields: "bankId id") { bankId: ID! id: ID! loyaltyTier: String! }
  type Query { bestPersons: [Person!]! bestCustomers: [Customer!]! }
`)

const best = CROWD.slice(0, 5)
let app: App
let loyalty: ApolloServer
let gateway: ApolloGateway
let router: ApolloServer
/** What the router asked of each subgraph: the types of a batch of references, or nothing where it asked by a field. */
let asked: { subgraph: string; references: string[] }[] = []
/** The token that the gateway passes on: one with every scope unless a test says otherwise, none where it is null. */
let token: string | null | undefined

const SECURITY = ['authenticated', 'requiresScopes']
/** The JavaScript gateway takes no supergraph that is linked to the security directives; routers that enforce them do. */
const withoutSecurity = (sdl: DocumentNode): DocumentNode =>
  visit(sdl, {
    Directive: ({ name }) => (SECURITY.includes(name.value) ? null : undefined),
    DirectiveDefinition: ({ name }) => (SECURITY.includes(name.value) ? null : undefined),
    ListValue: (list) => ({
      ...list,
      values: list.values.filter((value) => value.kind !== Kind.STRING || !SECURITY.includes(value.value.slice(1))),
    }),
  })

/** The SDL of the subgraph, as composition reads it. */
let sdl: DocumentNode
const compose = (typeDefs: DocumentNode, url = 'http://loyalty.test') =>
  composeServices([
    { name: 'kyc', url: `${app.url}/graphql`, typeDefs },
    { name: 'loyalty', url, typeDefs: LOYALTY },
  ])

beforeAll(async () => {
  app = await startApp()
  loyalty = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: LOYALTY,
      resolvers: {
        Query: {
          bestPersons: () => best.map(({ personId }) => ({ id: personId })),
          bestCustomers: () => best.map(({ bankId, customerId }) => ({ bankId, id: customerId })),
        },
        Customer: { loyaltyTier: ({ bankId, id }: { bankId: string; id: string }) => `${bankId} ${id.slice(-3)}` },
        Person: { loyaltyPoints: ({ id }: { id: string }) => Number(id.slice(-3)) },
      },
    }),
  })
  const { url } = await startStandaloneServer(loyalty, { listen: { port: 0 } })

  sdl = parse((await app.run('{ _service { sdl } }')).data._service.sdl as string)
  const { supergraphSdl, errors } = compose(withoutSecurity(sdl), url)
  expect(errors).toBeUndefined()

  class Authorised extends RemoteGraphQLDataSource {
    override async willSendRequest({ request }: GraphQLDataSourceProcessOptions): Promise<void> {
      const references = (request.variables?.['representations'] ?? []) as { __typename: string }[]
      asked.push({
        subgraph: this.url === url ? 'loyalty' : 'kyc',
        references: references.map(({ __typename }) => __typename),
      })
      if (token !== null) request.http?.headers.set('authorization', `Bearer ${token ?? (await app.token())}`)
    }
  }
  gateway = new ApolloGateway({
    supergraphSdl: supergraphSdl!,
    buildService: ({ url: service }) => new Authorised({ url: service }),
  })
  router = new ApolloServer({ gateway })
  await router.start()
})

afterAll(async () => {
  await router.stop()
  await loyalty.stop()
  await app.close()
})

beforeEach(() => {
  app.clear()
  asked = []
  token = undefined
})

async function answer(query: string): Promise<any> {
  const { body } = await router.executeOperation({ query })
  return body.kind === 'single' ? body.singleResult : {}
}
async function ask(query: string): Promise<any> {
  const { data, errors } = await answer(query)
  expect(errors).toBeUndefined()
  return data
}

const pointsOf = ({ personId }: { personId?: string | undefined }) => Number(personId!.slice(-3))
const tierOf = ({ bankId, customerId }: { bankId: string; customerId: string }) => `${bankId} ${customerId.slice(-3)}`

test('a query across two subgraphs answers with one batch of references and one provider call', async () => {
  const { bestPersons } = await ask('{ bestPersons { id loyaltyPoints firstName verificationStatus } }')
  expect(bestPersons).toEqual(
    best.map((one) => ({
      id: one.personId,
      firstName: one.firstName,
      verificationStatus: 'ACCEPTED',
      loyaltyPoints: pointsOf(one),
    })),
  )
  expect(app.calls('synctera')).toEqual(['GET /v0/persons?id=…&limit=100'])
  expect(asked).toEqual([
    { subgraph: 'loyalty', references: [] },
    { subgraph: 'kyc', references: best.map(() => 'Person') },
  ])
})

test('customers are known by their bank and id, and one batch goes each way', async () => {
  const { bestCustomers } = await ask('{ bestCustomers { loyaltyTier legalName person { firstName loyaltyPoints } } }')
  expect(bestCustomers).toEqual(
    best.map((one) => ({
      loyaltyTier: tierOf(one),
      legalName: `${one.firstName} ${one.lastName}`,
      person: { firstName: one.firstName, loyaltyPoints: pointsOf(one) },
    })),
  )
  expect(asked).toEqual([
    { subgraph: 'loyalty', references: [] },
    { subgraph: 'kyc', references: best.map(() => 'Customer') },
    { subgraph: 'loyalty', references: best.map(() => 'Person') },
  ])
  expect(app.calls('synctera')).toEqual(['GET /v0/persons?id=…&limit=100'])
})

test('both kinds at once are one batch of each', async () => {
  const data = await ask('{ bestPersons { firstName } bestCustomers { legalName } }')
  expect(data).toEqual({
    bestPersons: best.map(({ firstName }) => ({ firstName })),
    bestCustomers: best.map(({ firstName, lastName }) => ({ legalName: `${firstName} ${lastName}` })),
  })
  const batches = asked.filter(({ subgraph }) => subgraph === 'kyc').map(({ references }) => references)
  expect(batches.sort()).toEqual([best.map(() => 'Customer'), best.map(() => 'Person')])
})

test('what begins here is continued there', async () => {
  const [one] = best
  const { customer } = await ask(
    `{ customer(id: "${one!.customerId}") { legalName loyaltyTier person { loyaltyPoints } } }`,
  )
  expect(customer).toEqual({
    legalName: `${one!.firstName} ${one!.lastName}`,
    loyaltyTier: tierOf(one!),
    person: { loyaltyPoints: pointsOf(one!) },
  })
  expect(asked[0]).toEqual({ subgraph: 'kyc', references: [] })
  expect(
    asked
      .slice(1)
      .flatMap(({ references }) => references)
      .sort(),
  ).toEqual(['Customer', 'Person'])
})

test.each<[what: string, token: () => Promise<string> | null, extensions: object]>([
  [
    'a scope that the token lacks',
    () => app.token({ scopes: ['customers:read'] }),
    { code: 'FORBIDDEN', retryable: false, serviceName: 'kyc' },
  ],
  // An answer with 401 is an error of the gateway's own.
  ['a request without a token', () => null, { code: 'UNAUTHENTICATED' }],
])('this gateway enforces no scopes; the graph refuses %s', async (_what, tokenOf, extensions) => {
  token = await tokenOf()
  const { errors } = await answer(`{ person(id: "${best[0]!.personId}") { firstName } }`)
  expect(asked).toHaveLength(1)
  expect(errors).toMatchObject([{ extensions }])
  expect(app.calls('synctera')).toEqual([])
})

test('the supergraph states the token and scopes that a field needs, its cost and its list size', () => {
  const { supergraphSdl, errors } = compose(sdl)
  expect(errors).toBeUndefined()
  expect(supergraphSdl).toMatch(/@link\(url: "https:\/\/specs.apollo.dev\/authenticated\/v[\d.]+", for: SECURITY\)/)
  expect(supergraphSdl).toMatch(/@link\(url: "https:\/\/specs.apollo.dev\/requiresScopes\/v[\d.]+", for: SECURITY\)/)
  // Each as often as here: nothing was lost on the way.
  for (const name of ['authenticated', 'requiresScopes', 'cost', 'listSize']) {
    const uses = (document: DocumentNode) =>
      print(visit(document, { DirectiveDefinition: () => null })).split(new RegExp(`@${name}\\b(?!")`)).length - 1
    expect([name, uses(parse(supergraphSdl!))]).toEqual([name, uses(sdl)])
    expect(uses(sdl)).toBeGreaterThan(20)
  }
})

test('what other subgraphs share with this one needs no token because of it', () => {
  const shared = sdl.definitions.flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION && type.directives?.some(({ name }) => name.value === 'shareable')
      ? [type]
      : [],
  )
  expect(shared.length).toBeGreaterThan(0)
  for (const { name, directives } of shared)
    expect([name.value, directives?.map((directive) => directive.name.value)]).toEqual([name.value, ['shareable']])
})

test('the SDL is readable only with schema:read', async () => {
  const { errors } = await app.run('{ _service { sdl } }', undefined, { scopes: ['persons:read'] })
  expect(errors[0]!.extensions.code).toBe('FORBIDDEN')
})

import { createServer } from 'node:http'
import { buildASTSchema, type GraphQLObjectType, type GraphQLSchema, parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { listening, type Service } from '../support/service.js'
import { type Account, ACCOUNTS } from './data.js'
import { ACCOUNTS_SDL, SUBGRAPH_SDL } from './sdl.js'

type Reference = Readonly<Record<string, string>>

const accountsOf = ({ bankId, id }: Reference): readonly Account[] =>
  ACCOUNTS.filter(({ customer }) => customer.id === id && customer.bankId === bankId)

function entityOf(reference: Reference): object | null {
  const { __typename, iban } = reference
  const found = __typename === 'Account' ? ACCOUNTS.find((account) => account.iban === iban) : reference
  return found === undefined ? null : { ...found, __typename }
}

/** Resolvers by type and field; every other field is a member of its object. */
const RESOLVERS = {
  Query: {
    accounts: (_source: unknown, { first }: { first: number }) => ACCOUNTS.slice(0, first),
    _service: () => ({ sdl: ACCOUNTS_SDL }),
    _entities: (_source: unknown, { representations }: { representations: readonly Reference[] }) =>
      representations.map(entityOf),
  },
  Customer: { accounts: accountsOf },
  Person: { accounts: ({ id }: Reference) => ACCOUNTS.filter(({ person }) => person.id === id) },
}

function accountsSchema(): GraphQLSchema {
  const schema = buildASTSchema(parse(ACCOUNTS_SDL + SUBGRAPH_SDL))
  for (const [type, fields] of Object.entries(RESOLVERS))
    for (const [field, resolve] of Object.entries(fields))
      Object.assign((schema.getType(type) as GraphQLObjectType).getFields()[field]!, { resolve })
  return schema
}

/** Starts the subgraph of a bank's account service. It checks the token of every request itself, as kyc-graph does. */
export async function startAccounts(issuer: string, audience: string): Promise<Service> {
  const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer))
  const isValid = (token: string): Promise<boolean> =>
    jwtVerify(token, keys, { issuer, audience }).then(
      () => true,
      () => false,
    )
  const yoga = createYoga({ schema: accountsSchema(), graphiql: false, landingPage: false, logging: 'error' })
  const server = createServer((request, response) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    void isValid(token).then(async (isCaller) => {
      if (isCaller) return yoga(request, response)
      const error = { message: 'The request has no valid token.', extensions: { code: 'UNAUTHENTICATED' } }
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }))
    })
  })
  return listening(server)
}

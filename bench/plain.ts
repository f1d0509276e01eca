import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import DataLoader from 'dataloader'
import fetch from 'node-fetch'
import { contender, type Setup } from './contender.js'
import { typeDefs } from './types.js'
import {
  COLLECTIONS,
  linkOf,
  paths,
  toAttribute,
  toCustomer,
  toMaskedPerson,
  toPerson,
  toVerification,
  type WireAttribute,
  type WireCustomer,
  type WirePerson,
} from './wire.js'

// As a first server is written: Apollo Server's standalone server, node-fetch, and a DataLoader where there are many.
// It checks no token and no answer, and remembers nothing: entitlements and verifications are not there.

interface Loaders {
  readonly persons: DataLoader<string, unknown>
  readonly attributes: DataLoader<string, readonly WireAttribute[]>
}

contender(async ({ stubs, bank }: Setup) => {
  const get = async <T>(provider: string, path: string): Promise<T> =>
    (await (await fetch(stubs[provider]! + path)).json()) as T
  const text = (cursor: string): string => Buffer.from(cursor, 'base64url').toString()
  const cursor = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

  const loaders = (): Loaders => ({
    persons: new DataLoader(async (ids: readonly string[]) => {
      if (ids.length === 1) return [toPerson(await get<WirePerson>('synctera', paths.person(ids[0]!)))]
      const { persons } = await get<{ persons: WirePerson[] }>('synctera', paths.persons(ids))
      const byId = new Map(persons.map((person) => [person.id, toPerson(person)]))
      return ids.map((id) => byId.get(id) ?? null)
    }),
    attributes: new DataLoader((ids: readonly string[]) =>
      Promise.all(
        ids.map(
          async (id) =>
            (await get<{ customer_attributes: WireAttribute[] }>('obp', paths.attributes(bank, id)))
              .customer_attributes,
        ),
      ),
    ),
  })

  type Id = { id: string }
  const resolvers = {
    Query: {
      async customer(_root: unknown, { id }: Id, { attributes }: Loaders) {
        const row = await get<WireCustomer>('obp', paths.customer(bank, id))
        if (row.customer_attributes) attributes.prime(id, row.customer_attributes)
        return toCustomer(row)
      },
      async customers(_root: unknown, { first, after }: { first: number; after?: string | null }) {
        const [offset, list] = after == null ? [0, ''] : (JSON.parse(text(after)) as [number, string])
        const { customers } = await get<{ customers: WireCustomer[] }>('obp', paths.customers(bank, first, offset))
        return {
          nodes: customers.slice(0, first).map(toCustomer),
          pageInfo: { endCursor: cursor(offset + first, list), hasNextPage: customers.length > first },
        }
      },
      person: (_root: unknown, { id }: Id, { persons }: Loaders) => persons.load(id),
      async persons(_root: unknown, { after }: { after?: string | null }) {
        const [token] = after == null ? [null] : (JSON.parse(text(after)) as [string | null])
        const { persons, next_page_token: next } = await get<{ persons: WirePerson[]; next_page_token?: string }>(
          'synctera',
          paths.personPage(token),
        )
        return {
          nodes: persons.map(toMaskedPerson),
          pageInfo: { endCursor: cursor(next ?? token, 0), hasNextPage: next !== undefined },
        }
      },
    },
    Customer: {
      attributes: async ({ id }: Id, _: unknown, { attributes }: Loaders) =>
        (await attributes.load(id)).map(toAttribute),
      async links({ id }: Id, _: unknown, { attributes }: Loaders) {
        const rows = await attributes.load(id)
        return {
          personId: linkOf(rows, 'SYNCTERA_PERSON_ID'),
          bankingCustomerId: linkOf(rows, 'APITURE_BANKING_CUSTOMER_ID'),
          seiExternalId: linkOf(rows, 'SEI_EXTERNAL_ID'),
        }
      },
      async person({ id }: Id, _: unknown, { attributes, persons }: Loaders) {
        const personId = linkOf(await attributes.load(id), 'SYNCTERA_PERSON_ID')
        return personId === null ? null : persons.load(personId)
      },
      ...Object.fromEntries(
        COLLECTIONS.map(({ name, path, rows }) => [
          name,
          async ({ id }: Id) => rows(await get<never>('obp', path(bank, id))),
        ]),
      ),
    },
    Person: {
      verifications: async ({ id }: Id) =>
        (
          await get<{ verifications: Parameters<typeof toVerification>[0][] }>('synctera', paths.verifications(id))
        ).verifications.map(toVerification),
    },
  }

  const server = new ApolloServer<Loaders>({ typeDefs, resolvers })
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: () => Promise.resolve(loaders()),
  })
  return Number(new URL(url).port)
})

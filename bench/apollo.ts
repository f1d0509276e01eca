import DataLoader from 'dataloader'
import type { Setup } from './contender.js'
import { decode, encode } from './cursors.js'
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

// The resolvers of the Apollo contenders. They check no token and no provider response and store nothing. Batches are
// made by DataLoader where the provider has one.

/** Sends a GET to a provider and returns its JSON. */
export type Get = <T>(provider: string, path: string) => Promise<T>

export interface Loaders {
  readonly persons: DataLoader<string, unknown>
  readonly attributes: DataLoader<string, readonly WireAttribute[]>
}

interface ById {
  readonly id: string
}

/** The REST calls and resolvers of one server. */
export class ApolloResolvers {
  readonly #get: Get
  readonly #bank: string

  constructor(get: Get, { bank }: Setup) {
    this.#get = get
    this.#bank = bank
  }

  async #attributes(id: string): Promise<readonly WireAttribute[]> {
    const path = paths.attributes(this.#bank, id)
    return (await this.#get<{ customer_attributes: WireAttribute[] }>('obp', path)).customer_attributes
  }

  async #persons(ids: readonly string[]): Promise<unknown[]> {
    if (ids.length === 1) return [toPerson(await this.#get<WirePerson>('synctera', paths.person(ids[0]!)))]
    const { persons } = await this.#get<{ persons: WirePerson[] }>('synctera', paths.persons(ids))
    const byId = new Map(persons.map((person) => [person.id, toPerson(person)]))
    return ids.map((id) => byId.get(id) ?? null)
  }

  loaders(): Loaders {
    return {
      persons: new DataLoader((ids: readonly string[]) => this.#persons(ids)),
      attributes: new DataLoader((ids: readonly string[]) => Promise.all(ids.map((id) => this.#attributes(id)))),
    }
  }

  resolvers() {
    return {
      Query: {
        customer: (_root: unknown, { id }: ById, loaders: Loaders) => this.#customer(id, loaders),
        customers: (_root: unknown, { first, after }: { first: number; after?: string | null }) =>
          this.#customers(first, after),
        person: (_root: unknown, { id }: ById, { persons }: Loaders) => persons.load(id),
        persons: (_root: unknown, { after }: { after?: string | null }) => this.#personPage(after),
      },
      Customer: { ...customerJoins, ...this.#collections() },
      Person: {
        verifications: async ({ id }: ById) => {
          const path = paths.verifications(id)
          type Body = { verifications: Parameters<typeof toVerification>[0][] }
          return (await this.#get<Body>('synctera', path)).verifications.map(toVerification)
        },
      },
    }
  }

  async #customer(id: string, { attributes }: Loaders) {
    const row = await this.#get<WireCustomer>('obp', paths.customer(this.#bank, id))
    if (row.customer_attributes) attributes.prime(id, row.customer_attributes)
    return toCustomer(row)
  }

  async #customers(first: number, after: string | null | undefined) {
    const [offset] = after == null ? [0] : decode<[number]>(after)
    const path = paths.customers(this.#bank, first, offset)
    const { customers } = await this.#get<{ customers: WireCustomer[] }>('obp', path)
    return {
      nodes: customers.slice(0, first).map(toCustomer),
      pageInfo: { endCursor: encode(offset + first), hasNextPage: customers.length > first },
    }
  }

  async #personPage(after: string | null | undefined) {
    const [token] = after == null ? [null] : decode<[string | null]>(after)
    type Body = { persons: WirePerson[]; next_page_token?: string }
    const { persons, next_page_token: next } = await this.#get<Body>('synctera', paths.personPage(token))
    return {
      nodes: persons.map(toMaskedPerson),
      pageInfo: { endCursor: encode(next ?? token, 0), hasNextPage: next !== undefined },
    }
  }

  #collections() {
    return Object.fromEntries(
      COLLECTIONS.map(({ name, path, rows }) => [
        name,
        async ({ id }: ById) => rows(await this.#get<never>('obp', path(this.#bank, id))),
      ]),
    )
  }
}

const customerJoins = {
  attributes: async ({ id }: ById, _: unknown, { attributes }: Loaders) => (await attributes.load(id)).map(toAttribute),
  async links({ id }: ById, _: unknown, { attributes }: Loaders) {
    const rows = await attributes.load(id)
    return {
      personId: linkOf(rows, 'SYNCTERA_PERSON_ID'),
      bankingCustomerId: linkOf(rows, 'APITURE_BANKING_CUSTOMER_ID'),
      seiExternalId: linkOf(rows, 'SEI_EXTERNAL_ID'),
    }
  },
  async person({ id }: ById, _: unknown, { attributes, persons }: Loaders) {
    const personId = linkOf(await attributes.load(id), 'SYNCTERA_PERSON_ID')
    return personId === null ? null : persons.load(personId)
  },
}

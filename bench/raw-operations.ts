import type { Redis } from 'ioredis'
import { Pool } from 'undici'
import { rawKeys, type Setup } from './contender.js'
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

async function get<T>(pool: Pool, path: string): Promise<T> {
  return (await (await pool.request({ method: 'GET', path })).body.json()) as T
}

interface PersonInput {
  readonly idempotencyKey: string
  readonly isCustomer: boolean
  readonly status: string
  readonly firstName: string
  readonly lastName: string
  readonly dateOfBirth: string
  readonly email: string
}

type Handler = (variables: never, authorization: string) => Promise<unknown>

/** The workloads' operations, each written by hand. */
export class RawOperations {
  readonly #obp: Pool
  readonly #synctera: Pool
  readonly #redis: Redis
  readonly #bank: string
  readonly #handlers: Readonly<Record<string, Handler>>

  constructor({ stubs, bank }: Setup, redis: Redis) {
    this.#obp = new Pool(stubs['obp']!, { connections: 64 })
    this.#synctera = new Pool(stubs['synctera']!, { connections: 64 })
    this.#redis = redis
    this.#bank = bank
    this.#handlers = {
      CustomerPage: ({ id }: { id: string }) => this.#customerPage(id),
      Customers: ({ first, after }: { first: number; after: string | null }) => this.#customers(first, after),
      TenPersons: (ids: Record<string, string>) => this.#tenPersons(ids),
      TenPersonsTenCalls: (ids: Record<string, string>) => this.#tenPersonsTenCalls(ids),
      StoredVerification: async ({ id }: { id: string }) => ({
        verificationResult: await this.#stored(rawKeys.verification(id)),
      }),
      VerifyAccount: async ({ input }: { input: { account: { id: string } } }, authorization: string) => ({
        verifyAccount: { result: await this.#stored(rawKeys.account(authorization, input.account.id)) },
      }),
      CreatePerson: ({ input }: { input: PersonInput }) => this.#createPerson(input),
      Entities: async ({ representations }: { representations: { id: string }[] }) => ({
        _entities: await this.#persons(representations.map(({ id }) => id)),
      }),
      Persons: ({ after }: { after: string | null }) => this.#personPage(after),
    }
  }

  run(name: string, variables: Record<string, never>, authorization: string): Promise<unknown> {
    return this.#handlers[name]!(variables as never, authorization)
  }

  async #stored(key: string): Promise<unknown> {
    return JSON.parse((await this.#redis.get(key))!) as unknown
  }

  async #person(id: string) {
    return toPerson(await get<WirePerson>(this.#synctera, paths.person(id)))
  }

  async #persons(ids: readonly string[]): Promise<(ReturnType<typeof toPerson> | null)[]> {
    const { persons: rows } = await get<{ persons: WirePerson[] }>(this.#synctera, paths.persons(ids))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => {
      const row = byId.get(id)
      return row ? toPerson(row) : null
    })
  }

  async #customerPage(id: string): Promise<unknown> {
    const [row, ...rows] = await Promise.all([
      get<WireCustomer>(this.#obp, paths.customer(this.#bank, id)),
      ...COLLECTIONS.map(async ({ path, rows }) => rows(await get<never>(this.#obp, path(this.#bank, id)))),
    ])
    const collections = Object.fromEntries(COLLECTIONS.map(({ name }, i) => [name, rows[i]]))
    const attributes = row.customer_attributes!
    const personId = linkOf(attributes, 'SYNCTERA_PERSON_ID')!
    const bankingCustomerId = linkOf(attributes, 'APITURE_BANKING_CUSTOMER_ID')!
    const [person, accountEntitlements] = await Promise.all([
      this.#personWithVerifications(personId),
      this.#stored(rawKeys.entitlements(bankingCustomerId)),
    ])
    return {
      customer: {
        ...toCustomer(row),
        attributes: attributes.map(toAttribute),
        addresses: collections['addresses'],
        taxResidences: collections['taxResidences'],
        socialMediaHandles: collections['socialMediaHandles'],
        userLinks: collections['userLinks'],
        creditLimitRequests: collections['creditLimitRequests'],
        links: { personId, bankingCustomerId, seiExternalId: linkOf(attributes, 'SEI_EXTERNAL_ID') },
        kycChecks: collections['kycChecks'],
        kycDocuments: collections['kycDocuments'],
        kycMedia: collections['kycMedia'],
        kycStatuses: collections['kycStatuses'],
        person,
        accountEntitlements,
      },
    }
  }

  async #personWithVerifications(personId: string) {
    const [{ id, firstName, lastName, status, verificationStatus }, { verifications }] = await Promise.all([
      this.#person(personId),
      get<{ verifications: Parameters<typeof toVerification>[0][] }>(this.#synctera, paths.verifications(personId)),
    ])
    return { id, firstName, lastName, status, verificationStatus, verifications: verifications.map(toVerification) }
  }

  async #customers(first: number, after: string | null): Promise<unknown> {
    const [offset] = after === null ? [0] : decode<[number]>(after)
    const { customers } = await get<{ customers: WireCustomer[] }>(
      this.#obp,
      paths.customers(this.#bank, first, offset),
    )
    const rows = customers.slice(0, first)
    const links = await Promise.all(rows.map(({ customer_id: id }) => this.#personLink(id)))
    const wanted = [...new Set(links.filter((link) => link !== null))]
    const persons = wanted.length === 1 ? [await this.#person(wanted[0]!)] : await this.#persons(wanted)
    const byId = new Map(persons.map((person) => [person?.id, person]))
    return {
      customers: {
        nodes: rows.map((row, i) => ({ ...toCustomer(row), person: (links[i] && byId.get(links[i])) ?? null })),
        pageInfo: { endCursor: encode(offset + rows.length), hasNextPage: customers.length > first },
      },
    }
  }

  async #personLink(customerId: string): Promise<string | null> {
    const { customer_attributes } = await get<{ customer_attributes: WireAttribute[] }>(
      this.#obp,
      paths.attributes(this.#bank, customerId),
    )
    return linkOf(customer_attributes, 'SYNCTERA_PERSON_ID')
  }

  async #tenPersons(ids: Record<string, string>): Promise<unknown> {
    const persons = await this.#persons(Object.values(ids))
    return Object.fromEntries(Object.keys(ids).map((alias, i) => [alias, persons[i]]))
  }

  /** The same with a call for each person. */
  async #tenPersonsTenCalls(ids: Record<string, string>): Promise<unknown> {
    const persons = await Promise.all(Object.values(ids).map((id) => this.#person(id)))
    return Object.fromEntries(Object.keys(ids).map((alias, i) => [alias, persons[i]]))
  }

  async #createPerson(input: PersonInput): Promise<unknown> {
    const key = rawKeys.write(input.idempotencyKey)
    if ((await this.#redis.set(key, 'running', 'EX', 604_800, 'NX')) === null) throw new Error('in progress')
    const body = {
      is_customer: input.isCustomer,
      status: input.status,
      first_name: input.firstName,
      last_name: input.lastName,
      dob: input.dateOfBirth,
      email: input.email,
    }
    const response = await this.#synctera.request({
      method: 'POST',
      path: '/v0/persons',
      headers: { 'content-type': 'application/json', 'idempotency-key': input.idempotencyKey },
      body: JSON.stringify(body),
    })
    const payload = { replayed: false, person: toPerson((await response.body.json()) as WirePerson) }
    await this.#redis.set(key, JSON.stringify(payload), 'EX', 604_800)
    return { createPerson: payload }
  }

  async #personPage(after: string | null): Promise<unknown> {
    const [token] = after === null ? [null] : decode<[string | null]>(after)
    const { persons, next_page_token: next } = await get<{ persons: WirePerson[]; next_page_token?: string }>(
      this.#synctera,
      paths.personPage(token),
    )
    return {
      persons: {
        nodes: persons.map(toMaskedPerson),
        pageInfo: {
          endCursor: next === undefined ? encode(token, persons.length) : encode(next, 0),
          hasNextPage: next !== undefined,
        },
      },
    }
  }
}

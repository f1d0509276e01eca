import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { Pool } from 'undici'
import { contender, rawKeys, type Setup } from './contender.js'
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

// The limit of what Node can do: the same provider calls, the same bytes, and nothing else. No token is checked, no
// answer of a provider is distrusted, nothing is audited, and what is asked is known beforehand.

interface Asked {
  readonly operationName: string
  readonly variables: Record<string, never>
}

const text = (cursor: string): string => Buffer.from(cursor, 'base64url').toString()
const cursor = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

contender(async ({ stubs, redisUrl, bank }: Setup) => {
  const obp = new Pool(stubs['obp']!, { connections: 64 })
  const synctera = new Pool(stubs['synctera']!, { connections: 64 })
  const redis = new Redis(redisUrl, { enableAutoPipelining: true })
  const list = (await redis.get(rawKeys.list))!

  const get = async <T>(pool: Pool, path: string): Promise<T> =>
    (await (await pool.request({ method: 'GET', path })).body.json()) as T
  const person = async (id: string) => toPerson(await get<WirePerson>(synctera, paths.person(id)))

  async function persons(ids: readonly string[]): Promise<(ReturnType<typeof toPerson> | null)[]> {
    const { persons: rows } = await get<{ persons: WirePerson[] }>(synctera, paths.persons(ids))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => {
      const row = byId.get(id)
      return row ? toPerson(row) : null
    })
  }

  const attributesOf = async (id: string) =>
    (await get<{ customer_attributes: WireAttribute[] }>(obp, paths.attributes(bank, id))).customer_attributes

  const operations: Readonly<Record<string, (variables: never, authorization: string) => Promise<unknown>>> = {
    async CustomerPage({ id }: { id: string }) {
      const [row, ...rows] = await Promise.all([
        get<WireCustomer>(obp, paths.customer(bank, id)),
        ...COLLECTIONS.map(async ({ path, rows }) => rows(await get<never>(obp, path(bank, id)))),
      ])
      const found = Object.fromEntries(COLLECTIONS.map(({ name }, i) => [name, rows[i]]))
      const attributes = row.customer_attributes!
      const [personId, bankingCustomerId] = [
        linkOf(attributes, 'SYNCTERA_PERSON_ID')!,
        linkOf(attributes, 'APITURE_BANKING_CUSTOMER_ID')!,
      ]
      const [one, { verifications }, entitlements] = await Promise.all([
        person(personId),
        get<{ verifications: Parameters<typeof toVerification>[0][] }>(synctera, paths.verifications(personId)),
        redis.get(rawKeys.entitlements(bankingCustomerId)),
      ])
      return {
        customer: {
          ...toCustomer(row),
          attributes: attributes.map(toAttribute),
          addresses: found['addresses'],
          taxResidences: found['taxResidences'],
          socialMediaHandles: found['socialMediaHandles'],
          userLinks: found['userLinks'],
          creditLimitRequests: found['creditLimitRequests'],
          links: { personId, bankingCustomerId, seiExternalId: linkOf(attributes, 'SEI_EXTERNAL_ID') },
          kycChecks: found['kycChecks'],
          kycDocuments: found['kycDocuments'],
          kycMedia: found['kycMedia'],
          kycStatuses: found['kycStatuses'],
          person: {
            id: one.id,
            firstName: one.firstName,
            lastName: one.lastName,
            status: one.status,
            verificationStatus: one.verificationStatus,
            verifications: verifications.map(toVerification),
          },
          accountEntitlements: JSON.parse(entitlements!) as unknown,
        },
      }
    },

    async Customers({ first, after }: { first: number; after: string | null }) {
      const offset = after === null ? 0 : (JSON.parse(text(after)) as [number])[0]
      const { customers } = await get<{ customers: WireCustomer[] }>(obp, paths.customers(bank, first, offset))
      const rows = customers.slice(0, first)
      const links = await Promise.all(
        rows.map(async (row) => linkOf(await attributesOf(row.customer_id), 'SYNCTERA_PERSON_ID')),
      )
      const wanted = [...new Set(links.filter((link) => link !== null))]
      const found = new Map(
        (wanted.length === 1 ? [await person(wanted[0]!)] : await persons(wanted)).map((one) => [one?.id, one]),
      )
      return {
        customers: {
          nodes: rows.map((row, i) => ({ ...toCustomer(row), person: (links[i] && found.get(links[i])) ?? null })),
          pageInfo: { endCursor: cursor(offset + rows.length, list), hasNextPage: customers.length > first },
        },
      }
    },

    async TenPersons(variables: Record<string, string>) {
      const found = await persons(Object.values(variables))
      return Object.fromEntries(Object.keys(variables).map((letter, i) => [letter, found[i]]))
    },

    /** The same, as one call for each. */
    async TenPersonsTenCalls(variables: Record<string, string>) {
      const found = await Promise.all(Object.values(variables).map(person))
      return Object.fromEntries(Object.keys(variables).map((letter, i) => [letter, found[i]]))
    },

    Remembered: async ({ id }: { id: string }) => ({
      verificationResult: JSON.parse((await redis.get(rawKeys.verification(id)))!) as unknown,
    }),

    Verify: async ({ input }: { input: { account: { id: string } } }, authorization: string) => ({
      verifyAccount: {
        result: JSON.parse((await redis.get(rawKeys.question(authorization, input.account.id)))!) as unknown,
      },
    }),

    async CreatePerson({
      input,
    }: {
      input: {
        idempotencyKey: string
        isCustomer: boolean
        status: string
        firstName: string
        lastName: string
        dateOfBirth: string
        email: string
      }
    }) {
      const key = rawKeys.write(input.idempotencyKey)
      if ((await redis.set(key, 'running', 'EX', 604_800, 'NX')) === null) throw new Error('in progress')
      const body = {
        is_customer: input.isCustomer,
        status: input.status,
        first_name: input.firstName,
        last_name: input.lastName,
        dob: input.dateOfBirth,
        email: input.email,
      }
      const answer = await synctera.request({
        method: 'POST',
        path: '/v0/persons',
        headers: { 'content-type': 'application/json', 'idempotency-key': input.idempotencyKey },
        body: JSON.stringify(body),
      })
      const payload = { replayed: false, person: toPerson((await answer.body.json()) as WirePerson) }
      await redis.set(key, JSON.stringify(payload), 'EX', 604_800)
      return { createPerson: payload }
    },

    Entities: async ({ representations }: { representations: { id: string }[] }) => ({
      _entities: await persons(representations.map(({ id }) => id)),
    }),

    async Persons({ after }: { after: string | null }) {
      const token = after === null ? null : (JSON.parse(text(after)) as [string | null])[0]
      const { persons: rows, next_page_token: next } = await get<{ persons: WirePerson[]; next_page_token?: string }>(
        synctera,
        paths.personPage(token),
      )
      return {
        persons: {
          nodes: rows.map(toMaskedPerson),
          pageInfo: {
            endCursor: next === undefined ? cursor(token, rows.length) : cursor(next, 0),
            hasNextPage: next !== undefined,
          },
        },
      }
    },
  }

  const server = createServer((request, response) => {
    let sent = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (sent += chunk))
    request.on('end', () => {
      const { operationName, variables } = JSON.parse(sent) as Asked
      const name = request.url === '/ten-calls' ? `${operationName}TenCalls` : operationName
      operations[name]!(variables as never, request.headers.authorization!).then(
        (data) => {
          const body = Buffer.from(`${JSON.stringify({ data })}\n`)
          response
            .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
            .end(body)
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
})

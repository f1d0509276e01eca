import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { ProviderName } from '../datasources/index.js'
import { CROWD } from '../datasources/emulator/people.js'
import { type Scope, SCOPES } from '../schema/scopes.js'
import { readConfig } from '../src/config.js'
import { startEmulators } from '../src/dev/emulators.js'
import { AUDIENCE, createIssuer } from '../src/dev/issuer.js'
import { createLog } from '../src/observability/log.js'
import { startServer } from '../src/server.js'
import {
  type Operation,
  PAGES_OF_CUSTOMERS,
  pageOf,
  type Tokens,
  UNIQUE,
  verify,
  type World,
  workloads,
} from './workloads.js'

/** One answer of a provider, as it is given again. */
export interface Recorded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers by `METHOD url` and, where a body was sent, by `METHOD url body`. */
export type Tape = Map<string, Recorded>
export type Tapes = Readonly<Record<string, Tape>>

export interface Recording {
  readonly tapes: Tapes
  readonly world: World
  /** Settings for a server before stubs at these addresses. */
  readonly settings: (stubs: Readonly<Record<string, string>>) => Record<string, string>
  readonly tokens: Tokens
  readonly close: () => Promise<void>
}

const CALLERS = 64
const WITH_RECORDS = 16
const SIDE_BY_SIDE = 20

const EVERY: readonly Scope[] = (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own'))
const KEPT_HEADERS = [
  'content-type',
  'retry-after',
  'expected-response-seconds',
  'responder-sla-seconds',
  'location',
  'etag',
]

async function listen(server: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Stands between a server and an emulator and keeps what it answers; the latest answer to a question wins. */
async function recorder(emulator: string, tape: Tape): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request
      const sent = Buffer.concat(chunks).toString()
      const {
        host: _host,
        connection: _connection,
        'content-length': _length,
        'transfer-encoding': _encoding,
        ...headers
      } = request.headers as Record<string, string>
      void fetch(emulator + url, { method, headers, ...(sent === '' ? {} : { body: sent }) }).then(async (answer) => {
        const body = await answer.text()
        const kept = Object.fromEntries(
          KEPT_HEADERS.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : [])),
        )
        const recorded = { status: answer.status, headers: kept, body }
        tape.set(`${method} ${url}`, recorded)
        if (sent !== '') tape.set(`${method} ${url} ${sent}`, recorded)
        response.writeHead(answer.status, kept).end(body)
      })
    })
  })
  const url = await listen(server)
  return {
    url,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Side by side, but not all at once. */
async function each<T>(items: readonly T[], run: (item: T, i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += SIDE_BY_SIDE)
    await Promise.all(items.slice(i, i + SIDE_BY_SIDE).map((item, k) => run(item, i + k)))
}

interface Connection {
  readonly nodes: readonly { readonly id: string }[]
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean }
}

/**
 * Lets the emulators live through everything that the workloads will ask, and keeps what they answer: the stubs that
 * are measured against give the same bytes without the emulators' own work.
 */
export async function record(crowd: number, progress: (line: string) => void): Promise<Recording> {
  const authority = Fastify({ forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.test')
  issuer.routes(authority)
  const jwksUrl = `${await authority.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
  const { emulators, settings: emulated, close: closeEmulators } = await startEmulators({ jwksUrl })

  const names = Object.keys(emulators) as ProviderName[]
  const tapes = Object.fromEntries(names.map((name) => [name, new Map() as Tape]))
  const recorders = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await recorder(emulators[name].url, tapes[name]!)] as const)),
  )

  const settings = (stubs: Readonly<Record<string, string>>): Record<string, string> => ({
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: jwksUrl,
    ...Object.fromEntries(
      Object.entries(emulated).map(([name, value]) => [
        name,
        names.reduce((text, provider) => text.replace(emulators[provider].url, stubs[provider]!), value),
      ]),
    ),
  })

  const signed = (scopes: readonly Scope[]) =>
    Promise.all(
      Array.from({ length: CALLERS }, (_, i) =>
        issuer.token({
          client: `bench-${String(i).padStart(2, '0')}`,
          scope: scopes.join(' '),
          claims: { tenant: 'bench' },
        }),
      ),
    )
  const tokens: Tokens = {
    full: await signed(EVERY),
    masked: await signed(EVERY.filter((scope) => scope !== 'pii:read')),
  }

  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_COST_PER_MINUTE: '1000000000',
    AUDIT_LOG: '/dev/null',
    ...settings(Object.fromEntries(names.map((name) => [name, recorders[name]!.url]))),
  })
  const server = await startServer({ config, log: createLog('silent') })

  async function run<Data>(query: string, variables: Operation['variables'] = {}): Promise<Data> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.full[0]!}` },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] }
    if (errors) throw new Error(`The world could not be prepared: ${errors.map(({ message }) => message).join(' ')}`)
    return data
  }

  /** Every id of a list, page by page, with the cursor that begins each page. */
  async function all(field: string): Promise<{ ids: string[]; cursors: (string | null)[] }> {
    const ids: string[] = []
    const cursors: (string | null)[] = []
    for (let after: string | null = null; ;) {
      cursors.push(after)
      const { list }: { list: Connection } = await run(
        `query($after: String) { list: ${field}(first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
        { after },
      )
      ids.push(...list.nodes.map(({ id }) => id))
      if (!list.pageInfo.hasNextPage) return { ids, cursors }
      after = list.pageInfo.endCursor
    }
  }

  progress('entering a crowd at the emulators')
  await fetch(`${emulators.obp.url}/__emulator/crowd`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count: crowd }),
  })
  await each(
    Array.from({ length: crowd }, (_, i) => i),
    (i) =>
      run('mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }', {
        input: {
          isCustomer: true,
          status: 'ACTIVE',
          firstName: `Given${i}`,
          lastName: `Family${i}`,
          dateOfBirth: `19${50 + (i % 50)}-0${1 + (i % 9)}-1${i % 10}`,
          email: `person${i}@example.com`,
          phoneNumber: `+1415556${String(i).padStart(4, '0')}`,
          legalAddress: {
            line1: `${i} Main St.`,
            city: 'New York',
            state: 'NY',
            postalCode: '10001',
            countryCode: 'US',
          },
        },
      }),
  )
  const [customers, persons] = [await all('customers'), await all('persons')]
  const linked = new Set(CROWD.map(({ customerId }) => customerId))
  const unlinked = customers.ids.filter((id) => !linked.has(id) && !id.startsWith('c0000000'))
  const free = persons.ids.filter((id) => !id.startsWith('a0000000'))
  progress('linking customers and persons')
  await each(unlinked, (customerId, i) =>
    run('mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }', {
      input: { customerId, personId: free[i % free.length] },
    }),
  )

  progress('giving customers their records')
  const members = CROWD.slice(0, WITH_RECORDS)
  for (const { customerId, customerNumber } of members) {
    const common = { customerId, customerNumber }
    await run(
      `mutation($check: AddKycCheckInput!, $document: AddKycDocumentInput!, $media: AddKycMediaInput!, $status: AddKycStatusInput!, $address: CreateCustomerAddressInput!, $tax: CreateTaxResidenceInput!, $handle: AddSocialMediaHandleInput!) {
        addKycCheck(input: $check) { replayed } addKycDocument(input: $document) { replayed } addKycMedia(input: $media) { replayed } addKycStatus(input: $status) { replayed }
        createCustomerAddress(input: $address) { replayed } createTaxResidence(input: $tax) { replayed } addSocialMediaHandle(input: $handle) { replayed }
      }`,
      {
        check: {
          ...common,
          date: '2026-01-02T10:00:00Z',
          how: 'online_meeting',
          staffUserId: 'staff-1',
          staffName: 'Sam Staff',
          satisfied: true,
          comments: 'In order.',
        },
        document: {
          ...common,
          type: 'passport',
          number: 'P1234567',
          issueDate: '2024-01-02T00:00:00Z',
          issuePlace: 'Berlin',
          expiryDate: '2099-01-02T00:00:00Z',
        },
        media: {
          ...common,
          type: 'image',
          url: 'https://media.example.com/1.png',
          date: '2026-01-02T10:00:00Z',
          relatesToKycDocumentId: 'document',
          relatesToKycCheckId: 'check',
        },
        status: { ...common, ok: true, date: '2026-01-02T10:00:00Z' },
        address: {
          customerId,
          line1: '1 Main St.',
          city: 'London',
          postcode: 'E1 6AN',
          countryCode: 'GB',
          tags: ['home'],
        },
        tax: { customerId, domain: 'GB', taxNumber: `tax-${customerNumber}` },
        handle: {
          ...common,
          type: 'twitter',
          handle: `@${customerNumber}`,
          addedAt: '2026-01-02T10:00:00Z',
          activatedAt: '2026-01-02T10:00:00Z',
        },
      },
    )
  }

  const pages: (string | null)[] = [null]
  while (pages.length < PAGES_OF_CUSTOMERS) {
    const { customers: page }: { customers: Connection } = await run(
      'query($after: String) { customers(first: 25, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }',
      { after: pages.at(-1) },
    )
    pages.push(page.pageInfo.endCursor)
  }

  const known: World = {
    members: members.map(({ customerId, bankingCustomerId, account, firstName, lastName }) => ({
      customerId,
      bankingCustomerId,
      account,
      name: `${lastName},${firstName}`,
    })),
    personIds: persons.ids,
    personPages: persons.cursors.slice(0, 8),
    customerPages: pages,
    hundreds: customers.cursors,
    verificationIds: [],
  }

  progress('asking everything once')
  const verificationIds: string[] = []
  for (const { query, variables } of verify(known))
    verificationIds.push(
      (await run<{ verifyAccount: { result: { id: string } } }>(query, variables)).verifyAccount.result.id,
    )
  const world = { ...known, verificationIds }
  const ask = async (operations: readonly Operation[]) => {
    for (const { query, variables } of operations)
      await run(query, JSON.parse(JSON.stringify(variables).replace(UNIQUE, randomUUID())) as Operation['variables'])
  }
  await ask(workloads(world).flatMap(({ prepare, operations }) => [...prepare, ...operations]))
  await ask([pageOf(1, null), pageOf(10, null), ...world.hundreds.slice(0, 10).map((after) => pageOf(100, after))])

  // For those who ask one by one.
  await each(persons.ids, (id) => run('query($id: ID!) { person(id: $id) { id } }', { id }))

  // For those who ask for no more than they show.
  for (const [question, answer] of [...tapes['obp']!]) {
    if (!question.includes('limit=26&')) continue
    const { customers: rows } = JSON.parse(answer.body) as { customers: unknown[] }
    tapes['obp']!.set(question.replace('limit=26&', 'limit=25&'), {
      ...answer,
      body: JSON.stringify({ customers: rows.slice(0, 25) }),
    })
  }

  await server.close()
  for (const { close } of Object.values(recorders)) close()
  return {
    tapes,
    world,
    settings,
    tokens,
    async close() {
      await closeEmulators()
      await authority.close()
    },
  }
}

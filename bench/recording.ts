import { randomBytes, randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { BANK } from '../datasources/emulator/people.js'
import type { ProviderName } from '../datasources/index.js'
import { type Scope, SCOPES } from '../schema/scopes.js'
import { readConfig } from '../src/config.js'
import { startEmulators } from '../src/dev/emulators.js'
import { AUDIENCE, createIssuer, type Issuer } from '../src/dev/issuer.js'
import { createLog } from '../src/observability/log.js'
import { startServer } from '../src/server.js'
import { CALLERS, type Dataset, type Tokens } from './dataset.js'
import { type Operation, UNIQUE } from './operations.js'
import { type RecordedResponse, type RecordedResponses, startRecorder } from './recorder.js'
import { each, type RunOperation, seed } from './seed.js'
import { paths, type WireCustomer } from './wire.js'
import { errorWorkloads, growthWorkloads, workloads } from './workloads.js'

type ByProvider<T> = Readonly<Record<string, T>>

export interface Recording {
  readonly responses: ByProvider<RecordedResponses>
  readonly dataset: Dataset
  /** The settings of a server whose providers are stubs at these addresses. */
  readonly settings: (stubs: ByProvider<string>) => Record<string, string>
  readonly tokens: Tokens
  /** The key of the cursors in the dataset: a server with another one refuses them. */
  readonly encryptionKey: string
  readonly close: () => Promise<void>
}

async function signTokens(issuer: Issuer): Promise<Tokens> {
  const all = (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own'))
  const sign = (without?: Scope) =>
    Promise.all(
      Array.from({ length: CALLERS }, (_, i) =>
        issuer.token({
          client: `bench-${String(i).padStart(3, '0')}`,
          scope: all.filter((scope) => scope !== without).join(' '),
          claims: { tenant: 'bench' },
        }),
      ),
    )
  return { full: await sign(), masked: await sign('pii:read'), withoutCustomers: await sign('customers:read') }
}

/** Runs operations at a server with the rights of a token. */
function clientOf(url: string, token: string): RunOperation {
  return async <Data>(query: string, variables: Operation['variables'] = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] }
    if (errors) throw new Error(`The recording failed: ${errors.map(({ message }) => message).join(' ')}`)
    return data
  }
}

/** Runs operations once. */
async function runAll(run: RunOperation, operations: readonly Operation[]): Promise<void> {
  await each(operations, ({ query, variables }) =>
    run(query, JSON.parse(JSON.stringify(variables).replace(UNIQUE, randomUUID())) as Operation['variables']),
  )
}

const json = (body: unknown, status = 200): RecordedResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Adds the responses for persons by themselves and by their ids, as contenders ask for them. */
function addPersons(synctera: RecordedResponses): void {
  for (const [request, response] of [...synctera]) {
    if (!request.startsWith('GET /v0/persons?')) continue
    const { persons } = JSON.parse(response.body) as { persons: { id: string }[] }
    const ids = /\?id=([^&]+)/.exec(request)?.[1]
    if (ids !== undefined) synctera.set(`GET /v0/persons?limit=100&id=${ids}`, response)
    for (const person of persons) {
      synctera.set(`GET ${paths.person(person.id)}`, json(person))
      synctera.set(`GET /v0/persons?limit=100&id=${person.id}`, json({ persons: [person] }))
    }
  }
}

/** The bank's customers in their order, from the pages that this server asked for. */
function customersInOrder(obp: RecordedResponses): unknown[] {
  const rows: unknown[] = []
  for (const [request, { body }] of obp) {
    const offset = /firehose\/customers\?.*&offset=(\d+)$/.exec(request)?.[1]
    if (offset === undefined) continue
    const { customers } = JSON.parse(body) as { customers: unknown[] }
    customers.forEach((row, i) => (rows[Number(offset) + i] = row))
  }
  return rows
}

/** Adds the pages as contenders ask for them: by offset, with one row more than the page or without, encoded or not. */
function addCustomerPages(obp: RecordedResponses): void {
  const rows = customersInOrder(obp)
  for (let offset = 0; offset + 26 <= rows.length; offset += 25)
    for (const limit of [25, 26]) {
      const request = `GET ${paths.customers(BANK, limit - 1, offset)}`
      const response = json({ customers: rows.slice(offset, offset + limit) })
      obp.set(request, response)
      obp.set(request.replaceAll('%3A', ':'), response)
    }
}

/** Adds the attributes of customers by themselves, which this server takes from the customer. */
function addAttributes(obp: RecordedResponses, { members }: Dataset): void {
  for (const { customerId } of members) {
    const { body } = obp.get(`GET ${paths.customer(BANK, customerId)}`)!
    const { customer_attributes } = JSON.parse(body) as WireCustomer
    obp.set(`GET ${paths.attributes(BANK, customerId)}`, json({ customer_attributes }))
  }
}

/** Adds refusals of customers, which an error workload asks for. */
function addRefusals(obp: RecordedResponses, refusedCustomerIds: readonly string[]): void {
  const refusal = json({ code: 403, message: 'OBP-20006: User is missing one or more roles: CanGetCustomer.' }, 403)
  for (const id of refusedCustomerIds) obp.set(`GET ${paths.customer(BANK, id)}`, refusal)
}

/** Starts the token issuer and the emulators, each behind a recorder. */
async function startRecording(issuer: Issuer) {
  const authority = Fastify({ forceCloseConnections: true })
  issuer.routes(authority)
  const jwksUrl = `${await authority.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
  const { emulators, settings: emulated, close } = await startEmulators({ jwksUrl })
  const names = Object.keys(emulators) as ProviderName[]
  const responses = Object.fromEntries(names.map((name) => [name, new Map() as RecordedResponses]))
  const recorders = new Map(
    await Promise.all(
      names.map(async (name) => [name, await startRecorder(emulators[name].url, responses[name]!)] as const),
    ),
  )
  const settings = (urls: ByProvider<string>): Record<string, string> => {
    const at = (value: string) => names.reduce((text, name) => text.replace(emulators[name].url, urls[name]!), value)
    return {
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      ...Object.fromEntries(Object.entries(emulated).map(([name, value]) => [name, at(value)])),
    }
  }
  return {
    obpUrl: emulators.obp.url,
    emulated,
    responses,
    settings,
    urls: Object.fromEntries([...recorders].map(([name, { url }]) => [name, url])),
    stopRecorders: () => recorders.forEach((recorder) => recorder.close()),
    close: async () => {
      await close()
      await authority.close()
    },
  }
}

/** Every operation of every workload; those of the growth are many and large. */
export function workloadOperations(dataset: Dataset, hasGrowth: boolean): readonly Operation[] {
  const growth = hasGrowth ? growthWorkloads(dataset) : []
  return [...workloads(dataset), ...growth, errorWorkloads(dataset).success].flatMap(({ prepare, operations }) => [
    ...prepare,
    ...operations,
  ])
}

/**
 * Runs operations once against the emulators and records the responses to them: stubs then send the same bytes without
 * the emulators' own work.
 */
export async function record(
  operationsOf: (dataset: Dataset) => readonly Operation[],
  progress: (line: string) => void,
): Promise<Recording> {
  const issuer = await createIssuer('https://issuer.test')
  const { obpUrl, emulated, responses, settings, urls, stopRecorders, close } = await startRecording(issuer)
  const tokens = await signTokens(issuer)
  const encryptionKey = randomBytes(32).toString('base64')
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_COST_PER_MINUTE: '1000000000',
    AUDIT_LOG: '/dev/null',
    STORE_ENCRYPTION_KEY: encryptionKey,
    ...settings(urls),
  })
  const server = await startServer({ config, log: createLog('silent') })
  const run = clientOf(server.url, tokens.full[0]!)

  const dataset = await seed({ run, obpUrl, settings: emulated, progress })
  progress('recording the responses to all operations')
  await runAll(run, operationsOf(dataset))
  addCustomerPages(responses['obp']!)
  addAttributes(responses['obp']!, dataset)
  addRefusals(responses['obp']!, dataset.refusedCustomerIds)
  addPersons(responses['synctera']!)
  await server.close()
  stopRecorders()
  return { responses, dataset, settings, tokens, encryptionKey, close }
}

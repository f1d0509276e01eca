import { randomBytes, randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import type { ProviderName } from '../datasources/index.js'
import { type Scope, SCOPES } from '../schema/scopes.js'
import { readConfig } from '../src/config.js'
import { startEmulators } from '../src/dev/emulators.js'
import { AUDIENCE, createIssuer, type Issuer } from '../src/dev/issuer.js'
import { createLog } from '../src/observability/log.js'
import { startServer } from '../src/server.js'
import type { Dataset, Tokens } from './dataset.js'
import { customersPage, type Operation, UNIQUE } from './operations.js'
import { type RecordedResponse, type RecordedResponses, startRecorder } from './recorder.js'
import { each, type RunOperation, seed } from './seed.js'
import { errorWorkloads, workloads } from './workloads.js'

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

const CALLERS = 64

async function signTokens(issuer: Issuer): Promise<Tokens> {
  const all = (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own'))
  const sign = (without?: Scope) =>
    Promise.all(
      Array.from({ length: CALLERS }, (_, i) =>
        issuer.token({
          client: `bench-${String(i).padStart(2, '0')}`,
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

/** Runs every operation of every workload once. */
async function runAll(run: RunOperation, dataset: Dataset): Promise<void> {
  const all = [...workloads(dataset), errorWorkloads(dataset).success]
  const pages = [null, ...dataset.hundreds.slice(0, 10)].map((after) => customersPage(100, after))
  const operations = [
    ...all.flatMap(({ prepare, operations }) => [...prepare, ...operations]),
    ...[customersPage(1, null), customersPage(10, null), ...pages],
  ]
  for (const { query, variables } of operations)
    await run(query, JSON.parse(JSON.stringify(variables).replace(UNIQUE, randomUUID())) as Operation['variables'])
  // Some contenders ask for each person by itself.
  await each(dataset.personIds, (id) => run('query($id: ID!) { person(id: $id) { id } }', { id }))
}

/** Adds the responses to requests that this server does not send, but other contenders or error workloads do. */
function addDerived(obp: RecordedResponses, { members, refusedCustomerIds }: Dataset): void {
  for (const [request, response] of [...obp]) {
    // This server asks for one more than a page holds, to know whether another page follows; Hive Gateway does not.
    if (request.includes('limit=26&')) {
      const { customers } = JSON.parse(response.body) as { customers: unknown[] }
      const body = JSON.stringify({ customers: customers.slice(0, 25) })
      obp.set(request.replace('limit=26&', 'limit=25&'), { ...response, body })
    }
  }
  const refusal: RecordedResponse = {
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 403, message: 'OBP-20006: User is missing one or more roles: CanGetCustomer.' }),
  }
  const known = members[0]!.customerId
  const path = [...obp.keys()].find((request) => request.startsWith('GET ') && request.endsWith(`/customers/${known}`))!
  for (const id of refusedCustomerIds) obp.set(path.replace(known, id), refusal)
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

/**
 * Runs all workloads once against the emulators and records their responses: stubs then send the same bytes without
 * the emulators' own work.
 */
export async function record(crowd: number, progress: (line: string) => void): Promise<Recording> {
  const issuer = await createIssuer('https://issuer.test')
  const { obpUrl, responses, settings, urls, stopRecorders, close } = await startRecording(issuer)
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

  progress('creating customers at the emulator')
  await fetch(`${obpUrl}/__emulator/crowd`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count: crowd }),
  })
  const dataset = await seed(run, crowd, progress)
  progress('recording the responses to all workloads')
  await runAll(run, dataset)
  addDerived(responses['obp']!, dataset)
  await server.close()
  stopRecorders()
  return { responses, dataset, settings, tokens, encryptionKey, close }
}

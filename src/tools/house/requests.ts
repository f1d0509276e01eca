import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import { CROWD } from '../../../datasources/emulator/people.js'
import { providerEntries } from '../../../datasources/index.js'
import { startEmulators } from '../../dev/emulators.js'
import { AUDIENCE, createIssuer, type Issuer } from '../../dev/issuer.js'
import { type Coverage, RequestCoverage } from './coverage.js'

/** A request whose code path is measured. */
interface MeasuredRequest {
  readonly title: string
  readonly scope: string
  readonly body: () => { readonly query: string; readonly variables: object }
  /** What the response has to contain; anything else means that another path was measured. */
  readonly expected: string
  /** The issue's aim for the number of functions. */
  readonly maxFunctions: number
}

export interface RequestReport extends Coverage {
  readonly title: string
  readonly maxFunctions: number
}

const WARM_UP_REQUESTS = 50
const START_MS = 30_000

const customer = {
  query:
    'query Customer($id: ID!) { customer(id: $id) { id number legalName email mobilePhoneNumber dateOfBirth kycStatus lastOkDate creditLimit { currency amount } } }',
  variables: { id: CROWD[0]!.customerId },
}

const REQUESTS: readonly MeasuredRequest[] = [
  {
    title: 'customer(id), warm',
    scope: 'customers:read',
    body: () => customer,
    expected: '"legalName":"',
    maxFunctions: 180,
  },
  {
    title: 'createPerson with an idempotency key',
    scope: 'persons:write',
    body: () => ({
      query:
        'mutation Create($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName lastName status dateOfBirth createdAt } } }',
      variables: {
        input: {
          idempotencyKey: randomUUID(),
          isCustomer: true,
          status: 'ACTIVE',
          firstName: 'New',
          lastName: 'Member',
        },
      },
    }),
    expected: '"replayed":false',
    maxFunctions: 240,
  },
  {
    title: 'customer(id), refused: the scope is missing',
    scope: 'persons:read',
    body: () => customer,
    expected: '"code":"FORBIDDEN"',
    maxFunctions: 190,
  },
]

/** The process stops at each function of a request, which takes longer than any deadline of production. */
const PATIENCE = {
  REQUEST_TIMEOUT_MS: '600000',
  ...Object.fromEntries(providerEntries.map(([name]) => [`${name.toUpperCase()}_TIMEOUT_MS`, '600000'])),
}

/** Measures the compiled server in `root`, which runs in a process of its own; this process runs the emulators. */
export async function measureRequests(root: string): Promise<RequestReport[]> {
  const app = Fastify({ forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.test')
  issuer.routes(app)
  const jwksUrl = `${await app.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
  const { settings, close } = await startEmulators({ jwksUrl })
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-house-'))
  const auth = { AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: jwksUrl }
  const server = startCompiled(root, { ...settings, ...auth, ...PATIENCE, AUDIT_LOG: join(folder, 'audit.log') })
  try {
    const [url, inspectorUrl] = await Promise.all([
      firstMatch(server, 'stdout', /"url\.full":"([^"]+)"/),
      firstMatch(server, 'stderr', /(ws:\/\/\S+)/),
    ])
    const ours = pathToFileURL(join(root, 'dist/')).href
    const coverage = await RequestCoverage.attach({ inspectorUrl, ours, packages: ['@apollo/server'] })
    const reports: RequestReport[] = []
    for (const request of REQUESTS) reports.push(await measureRequest(coverage, issuer, `${url}/graphql`, request))
    coverage.close()
    return reports
  } finally {
    server.kill('SIGKILL')
    await close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureRequest(
  coverage: RequestCoverage,
  issuer: Issuer,
  url: string,
  { title, scope, body, expected, maxFunctions }: MeasuredRequest,
): Promise<RequestReport> {
  const authorization = `Bearer ${await issuer.token({ client: 'house', scope, claims: { tenant: 'house' } })}`
  const send = async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json', authorization }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body()) })
    const text = await response.text()
    if (!text.includes(expected)) throw new Error(`${title}: the response is not the expected one: ${text}`)
  }
  for (let i = 0; i < WARM_UP_REQUESTS; i += 1) await send()
  return { title, maxFunctions, ...(await coverage.measure(send)) }
}

/** Starts the server as `npm start` does, and with the inspector. */
function startCompiled(root: string, settings: Record<string, string>): ChildProcess {
  const { scripts } = createRequire(join(root, 'package.json'))('./package.json') as { scripts: { start: string } }
  const [, ...start] = scripts.start.split(' ')
  return spawn(process.execPath, ['--inspect=127.0.0.1:0', ...start], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...settings },
  })
}

/** Waits until a process prints what the pattern captures, for as long as a start may take. */
function firstMatch(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const late = () => reject(new Error(`The server has not printed ${pattern} in ${START_MS / 1000} s: ${printed}`))
    setTimeout(late, START_MS).unref()
    child[stream]!.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      const [, found] = pattern.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`The server ended before it listened: ${printed}`)))
  })
}

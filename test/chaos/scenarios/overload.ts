import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify from 'fastify'
import { Client, request } from 'undici'
import { ask, CORE, freePort, helper, program, stopAll, until } from '../../../bench/processes.js'
import { CUSTOMER, CUSTOMERS } from '../../../bench/operations.js'
import type { GraphqlRequest } from '../../../bench/requests.js'
import { SCOPES } from '../../../schema/scopes.js'
import { startEmulators } from '../../../src/dev/emulators.js'
import { AUDIENCE, createIssuer } from '../../../src/dev/issuer.js'
import type { Bucket, Job, Phase } from '../overload/generator.js'
import { NODE_ARGUMENTS } from '../../soak/replica.js'
import { atLeast, atMost, type ChaosContext, type Line, type Outcome, type Scenario } from '../scenario.js'

const CLIENTS = 16
const TENANTS = 4
const CUSTOMERS_MADE = 1_000
/** The parts of capacity that are sent, and the part of the bound's base that must be answered in time. */
const LOADS = [
  { name: '0.7x', factor: 0.7, goodput: 0.95 },
  { name: '2x', factor: 2, goodput: 0.8 },
  { name: '4x', factor: 4, goodput: 0.8 },
] as const
const AFTERWARDS = 'afterwards'
const MAX_HEALTH_MS = 100
const MAX_RECOVERY_SECONDS = 3
/** Requests after which a server is warm: its code is compiled by then. */
const WARM = 3_000
/** Times of one phase: machines are noisy, so that each load stands between two measurements of capacity. */
const LONG = { rounds: 3, warmUp: 20, closedLoop: 6, load: 20, afterwards: 8 }
const SHORT = { rounds: 1, warmUp: 1, closedLoop: 2, load: 2, afterwards: 3 }
const timesOf = ({ isShort }: ChaosContext) => (isShort ? SHORT : LONG)

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0

const sum = (buckets: readonly Bucket[], read: (bucket: Bucket) => number): number =>
  buckets.reduce((total, bucket) => total + read(bucket), 0)

/** What the server stands on, and the requests that it gets. */
interface World {
  readonly settings: Readonly<Record<string, string>>
  readonly requests: (url: string) => Promise<readonly GraphqlRequest[]>
  readonly close: () => Promise<void>
}

async function startWorld(): Promise<World> {
  const authority = Fastify({ forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.test')
  issuer.routes(authority)
  const jwksUrl = `${await authority.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
  const { emulators, settings, close } = await startEmulators({ jwksUrl })
  await request(`${emulators.obp.url}/__emulator/crowd`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count: CUSTOMERS_MADE }),
  }).then(({ body }) => body.dump())
  const provider = helper(new URL('../overload/provider.ts', import.meta.url).href, CORE.others)
  const { url: obp } = await ask<{ url: string }>(provider, { emulator: emulators.obp.url })
  const scope = Object.keys(SCOPES)
    .filter((name) => !name.endsWith(':own'))
    .join(' ')
  const tokens = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) =>
      issuer.token({ client: `client-${i}`, scope, claims: { tenant: `tenant-${i % TENANTS}` } }),
    ),
  )
  return {
    settings: {
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      RATE_LIMIT_COST_PER_MINUTE: '0',
      MAX_CONNECTIONS_PER_ADDRESS: '100000',
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, value.replace(emulators.obp.url, obp)]),
      ),
    },
    requests: (url) => distinctRequests(url, tokens),
    async close() {
      await close()
      await authority.close()
    },
  }
}

/**
 * Of ten requests eight are for one customer, one for a page of 25 and one for a page of 100. No two are for the same
 * customer or page: what runs at the same time shares no call, so that an operation costs the same at any load.
 */
async function distinctRequests(url: string, tokens: readonly string[]): Promise<readonly GraphqlRequest[]> {
  // A cursor is bound to its tenant.
  const lists = await Promise.all(tokens.slice(0, TENANTS).map((token) => customersOf(url, token)))
  return lists[0]!.map(({ node }, i) => {
    const { cursor } = lists[i % TENANTS]![i]!
    const page = i % 10 === 8 ? 25 : i % 10 === 9 ? 100 : undefined
    return {
      token: tokens[i % tokens.length]!,
      body: JSON.stringify(
        page === undefined
          ? { query: CUSTOMER, variables: { id: node.id } }
          : { query: PAGE, variables: { first: page, after: cursor } },
      ),
    }
  })
}

/** A page of customers without their persons, which are another provider's. */
const PAGE = CUSTOMERS.replace(/person \{[^}]*\} /, '')

interface CustomerEdges {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[]
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean }
}

/** The customers of the bank, without the last hundred, after which no whole page would follow. */
async function customersOf(url: string, token: string): Promise<CustomerEdges['edges']> {
  const query = `query Customers($after: String) {
    customers(first: 100, after: $after) { edges { cursor node { id } } pageInfo { endCursor hasNextPage } }
  }`
  const read = async (after: string | null): Promise<CustomerEdges> => {
    const answer = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { after } }),
    })
    return ((await answer.body.json()) as { data: { customers: CustomerEdges } }).data.customers
  }
  const edges: CustomerEdges['edges'][number][] = []
  for (let page = await read(null); page.pageInfo.hasNextPage; page = await read(page.pageInfo.endCursor))
    edges.push(...page.edges)
  return edges
}

interface RunningServer {
  readonly port: number
  readonly url: string
  readonly requests: readonly GraphqlRequest[]
}

/** Starts a server and warms it up. */
async function startServer(
  context: ChaosContext,
  world: World,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(context.folder, `${name}.log`)
  const audit = join(context.folder, `${name}-audit.log`)
  program(process.execPath, [...NODE_ARGUMENTS, context.program], CORE.measured, {
    log,
    env: { ...world.settings, ...settings, PORT: String(port), LOG_LEVEL: 'warn', AUDIT_LOG: audit },
  })
  await until(async () => (await fetch(`${url}/ready`)).ok, `The server ${name}`)
  const requests = await world.requests(url)
  await load({ port, requests, phases: [{ name: 'warm-up', seconds: timesOf(context).warmUp, atLeast: WARM }] })
  return { port, url, requests }
}

/** Asks for `/health` all the time, and returns what ends it and tells how long each answer took, by the time of its request. */
function probeHealth(url: string): () => Promise<readonly (readonly [at: number, ms: number])[]> {
  const client = new Client(url)
  const seen: (readonly [number, number])[] = []
  const begun = performance.now()
  let isEnding = false
  const probing = (async () => {
    while (!isEnding) {
      const sent = performance.now()
      const answer = await client.request({ path: '/health', method: 'GET' })
      await answer.body.dump()
      seen.push([(sent - begun) / 1000, performance.now() - sent])
      await delay(20)
    }
  })()
  return async () => {
    isEnding = true
    await probing
    await client.close()
    return seen
  }
}

async function load(job: Job): Promise<Bucket[]> {
  const generator = helper(new URL('../overload/generator.ts', import.meta.url).href, CORE.others)
  const buckets = await ask<Bucket[]>(generator, job)
  generator.disconnect()
  return buckets
}

/** The time after the overload until the load is answered as before it, in seconds. */
function recoverySeconds(buckets: readonly Bucket[]): number {
  const after = buckets.filter(({ phase }) => phase === AFTERWARDS)
  const last = after.findLastIndex(({ due, good }) => good < 0.95 * due)
  return last < 0 ? 0 : after[last]!.at - (after[0]!.at - after[0]!.seconds)
}

/** The rate of a closed loop, with admission control off. */
async function measureCapacity({ port, requests }: RunningServer, seconds: number): Promise<number> {
  const name = 'closed loop'
  const buckets = await load({ port, requests, phases: [{ name, seconds }] })
  return sum(buckets, ({ good }) => good) / seconds
}

/** One load in one round. */
interface Measurement {
  readonly name: string
  /** What could have been answered in time: of the load, or of the capacity before and after it. */
  readonly possible: number
  readonly capacity: number
  /** When it began, in seconds from the begin of the first. */
  readonly from: number
  readonly buckets: readonly Bucket[]
  readonly health: readonly (readonly [at: number, ms: number])[]
}

/** Sends each load between two measurements of capacity. */
async function measureRound(context: ChaosContext, off: RunningServer, on: RunningServer, begun: number) {
  const times = timesOf(context)
  const measurements: Measurement[] = []
  let before = await measureCapacity(off, times.closedLoop)
  for (const { name, factor } of LOADS) {
    const phases: Phase[] = [{ name, seconds: times.load, rate: before * factor }]
    if (factor === 4) phases.push({ name: AFTERWARDS, seconds: times.afterwards, rate: before * 0.7 })
    const from = (performance.now() - begun) / 1000
    const endProbes = probeHealth(on.url)
    const buckets = await load({ port: on.port, requests: on.requests, phases })
    const health = await endProbes()
    const after = await measureCapacity(off, times.closedLoop)
    const capacity = (before + after) / 2
    const possible = factor < 1 ? sum(ownBuckets(buckets, name), ({ due }) => due) : capacity * times.load
    context.progress(`${name}: ${(sum(ownBuckets(buckets, name), ({ good }) => good) / possible).toFixed(3)}`)
    measurements.push({ name, possible, capacity, from, buckets, health })
    before = after
  }
  return measurements
}

const ownBuckets = (buckets: readonly Bucket[], name: string): readonly Bucket[] =>
  buckets.filter(({ phase }) => phase === name)

function panelsOf(measurements: readonly Measurement[]) {
  const line = (name: string, read: (bucket: Bucket) => number): Line => ({
    name,
    points: measurements.flatMap(({ from, buckets }) => buckets.map((bucket) => [from + bucket.at, read(bucket)])),
  })
  const capacity: Line = {
    name: 'capacity',
    points: measurements.flatMap(({ from, buckets, capacity: rate }) =>
      buckets.map((bucket) => [from + bucket.at, rate]),
    ),
  }
  const probes: Line = {
    name: 'each probe',
    points: measurements.flatMap(({ from, health }) => health.map(([at, ms]) => [from + at, ms] as const)),
  }
  return [
    {
      title: 'Requests a second',
      unit: '',
      lines: [
        line('sent', ({ due, seconds }) => due / seconds),
        line('answered in time', ({ good, seconds }) => good / seconds),
        line('refused', ({ refused, seconds }) => refused / seconds),
        capacity,
      ],
    },
    {
      title: 'Latency of what was answered in time',
      unit: ' ms',
      lines: [line('p99', ({ latencies }) => quantile(latencies, 0.99))],
    },
    { title: 'Latency of /health', unit: ' ms', lines: [probes] },
  ]
}

function outcomeOf(measurements: readonly Measurement[]): Outcome {
  const rows = LOADS.map(({ name, goodput }) => {
    const own = measurements.filter((each) => each.name === name)
    const buckets = own.flatMap((each) => ownBuckets(each.buckets, name))
    const counts = (['due', 'good', 'refused', 'late', 'failed'] as const).map((key) =>
      sum(buckets, (each) => each[key]),
    )
    const capacity = own.reduce((total, each) => total + each.capacity, 0) / own.length
    const share = counts[1]! / own.reduce((total, { possible }) => total + possible, 0)
    const p99 = quantile(
      buckets.flatMap(({ latencies }) => latencies),
      0.99,
    )
    return { name, goodput, capacity, counts, share, p99 }
  })
  const healthP99 = quantile(
    measurements.flatMap(({ health }) => health.map(([, ms]) => ms)),
    0.99,
  )
  const recovery = Math.max(...measurements.map(({ buckets }) => recoverySeconds(buckets)))
  return {
    checks: [
      ...rows.map(({ name, share, goodput }) =>
        atLeast(
          `${name}: answered with data within 1 s, of ${name === '0.7x' ? 'the load' : 'capacity'}`,
          share,
          goodput,
        ),
      ),
      atMost('p99 of /health under all loads', healthP99, MAX_HEALTH_MS, ' ms'),
      atMost('back to normal after the overload, the longest', recovery, MAX_RECOVERY_SECONDS, ' s'),
    ],
    table: [
      ['load', 'capacity a second', 'sent', 'answered within 1 s', 'refused', 'late', 'failed', 'p99 in ms', 'share'],
      ...rows.map(({ name, capacity, counts, p99, share }) => [
        name,
        capacity.toFixed(0),
        ...counts.map(String),
        p99.toFixed(0),
        share.toFixed(3),
      ]),
    ],
    panels: panelsOf(measurements),
  }
}

async function run(context: ChaosContext): Promise<Outcome> {
  const world = await startWorld()
  try {
    const off = await startServer(context, world, 'admission-off', { ADMISSION: 'off' })
    const on = await startServer(context, world, 'admission-on', {})
    const begun = performance.now()
    const measurements: Measurement[] = []
    for (let round = 0; round < timesOf(context).rounds; round += 1)
      measurements.push(...(await measureRound(context, off, on, begun)))
    return outcomeOf(measurements)
  } finally {
    await stopAll()
    await world.close()
  }
}

export const overloadScenario: Scenario = {
  name: 'overload',
  title: 'Overload: an open loop at 0.7, 2 and 4 times the capacity',
  run,
}

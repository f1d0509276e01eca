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
import { atLeast, atMost, type ChaosContext, type Line, type Outcome, type Scenario } from '../scenario.js'

const CLIENTS = 16
const CUSTOMERS_MADE = 200
/** The parts of capacity that are sent, and the part of the bound's base that must be answered in time. */
const LOADS = [
  { name: '0.7x', factor: 0.7, goodput: 0.95 },
  { name: '2x', factor: 2, goodput: 0.8 },
  { name: '4x', factor: 4, goodput: 0.8 },
] as const
const AFTERWARDS = 'afterwards'
const MAX_HEALTH_MS = 100
const MAX_RECOVERY_SECONDS = 3
/** The arguments of `node` in `npm start`. */
const NODE_ARGUMENTS = ['--max-semi-space-size=24', '--max-old-space-size=512', '--no-allocation-site-pretenuring']

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
      issuer.token({ client: `client-${i}`, scope, claims: { tenant: `tenant-${i % 4}` } }),
    ),
  )
  return {
    settings: {
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      RATE_LIMIT_COST_PER_MINUTE: '0',
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, value.replace(emulators.obp.url, obp)]),
      ),
    },
    requests: (url) => mixedRequests(url, tokens),
    async close() {
      await close()
      await authority.close()
    },
  }
}

/** Of ten requests eight are for one customer, one for a page of 25 and one for a page of 100. */
async function mixedRequests(url: string, tokens: readonly string[]): Promise<readonly GraphqlRequest[]> {
  const bodies = {
    customer: (id: string) => JSON.stringify({ query: CUSTOMER, variables: { id } }),
    page: (first: number) => JSON.stringify({ query: PAGE, variables: { first } }),
  }
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[0]!}` },
    body: bodies.page(100),
  })
  const { data } = (await answer.body.json()) as { data: { customers: { nodes: { id: string }[] } } }
  const ids = data.customers.nodes.map(({ id }) => id)
  return Array.from({ length: 160 }, (_, i) => ({
    token: tokens[i % tokens.length]!,
    body: i % 10 === 8 ? bodies.page(25) : i % 10 === 9 ? bodies.page(100) : bodies.customer(ids[i % ids.length]!),
  }))
}

/** A page of customers without their persons, which are another provider's. */
const PAGE = CUSTOMERS.replace(/person \{[^}]*\} /, '')

interface RunningServer {
  readonly port: number
  readonly url: string
  readonly stop: () => Promise<void>
}

async function startServer(
  { program: file, folder }: ChaosContext,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = program(process.execPath, [...NODE_ARGUMENTS, file], CORE.measured, {
    log: join(folder, `${name}.log`),
    env: { ...settings, PORT: String(port), LOG_LEVEL: 'warn', AUDIT_LOG: join(folder, `${name}-audit.log`) },
  })
  await until(async () => (await fetch(`${url}/ready`)).ok, `The server ${name}`)
  return {
    port,
    url,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
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

const load = (job: Job): Promise<Bucket[]> =>
  ask<Bucket[]>(helper(new URL('../overload/generator.ts', import.meta.url).href, CORE.others), job)

/** The time after the overload until the load is answered as before it, in seconds. */
function recoverySeconds(buckets: readonly Bucket[]): number {
  const after = buckets.filter(({ phase }) => phase === AFTERWARDS)
  const last = after.findLastIndex(({ due, good }) => good < 0.95 * due)
  return last < 0 ? 0 : after[last]!.at - (after[0]!.at - after[0]!.seconds)
}

/** The rate of a closed loop, with admission control off. */
async function measureCapacity(context: ChaosContext, world: World): Promise<number> {
  const seconds = context.isShort ? 2 : 20
  const server = await startServer(context, 'admission-off', { ...world.settings, ADMISSION: 'off' })
  const requests = await world.requests(server.url)
  const buckets = await load({
    port: server.port,
    requests,
    phases: [
      { name: 'warm-up', seconds: context.isShort ? 3 : 20 },
      { name: 'closed loop', seconds },
    ],
  })
  await server.stop()
  const measured = buckets.filter(({ phase }) => phase === 'closed loop')
  return sum(measured, ({ good }) => good) / seconds
}

function panelLines(buckets: readonly Bucket[]) {
  const line = (name: string, read: (bucket: Bucket) => number): Line => ({
    name,
    points: buckets.map((bucket) => [bucket.at, read(bucket)]),
  })
  return {
    rates: [
      line('sent', ({ due, seconds }) => due / seconds),
      line('answered in time', ({ good, seconds }) => good / seconds),
      line('refused', ({ refused, seconds }) => refused / seconds),
    ],
    latency: [line('p99', ({ latencies }) => quantile(latencies, 0.99))],
  }
}

async function overload(context: ChaosContext, world: World, capacity: number): Promise<Outcome> {
  const { isShort } = context
  const seconds = isShort ? 2 : 60
  const server = await startServer(context, 'admission-on', world.settings)
  const requests = await world.requests(server.url)
  const phases: Phase[] = [
    ...LOADS.map(({ name, factor }) => ({ name, seconds, rate: capacity * factor })),
    { name: AFTERWARDS, seconds: isShort ? 3 : 10, rate: capacity * 0.7 },
  ]
  await load({ port: server.port, requests, phases: [{ name: 'warm-up', seconds: isShort ? 3 : 20 }] })
  const endProbes = probeHealth(server.url)
  const buckets = await load({ port: server.port, requests, phases })
  const health = await endProbes()
  await server.stop()

  const rows = LOADS.map(({ name, factor, goodput }) => {
    const own = buckets.filter(({ phase }) => phase === name)
    const base = Math.min(factor, 1) * capacity * seconds
    const counts = (['due', 'good', 'refused', 'late', 'failed'] as const).map((key) => sum(own, (each) => each[key]))
    const p99 = quantile(
      own.flatMap(({ latencies }) => latencies),
      0.99,
    )
    return { name, goodput, counts, share: counts[1]! / base, p99 }
  })
  const healthP99 = quantile(
    health.map(([, ms]) => ms),
    0.99,
  )
  const { rates, latency } = panelLines(buckets)
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
      atMost('back to normal after the overload', recoverySeconds(buckets), MAX_RECOVERY_SECONDS, ' s'),
    ],
    table: [
      ['load', 'sent', 'answered within 1 s', 'refused', 'late', 'failed', 'p99 in ms', 'share'],
      ...rows.map(({ name, counts, p99, share }) => [name, ...counts.map(String), p99.toFixed(0), share.toFixed(3)]),
      ['capacity per second', capacity.toFixed(0), '', '', '', '', '', ''],
    ],
    panels: [
      { title: 'Requests a second', unit: '', lines: rates },
      { title: 'Latency of what was answered in time', unit: ' ms', lines: latency },
      { title: 'Latency of /health', unit: ' ms', lines: [{ name: 'each probe', points: health }] },
    ],
  }
}

async function run(context: ChaosContext): Promise<Outcome> {
  const world = await startWorld()
  try {
    const capacity = await measureCapacity(context, world)
    context.progress(`capacity: ${capacity.toFixed(0)} requests a second`)
    return await overload(context, world, capacity)
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

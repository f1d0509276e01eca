import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { ADA } from '../../../datasources/emulator/people.js'
import type { Replica } from '../../soak/replica.js'
import { freePort } from '../../support/redis.js'
import { type Proxy, type ProxyName, startProxy, type Upstream } from '../proxies.js'
import { atMost, type ChaosContext, type Check, type Outcome, type Panel, type Scenario } from '../scenario.js'
import { type Answer, startWorld, type World } from '../world.js'

const REPLICAS = 4
const READ = `{ person(id: "${ADA.personId}") { firstName } }`
const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { person { id } } }'
const TICK_MS = 10
/** Longer than a proxy takes to use a replica that is back: HAProxy asks each second. */
const SETTLE_MS = 2_500
const READY_MS = 60_000

interface Form {
  readonly restarts: number
  readonly perSecond: number
  /** Time at a quarter of the rate before the first restart: four replicas that start at once on one machine are no rolling restart. */
  readonly warmUpMs: number
  readonly drainMs: number
  /** nginx leaves a connection that was idle for so long, which is before the replica closes it. */
  readonly idleSeconds: number
}
const WHOLE: Form = { restarts: 12, perSecond: 200, warmUpMs: 10_000, drainMs: 5_000, idleSeconds: 4 }
const SHORT: Form = { restarts: 2, perSecond: 40, warmUpMs: 4_000, drainMs: 3_000, idleSeconds: 1 }

type Kind = 'read' | 'keyed write' | 'unkeyed write'
const KINDS: readonly Kind[] = ['read', 'keyed write', 'read', 'unkeyed write', 'read']

interface Sent {
  readonly kind: Kind
  readonly second: number
  readonly answer: Answer
}

/** What a failed request ended in; undefined for one that was answered with data and without an error. */
function failureOf({ failure, status, errors, data }: Answer): string | undefined {
  const code = errors[0]?.extensions['code']
  if (typeof code === 'string') return code
  // The page of a proxy is no JSON; its status tells more.
  if (status > 200) return `status ${status}`
  return failure ?? (status === 200 && data ? undefined : 'no data')
}

/** Open loop: requests at a fixed rate, whatever their answers take, until it is stopped. */
function sendSteadily(world: World, url: string, perSecond: number): () => Promise<readonly Sent[]> {
  const begun = performance.now()
  const running: Promise<Sent>[] = []
  const timer = setInterval(() => {
    for (const due = ((performance.now() - begun) / 1000) * perSecond; running.length < due;) {
      const kind = KINDS[running.length % KINDS.length]!
      const second = (performance.now() - begun) / 1000
      const variables = kind === 'read' ? undefined : { key: kind === 'keyed write' ? randomUUID() : null }
      const answer = world.query(url, kind === 'read' ? READ : CREATE, variables)
      running.push(answer.then((answer) => ({ kind, second, answer })))
    }
  }, TICK_MS)
  return async () => {
    clearInterval(timer)
    return Promise.all(running)
  }
}

async function untilReady({ name, adminUrl }: Replica): Promise<void> {
  for (const until = Date.now() + READY_MS; Date.now() < until; await delay(50)) {
    const { statusCode, body } = await request(`${adminUrl}/ready`)
    await body.dump()
    if (statusCode === 200) return
  }
  throw new Error(`${name} did not become ready`)
}

/** Restarts one replica after the other; returns the exit codes that are not 0. */
async function restartAll(world: World, restarts: number, mark: (name: string) => void): Promise<number> {
  let unclean = 0
  for (let i = 0; i < restarts; i += 1) {
    const replica = world.replicas[i % REPLICAS]!
    await delay(SETTLE_MS)
    mark(replica.name)
    if ((await replica.stop()) !== 0) unclean += 1
    await replica.start()
    await untilReady(replica)
  }
  await delay(SETTLE_MS)
  return unclean
}

type Mark = readonly [second: number, replica: string]

/** When a request was sent, and how long after the signal to a replica. */
function momentOf(second: number, marks: readonly Mark[]): string {
  const [since, replica] = marks.findLast(([at]) => at <= second) ?? []
  const at = `${second.toFixed(3)} s`
  return since === undefined ? at : `${at}, ${(second - since).toFixed(3)} s after the signal to ${replica}`
}

function judge(
  proxy: Proxy,
  sent: readonly Sent[],
  created: number,
  marks: readonly Mark[],
): { checks: Check[]; rows: string[][] } {
  const failures = sent.flatMap(({ kind, second, answer }) => {
    const failure = failureOf(answer)
    return failure === undefined ? [] : [{ kind, second, failure }]
  })
  const writes = sent.filter(({ kind }) => kind !== 'read')
  const of = (name: string) => `${proxy.name}: ${name}`
  return {
    checks: [
      atMost(of(`failed requests of ${sent.length}`), failures.length, 0),
      atMost(of('connections that were reset'), failures.filter(({ failure }) => failure === 'ECONNRESET').length, 0),
      atMost(of(`writes of ${writes.length} in doubt`), failures.filter(({ kind }) => kind !== 'read').length, 0),
      atMost(
        of('writes that the provider executed more or less often than once'),
        Math.abs(created - writes.length),
        0,
      ),
    ],
    rows: failures
      .slice(0, 20)
      .map(({ kind, second, failure }) => [proxy.name, momentOf(second, marks), kind, failure]),
  }
}

/** Answers a second, by the second in which they were sent. */
function panel(name: string, sent: readonly Sent[], marks: readonly Mark[]): Panel {
  const answered = new Map<number, number>()
  const failed = new Map<number, number>()
  for (const { second, answer } of sent) {
    const counts = failureOf(answer) === undefined ? answered : failed
    counts.set(Math.floor(second), (counts.get(Math.floor(second)) ?? 0) + 1)
  }
  const seconds = [...new Set([...answered.keys(), ...failed.keys()])].sort((a, b) => a - b)
  const points = (counts: Map<number, number>) => seconds.map((second) => [second, counts.get(second) ?? 0] as const)
  return {
    title: `Answers behind ${name}`,
    unit: 'a second',
    lines: [
      { name: 'with data', points: points(answered) },
      { name: 'failed', points: points(failed) },
    ],
    marks,
  }
}

async function runBehind(name: ProxyName, form: Form, { folder, program, progress }: ChaosContext): Promise<Outcome> {
  let created = 0
  const adminPorts = await Promise.all(Array.from({ length: REPLICAS }, freePort))
  const world = await startWorld({
    folder,
    program,
    settings: { DRAIN_DELAY_MS: String(form.drainMs) },
    replicas: adminPorts.map((port) => ({ settings: { ADMIN_PORT: String(port) } })),
    watch: (_provider, { method, url, status }) => {
      if (method === 'POST' && url === '/v0/persons' && status < 300) created += 1
    },
  })
  const upstreams = world.replicas.map(({ url }, i): Upstream => ({
    port: Number(new URL(url).port),
    adminPort: adminPorts[i]!,
  }))
  await Promise.all(world.replicas.map(untilReady))
  const proxy = await startProxy(name, folder, upstreams, form.idleSeconds)
  try {
    const endWarmUp = sendSteadily(world, proxy.url, form.perSecond / 4)
    await delay(form.warmUpMs)
    await endWarmUp()
    created = 0
    const begun = performance.now()
    const stop = sendSteadily(world, proxy.url, form.perSecond)
    const marks: Mark[] = []
    const unclean = await restartAll(world, form.restarts, (replica) => {
      marks.push([(performance.now() - begun) / 1000, replica])
      progress(`${name}: restart ${marks.length} of ${form.restarts}, ${replica}`)
    })
    const sent = await stop()
    const { checks, rows } = judge(proxy, sent, created, marks)
    const head = ['proxy', 'after', 'request', 'failure']
    return {
      checks: [...checks, atMost(`${name}: replicas that ended with another code than 0`, unclean, 0)],
      ...(rows.length > 0 ? { table: [head, ...rows] } : {}),
      panels: [panel(name, sent, marks)],
    }
  } finally {
    await proxy.close()
    await world.close()
  }
}

/** Every replica is stopped and started again under load, behind each proxy, with the recipes of `deploy/`. */
export const restart: Scenario = {
  name: 'restart',
  title: 'Rolling restart behind nginx and HAProxy',
  async run(context) {
    const form = context.isShort ? SHORT : WHOLE
    const outcomes: Outcome[] = []
    for (const name of ['nginx', 'haproxy'] as const) {
      const folder = join(context.folder, name)
      mkdirSync(folder)
      outcomes.push(await runBehind(name, form, { ...context, folder }))
    }
    return {
      checks: outcomes.flatMap(({ checks }) => checks),
      table: outcomes.flatMap(({ table = [] }, i) => (i === 0 ? table : table.slice(1))),
      panels: outcomes.flatMap(({ panels = [] }) => panels),
    }
  },
}

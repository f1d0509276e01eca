import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startProxy, upstreamOf } from '../proxies.js'
import { atMost, type ChaosContext, type Check, type Scenario } from '../scenario.js'
import { openEarlierRecords } from '../versions/records.js'
import { buildRelease } from '../versions/release.js'
import { rollBothWays, type RollingForm } from '../versions/rolling.js'
import { type QueryOptions, startWorld, type World } from '../world.js'

type Replica = World['replicas'][number]

const EARLIER = '0.1.0'
const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const PERSONS = 'query($name: String) { persons(first: 100, filter: { firstName: $name }) { nodes { id } } }'
const LEASE_SECONDS = 2
const PATIENCE_MS = 60_000
const POLL_MS = 50
/** Writes that run when their process is killed. */
const KILLED = 8
/** A write that lasts longer than a round of questions and shorter than a lease. */
const SLOW_MS = 500
const USER: QueryOptions = { claims: { sub: 'ada' } }
/** Codes of a write that is to be asked for again. */
const BUSY = ['IDEMPOTENCY_IN_PROGRESS', 'STORE_UNAVAILABLE']

/** How many replicas of each version are replaced. */
const ROLLED = { short: 1, whole: 2 }
const SHORT: RollingForm = { perSecond: 20, rounds: 1, stepMs: 1_000 }
const WHOLE: RollingForm = { perSecond: 60, rounds: 3, stepMs: 5_000 }
const IDLE_SECONDS = 1

/** What the callers of one key were told. */
interface Told {
  readonly id: string
  readonly isReplay: boolean
}

/** Writes of one kind: persons of one name, each under a key of its own. */
interface Batch {
  readonly world: World
  readonly name: string
  readonly keys: readonly string[]
  readonly caller: QueryOptions
  /** How long a write that runs elsewhere is waited for. */
  readonly patienceMs?: number
}

async function batchOf(world: World, size: number, caller: QueryOptions): Promise<Batch> {
  await world.emulators.clear()
  const name = `N${randomUUID().replaceAll('-', '').slice(0, 20)}`
  return { world, name, keys: Array.from({ length: size }, () => randomUUID()), caller }
}

const sent = async ({ emulators }: World): Promise<number> =>
  (await emulators.calls('synctera')).filter(({ method }) => method === 'POST').length

/** Asks a replica with one key until the write has ended. */
async function settle(
  { world, name, caller, patienceMs = PATIENCE_MS }: Batch,
  at: Replica,
  idempotencyKey: string,
): Promise<Told> {
  const input = { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: name }
  for (const end = performance.now() + patienceMs; ; await delay(POLL_MS)) {
    const { data, errors, failure } = await world.query(at, CREATE, { input }, caller)
    const code = failure ?? (errors[0]?.extensions['code'] as string | undefined)
    if (code === undefined)
      return { id: data.createPerson.person.id as string, isReplay: data.createPerson.replayed as boolean }
    if (!BUSY.includes(code) || performance.now() > end) return { id: `${code} ${randomUUID()}`, isReplay: false }
  }
}

const settleAll = (batch: Batch, at: Replica): Promise<readonly Told[]> =>
  Promise.all(batch.keys.map((key) => settle(batch, at, key)))

/** The rows of a table, and the checks behind them. */
class Results {
  readonly checks: Check[] = []
  readonly table: (readonly string[])[] = [['keys', 'of', 'count', 'calls', 'persons', 'told two ids', 'no replay']]

  /** `rounds` are the answers to the same keys, in the order in which they were asked for. */
  async add(
    what: string,
    who: string,
    { world, name, keys }: Batch,
    rounds: readonly (readonly Told[])[],
    maxCalls = keys.length,
  ): Promise<void> {
    const calls = await sent(world)
    const { data } = await world.query(world.replicas[0]!, PERSONS, { name })
    const persons = data.persons.nodes.length as number
    const split = keys.filter((_key, i) => new Set(rounds.map((told) => told[i]!.id)).size !== 1).length
    // One answer to each key is that of the write itself, unless its process was killed.
    const missing = keys.length - rounds.flat().filter(({ isReplay }) => isReplay).length
    const kind = `${what}, ${who}`
    this.checks.push(atMost(`${kind}: calls of the provider`, calls, maxCalls))
    this.checks.push(atMost(`${kind}: persons more than keys`, persons - keys.length, 0))
    this.checks.push(atMost(`${kind}: keys without a person`, keys.length - persons, 0))
    this.checks.push(atMost(`${kind}: keys told two outcomes`, split, 0))
    this.checks.push(atMost(`${kind}: answers that are no replay`, missing, 0))
    this.table.push([what, who, ...[keys.length, calls, persons, split, missing].map(String)])
  }
}

/** The same keys through both versions, one after the other and at the same time. */
async function sideBySide(
  world: World,
  [earlier, current]: readonly [Replica, Replica],
  count: number,
  progress: ChaosContext['progress'],
  results: Results,
): Promise<void> {
  for (const [who, caller] of [
    ['a client', {}],
    ['a user', USER],
  ] as const) {
    for (const [what, first, second] of [
      [`${EARLIER}, then this version`, earlier, current],
      [`this version, then ${EARLIER}`, current, earlier],
    ] as const) {
      progress(`${what}, ${who}`)
      const batch = await batchOf(world, count, caller)
      const rounds = [await settleAll(batch, first), await settleAll(batch, second)]
      await results.add(what, who, batch, rounds)
    }
    progress(`both at once, ${who}`)
    const batch = await batchOf(world, count, caller)
    await world.emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: SLOW_MS, times: 0 })
    const rounds = await Promise.all([settleAll(batch, earlier), settleAll(batch, current)])
    await results.add('both at once', who, batch, rounds)
  }
}

/** A process of one version is killed while its writes are at the provider; one of the other version goes on. */
async function takenOver(
  world: World,
  [earlier, current]: readonly [Replica, Replica],
  progress: ChaosContext['progress'],
  results: Results,
): Promise<void> {
  for (const [what, dies, goesOn] of [
    [`${EARLIER} is killed, this version goes on`, earlier, current],
    [`this version is killed, ${EARLIER} goes on`, current, earlier],
  ] as const) {
    progress(what)
    const batch = await batchOf(world, KILLED, {})
    await world.emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: SLOW_MS, times: 0 })
    const lost = settleAll({ ...batch, patienceMs: 0 }, dies)
    for (const end = performance.now() + PATIENCE_MS; (await sent(world)) < KILLED; await delay(10))
      if (performance.now() > end) throw new Error('The writes did not reach the provider.')
    await dies.kill()
    await lost
    const told = await settleAll(batch, goesOn)
    await dies.start()
    // The calls of the killed process are repeated, with the same idempotency key of the provider.
    await results.add(what, 'a client', batch, [told, await settleAll(batch, dies)], 2 * KILLED)
  }
}

/** Records in the form of the earlier version, which need no process of it. */
async function obeysRecords(world: World, current: Replica, results: Results): Promise<void> {
  const records = await openEarlierRecords(world)
  const input = { isCustomer: true, status: 'PROSPECT', firstName: 'Nora' }
  const ask = async (idempotencyKey: string, rest: object = {}): Promise<string> => {
    const { data, errors } = await world.query(current, CREATE, { input: { ...input, idempotencyKey, ...rest } })
    const { replayed, person } = data?.createPerson ?? {}
    const code = errors[0]?.extensions['code'] as string | undefined
    return replayed === true ? `replayed ${person.id}` : (code ?? 'run')
  }
  const outcome = { state: 'done', payload: { person: { id: 'of-0.1.0' } } } as const
  const rows = [
    ['done', await records.add(input, outcome), {}, 'replayed of-0.1.0'],
    ['done, another input', await records.add(input, outcome), { firstName: 'Mia' }, 'IDEMPOTENCY_KEY_REUSED'],
    ['running', await records.add(input, { state: 'running' }), {}, 'IDEMPOTENCY_IN_PROGRESS'],
  ] as const
  await world.emulators.clear()
  for (const [what, key, rest, wanted] of rows) {
    const seen = await ask(key, rest)
    results.checks.push({ what: `a record of ${EARLIER}: ${what}`, bound: wanted, seen, holds: seen === wanted })
  }
  results.checks.push(atMost(`records of ${EARLIER}: calls of the provider`, await sent(world), 0))
  await records.close()
}

/** All replicas are replaced under load behind nginx, forth and back. */
async function rolled(release: string, { folder, program, isShort, progress }: ChaosContext, results: Results) {
  const count = isShort ? ROLLED.short : ROLLED.whole
  const own = join(folder, 'rolling')
  mkdirSync(own)
  const before = Array.from({ length: count }, () => ({ program: release }))
  const after = Array.from({ length: count }, () => ({ isLate: true }))
  const settings = { ADMISSION: 'off' }
  const world = await startWorld({ folder: own, program, settings, replicas: [...before, ...after] })
  try {
    const [earlier, current] = [world.replicas.slice(0, count), world.replicas.slice(count)]
    const proxy = await startProxy('nginx', own, earlier.map(upstreamOf), IDLE_SECONDS)
    try {
      const form = isShort ? SHORT : WHOLE
      const { checks, failures } = await rollBothWays(world, proxy, [earlier, current], form, progress)
      results.checks.push(...checks)
      for (const failure of failures.slice(0, 20)) results.table.push(['rolling', failure, '', '', '', '', ''])
    } finally {
      await proxy.close()
    }
  } finally {
    await world.close()
  }
}

async function run(context: ChaosContext) {
  const { folder, program, isShort, progress } = context
  progress(`compiling ${EARLIER}`)
  const release = buildRelease(EARLIER, folder)
  const world = await startWorld({
    folder,
    program,
    settings: { WRITE_LEASE_SECONDS: String(LEASE_SECONDS), ADMISSION: 'off' },
    replicas: [{}, ...(release === undefined ? [] : [{ program: release }])],
  })
  const results = new Results()
  try {
    const [current, earlier] = world.replicas as [Replica, Replica | undefined]
    await obeysRecords(world, current, results)
    if (earlier) {
      await sideBySide(world, [earlier, current], isShort ? 8 : 80, progress, results)
      await takenOver(world, [earlier, current], progress, results)
    } else results.table.push([`skipped: the commit of ${EARLIER} is not in this clone`, '', '', '', '', '', ''])
  } finally {
    await world.close()
  }
  if (release !== undefined) await rolled(release, context, results)
  return results
}

/** Version 0.1.0 beside this version, on one store. */
export const versions: Scenario = { name: 'versions', title: `Beside version ${EARLIER}`, run }

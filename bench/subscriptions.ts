import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CROWD } from '../datasources/emulator/people.js'
import { startWorld, type World } from '../test/chaos/world.js'
import { NODE_ARGUMENTS } from '../test/soak/replica.js'
import type { Plan, Progress } from './measure.js'
import { CORE, cpuSeconds, pin } from './processes.js'
import { ROOT } from './server.js'
import { OUTCOMES, setOutcome, subscribeWebhooks } from './streams/changes.js'
import { follow, webSocketClient } from './streams/clients.js'

/** What it costs to tell subscribers of a change. */
export interface Subscriptions {
  readonly subscribers: number
  readonly changesPerSecond: number
  /** Events that reached a subscriber, and those that should have. */
  readonly delivered: number
  readonly due: number
  /** CPU time for a delivered event, its webhook and its read of the provider included, round by round. */
  readonly cpuMs: readonly number[]
}

/** Subscribers to each person, each on a connection of its own. */
const CLIENTS = 5
const CHANGES_PER_SECOND = 100
const persons = CROWD.map(({ personId }) => personId!)

/** Changes persons in turns at a constant rate; returns how many changes were made. */
async function changePersons(world: World, seconds: number, first: number): Promise<number> {
  const begun = performance.now()
  const changes: Promise<void>[] = []
  while (performance.now() - begun < seconds * 1_000) {
    const due = ((performance.now() - begun) / 1_000) * CHANGES_PER_SECOND
    for (; changes.length < due;) {
      const i = first + changes.length
      const [digits] = OUTCOMES[Math.floor(i / persons.length) % OUTCOMES.length]!
      changes.push(setOutcome(world, persons[i % persons.length]!, digits))
    }
    await delay(5)
  }
  await Promise.all(changes)
  // The last events are on their way.
  await delay(500)
  return changes.length
}

/** Measures a replica that is told of changes by webhooks and tells its subscribers. */
export async function measureSubscriptions({ rounds }: Plan, progress: Progress): Promise<Subscriptions> {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-bench-'))
  const program = join(ROOT, 'dist/src/main.js')
  const replicas = [{ nodeOptions: NODE_ARGUMENTS }]
  const world = await startWorld({ folder, program, replicas, areEmulatorsApart: true })
  try {
    const [replica] = world.replicas
    const pid = replica!.pid()!
    pin(pid, CORE.measured)
    await subscribeWebhooks(world, replica!)
    let delivered = 0
    for (let i = 0; i < CLIENTS; i += 1) {
      const client = webSocketClient(() => replica!.url, await world.token({ client: `bench-${i}` }))
      for (const person of persons) void follow(client, person, () => (delivered += 1)).catch(() => undefined)
    }
    let changes = await changePersons(world, 2, 0)
    const warm = { changes, delivered }
    const cpuMs: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const [cpu, before] = [cpuSeconds(pid), delivered]
      changes += await changePersons(world, 1, changes)
      cpuMs.push(((cpuSeconds(pid) - cpu) * 1_000) / (delivered - before))
      progress(`subscriptions: round ${round} of ${rounds}`)
    }
    return {
      subscribers: CLIENTS * persons.length,
      changesPerSecond: CHANGES_PER_SECOND,
      delivered: delivered - warm.delivered,
      due: (changes - warm.changes) * CLIENTS,
      cpuMs,
    }
  } finally {
    await world.close()
  }
}

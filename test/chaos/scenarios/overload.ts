import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'undici'
import { stop, stopAll } from '../../../bench/processes.js'
import type { GraphqlRequest } from '../../../bench/requests.js'
import type { Phase } from '../overload/generator.js'
import { type Mix, MIXES } from '../overload/mixes.js'
import { AFTERWARDS, LOADS, type Measurement, outcomeOf, ownBuckets, sum, TABLE_HEAD } from '../overload/outcome.js'
import { load, type RunningServer, startServer, startWorld, type World } from '../overload/world.js'
import type { ChaosContext, Outcome, Scenario } from '../scenario.js'

/** Requests after which a server is warm: its code is compiled by then. */
const WARM = 3_000
/** Times of one phase: machines are noisy, so that each load stands between two measurements of capacity. */
const LONG = { rounds: 3, warmUp: 20, closedLoop: 6, load: 20, afterwards: 8 }
const SHORT = { rounds: 1, warmUp: 1, closedLoop: 2, load: 2, afterwards: 3 }
const timesOf = ({ isShort }: ChaosContext) => (isShort ? SHORT : LONG)

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

/** The rate of a closed loop, with admission control off. */
async function measureCapacity(
  { port }: RunningServer,
  requests: readonly GraphqlRequest[],
  seconds: number,
): Promise<number> {
  const buckets = await load({ port, requests, phases: [{ name: 'closed loop', seconds }] })
  return sum(buckets, ({ good }) => good) / seconds
}

/** Sends each load between two measurements of capacity. */
async function measureRound(
  context: ChaosContext,
  [off, on]: readonly [RunningServer, RunningServer],
  requests: readonly GraphqlRequest[],
  begun: number,
): Promise<readonly Measurement[]> {
  const times = timesOf(context)
  const measurements: Measurement[] = []
  let before = await measureCapacity(off, requests, times.closedLoop)
  for (const { name, factor } of LOADS) {
    const phases: Phase[] = [{ name, seconds: times.load, rate: before * factor }]
    if (factor === 4) phases.push({ name: AFTERWARDS, seconds: times.afterwards, rate: before * 0.7 })
    const from = (performance.now() - begun) / 1000
    const endProbes = probeHealth(on.url)
    const buckets = await load({ port: on.port, requests, phases })
    const health = await endProbes()
    const after = await measureCapacity(off, requests, times.closedLoop)
    const capacity = (before + after) / 2
    const possible = factor < 1 ? sum(ownBuckets(buckets, name), ({ due }) => due) : capacity * times.load
    context.progress(`${name}: ${(sum(ownBuckets(buckets, name), ({ good }) => good) / possible).toFixed(3)}`)
    measurements.push({ name, possible, capacity, from, buckets, health })
    before = after
  }
  return measurements
}

/** Measures a mix on a server without admission control and on one with it, both started for it. */
async function measureMix(context: ChaosContext, world: World, mix: Mix): Promise<Outcome> {
  context.progress(`${mix.name}: ${mix.title}`)
  const { rounds, warmUp } = timesOf(context)
  const requests = world.requests(mix)
  const servers = [
    await startServer(context, world, `${mix.name}-admission-off`, { ADMISSION: 'off' }),
    await startServer(context, world, `${mix.name}-admission-on`, {}),
  ] as const
  for (const { port } of servers)
    await load({ port, requests, phases: [{ name: 'warm-up', seconds: warmUp, atLeast: WARM }] })
  const begun = performance.now()
  const measurements: Measurement[] = []
  for (let round = 0; round < rounds; round += 1)
    measurements.push(...(await measureRound(context, servers, requests, begun)))
  for (const { child } of servers) await stop(child)
  return outcomeOf(mix.name, measurements)
}

async function run(context: ChaosContext): Promise<Outcome> {
  const world = await startWorld(context.progress)
  try {
    const outcomes: Outcome[] = []
    for (const mix of MIXES) outcomes.push(await measureMix(context, world, mix))
    return {
      checks: outcomes.flatMap(({ checks }) => checks),
      table: [TABLE_HEAD, ...outcomes.flatMap(({ table = [] }) => table)],
      panels: outcomes.flatMap(({ panels = [] }) => panels),
    }
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

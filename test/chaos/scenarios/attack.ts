import { setTimeout as delay } from 'node:timers/promises'
import { ask, CORE, helper } from '../../../bench/processes.js'
import { ADA } from '../../../datasources/emulator/people.js'
import type { Job, Statuses } from '../attack/attacker.js'
import { attacks } from '../attack/attacks.js'
import { atLeast, atMost, type Check, type Outcome, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const MB = 1024 * 1024
const QUERY = `{ customer(id: "${ADA.customerId}") { id legalName } }`
const MAX_GROWTH_MB = 60
const MAX_SLOWDOWN = 3
const PAUSE_MS = 20

/** What the honest client saw in one stretch of time. */
interface Seen {
  readonly times: readonly number[]
  readonly failures: number
}

const p99 = ({ times }: Seen): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity

/** The honest client, and the memory of the server beside it. */
class Watch {
  readonly latency: [number, number][] = []
  readonly memory: [number, number][] = []
  readonly #begun = Date.now()

  constructor(
    readonly world: World,
    readonly token: string,
  ) {}

  get seconds(): number {
    return (Date.now() - this.#begun) / 1000
  }

  async ask(until: number): Promise<Seen> {
    const times: number[] = []
    let failures = 0
    while (Date.now() < until) {
      const { ms, data } = await this.world.query(this.world.replicas[0]!, QUERY, undefined, { token: this.token })
      failures += Number(!data?.customer)
      times.push(ms)
      this.latency.push([this.seconds, ms])
      await delay(PAUSE_MS)
    }
    return { times, failures }
  }

  async rss(): Promise<number> {
    const sample = await this.world.replicas[0]!.sample()
    const megabytes = (sample?.rssBytes ?? NaN) / MB
    if (sample) this.memory.push([this.seconds, megabytes])
    return megabytes
  }
}

async function run(world: World, isShort: boolean, progress: (line: string) => void): Promise<Outcome> {
  const watch = new Watch(world, await world.token({ client: 'honest' }))
  const token = await world.token({ client: 'attacker', scopes: [] })
  const port = Number(new URL(world.replicas[0]!.url).port)
  const attacker = helper(new URL('../attack/attacker.ts', import.meta.url).href, CORE.others)
  const ms = isShort ? 1_200 : 6_000
  await watch.ask(Date.now() + 2 * ms)
  const before = await watch.ask(Date.now() + 2 * ms)
  const atRest = await watch.rss()
  const checks: Check[] = []
  const rows: string[][] = [['attack', 'p99', 'RSS', 'statuses']]
  const marks: [number, string][] = []
  for (const [i, attack] of attacks(isShort).entries()) {
    progress(attack.name)
    marks.push([watch.seconds, attack.name])
    const until = Date.now() + ms
    const job: Job = { port, address: `127.0.1.${i + 1}`, attack: attack.name, isShort, token, until }
    const [seen, statuses] = await Promise.all([watch.ask(until), ask<Statuses>(attacker, job)])
    const grown = (await watch.rss()) - atRest
    const codes = Object.keys(statuses).sort()
    rows.push([attack.name, `${p99(seen).toFixed(1)} ms`, `${grown.toFixed(0)} MB more`, codes.join(' ') || 'closed'])
    const others = codes.filter((code) => !code.startsWith('4') && code !== '200 FORBIDDEN').length
    checks.push(
      atMost(`${attack.name}: growth of the memory`, grown, MAX_GROWTH_MB, ' MB'),
      atMost(`${attack.name}: p99 of an honest client, in times of before`, p99(seen) / p99(before), MAX_SLOWDOWN),
      atMost(`${attack.name}: answers other than 4xx and FORBIDDEN`, others, 0),
      atMost(`${attack.name}: failures of the honest client`, seen.failures, 0),
    )
  }
  attacker.disconnect()
  checks.push(atLeast('answers to the honest client before', before.times.length, 1))
  return {
    checks,
    table: rows,
    panels: [
      { title: 'honest client', unit: ' ms', lines: [{ name: 'latency', points: watch.latency }], marks },
      { title: 'memory', unit: ' MB', lines: [{ name: 'RSS', points: watch.memory }], marks },
    ],
  }
}

/** Attacks by clients without a token, or without a scope, on one replica. */
export const attackScenario: Scenario = {
  name: 'attack',
  title: 'Bodies, headers and connections that are meant to exhaust the server',
  async run({ isShort, folder, program, progress }) {
    const settings = { UNAUTHENTICATED_REQUESTS_PER_MINUTE: '600', LOG_LEVEL: 'error' }
    const world = await startWorld({ folder, program, redis: false, areEmulatorsApart: true, settings })
    try {
      return await run(world, isShort, progress)
    } finally {
      await world.close()
    }
  },
}

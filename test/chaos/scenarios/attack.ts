import { setTimeout as delay } from 'node:timers/promises'
import { ask, CORE, helper, pin, residentMb } from '../../../bench/processes.js'
import { ADA } from '../../../datasources/emulator/people.js'
import type { Job, Statuses } from '../attack/attacker.js'
import { attacks } from '../attack/attacks.js'
import { atLeast, atMost, type Check, type Outcome, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const QUERY = `{ customer(id: "${ADA.customerId}") { id legalName } }`
const MAX_GROWTH_MB = 60
const MAX_SLOWDOWN = 3
const PAUSE_MS = 20
const SAMPLE_MS = 100
/** How long each attack lasts. All its connections come at once in the beginning, which a longer attack does not repeat. */
const ATTACK_MS = { long: 20_000, short: 1_200 }

/**
 * What honest clients do before the first attack. A process begins small, and V8 lets its young generation grow to three
 * semi-spaces (96 MB) under any load; so the memory under an attack is held against that under honest load alone.
 */
const HONEST = { clients: 32, long: 20_000, short: 3_000 }
const LOADS = [QUERY, `{ customers(first: 25) { nodes { id legalName person { firstName } } } }`]

/** What the honest client saw in one stretch of time. */
interface Seen {
  readonly times: readonly number[]
  readonly failures: number
}

const slowest = ({ times }: Seen): number => Math.max(...times)
const p99 = ({ times }: Seen): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity

const inMs = (ms: number): string => `${ms.toFixed(1)} ms`

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

  /** The greatest memory of the server until then, in MB. */
  async peak(until: number): Promise<number> {
    let peak = 0
    while (Date.now() < until) {
      const megabytes = residentMb(this.world.replicas[0]!.pid()!)
      this.memory.push([this.seconds, megabytes])
      peak = Math.max(peak, megabytes)
      await delay(SAMPLE_MS)
    }
    return peak
  }

  /** Many honest clients, one request after the other each. */
  async load(until: number): Promise<void> {
    const { query, replicas } = this.world
    await Promise.all(
      Array.from({ length: HONEST.clients }, async (_, i) => {
        for (let j = i; Date.now() < until; j += 1)
          await query(replicas[0]!, LOADS[j % LOADS.length]!, undefined, { token: this.token })
      }),
    )
  }
}

async function run(world: World, isShort: boolean, progress: (line: string) => void): Promise<Outcome> {
  const watch = new Watch(world, await world.token({ client: 'honest' }))
  const token = await world.token({ client: 'attacker', scopes: [] })
  const port = Number(new URL(world.replicas[0]!.url).port)
  const attacker = helper(new URL('../attack/attacker.ts', import.meta.url).href, CORE.others)
  const ms = isShort ? ATTACK_MS.short : ATTACK_MS.long
  const warm = Date.now() + (isShort ? HONEST.short : HONEST.long)
  const [honestMb] = await Promise.all([watch.peak(warm), watch.load(warm)])
  await watch.ask(Date.now() + ms)
  const before = await watch.ask(Date.now() + (isShort ? 2 : 1) * ms)
  const checks: Check[] = []
  const rows: string[][] = [
    ['attack', 'p99', 'slowest', 'greatest RSS', 'statuses'],
    ['none: honest clients alone', inMs(p99(before)), inMs(slowest(before)), `${honestMb.toFixed(0)} MB`, ''],
  ]
  const marks: [number, string][] = []
  for (const [i, attack] of attacks(isShort).entries()) {
    progress(attack.name)
    marks.push([watch.seconds, attack.name])
    const until = Date.now() + ms
    const job: Job = { port, address: `127.0.1.${i + 1}`, attack: attack.name, isShort, token, until }
    const attacked = [watch.ask(until), ask<Statuses>(attacker, job), watch.peak(until)] as const
    const [seen, statuses, peakMb] = await Promise.all(attacked)
    const grown = peakMb - honestMb
    const codes = Object.keys(statuses).sort()
    const statusesSeen = codes.join(' ') || 'closed'
    rows.push([attack.name, inMs(p99(seen)), inMs(slowest(seen)), `${peakMb.toFixed(0)} MB`, statusesSeen])
    const others = codes.filter((code) => !code.startsWith('4') && code !== '200 FORBIDDEN').length
    checks.push(
      atMost(`${attack.name}: memory beyond that of honest load`, grown, MAX_GROWTH_MB, ' MB'),
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
      pin(world.replicas[0]!.pid()!, CORE.measured)
      return await run(world, isShort, progress)
    } finally {
      await world.close()
    }
  },
}

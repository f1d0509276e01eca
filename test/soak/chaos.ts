import { setTimeout as delay } from 'node:timers/promises'
import { type ProviderName, providers } from '../../datasources/index.js'
import type { Fault } from '../../datasources/emulator/run.js'
import type { Window } from './oracle.js'
import type { Random } from './random.js'
import type { World } from './world.js'

/** Something that goes wrong, in seconds from the beginning. */
export type Trouble = { readonly at: number; readonly seconds: number } & (
  | { readonly kind: 'fault'; readonly provider: ProviderName; readonly fault: Fault }
  | { readonly kind: 'redis' }
  | { readonly kind: 'kill'; readonly replica: number }
)

/** A trouble as it happened. */
export interface Mark extends Window {
  readonly kind: Trouble['kind']
  readonly label: string
}

const NAMES = Object.keys(providers) as ProviderName[]
/** Where a 401 may come from: a refused login is not transient, and is not retried soon. */
const API: Readonly<Record<ProviderName, string>> = {
  obp: '* /obp/**',
  synctera: '* /v0/**',
  apiture: '* /bankingAdmin/**',
  sei: '* /v1/**',
  banfico: '* /v1.0/**',
}
const MATCHES = ['* /**', '* /**', '* /**', 'GET /**', 'POST /**', 'PUT /**', 'PATCH /**']
/** A lease lasts this long: what a killed process held is free again before the end. */
const LEASE_SECONDS = 32

function faultOf(random: Random, provider: ProviderName): Fault {
  const base = { match: random.pick(MATCHES), times: random.chance(0.3) ? 0 : 1 + random.whole(25) }
  const fault = random.pick([
    'hang',
    'reset',
    'slow',
    'status',
    'status',
    'status',
    'malformed',
    'html',
    'drop-after-apply',
    'drop-after-apply',
  ] as const)
  if (fault === 'slow') return { ...base, fault, delayMs: 100 + random.whole(2_400) }
  if (fault !== 'status') return { ...base, fault }
  const status = random.pick([401, 429, 500, 503])
  return { ...base, fault, status, ...(status === 401 ? { match: API[provider] } : {}) }
}

/** When this trouble comes again and again, from and until which second. */
function* repeats(random: Random, from: number, until: number, least: number, most: number): Generator<number> {
  for (let at = from + random.between(0, least); at < until; at += random.between(least, most)) yield at
}

/** The faults of a run of this many seconds over so many replicas: none at the beginning and the end, and no process killed near the end. */
export function plan(random: Random, seconds: number, replicas: number): Trouble[] {
  const [calm, over] = [Math.min(10, seconds * 0.1), seconds - Math.min(30, seconds * 0.2)]
  const rare = Math.min(75, seconds / 3)
  const faults = [...repeats(random, calm, over, 0.6, 2.4)].map((at): Trouble => {
    const provider = random.pick(NAMES)
    return {
      kind: 'fault',
      at,
      seconds: Math.min(random.between(0.4, 3), over - at),
      provider,
      fault: faultOf(random, provider),
    }
  })
  const redis = [...repeats(random, calm, over - 2, rare / 3, rare / 1.5)].map((at): Trouble => ({
    kind: 'redis',
    at,
    seconds: random.between(0.2, 1.5),
  }))
  const kills = [...repeats(random, calm, Math.max(calm + 1, seconds - LEASE_SECONDS - rare / 2), rare / 2, rare)].map(
    (at): Trouble => ({ kind: 'kill', at, seconds: random.between(0.2, 1), replica: 1 + random.whole(replicas - 1) }),
  )
  return [...faults, ...redis, ...kills].sort((a, b) => a.at - b.at)
}

/** Lets the plan happen to the world. The first replica is not killed: its memory is watched for the whole run. */
export class Chaos {
  readonly marks: Mark[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #faulted = new Map<ProviderName, number>()

  constructor(
    private readonly world: World,
    private readonly troubles: readonly Trouble[],
  ) {}

  /** How often each kind of trouble came. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { kind, label } of this.marks) {
      const name = kind === 'fault' ? label.replace(/^\w+ /, '') : kind
      counts[name] = (counts[name] ?? 0) + 1
    }
    return counts
  }

  /** Whether the store was away, or about to be, at a moment of the window. */
  storeWasAway({ from, to }: Window): boolean {
    // A command that was under way when the store went is only noticed later.
    return this.marks.some((mark) => mark.kind === 'redis' && mark.from <= to + 2_000 && mark.to + 2_000 >= from)
  }

  async #happen(trouble: Trouble): Promise<void> {
    const { emulators, redis, replicas } = this.world
    const label =
      trouble.kind === 'fault'
        ? `${trouble.provider} ${trouble.fault.fault}${trouble.fault.status === undefined ? '' : ` ${trouble.fault.status}`}`
        : trouble.kind
    const mark = { kind: trouble.kind, label, from: Date.now(), to: Infinity }
    this.marks.push(mark)
    if (trouble.kind === 'fault') {
      const { provider, fault } = trouble
      this.#faulted.set(provider, (this.#faulted.get(provider) ?? 0) + 1)
      emulators[provider].fault(fault)
      await delay(trouble.seconds * 1000)
      const left = this.#faulted.get(provider)! - 1
      this.#faulted.set(provider, left)
      // Also forgets the calls that were recorded, which would fill the memory.
      if (left === 0) emulators[provider].clear()
    } else if (trouble.kind === 'redis') {
      await redis.kill()
      await delay(trouble.seconds * 1000)
      await redis.start()
    } else {
      const killed = replicas[trouble.replica]!
      await killed.kill()
      await delay(trouble.seconds * 1000)
      await killed.start()
    }
    mark.to = Date.now()
  }

  /** Runs the plan; ends when the last trouble is over. */
  async run(begun: number): Promise<void> {
    const free = { redis: Promise.resolve(), kill: Promise.resolve() }
    for (const trouble of this.troubles) {
      await delay(Math.max(0, begun + trouble.at * 1000 - Date.now()))
      // What cannot be down twice at once waits for itself.
      const happening =
        trouble.kind === 'fault'
          ? this.#happen(trouble)
          : (free[trouble.kind] = free[trouble.kind].then(() => this.#happen(trouble)))
      this.#running.add(happening)
    }
    await Promise.all(this.#running)
    for (const emulator of Object.values(this.world.emulators)) emulator.clear()
  }
}

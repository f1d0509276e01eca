import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Exchange } from '../../../datasources/emulator/run.js'
import { NODE_ARGUMENTS } from '../../soak/replica.js'
import { atMost, type ChaosContext, type Check, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

type Replica = World['replicas'][number]

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const VERIFY =
  'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state nextPollAt } } }'
const RESULT = 'query($id: ID!) { verificationResult(id: $id) { state nextPollAt } }'
/** An account for which the emulator of Banfico answers nothing for a long time. */
const PENDING_ACCOUNT = '90070020000031'
const LEASE_SECONDS = 2
const MAX_LATE_SECONDS = 5
/** Polls are due a second after the beginning at the earliest. */
const FIRST_POLL_SECONDS = 1
const POLL_PATIENCE_MS = 20_000

/** Lets `Date` of a process be ahead of that of this machine. */
const preload = (aheadSeconds: number): string => {
  const source = `const Real = Date, ahead = ${aheadSeconds * 1000}
globalThis.Date = class extends Real {
  constructor(...given) { given.length === 0 ? super(Real.now() + ahead) : super(...given) }
  static now() { return Real.now() + ahead }
}`
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
}

/** One key at one replica, until it is known how the write ended: what is refused and may be repeated says nothing of that. */
async function settle({ query }: World, replica: Replica, idempotencyKey: string): Promise<string> {
  for (;;) {
    const input = { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: 'Nora' }
    const { data, errors } = await query(replica, CREATE, { input })
    const refusal = errors[0]?.extensions
    if (refusal?.['retryable'] !== true) return data?.createPerson?.person.id ?? String(refusal?.['code'])
    await delay(100)
  }
}

/** Writes that last longer than a lease, asked of all three replicas at once; returns how often a key was told two ids. */
async function writes(world: World, trio: readonly Replica[], keys: number): Promise<number> {
  await world.emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: 1_000, times: 0 })
  const ids = await Promise.all(
    Array.from({ length: keys }, async (_, i) => {
      const key = randomUUID()
      // The others ask while the first one runs.
      const asked = trio.map(async (_replica, j) => {
        await delay(j * 200)
        return settle(world, trio[(i + j) % trio.length]!, key)
      })
      return new Set(await Promise.all(asked)).size
    }),
  )
  await world.emulators.clear()
  return ids.filter((size) => size !== 1).length
}

/** How late the first two polls of a verification are, in s, by the clock of this machine. */
async function lateness(world: World, begins: Replica, reads: Replica, polls: () => number): Promise<number> {
  const account = { idScheme: 'SCAN', id: PENDING_ACCOUNT, name: 'Doe,John' }
  const { data } = await world.query(begins, VERIFY, { input: { types: ['NAME'], account } })
  const id = data?.verifyAccount?.result.id as string
  let dueAt = performance.now() + FIRST_POLL_SECONDS * 1000
  let latest = 0
  for (let poll = 0; poll < 2; poll += 1) {
    const before = polls()
    const until = performance.now() + POLL_PATIENCE_MS
    while (polls() === before && performance.now() < until) {
      await world.query(reads, RESULT, { id })
      await delay(100)
    }
    const polledAt = performance.now()
    latest = Math.max(latest, (polledAt - dueAt) / 1000)
    // Half of the age is at most a second more here.
    dueAt = polledAt + 2_000
  }
  return latest
}

async function run({ folder, program, isShort, progress }: ChaosContext) {
  const skews = isShort ? [45, -3600] : [45, -45, 3600, -3600]
  let sent = 0
  let polls = 0
  const watch = (provider: string, { method }: Exchange): void => {
    if (provider === 'synctera' && method === 'POST') sent += 1
    if (provider === 'banfico' && method === 'GET') polls += 1
  }
  const settings = { WRITE_LEASE_SECONDS: String(LEASE_SECONDS) }
  const skewed = skews.map((seconds) => ({ nodeOptions: [...NODE_ARGUMENTS, '--import', preload(seconds)] }))
  const world = await startWorld({ folder, program, settings, watch, replicas: [{}, {}, ...skewed] })
  const checks: Check[] = []
  try {
    const [one, two, ...others] = world.replicas as [Replica, Replica, ...Replica[]]
    const keys = isShort ? 6 : 60
    for (const [i, wrong] of others.entries()) {
      const name = `a clock ${skews[i]} s wrong`
      progress(name)
      sent = 0
      const split = await writes(world, [one, wrong, two], keys)
      checks.push(atMost(`${name}: writes sent twice`, sent - keys, 0))
      checks.push(atMost(`${name}: keys told two outcomes`, split, 0))
      const late = Math.max(
        await lateness(world, wrong, one, () => polls),
        await lateness(world, one, wrong, () => polls),
      )
      checks.push(atMost(`${name}: latest poll after its time`, late, MAX_LATE_SECONDS, ' s'))
    }
  } finally {
    await world.close()
  }
  return { checks }
}

/** One of three replicas has a wrong clock. */
export const clocks: Scenario = { name: 'clocks', title: 'A replica with a wrong clock', run }

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { startWorld, type World } from '../../test/chaos/world.js'
import { build, type Replica } from '../../test/soak/replica.js'
import { OUTCOMES, setOutcome, subscribeWebhooks } from './changes.js'
import { follow, sseClient, type Subscriber, webSocketClient } from './clients.js'

// What streams cost, how late events are, and what a rolling restart leaves: `docs/subscriptions.md#figures`.
//   npx tsx bench/streams/main.ts
//   npx tsx bench/streams/main.ts --program <file>   measures a server that is compiled

const { values: options } = parseArgs({ options: { program: { type: 'string' } } })

const STREAMS = 1_000
const WARM_STREAMS = 300
const EVENTS_PER_SECOND = 200
const SECONDS = 20
const RESTART_STREAMS = 300

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-streams-'))
const persons = NAMED_PEOPLE.flatMap(({ personId }) => personId ?? [])

/** Opens streams, and resolves when each has told its state. */
async function openStreams(count: number, clientOf: (i: number) => Subscriber): Promise<() => Promise<void>> {
  const clients: Subscriber[] = []
  for (let begun = 0; begun < count; begun += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, count - begun) }, (_, i) => {
        const client = clientOf(begun + i)
        clients.push(client)
        return new Promise<void>((resolve) => {
          void follow(client, persons[i % persons.length]!, () => resolve()).catch(() => undefined)
        })
      }),
    )
  return async () => void (await Promise.all(clients.map(async (client) => client.dispose())))
}

async function residentMb(replica: Replica): Promise<number> {
  const samples: number[] = []
  for (let i = 0; i < 10; i += 1, await delay(500)) samples.push((await replica.sample())!.rssBytes / 1024 / 1024)
  return Math.min(...samples)
}

/** The memory of open streams: one connection for each. */
async function measureMemory(
  replica: Replica,
  clientOf: (i: number) => Subscriber,
): Promise<{ before: number; open: number }> {
  // The heap grows with the first requests, whatever they are.
  const close = await openStreams(WARM_STREAMS, clientOf)
  await close()
  await delay(2_000)
  const before = await residentMb(replica)
  const end = await openStreams(STREAMS, clientOf)
  const open = await residentMb(replica)
  await end()
  return { before, open }
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!

/** The time from a change at the provider, whose webhook goes to one replica, to its event at a subscriber of the other. */
async function measureDelays(world: World, to: Replica, token: string) {
  const clients = [sseClient(() => to.url, token), webSocketClient(() => to.url, token)]
  const setAt = new Map<string, number>()
  const delays: number[] = []
  const lastSet = new Map<string, string>()
  const lastTold = clients.map(() => new Map<string, string>())
  for (const [i, person] of persons.entries())
    for (const [turn, client] of clients.entries())
      void follow(client, person, (status) => {
        lastTold[turn]!.set(person, status)
        const at = setAt.get(`${i} ${status}`)
        if (at !== undefined) delays.push(performance.now() - at)
      }).catch(() => undefined)
  await delay(2_000)
  const begun = performance.now()
  let sent = 0
  let failed = 0
  while (performance.now() - begun < SECONDS * 1_000) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * (EVENTS_PER_SECOND / clients.length))
    for (; sent < due; sent += 1) {
      const i = sent % persons.length
      const [digits, status] = OUTCOMES[(1 + Math.floor(sent / persons.length)) % OUTCOMES.length]!
      setAt.set(`${i} ${status}`, performance.now())
      lastSet.set(persons[i]!, status)
      setOutcome(world, persons[i]!, digits).catch(() => (failed += 1))
    }
    await delay(5)
  }
  await delay(2_000)
  await Promise.all(clients.map(async (client) => client.dispose()))
  delays.sort((a, b) => a - b)
  return {
    failed,
    sent: sent * clients.length,
    told: delays.length,
    // A state that another one follows at once may be passed over; the last one never is.
    lastMissed: lastTold.reduce(
      (sum, told) => sum + persons.filter((id) => told.get(id) !== lastSet.get(id)).length,
      0,
    ),
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
  }
}

/** Restarts one replica after the other while clients wait, and counts those that reach the final state. */
async function measureRestart(world: World, token: string) {
  const { replicas } = world
  let turn = 0
  const next = () => {
    const up = replicas.filter(({ isUp }) => isUp())
    return up[(turn += 1) % up.length]!.url
  }
  let final = 0
  const ends: Promise<void>[] = []
  const clients = Array.from({ length: RESTART_STREAMS }, (_, i) => (i % 2 ? sseClient : webSocketClient)(next, token))
  await Promise.all(
    clients.map(
      (client, i) =>
        new Promise<void>((resolve) => {
          let status = ''
          const followed = follow(client, persons[i % persons.length]!, (told) => {
            status = told
            resolve()
          })
          ends.push(followed.catch(() => undefined).then(() => void (final += Number(status === 'ACCEPTED'))))
        }),
    ),
  )
  for (const replica of replicas) {
    await replica.stop()
    await delay(500)
    await replica.start()
    await subscribeWebhooks(world, replicas[0]!)
  }
  await delay(3_000)
  for (const person of persons) await setOutcome(world, person, '0001')
  await Promise.race([Promise.all(ends), delay(60_000)])
  await Promise.all(clients.map(async (client) => client.dispose()))
  return { subscribers: RESTART_STREAMS, final }
}

async function main(): Promise<void> {
  const program = options.program ?? build(join(folder, 'built'))
  const world = await startWorld({
    folder,
    program,
    replicas: 3,
    areEmulatorsApart: true,
    settings: {
      MAX_STREAMS: '5000',
      MAX_STREAMS_PER_CLIENT: '5000',
      MAX_CONNECTIONS_PER_ADDRESS: '5000',
      LOG_LEVEL: 'warn',
    },
  })
  try {
    const token = await world.token({ client: 'bench' })
    const [one, two, three] = world.replicas as [Replica, Replica, Replica]
    for (const person of persons) await setOutcome(world, person, '0002')
    await subscribeWebhooks(world, one)
    const delays = await measureDelays(world, two, token)
    console.log('delays', delays)
    for (const person of persons) await setOutcome(world, person, '0002')
    const restart = await measureRestart(world, token)
    console.log('restart', restart)
    for (const person of persons) await setOutcome(world, person, '0002')
    const sse = await measureMemory(two, () => sseClient(() => two.url, token))
    console.log('sse', sse)
    const webSocket = await measureMemory(three, () => webSocketClient(() => three.url, token))
    console.log('websocket', webSocket)
    mkdirSync('bench/results', { recursive: true })
    writeFileSync(
      'bench/results/streams.json',
      `${JSON.stringify({ streams: STREAMS, delays, restart, sse, webSocket }, null, 2)}\n`,
    )
  } finally {
    await world.close()
  }
}

await main()
process.exit(0)

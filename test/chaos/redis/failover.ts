import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { request } from 'undici'
import { ADA } from '../../../datasources/emulator/people.js'
import { startDelayProxy } from '../../support/delay-proxy.js'
import { type PrivateRedis, privateRedis } from '../../support/redis.js'
import { atLeast, atMost, type ChaosContext, type Check } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const PERSONS = 'query($name: String) { persons(first: 100, filter: { firstName: $name }) { nodes { id } } }'
const READ = `{ customer(id: "${ADA.customerId}") { legalName } }`
const NAME = 'Failover'
/** Lasts longer than a swap of Redis, so that the failover meets writes that run. */
const SLOW_MS = 200
const CALLERS = 4
const KEYS_OF_CALLER = 20
const DOWN_MS = 1_000
/** Longer than the failover takes. */
const LAG_MS = 30_000
const BEHIND_MS = 1_000
const PATIENCE_MS = 30_000
const POLL_MS = 50
/** Codes of a write that is to be asked for again. */
const BUSY = ['IDEMPOTENCY_IN_PROGRESS', 'STORE_UNAVAILABLE']

/** One primary and one replica; the address stays the same when the replica takes over. */
interface Pair {
  readonly url: string
  readonly failOver: () => Promise<void>
  readonly close: () => Promise<void>
}

async function startPair(folder: string): Promise<Pair> {
  const nodeOf = (name: string, ...more: string[]): Promise<PrivateRedis> => {
    const dir = join(folder, name)
    mkdirSync(dir, { recursive: true })
    return privateRedis(['--dir', dir, '--appendonly', 'yes', '--repl-diskless-sync-delay', '0', ...more])
  }
  const primary = await nodeOf('primary')
  const link = await startDelayProxy(primary.port, 0)
  const replica = await nodeOf('replica', '--replicaof', `127.0.0.1 ${link.port}`)
  const nodes = [primary, replica]
  const admin = new Redis(replica.url)
  while (!(await admin.info('replication')).includes('master_link_status:up')) await delay(POLL_MS)
  const proxy = await startDelayProxy(primary.port, 0)
  return {
    url: `redis://127.0.0.1:${proxy.port}`,
    async failOver() {
      // The replica falls behind, so what is claimed from now on is lost with the primary.
      link.setDelay(LAG_MS)
      await delay(BEHIND_MS)
      link.close()
      await primary.kill()
      await delay(DOWN_MS)
      await admin.call('REPLICAOF', 'NO', 'ONE')
      // Without a replica of its own the next primary could confirm nothing.
      const next = await nodeOf('next', '--replicaof', `127.0.0.1 ${replica.port}`)
      nodes.push(next)
      proxy.setTarget(replica.port)
    },
    async close() {
      admin.disconnect()
      proxy.close()
      link.close()
      await Promise.all(nodes.map((node) => node.kill()))
    },
  }
}

type Replica = World['replicas'][number]

const create = (world: World, at: Replica, idempotencyKey: string) =>
  world.query(at, CREATE, { input: { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: NAME } })

/** The id that a key was told, once its write has ended. */
async function settle(world: World, at: Replica, key: string): Promise<{ id: string; isReplay: boolean }> {
  for (const end = performance.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    const { data, errors, failure } = await create(world, at, key)
    const { person, replayed } = data?.createPerson ?? {}
    if (person) return { id: person.id as string, isReplay: replayed as boolean }
    const code = failure ?? String(errors[0]?.extensions['code'])
    if (!BUSY.includes(code) || performance.now() > end) return { id: code, isReplay: false }
  }
}

async function reasonOf(replica: Replica): Promise<string | undefined> {
  const { body } = await request(`${replica.url}/ready`)
  return ((await body.json()) as { reasons: { store?: string } }).reasons.store
}

/** What is seen of the server while the primary is away. */
async function whileAway(world: World, at: Replica, failedOver: () => boolean) {
  let reason: string | undefined
  while (reason === undefined && !failedOver()) {
    reason = await reasonOf(at)
    await delay(POLL_MS)
  }
  const read = (await world.query(at, READ)).data?.customer?.legalName === undefined ? 'failed' : 'answered'
  return { reason, read }
}

/** Keys that were sent to the provider more than once. */
async function doubled({ emulators }: World): Promise<number> {
  const keys = (await emulators.calls('synctera'))
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => headers['idempotency-key'])
  return keys.length - new Set(keys).size
}

/** The primary is killed while writes run, and its only replica takes over; `REDIS_REPLICAS=1`. */
export async function failover({ folder, program, isShort }: ChaosContext): Promise<{
  readonly checks: readonly Check[]
  readonly row: readonly string[]
}> {
  const name = 'failing over with REDIS_REPLICAS=1'
  const own = join(folder, 'failover')
  mkdirSync(own)
  const pair = await startPair(own)
  const settings = { REDIS_URL: pair.url, REDIS_REPLICAS: '1', ADMISSION: 'off' }
  const world = await startWorld({ folder: own, program, redis: false, settings, replicas: 2 })
  try {
    const [at, other] = world.replicas as [Replica, Replica]
    await world.emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: SLOW_MS, times: 0 })
    const perCaller = isShort ? KEYS_OF_CALLER / 2 : KEYS_OF_CALLER
    const keys = Array.from({ length: CALLERS * perCaller }, () => randomUUID())
    let isOver = false
    const callers = Array.from({ length: CALLERS }, async (_, i) => {
      const told: { key: string; id: string }[] = []
      for (const key of keys.slice(i * perCaller, (i + 1) * perCaller))
        told.push({ key, id: (await settle(world, i % 2 ? at : other, key)).id })
      return told
    })
    // Some writes have ended and some run.
    await delay(4 * SLOW_MS)
    const failing = pair.failOver().then(() => void (isOver = true))
    const { reason, read } = await whileAway(world, at, () => isOver)
    await failing
    const told = (await Promise.all(callers)).flat()
    await world.emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: 0, times: 0 })
    // Each key again, at the other server.
    const again = await Promise.all(told.map(({ key }, i) => settle(world, i % 2 ? other : at, key)))
    const fresh = (await settle(world, at, randomUUID())).isReplay ? 'replayed' : 'done'
    const persons = (await world.query(at, PERSONS, { name: NAME })).data.persons.nodes.length as number
    const isLogged = at.written().stdout.includes(`"error.type":"${reason}"`)
    const replays = again.filter(({ id, isReplay }, i) => isReplay && id === told[i]!.id).length
    const isEach = replays === keys.length
    return {
      checks: [
        atMost(`${name}: keys sent to the provider twice`, await doubled(world), 0),
        atMost(`${name}: persons more than keys`, persons - keys.length - 1, 0),
        atLeast(`${name}: keys whose outcome is replayed`, replays, keys.length),
        atMost(`${name}: statements that differ`, [reason, isLogged, read === 'answered'].filter((x) => !x).length, 0),
      ],
      row: [name, reason ?? 'ready', isLogged ? 'cause' : '', read, fresh, isEach ? 'replayed' : 'differs'],
    }
  } finally {
    await world.close()
    await pair.close()
  }
}

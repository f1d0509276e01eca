import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { request } from 'undici'
import { ADA } from '../../../datasources/emulator/people.js'
import { failover } from '../redis/failover.js'
import { atMost, type ChaosContext, type Check, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

type Replica = World['replicas'][number]

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const READ = `{ customer(id: "${ADA.customerId}") { legalName } }`
const PATIENCE_MS = 15_000
const POLL_MS = 100
const ADMIN = ['on', '>operator', '~*', '&*', '+@all']

/** One trouble: how it is made, what must be seen, and how it is mended. */
interface Trouble {
  readonly name: string
  readonly make: () => Promise<unknown>
  readonly mend: () => Promise<unknown>
  /** The replica that is looked at. */
  readonly at: Replica
  /** The cause in `/ready` and log; undefined: the store stays ready. */
  readonly cause?: RegExp
  readonly newKey: string
  /** What the known key gets; alternatives are separated by `|`. */
  readonly knownKey: string
}

async function reasonOf(replica: Replica): Promise<string | undefined> {
  const { body } = await request(`${replica.url}/ready`)
  return ((await body.json()) as { reasons: { store?: string } }).reasons.store
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(POLL_MS))
    if (await holds().catch(() => false)) return true
  return false
}

async function create({ query }: World, replica: Replica, idempotencyKey: string): Promise<string> {
  const input = { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: 'Nora' }
  const { data, errors } = await query(replica, CREATE, { input })
  const { replayed } = data?.createPerson ?? {}
  return replayed === undefined ? String(errors[0]?.extensions['code']) : replayed ? 'replayed' : 'done'
}

/** `npm run store:accept` of the compiled server. */
const accept = ({ settings }: World, program: string) =>
  promisify(execFile)(process.execPath, [join(dirname(program), 'tools/store-accept.js'), '--yes'], {
    env: { PATH: process.env['PATH'], ...settings },
  })

/** Changes the version of every record, and puts it back. */
async function setVersion(admin: Redis, version: number): Promise<void> {
  for (const name of await admin.keys('kyc:write:*')) {
    const bytes = (await admin.getBuffer(name))!
    bytes[0] = version
    await admin.set(name, bytes, 'EX', 600)
  }
}

/** Redis takes no claim. */
function refusals(world: World, admin: Redis): readonly Trouble[] {
  const [at] = world.replicas as [Replica, Replica]
  const redis = world.redis!
  const set = (name: string, value: string) => admin.config('SET', name, value)
  const rights = (...rules: string[]) => admin.call('ACL', 'SETUSER', 'default', ...rules)
  const refused = { at, newKey: 'STORE_UNAVAILABLE', knownKey: 'replayed' }
  return [
    {
      ...refused,
      name: 'user without the right to run scripts',
      make: () => rights('-eval', '-evalsha'),
      mend: () => rights('+eval', '+evalsha'),
      cause: /^NOPERM$/,
      knownKey: 'STORE_UNAVAILABLE',
    },
    {
      ...refused,
      name: 'user whose scripts may not write',
      make: () => rights('-set'),
      mend: () => rights('+set'),
      cause: /^NOPERM$/,
    },
    { ...refused, name: 'full', make: () => set('maxmemory', '1'), mend: () => set('maxmemory', '0'), cause: /^OOM$/ },
    {
      ...refused,
      name: 'read-only',
      make: () => admin.call('REPLICAOF', '127.0.0.1', '1'),
      mend: () => admin.call('REPLICAOF', 'NO', 'ONE'),
      cause: /^READONLY$/,
      // The driver connects anew after each refusal, so a read may find no connection.
      knownKey: 'replayed|STORE_UNAVAILABLE',
    },
    {
      ...refused,
      name: 'paused',
      make: () => Promise.resolve(redis.pause()),
      mend: () => Promise.resolve(redis.resume()),
      cause: /TIMEOUT|ECONN|DISCONNECTED|CONNECTING|STORE_UNAVAILABLE/,
      knownKey: 'STORE_UNAVAILABLE',
    },
  ]
}

/** Redis may have forgotten, or cannot be read. */
function distrusts(world: World, admin: Redis, program: string): readonly Trouble[] {
  const [at, other] = world.replicas as [Replica, Replica]
  const set = (name: string, value: string) => admin.config('SET', name, value)
  const untrusted = { at, newKey: 'STORE_UNTRUSTED', knownKey: 'replayed' }
  return [
    ...['allkeys-lru', 'volatile-ttl'].map((policy) => ({
      ...untrusted,
      name: `may evict by ${policy}`,
      make: () => set('maxmemory-policy', policy),
      mend: () => set('maxmemory-policy', 'noeviction'),
      cause: /^EVICTING$/,
    })),
    {
      ...untrusted,
      name: 'may evict, with a limit',
      make: () => set('maxmemory-policy', 'allkeys-lfu').then(() => set('maxmemory', '1gb')),
      mend: () => set('maxmemory', '0').then(() => set('maxmemory-policy', 'noeviction')),
      cause: /^EVICTING$/,
    },
    {
      ...untrusted,
      name: 'records of a newer version',
      make: () => setVersion(admin, 9),
      mend: () => setVersion(admin, 1),
      newKey: 'done',
      knownKey: 'STORE_UNTRUSTED',
    },
    {
      ...untrusted,
      at: other,
      name: 'another key',
      make: () => other.start(),
      mend: () => other.stop(),
      cause: /^OTHER_KEY$/,
      knownKey: 'STORE_UNTRUSTED',
    },
    {
      ...untrusted,
      name: 'flushed',
      make: () => admin.flushall(),
      mend: () => accept(world, program),
      cause: /^EPOCH_LOST$/,
      knownKey: 'STORE_UNTRUSTED',
    },
  ]
}

const sent = async ({ emulators }: World): Promise<number> =>
  (await emulators.calls('synctera')).filter(({ method }) => method === 'POST').length

/** Makes one trouble, looks, and mends it. Returns a row of the table and what was wrong. */
async function look(
  world: World,
  trouble: Trouble,
): Promise<{ row: readonly string[]; wrong: number; doubled: number }> {
  const { name, make, mend, at, cause, newKey, knownKey } = trouble
  const known = randomUUID()
  await until(async () => (await create(world, world.replicas[0]!, known)) !== 'STORE_UNAVAILABLE')
  await make()
  const isTold = await until(async () => cause === undefined || cause.test((await reasonOf(at)) ?? ''))
  const before = await sent(world)
  const reason = await reasonOf(at)
  const seen = { fresh: await create(world, at, randomUUID()), known: await create(world, at, known) }
  const doubled = (await sent(world)) - before - (newKey === 'done' ? 1 : 0)
  const read = (await world.query(at, READ)).data?.customer?.legalName === undefined ? 'failed' : 'answered'
  const isLogged = cause === undefined || at.written().stdout.includes(`"error.type":"${reason}"`)
  await mend()
  const isMended = await until(
    async () =>
      at !== world.replicas[0] ||
      ((await create(world, at, randomUUID())) === 'done' && (await reasonOf(at)) === undefined),
  )
  const holds = [
    isTold,
    isLogged,
    isMended,
    read === 'answered',
    seen.fresh === newKey,
    knownKey.split('|').includes(seen.known),
  ]
  const row = [name, reason ?? 'ready', isLogged && cause ? 'cause' : '', read, seen.fresh, seen.known]
  return { row, wrong: holds.filter((each) => !each).length, doubled }
}

async function run(context: ChaosContext) {
  const { folder, program, progress } = context
  const key = randomBytes(32).toString('base64')
  const replicas = [{}, { isLate: true, settings: { STORE_ENCRYPTION_KEY: key } }]
  const world = await startWorld({ folder, program, replicas })
  const operator = new Redis(world.redis!.url)
  await operator.call('ACL', 'SETUSER', 'operator', ...ADMIN)
  operator.disconnect()
  const admin = new Redis(world.redis!.url, { username: 'operator', password: 'operator' })
  admin.on('error', () => undefined)
  const checks: Check[] = []
  const table: (readonly string[])[] = [['Redis', '`/ready`', 'log', 'read', 'new key', 'known key']]
  try {
    for (const trouble of [...refusals(world, admin), ...distrusts(world, admin, program)]) {
      progress(trouble.name)
      const { row, wrong, doubled } = await look(world, trouble)
      table.push(row)
      checks.push(atMost(`${trouble.name}: statements that differ`, wrong, 0))
      checks.push(atMost(`${trouble.name}: calls of the provider`, doubled, 0))
    }
  } finally {
    admin.disconnect()
    await world.close()
  }
  progress('failing over')
  const { checks: more, row } = await failover(context)
  return { checks: [...checks, ...more], table: [...table, row] }
}

/** Redis refuses, forgets or cannot be read. */
export const redis: Scenario = { name: 'redis', title: 'Redis in trouble', run }

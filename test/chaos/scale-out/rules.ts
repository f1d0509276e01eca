import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { ADA } from '../../../datasources/emulator/people.js'
import { atLeast, atMost, type Check } from '../scenario.js'
import type { World } from '../world.js'
import type { RedisCluster } from './redis-cluster.js'

type Replica = World['replicas'][number]

/** What the rules are checked with. */
export interface Fleet {
  readonly world: World
  /** The address of nginx before all replicas. */
  readonly url: string
  readonly cluster: RedisCluster
  /** When the provider was asked, by method and path, in ms of the monotonic clock. */
  readonly asked: (provider: string, match: RegExp) => readonly number[]
  readonly isShort: boolean
}

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }'
const UPDATE =
  'mutation($id: ID!, $name: String!) { updatePerson(input: { id: $id, firstName: $name }) { person { firstName } } }'
const PERSON = 'query($id: ID!) { person(id: $id) { firstName } }'
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }'
const RESULT = 'query($id: ID!) { verificationResult(id: $id) { state } }'
/** An account for which the emulator of Banfico answers nothing for a long time. */
const PENDING_ACCOUNT = '90070020000031'
/** A poll schedule waits at least a second; a little of it may pass on the way. */
const MIN_GAP_MS = 900
const CHANNEL = 'kyc:changes'
const PATIENCE_MS = 60_000
/** Codes of a write that is to be asked for again. */
const BUSY = ['IDEMPOTENCY_IN_PROGRESS', 'STORE_UNAVAILABLE']
export const USER_LIMIT = 3_000
/** The cost of a person: 2 for its part of a provider's call, and 1 for the object. */
const POINTS = 3
/** Callers that ask at the same time. */
const WORKERS = 32

/** The quota of a user over all replicas. */
export async function keepsBudget({ world, url }: Fleet): Promise<readonly Check[]> {
  const caller = { claims: { sub: `user-${randomUUID()}` } }
  let points = 0
  let others = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const { status, data } = await world.query(url, PERSON, { id: ADA.personId }, caller)
      if (status === 429) return
      if (status === 200 && data?.person) points += POINTS
      else others += 1
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  return [
    atMost("a user's quota: spent", (100 * points) / USER_LIMIT, 110, ' %'),
    atLeast("a user's quota: usable", (100 * points) / USER_LIMIT, 70, ' %'),
    atMost("a user's quota: neither answered nor refused by it", others, 0),
  ]
}

async function settle({ world, url }: Fleet, idempotencyKey: string): Promise<string> {
  const input = { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: 'Scale' }
  for (const end = performance.now() + PATIENCE_MS; ; await delay(50)) {
    const { data, errors, failure } = await world.query(url, CREATE, { input })
    const id = data?.createPerson?.person.id as string | undefined
    const code = failure ?? String(errors[0]?.extensions['code'])
    if (id !== undefined) return id
    if (!BUSY.includes(code) || performance.now() > end) return `${code} ${randomUUID()}`
  }
}

/** Each key at several replicas at the same time. */
export async function keepsKeys(fleet: Fleet): Promise<readonly Check[]> {
  const keys = Array.from({ length: fleet.isShort ? 24 : 200 }, () => randomUUID())
  const before = fleet.asked('synctera', /^POST \/v0\/persons$/).length
  const told = await Promise.all(
    keys.map(async (key) => new Set(await Promise.all([1, 2, 3, 4].map(() => settle(fleet, key))))),
  )
  const sent = fleet.asked('synctera', /^POST \/v0\/persons$/).length - before
  return [
    atMost('idempotency keys: writes more or less often than once', Math.abs(sent - keys.length), 0),
    atMost('idempotency keys: told two outcomes', told.filter(({ size }) => size !== 1).length, 0),
  ]
}

/** Many callers ask for one pending verification for some seconds. */
export async function keepsPolls({ world, url, asked, isShort }: Fleet): Promise<readonly Check[]> {
  const account = { idScheme: 'SCAN', id: PENDING_ACCOUNT, name: 'Doe,John' }
  const { data } = await world.query(url, VERIFY, { input: { types: ['NAME'], account } })
  const id = data?.verifyAccount?.result.id as string
  const before = asked('banfico', /^GET /).length
  const end = performance.now() + (isShort ? 3_500 : 10_000)
  let reads = 0
  let failed = 0
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const answer = await world.query(url, RESULT, { id })
      reads += 1
      if (answer.data?.verificationResult?.state !== 'PENDING') failed += 1
      await delay(20)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  const polls = asked('banfico', /^GET /).slice(before)
  const close = polls.filter((at, i) => i > 0 && at - polls[i - 1]! < MIN_GAP_MS).length
  return [
    atMost(`poll schedule, ${reads} reads: polls before their time`, close, 0),
    atLeast('poll schedule: polls', polls.length, 2),
    atMost('poll schedule: reads that failed', failed, 0),
  ]
}

/** Delivers an event as Synctera signs it. */
async function deliver({ settings }: World, { url }: Replica, id: string): Promise<number> {
  const time = String(Math.floor(Date.now() / 1000))
  const body = JSON.stringify({
    id,
    webhook_id: id,
    type: 'PERSON.UPDATED',
    event_time: new Date().toISOString(),
    resource_id: ADA.personId,
    event_resource: JSON.stringify({ id: ADA.personId }),
    metadata: '',
    url: 'https://example.com/hooks/synctera',
  })
  const signature = createHmac('sha256', settings['SYNCTERA_WEBHOOK_SECRET']!).update(`${time}.${body}`).digest('hex')
  const answer = await request(`${url}/webhooks/synctera`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'request-timestamp': time, 'synctera-signature': signature },
    body,
  })
  await answer.body.dump()
  return answer.statusCode
}

async function countDone({ replicas }: World): Promise<number> {
  const texts = await Promise.all(
    replicas.map(async ({ adminUrl }) => (await request(`${adminUrl}/metrics`)).body.text()),
  )
  return texts
    .flatMap((text) => [...text.matchAll(/^kyc_webhook_events_total\{[^}]*outcome="done"[^}]*\} (\d+)$/gm)])
    .reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Each event at all replicas at once, and again. */
export async function keepsWebhooks({ world, isShort }: Fleet): Promise<readonly Check[]> {
  const ids = Array.from({ length: isShort ? 10 : 100 }, () => randomUUID())
  const statuses = new Set<number>()
  for (let round = 0; round < 2; round += 1)
    for (const id of ids)
      for (const status of await Promise.all(world.replicas.map((replica) => deliver(world, replica, id))))
        statuses.add(status)
  const done = await countDone(world)
  return [
    atMost('webhooks: events processed more or less often than once', Math.abs(done - ids.length), 0),
    atMost('webhooks: answers other than 200 and 409', [...statuses].filter((s) => s !== 200 && s !== 409).length, 0),
  ]
}

/** Resolves once a message was seen at every master: each replica listens at one of them. */
async function listenForChange({ masters }: RedisCluster): Promise<() => Promise<void>> {
  const listeners = masters.map((master) => master.duplicate())
  await Promise.all(listeners.map((redis) => redis.subscribe(CHANNEL)))
  const heard = Promise.all(listeners.map((redis) => new Promise((resolve) => redis.once('message', resolve))))
  return async () => {
    await Promise.race([heard, delay(PATIENCE_MS)])
    for (const redis of listeners) redis.disconnect()
  }
}

/** A write at one replica while another one reads: a read that begins after it is answered by a call of its own. */
async function isTold(fleet: Fleet, writer: Replica, reader: Replica): Promise<boolean> {
  const { world, cluster, asked } = fleet
  const reads = () => asked('synctera', /^GET \/v0\/persons/).length
  await world.emulators.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 400, times: 1 })
  const told = await listenForChange(cluster)
  const begun = world.query(reader, PERSON, { id: ADA.personId })
  await delay(50)
  const name = `Ada${randomUUID().slice(0, 8)}`
  await world.query(writer, UPDATE, { id: ADA.personId, name })
  await told()
  await (await request(`${reader.url}/health`)).body.dump()
  const { data } = await world.query(reader, PERSON, { id: ADA.personId })
  await begun
  await world.emulators.clear()
  return data?.person?.firstName === name && reads() > 0
}

/** Every replica tells every other one of its writes. */
export async function keepsInvalidations(fleet: Fleet): Promise<readonly Check[]> {
  const { replicas } = fleet.world
  const pairs = replicas.flatMap((writer, i) =>
    replicas.flatMap((reader, j) =>
      i === j || (fleet.isShort && j !== (i + 1) % replicas.length) ? [] : [[writer, reader] as const],
    ),
  )
  let stale = 0
  for (const [writer, reader] of pairs) if (!(await isTold(fleet, writer, reader))) stale += 1
  return [atMost(`invalidations: stale reads after ${pairs.length} writes elsewhere`, stale, 0)]
}

import type { ChildProcess } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import type { StateEvent } from '../../../src/events/event-log.js'
import { EndpointRegistry } from '../../../src/partner-webhooks/registry.js'
import { newSecret } from '../../../src/partner-webhooks/secret.js'
import { search } from '../../support/leaks.js'
import { startProcess } from '../../support/processes.js'
import { startReceiver } from '../../support/receiver.js'
import { type PrivateRedis, privateRedis } from '../../support/redis.js'
import { openReplica } from './replica.js'

const BATCH = 100
/** How long the storm waits for a delivery more. */
const PATIENCE_MS = 60_000

export interface StormOptions {
  readonly events: number
  readonly endpoints: number
  /** How often a worker is killed, and whether Redis is restarted. */
  readonly kills: number
  readonly restarts: number
  /** @default a Redis of the storm's own, which writes each change to its disk */
  readonly redis?: StormRedis
}

/** The Redis of a storm, or the part of it that is restarted; `url` is the `REDIS_URL` of the replicas. */
export type StormRedis = Pick<PrivateRedis, 'url' | 'start' | 'kill'>

/** What a storm found. */
export interface StormReport {
  readonly webhooks: number
  /** Webhooks that were accepted at least once. */
  readonly delivered: number
  readonly lost: number
  readonly requests: number
  /** Requests that the receivers refused, with a status of 500. */
  readonly refused: number
  /** Accepted requests of a webhook that had been accepted before. */
  readonly repeated: number
  readonly forged: number
  /** Personal values that were found in the requests. */
  readonly leaks: readonly string[]
  readonly killed: number
  readonly restarted: number
  readonly seconds: number
}

type Delivered = ReadonlyMap<string, number>

/** A third of all requests, by a hash: the same in every storm with the same ids. */
const isRefused = (id: string, attempt: number): boolean =>
  createHash('sha256').update(`${id} ${attempt}`).digest()[0]! % 3 === 0

async function startWorker(url: string, encryptionKey: string): Promise<ChildProcess> {
  const file = new URL('worker.ts', import.meta.url).pathname
  const child = startProcess(process.execPath, ['--import', 'tsx', file, url, encryptionKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** A receiver that refuses a third of the requests, and what it got. */
async function startRefusing(endpoints: number) {
  const receiver = await startReceiver()
  const secrets = Array.from({ length: endpoints }, newSecret)
  const accepted = new Map<string, number>()
  const tries = new Map<string, number>()
  const counts = { refused: 0, forged: 0 }
  receiver.answer = ({ path, body, headers }) => {
    const name = `${path} ${String(headers['webhook-id'])}`
    const attempt = (tries.get(name) ?? 0) + 1
    tries.set(name, attempt)
    try {
      new Webhook(secrets[Number(path.slice(1))]!).verify(body, headers as Record<string, string>)
    } catch {
      counts.forged += 1
    }
    if (isRefused(name, attempt)) {
      counts.refused += 1
      return { status: 500 }
    }
    accepted.set(name, (accepted.get(name) ?? 0) + 1)
    return { status: 200 }
  }
  return { receiver, secrets, accepted: accepted as Delivered, counts }
}

/** Records changes of persons of the emulator, whose values must not be in a webhook. */
async function recordAll(
  replica: Awaited<ReturnType<typeof openReplica>>,
  count: number,
): Promise<readonly StateEvent[]> {
  const recorded: StateEvent[] = []
  for (let done = 0; done < count; done += BATCH)
    recorded.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(BATCH, count - done) }, async () => {
          const { personId } = NAMED_PEOPLE[0]!
          const change = { type: 'personVerification', state: 'ACCEPTED', isFinal: false } as const
          return (await replica.events.record(undefined, { ...change, id: randomUUID(), subjects: [personId!] }))!
        }),
      )),
    )
  return recorded
}

/** Waits until so many webhooks were accepted, or none was for too long. */
async function untilAccepted(accepted: Delivered, count: number): Promise<void> {
  let [last, since] = [accepted.size, performance.now()]
  while (accepted.size < count && performance.now() - since < PATIENCE_MS) {
    await delay(20)
    if (accepted.size > last) [last, since] = [accepted.size, performance.now()]
  }
}

/** Kills workers and restarts Redis while webhooks are delivered, at even shares of the whole. */
async function trouble(
  {
    redis,
    encryptionKey,
    worker,
    accepted,
  }: {
    readonly redis: StormRedis
    readonly encryptionKey: string
    readonly worker: ChildProcess
    readonly accepted: Delivered
  },
  { kills, restarts }: StormOptions,
  total: number,
): Promise<ChildProcess | undefined> {
  let current: ChildProcess | undefined = worker
  let killed = 0
  const steps = kills + restarts
  for (let step = 0; step < steps; step += 1) {
    await untilAccepted(accepted, Math.floor((total * (step + 1)) / (steps + 2)))
    // The restart stands between two kills.
    if (step === Math.floor(steps / 2) && restarts > 0) {
      await redis.kill()
      await redis.start()
    } else if (current !== undefined) {
      await kill(current)
      killed += 1
      // The replica of this process goes on alone after the last one.
      current = killed < kills ? await startWorker(redis.url, encryptionKey) : undefined
    }
  }
  return current
}

/** Runs a storm. */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const begun = performance.now()
  const redis = options.redis ?? (await privateRedis(['--appendonly', 'yes', '--appendfsync', 'always']))
  const encryptionKey = randomBytes(32).toString('base64')
  const { receiver, secrets, accepted, counts } = await startRefusing(options.endpoints)
  const replica = await openReplica(redis.url, encryptionKey)
  const registry = new EndpointRegistry({ store: replica.store, hasTenants: false, maxEndpoints: 100, overlapMs: 0 })
  for (const [i, secret] of secrets.entries())
    await registry.add({
      id: randomUUID(),
      tenant: 'tenant:storm',
      client: 'storm',
      url: new URL(`/${i}`, receiver.url).href,
      types: ['personVerification'],
      secret,
      createdAt: Date.now(),
    })
  const worker = await startWorker(redis.url, encryptionKey)
  const recorded = await recordAll(replica, options.events)
  const expected = recorded.flatMap(({ eventId }) => secrets.map((_secret, i) => `/${i} ${eventId}`))
  const left = await trouble({ redis, encryptionKey, worker, accepted }, options, expected.length)
  await untilAccepted(accepted, expected.length)
  const lost = expected.filter((name) => !accepted.has(name)).length
  const personal = NAMED_PEOPLE.flatMap(({ email, phone, ssn, dateOfBirth, account, personId = [] }) =>
    [email, phone, ssn, dateOfBirth, account].concat(personId),
  )
  const text = receiver.received.map(({ body, headers }) => `${body}\n${JSON.stringify(headers)}`).join('\n')
  const leaks = search(personal, [{ name: 'the requests', text }])
  if (left !== undefined) await kill(left)
  await replica.close()
  await receiver.close()
  await redis.kill()
  return {
    webhooks: expected.length,
    delivered: expected.length - lost,
    lost,
    requests: receiver.received.length,
    refused: counts.refused,
    repeated: [...accepted.values()].reduce((sum, count) => sum + count - 1, 0),
    forged: counts.forged,
    leaks,
    killed: options.kills,
    restarted: options.restarts,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
  }
}

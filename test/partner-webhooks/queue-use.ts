import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Attempted } from '../../src/partner-webhooks/contract.js'
import { RedisDeliveryQueue } from '../../src/partner-webhooks/redis-queue.js'
import { retrySchedule } from '../../src/partner-webhooks/retry-schedule.js'
import type { RedisAddress } from '../../src/store/redis-address.js'
import { createGate } from '../support/gate.js'

const LOCK_MS = 100
const PATIENCE_MS = 3_000

const attempted = (verdict: Attempted['verdict'], waitMs?: number): Attempted => ({
  outcome: 'HTTP_5XX' as Attempted['outcome'],
  verdict,
  waitMs,
})

/** How the deliveries of the queue go, by the id of the event: the first attempt, then the others. */
const VERDICTS: Readonly<Record<string, readonly Attempted['verdict'][]>> = {
  '1-1': ['delivered'],
  '2-1': ['failed', 'delivered'],
  '3-1': ['busy', 'dead'],
}

/**
 * All that the queue of deliveries does in Redis: deliveries that are accepted, fail, are put off and lose their
 * process. `admin` may do everything there; a step may be refused.
 */
export async function useQueue(address: RedisAddress, admin: Redis): Promise<void> {
  const prefix = `kyc:webhooks-${randomUUID()}`
  const endpointId = randomUUID()
  const queue = new RedisDeliveryQueue({
    address,
    prefix,
    schedule: retrySchedule([0.01]),
    concurrency: 4,
    retentionMs: 60_000,
    lockMs: LOCK_MS,
    onError: () => undefined,
  })
  const tried = <T>(work: Promise<T>): Promise<T | undefined> =>
    Promise.race([work, delay(PATIENCE_MS, undefined, { ref: false })]).catch(() => undefined)
  const held = createGate()
  const attempts = new Map<string, number>()
  queue.work(async ({ eventId }) => {
    const attempt = attempts.get(eventId) ?? 0
    attempts.set(eventId, attempt + 1)
    if (eventId !== '4-1') return attempted(VERDICTS[eventId]![attempt] ?? 'dead', 10)
    // It loses its lock, as it does where its process is killed, and is attempted again meanwhile.
    if (attempt === 0) await held.opened
    else held.open()
    return attempted('delivered')
  })
  const until = async (isDone: () => Promise<boolean>) => {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end && !(await isDone());) await delay(50)
  }
  const ids = [...Object.keys(VERDICTS), '4-1'].map((eventId) => ({ eventId, endpointId }))
  // Its connection is made meanwhile.
  await until(() =>
    queue.add(ids[0]!).then(
      () => true,
      () => false,
    ),
  )
  for (const one of ids) await tried(queue.add(one))
  await tried(queue.add(ids[0]!))
  await until(() => Promise.resolve(attempts.has('4-1')))
  await admin.del(`${prefix}:{deliveries}:4-1.${endpointId}:lock`)
  await until(async () => {
    const listed = await tried(queue.list(endpointId, 10, undefined))
    return listed?.length === ids.length && listed.every(({ delivery }) => delivery?.endedAt !== undefined)
  })
  for (const one of [ids[0]!, ids[2]!]) await tried(queue.replay(one, { by: randomUUID(), at: Date.now() }))
  await tried(queue.counts())
  held.open()
  await tried(queue.close())
}

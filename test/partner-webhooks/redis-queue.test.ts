import { randomUUID } from 'node:crypto'
import { Job } from 'bullmq'
import { Redis } from 'ioredis'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { type DeliveryIds, POLL } from '../../src/partner-webhooks/contract.js'
import { RedisDeliveryQueue } from '../../src/partner-webhooks/redis-queue.js'
import { retrySchedule } from '../../src/partner-webhooks/retry-schedule.js'
import { addressOf } from '../support/redis.js'

const PATIENT = { timeout: 20_000 }

let close: () => Promise<void> = () => Promise.resolve()
afterEach(async () => {
  vi.restoreAllMocks()
  await close()
})

/** A queue with keys of its own, whose deliveries and polls are all accepted at the first attempt. */
function openQueue() {
  const prefix = `kyc:webhooks-${randomUUID()}`
  const url = inject('redisUrl')
  const redis = new Redis(url)
  const attempts: DeliveryIds[] = []
  const queue = new RedisDeliveryQueue({
    address: addressOf(url),
    prefix,
    schedule: retrySchedule([0]),
    concurrency: 4,
    retentionMs: 60_000,
    onError: () => undefined,
  })
  queue.work((ids) => {
    attempts.push(ids)
    return Promise.resolve({ outcome: 'HTTP_2XX' as never, verdict: 'delivered' })
  })
  close = async () => {
    await queue.close()
    const names = await redis.keys(`${prefix}:*`)
    if (names.length > 0) await redis.del(...names)
    redis.disconnect()
  }
  const ended = () => redis.zrange(`${prefix}:{deliveries}:completed`, '0', '-1')
  const isReady = () => queue.counts().then(() => true)
  return { queue, attempts, ended, isReady }
}

test('polls that have ended take no place of deliveries that are kept', async () => {
  const { queue, attempts, ended, isReady } = openQueue()
  await vi.waitFor(isReady, PATIENT)
  const endpointId = randomUUID()
  await queue.add({ eventId: '1-1', endpointId })
  for (let i = 0; i < 5; i += 1) await queue.add({ eventId: `2-${i}`, endpointId: POLL })
  await queue.add({ eventId: '3-1', endpointId })
  await expect.poll(() => attempts.length, PATIENT).toBe(7)
  await expect.poll(async () => (await queue.counts()).active, PATIENT).toBe(0)
  expect((await ended()).toSorted()).toEqual([`1-1.${endpointId}`, `3-1.${endpointId}`])
  expect(await queue.list(POLL, 10, undefined)).toEqual([])
})

test('a replay is known by the attempt that was made of it, and one that ended before is made when it is repeated', async () => {
  const { queue, attempts, isReady } = openQueue()
  await vi.waitFor(isReady, PATIENT)
  const ids = { eventId: '1-1', endpointId: randomUUID() }
  const isDelivered = async () => expect((await queue.find(ids))?.state).toBe('delivered')
  await queue.add(ids)
  await vi.waitFor(isDelivered, PATIENT)
  const [first, second] = [
    { by: 'first', at: 1 },
    { by: 'second', at: 2 },
  ]
  vi.spyOn(Job.prototype, 'retry').mockRejectedValueOnce(new Error('Connection is closed.'))
  await expect(queue.replay(ids, first)).rejects.toThrow('closed')
  expect((await queue.find(ids))?.replay).toBeUndefined()
  expect(await queue.replay(ids, first)).toBe(true)
  await vi.waitFor(isDelivered, PATIENT)
  expect((await queue.find(ids))?.replay).toEqual(first)
  expect(await queue.replay(ids, second)).toBe(true)
  expect((await queue.find(ids))?.replay).toEqual(second)
  await vi.waitFor(isDelivered, PATIENT)
  expect(attempts).toHaveLength(3)
})

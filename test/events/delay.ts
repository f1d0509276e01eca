import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { cipherOf } from '../support/keys.js'
import { addressOf, privateRedis } from '../support/redis.js'

// Measures the delay of events: one process records 200 a second for ten seconds, each with its time as the state, and
// another one listens. `npx tsx test/events/delay.ts` starts a Redis of its own and prints the percentiles.

const PER_SECOND = 200
const SECONDS = 10
const PATIENCE_MS = 5_000

const open = (url: string) =>
  new RedisEventLog({
    address: addressOf(url),
    cipher: cipherOf([Buffer.alloc(32, 1)]),
    settings: { maxCount: 100_000, retentionMs: 3_600_000, sequenceMs: 3_600_000 },
    onFault: (error) => console.error(error),
  })

async function untilConnected(log: RedisEventLog): Promise<void> {
  for (;;)
    try {
      await log.find('1-1')
      return
    } catch {
      await delay(20)
    }
}

/** The listening process: tells the delays when it has heard all. */
async function listen(url: string): Promise<void> {
  const delays: number[] = []
  const log = open(url)
  // Somebody waits for the events of an object, so all are read at once.
  log.subscribe({ tenant: undefined, type: 'personVerification', id: 'person 0' }, () => undefined)
  log.subscribeAll(({ state }) => {
    delays.push(Date.now() - Number(state.split(' ')[0]))
    if (delays.length === PER_SECOND * SECONDS) process.send!(delays)
  })
  await untilConnected(log)
  process.send!('listening')
}

async function measure(): Promise<void> {
  const redis = await privateRedis(['--appendonly', 'yes'])
  const child = fork(fileURLToPath(import.meta.url), [redis.url], { execArgv: process.execArgv })
  await once(child, 'message')
  const heard = once(child, 'message', { signal: AbortSignal.timeout(SECONDS * 1000 + PATIENCE_MS) })
  const log = open(redis.url)
  await untilConnected(log)
  const begun = performance.now()
  for (let i = 0; i < PER_SECOND * SECONDS; i += 1) {
    await delay(begun + (i * 1000) / PER_SECOND - performance.now())
    const change = { type: 'personVerification', id: `person ${i % 500}`, isFinal: false } as const
    void log.record(undefined, { ...change, state: `${Date.now()} ${i}` })
  }
  const [delays] = (await heard) as [number[]]
  const sorted = delays.sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!
  console.log(`${sorted.length} events: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
  child.kill()
  await log.close()
  await redis.kill()
}

const [, , url] = process.argv
await (url === undefined ? measure() : listen(url))

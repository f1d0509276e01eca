import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createReceiver, type StateChanged } from './receiver.js'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const event: StateChanged = {
  type: 'verificationResult.changed',
  timestamp: '2026-11-29T12:00:00.000Z',
  data: { id: 'v1', type: 'verificationResult', state: 'COMPLETED', isFinal: true, sequence: 2 },
}

const handled: StateChanged[] = []
let begun = 0
let fails = false
/** What the handling of each event waits for. */
let database: Promise<void> = Promise.resolve()
const server = createReceiver({
  secrets: [secret],
  async handle(received) {
    begun += 1
    await database
    if (fails) throw new Error('the database is away')
    handled.push(received)
  },
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
beforeEach(() => {
  handled.length = 0
  begun = 0
  fails = false
  database = Promise.resolve()
})
afterAll(() => void server.close())

/** Delivers an event as the server signs it. */
async function deliver(id: string, { key = secret, at = new Date() } = {}): Promise<number> {
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(id, at, body),
  }
  const { port } = server.address() as AddressInfo
  return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status
}

test('an event is handled once, however often it is delivered', async () => {
  expect([await deliver('evt-1'), await deliver('evt-1')]).toEqual([204, 204])
  expect(handled).toEqual([event])
})

/** Two deliveries of one event, the second one while the first one is handled; their statuses. */
async function deliverTwiceAtOnce(id: string): Promise<readonly number[]> {
  let free!: () => void
  database = new Promise((resolve) => (free = resolve))
  const first = deliver(id)
  await expect.poll(() => begun).toBe(1)
  const second = deliver(id)
  const isAnswered = await Promise.race([first, second, setTimeout(100, 'neither')])
  expect(isAnswered).toBe('neither')
  free()
  return Promise.all([first, second])
}

test('two deliveries of an event at the same time are handled once, and answered when it is handled', async () => {
  expect(await deliverTwiceAtOnce('evt-4')).toEqual([204, 204])
  expect(begun).toBe(1)
  expect(handled).toEqual([event])
})

test('a failure is the answer to both deliveries at the same time, and the next one is handled', async () => {
  fails = true
  expect(await deliverTwiceAtOnce('evt-5')).toEqual([500, 500])
  expect(begun).toBe(1)
  fails = false
  expect(await deliver('evt-5')).toBe(204)
  expect(handled).toEqual([event])
})

test('an event that could not be handled is handled when it is delivered again', async () => {
  fails = true
  expect(await deliver('evt-2')).toBe(500)
  fails = false
  expect(await deliver('evt-2')).toBe(204)
  expect(handled).toEqual([event])
})

test('a delivery with another secret, or of another time, is refused', async () => {
  expect(await deliver('evt-3', { key: `whsec_${Buffer.alloc(32, 2).toString('base64')}` })).toBe(401)
  expect(await deliver('evt-3', { at: new Date(Date.now() - 3600_000) })).toBe(401)
  expect(handled).toEqual([])
})

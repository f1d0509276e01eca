import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { type Replica, startReplica } from '../support/replica.js'

/** Tells the heap after a full collection, when it is asked by a signal. */
const TELL_HEAP = `
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', async () => {
  for (let i = 0; i < 3; i += 1) { collect(); await new Promise((done) => setImmediate(done)) }
  process.stdout.write('heap ' + process.memoryUsage().heapUsed + '\\n')
})`

const agent = new Agent({ connections: 8 })
let app: App
let replica: Replica
let authorization: string
beforeAll(async () => {
  app = await startApp()
  replica = await startReplica(app, { RATE_LIMIT_COST_PER_MINUTE: '0' }, TELL_HEAP)
  authorization = `Bearer ${await app.token()}`
})
afterAll(async () => {
  await agent.close()
  await replica.end('SIGTERM')
  await app.close()
})

async function heapBytes(): Promise<number> {
  const before = [...replica.output().matchAll(/^heap \d+$/gm)].length
  replica.child.kill('SIGUSR2')
  for (;;) {
    const told = [...replica.output().matchAll(/^heap (\d+)$/gm)]
    if (told.length > before) return Number(told.at(-1)![1])
    await delay(20)
  }
}

/** Sends documents that no other request has, of about 150 characters; most of a document's memory is its parsed form. */
async function send(from: number, to: number): Promise<void> {
  let next = from
  const one = async (): Promise<void> => {
    for (let i = next++; i < to; i = next++) {
      const query = `query Document${i} { ${Array.from({ length: 8 }, (_, j) => `a${i}_${j}: viewer { id }`).join(' ')} }`
      const { statusCode, body } = await request(`${replica.url}/graphql`, {
        dispatcher: agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query }),
      })
      expect(statusCode).toBe(200)
      await body.dump()
    }
  }
  await Promise.all(Array.from({ length: 8 }, one))
}

test('thousands of distinct documents take no more memory than the first that fill the caches', async () => {
  await send(0, 1_200)
  const filled = await heapBytes()
  await send(1_200, 3_000)
  const later = await heapBytes()
  // 1,800 documents that were kept would be 45 MB.
  expect(later - filled).toBeLessThan(12 * 1024 * 1024)
})

import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { freePort } from '../support/redis.js'
import { type Replica, startReplica } from '../support/replica.js'

const CLIENTS = 50

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** Clients that send one request after the other, each on a connection of its own, until their connection is refused. */
function keepBusy(url: string, token: string) {
  const answered = { total: 0, closing: 0 }
  const failures: string[] = []
  async function send(dispatcher: Agent): Promise<boolean> {
    try {
      const { headers, body } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"query":"{ viewer { id } }"}',
        dispatcher,
      })
      await body.dump()
      answered.total += 1
      if (headers['connection'] === 'close') answered.closing += 1
      return true
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== 'ECONNREFUSED') failures.push(String(code))
      return false
    }
  }
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ connections: 1 })
    while (await send(agent));
    await agent.destroy()
  })
  return { answered, failures, ended: Promise.all(clients) }
}

const status = async (url: string) => {
  const { statusCode, body } = await request(url)
  return { statusCode, body: (await body.json()) as { reasons?: object } }
}

test('a stopping server says so, serves everything for the drain delay, then resets no busy connection', async () => {
  const port = await freePort()
  const server = await startReplica(app, { ADMIN_PORT: String(port), DRAIN_DELAY_MS: '1500' })
  const load = keepBusy(server.url, await app.token())
  await expect.poll(() => load.answered.total).toBeGreaterThan(CLIENTS)
  server.child.kill('SIGTERM')
  const ready = () => status(`http://127.0.0.1:${port}/ready`)
  await expect
    .poll(ready, { interval: 10 })
    .toMatchObject({ statusCode: 503, body: { reasons: { server: 'STOPPING' } } })
  // A new connection is accepted, and its answer closes it.
  expect((await status(`http://127.0.0.1:${port}/health`)).statusCode).toBe(200)
  expect(await server.run('{ viewer { id } }')).toMatchObject({ errors: [] })
  expect(await server.exit()).toBe(0)
  await load.ended
  expect(load.failures).toEqual([])
  expect(load.answered.closing).toBeGreaterThan(0)
})

test('without a drain delay no busy connection is reset either', async () => {
  const server = await startReplica(app)
  const load = keepBusy(server.url, await app.token())
  await expect.poll(() => load.answered.total).toBeGreaterThan(CLIENTS)
  expect(await server.end('SIGTERM')).toBe(0)
  await load.ended
  expect(load.failures).toEqual([])
})

test.each<[what: string, send: (server: Replica) => Promise<void>, code: number]>([
  [
    'signals at the same time are one',
    ({ child }) => {
      child.kill('SIGINT')
      child.kill('SIGTERM')
      return Promise.resolve()
    },
    0,
  ],
  [
    'a signal long after the first ends the process at once',
    async ({ child }) => {
      child.kill('SIGTERM')
      // Until two seconds have passed for the process, however busy the machine is.
      while (child.kill('SIGTERM')) await new Promise((resolve) => setTimeout(resolve, 100))
    },
    1,
  ],
])('%s', async (_what, send, code) => {
  const server = await startReplica(app, { DRAIN_DELAY_MS: code === 0 ? '500' : '60000' })
  await send(server)
  expect(await server.exit()).toBe(code)
})

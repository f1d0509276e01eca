import { setTimeout as delay } from 'node:timers/promises'
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
  async function send(dispatcher: Agent, connection: { answers: number }): Promise<boolean> {
    try {
      const { headers, body } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"query":"{ viewer { id } }"}',
        dispatcher,
      })
      await body.dump()
      answered.total += 1
      connection.answers += 1
      if (headers['connection'] === 'close') answered.closing += 1
      return true
    } catch (error) {
      // The system refuses or resets a new connection that the server has not accepted when its listener closes.
      const { code, syscall } = error as { code?: string; syscall?: string }
      if (connection.answers > 0 && syscall !== 'connect') failures.push(String(code))
      return false
    }
  }
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ connections: 1 })
    const connection = { answers: 0 }
    agent.on('connect', () => (connection.answers = 0))
    while (await send(agent, connection));
    await agent.destroy()
  })
  return { answered, failures, ended: Promise.all(clients) }
}

const status = async (url: string) => {
  const { statusCode, body } = await request(url)
  return { statusCode, body: (await body.json()) as { reasons?: object } }
}

/** Sends stop signals until two seconds have passed for the process, however busy the machine is. */
async function insist({ child, exit }: Replica): Promise<number | null> {
  const again = setInterval(() => child.kill('SIGTERM'), 100)
  try {
    return await exit()
  } finally {
    clearInterval(again)
  }
}

test('a stopping server says so and serves everything for the drain delay, and a later signal ends it at once', async () => {
  const port = await freePort()
  const server = await startReplica(app, { ADMIN_PORT: String(port), DRAIN_DELAY_MS: '300000' })
  server.child.kill('SIGINT')
  server.child.kill('SIGTERM')
  const ready = () => status(`http://127.0.0.1:${port}/ready`)
  await expect.poll(ready).toMatchObject({ statusCode: 503, body: { reasons: { server: 'STOPPING' } } })
  expect((await status(`http://127.0.0.1:${port}/health`)).statusCode).toBe(200)
  const answer = await request(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body: '{"query":"{ viewer { id } }"}',
  })
  expect(await answer.body.json()).toMatchObject({ data: { viewer: { id: expect.any(String) } } })
  expect([answer.statusCode, answer.headers['connection']]).toEqual([200, 'close'])
  expect(await insist(server)).toBe(1)
})

test.each([0, 500])(
  'under load and with a drain delay of %s ms no connection that is in use is reset',
  async (delayMs) => {
    const server = await startReplica(app, { DRAIN_DELAY_MS: String(delayMs) })
    const load = keepBusy(server.url, await app.token())
    await expect.poll(() => load.answered.total).toBeGreaterThan(CLIENTS)
    expect(await server.end('SIGTERM')).toBe(0)
    await load.ended
    expect(load.failures).toEqual([])
    expect(load.answered.closing).toBeGreaterThan(0)
  },
)

test('a connection of the last moments before the listener closes is open for the drain delay', async () => {
  const server = await startReplica(app, { DRAIN_DELAY_MS: '5000' })
  const authorization = `Bearer ${await app.token()}`
  const ask = async (dispatcher: Agent) => {
    const { statusCode, headers, body } = await request(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{"query":"{ viewer { id } }"}',
      dispatcher,
    })
    await body.dump()
    return [statusCode, headers['connection']]
  }
  server.child.kill('SIGTERM')
  // The client leaves its connection later than the server does.
  const idle = new Agent({ connections: 1, keepAliveTimeout: 60_000, keepAliveTimeoutThreshold: 0 })
  await expect.poll(() => ask(idle), { timeout: 30_000, interval: 20 }).toEqual([200, 'keep-alive'])
  const keptAt = performance.now()
  async function isRefused(): Promise<boolean> {
    const agent = new Agent()
    const answer = await ask(agent).catch(() => undefined)
    await agent.destroy()
    return answer === undefined
  }
  await expect.poll(isRefused, { timeout: 15_000, interval: 400 }).toBe(true)
  await delay(keptAt + 1_600 - performance.now())
  expect(await ask(idle)).toEqual([200, 'close'])
  await idle.close()
  expect(await server.exit()).toBe(0)
})

import fetch from 'node-fetch'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { freePort, type PrivateRedis, privateRedis } from '../support/redis.js'
import { startReplica } from '../support/replica.js'

let redis: PrivateRedis
let app: App
beforeAll(async () => {
  // With its data on disk: one that comes back empty is not trusted.
  redis = await privateRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  app = await startApp({
    ADMIN_PORT: String(await freePort()),
    REDIS_URL: redis.url,
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  })
})
afterAll(async () => {
  await app.close()
  await redis.kill()
})

const at = (path: string, init = {}) => fetch(app.adminUrl! + path, init)
const PATHS = ['/health', '/ready', '/metrics']

test('the admin listener is at this machine alone, and has what the public port has not', async () => {
  expect(new URL(app.adminUrl!).hostname).toBe('127.0.0.1')
  await expect.poll(async () => (await at('/ready')).status).toBe(200)
  for (const path of PATHS) {
    expect([path, (await at(path)).status]).toEqual([path, 200])
    expect([path, (await fetch(app.url + path)).status]).toEqual([path, 404])
  }
  expect((await at('/graphql')).status).toBe(404)
  expect((await at('/health', { method: 'POST' })).status).toBe(405)
  expect((await at('/health')).headers.get('x-content-type-options')).toBe('nosniff')
})

test('its metrics are those of the server and of its own', async () => {
  const text = await (await at('/metrics')).text()
  for (const name of ['store', 'audit', 'issuer']) expect(text).toContain(`kyc_ready{dependency="${name}"} 1`)
  expect(text).toContain('kyc_event_loop_stuck 0')
  expect(text).toMatch(/^kyc_metrics_age_seconds \d/m)
  expect(text).toMatch(/^kyc_event_loop_heartbeat_age_seconds \d/m)
})

test('its readiness follows that of the store, with the class of the cause', async () => {
  const ready = async () => {
    const answer = await at('/ready')
    return { ...((await answer.json()) as { reasons: object }), status: answer.status }
  }
  await expect.poll(ready).toMatchObject({ status: 200, reasons: {} })
  await redis.kill()
  await expect.poll(ready).toMatchObject({ status: 503, reasons: { store: 'ECONNREFUSED' } })
  await redis.start()
  await expect.poll(ready).toMatchObject({ status: 200, reasons: {} })
  const causes = app
    .log()
    .split('\n')
    .filter((line) => line.includes('"kyc.dependency":"store"'))
    .map((line) => (JSON.parse(line) as { 'error.type'?: string })['error.type'])
  // Each cause once, in order, then none.
  expect(causes.filter((cause, i) => cause === causes[i - 1])).toEqual([])
  expect(causes.at(-1)).toBeUndefined()
})

test('it answers while the event loop of the server does not turn, and tells it when that lasts', async () => {
  const port = await freePort()
  const block = `process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 14_000))`
  const server = await startReplica(app, { ADMIN_PORT: String(port) }, block)
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health`)
    return { status: answer.status, body: (await answer.json()) as object }
  }
  server.child.kill('SIGUSR2')
  const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text())
  await expect.poll(metrics, { interval: 10 }).toMatch(/^kyc_event_loop_heartbeat_age_seconds [1-9]/m)
  expect(await health()).toEqual({ status: 200, body: { status: 'ok' } })
  await expect.poll(health, { timeout: 30_000 }).toEqual({
    status: 503,
    body: { status: 'stuck', reason: 'EVENT_LOOP_STUCK', since: expect.stringMatching(/^\d{4}-.*Z$/) },
  })
  expect(await metrics()).toContain('kyc_event_loop_stuck 1')
  // The loop turns again.
  await expect.poll(health, { timeout: 30_000 }).toMatchObject({ status: 200 })
  expect(await server.end('SIGTERM')).toBe(0)
}, 120_000)

import { randomBytes, randomUUID } from 'node:crypto'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { build, exitOf, runModule } from '../support/build.js'
import { emptyDatabase } from '../support/redis.js'
import { startReplica } from '../support/replica.js'

const SETTINGS = { REDIS_URL: await emptyDatabase(), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
const ROUTE = 'POST /v0/persons'
const CREATE =
  'mutation($key: String!) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: ACTIVE, firstName: "Nora" }) { replayed person { id } } }'

let app: App
beforeAll(async () => {
  app = await startApp(SETTINGS)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const creations = () => app.calls('synctera').filter((call) => call === ROUTE).length

test('a stopping process answers and stores its running write, and awaits a write of a disconnected client', async () => {
  const [waiting, left] = [randomUUID(), randomUUID()]
  const process = await startReplica(app, SETTINGS)
  app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 1_500, times: 2 })
  const answer = process.run(CREATE, { key: waiting })
  await expect.poll(creations, { interval: 10 }).toBe(1)
  const leaving = new AbortController()
  const token = await app.token()
  const abandoned = fetch(`${process.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: CREATE, variables: { key: left } }),
    signal: leaving.signal,
  }).catch(() => 'left')
  await expect.poll(creations, { interval: 10 }).toBe(2)
  leaving.abort()
  expect(await abandoned).toBe('left')
  expect(await process.end('SIGTERM')).toBe(0)

  const { person } = (await answer).data.createPerson
  expect((await app.run(CREATE, { key: waiting })).data.createPerson).toEqual({ replayed: true, person })
  expect((await app.run(CREATE, { key: left })).data.createPerson).toEqual({
    replayed: true,
    person: { id: expect.any(String) },
  })
  expect(creations()).toBe(2)
}, 60_000)

function expectCrashLine(output: string, event: string, kind: string): void {
  expect(JSON.parse(output.trim().split('\n').at(-1)!)).toMatchObject({
    'log.level': 'fatal',
    'kyc.event': event,
    'error.type': kind,
    'error.stack_trace': kind === 'string' ? '' : expect.stringMatching(/^at /),
    message: expect.any(String),
  })
  expect(output).not.toContain('Ada Accepted')
}

test('an uncaught exception ends the server, which logs its origin and no value', async () => {
  const crash = "setTimeout(() => { throw new TypeError('of Ada Accepted') })"
  const server = await startReplica(app, SETTINGS, `process.on('SIGUSR2', () => { ${crash} })`)
  expect(await server.end('SIGUSR2')).toBe(1)
  expectCrashLine(server.output(), 'uncaughtException', 'TypeError')
}, 60_000)

test('an unhandled rejection ends a process in the same way', async () => {
  build()
  const { child, output } = runModule(`
    import { exitOnCrash } from './src/lifecycle/shutdown.js'
    import { createLog } from './src/observability/log.js'
    exitOnCrash(createLog('info'))
    setInterval(() => undefined, 1_000)
    Promise.reject('Ada Accepted')`)
  expect(await exitOf(child)).toBe(1)
  expectCrashLine(output(), 'unhandledRejection', 'string')
})

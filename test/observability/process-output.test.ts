import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { build, exitOf, runModule } from '../support/build.js'
import { freePort, type PrivateRedis, privateRedis } from '../support/redis.js'
import { startReplica } from '../support/replica.js'

const KEY = randomBytes(32).toString('base64')
let app: App
let open: PrivateRedis
let closed: PrivateRedis
beforeAll(async () => {
  app = await startApp()
  open = await privateRedis()
  closed = await privateRedis(['--requirepass', 'right'], 'right')
})
afterAll(async () => {
  await app.close()
  await Promise.all([open.kill(), closed.kill()])
})

const at = (port: number, login = '') => `redis://${login}127.0.0.1:${port}`

test.each<[what: string, url: () => string | Promise<string>, cause: string | undefined]>([
  ['a wrong password', () => at(closed.port, ':wrong@'), 'WRONGPASS'],
  ['a password that the server does not want', () => at(open.port, ':needless@'), undefined],
  ['a cluster that is none', () => `${at(open.port)},${at(open.port)}`, 'UNREACHABLE'],
  ['Sentinels that are away', async () => `redis+sentinel://127.0.0.1:${await freePort()}/mine`, 'ECONNREFUSED'],
])('with %s every line that the process writes is JSON', async (_what, url, cause) => {
  const server = await startReplica(app, { REDIS_URL: await url(), STORE_ENCRYPTION_KEY: KEY })
  const causes = () =>
    server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter((line) => line['kyc.dependency'] === 'store')
      .map((line) => line['error.type'])
  if (cause !== undefined) await expect.poll(causes).toContain(cause)
  expect(await server.end('SIGTERM')).toBe(0)
  // Also what it wrote while it stopped.
  causes()
  for (const secret of ['wrong', 'needless', '127.0.0.1:1']) expect(server.output()).not.toContain(`"${secret}`)
})

test('what a package or Node.js prints becomes a line of the log, without values', async () => {
  build()
  const { child, output } = runModule(`
    import { createLog } from './src/observability/log.js'
    import { logProcessOutput } from './src/observability/process-output.js'
    logProcessOutput(createLog('info'))
    console.warn('Skipping the check because INFO fails: "of Ada Accepted". See https://example.test/ada for 4111.')
    console.error('[ioredis] Unhandled error event:', Object.assign(new Error('connect 10.1.2.3'), { code: 'ECONNREFUSED' }))
    process.emitWarning('of Ada Accepted', 'DeprecationWarning', 'DEP0999')`)
  expect(await exitOf(child)).toBe(0)
  const lines = output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toEqual([
    expect.objectContaining({
      'log.level': 'warn',
      'kyc.console': 'warn',
      'kyc.words': 'Skipping the check because INFO fails: … See … for …',
    }),
    expect.objectContaining({
      'log.level': 'warn',
      'kyc.console': 'error',
      'kyc.words': '[ioredis] Unhandled error event:',
      'error.type': 'ECONNREFUSED',
    }),
    expect.objectContaining({ 'log.level': 'warn', 'kyc.warning': 'DeprecationWarning', 'error.code': 'DEP0999' }),
  ])
  for (const value of ['Ada', '4111', '10.1.2.3']) expect(output()).not.toContain(value)
})

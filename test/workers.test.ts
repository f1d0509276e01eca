import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ADA } from '../datasources/emulator/people.js'
import { trailFiles } from '../src/audit/files.js'
import { AUDIENCE } from '../src/dev/issuer.js'
import { channel } from '../src/workers/channel.js'
import { build, exitOf, run } from './support/build.js'
import { type App, startApp } from './support/app.js'
import { type Replica, startReplica } from './support/replica.js'

const ROUTE = 'POST /v0/persons'
const READ = `{ person(id: "${ADA.personId}") { firstName } }`
const CREATE =
  'mutation($key: String!) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: ACTIVE, firstName: "Nora" }) { replayed person { id } } }'
const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')

interface Line {
  readonly worker?: number
  readonly msg: string
}
const linesOf = ({ output }: Replica): Line[] =>
  output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)

describe('two workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-workers-'))
  const settings = {
    REDIS_URL: inject('redisUrl'),
    STORE_ENCRYPTION_KEY,
    WEB_CONCURRENCY: '2',
    AUDIT_LOG: join(folder, 'audit.log'),
  }
  let app: App
  let server: Replica
  beforeAll(async () => {
    app = await startApp({ REDIS_URL: settings.REDIS_URL, STORE_ENCRYPTION_KEY })
    server = await startReplica(app, settings)
  })
  afterAll(async () => {
    if (server.child.exitCode === null) await server.end('SIGKILL')
    await app.close()
  })

  const times = (msg: string) => linesOf(server).filter((line) => line.msg === msg).length
  const operations = (metrics: string) =>
    [...metrics.matchAll(/^kyc_graphql_operation_seconds_count\{.*worker="\d".*\} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    )

  test('share the port, and each says in the log who it is', async () => {
    await expect.poll(() => times('every worker serves'), { timeout: 30_000 }).toBe(1)
    expect(
      linesOf(server)
        .filter(({ msg }) => msg === 'listening')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2])
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
  })

  test('answer /metrics for all of them, whichever is asked', async () => {
    for (let i = 0; i < 4; i += 1) expect((await server.run(READ)).data.person.firstName).toBe('Ada')
    const texts = await Promise.all(
      Array.from({ length: 4 }, async () => (await fetch(`${server.url}/metrics`)).text()),
    )
    for (const text of texts) {
      expect(operations(text)).toBe(4)
      // One head for each metric, as the format wants it.
      expect(text.match(/^# TYPE kyc_graphql_operation_seconds /gm)).toHaveLength(1)
      expect(text.match(/^process_start_time_seconds\{worker="\d"\}/gm)!.sort()).toEqual(
        [1, 2].map((worker) => `process_start_time_seconds{worker="${worker}"}`),
      )
    }
  })

  test('do a write once under its key, whoever gets it', async () => {
    app.clear()
    const answers = await Promise.all(Array.from({ length: 6 }, () => server.run(CREATE, { key: 'shared' })))
    expect(answers.some(({ data }) => data.createPerson !== null)).toBe(true)
    expect(app.calls('synctera')).toEqual([ROUTE])
  })

  test('go on without one that is killed, and another takes its place and number', async () => {
    const [victim] = (await promisify(execFile)('pgrep', ['-P', String(server.child.pid)])).stdout
      .trim()
      .split('\n')
      .map(Number)
    process.kill(victim!, 'SIGKILL')
    await expect.poll(() => times('a worker is gone; another takes its place'), { interval: 5 }).toBe(1)
    // While its successor starts.
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.run(READ)))
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    await expect.poll(() => times('every worker serves'), { timeout: 30_000 }).toBe(2)
    expect(new Set(linesOf(server).flatMap(({ worker }) => worker ?? []))).toEqual(new Set([1, 2]))
    for (let i = 0; i < 4; i += 1) expect((await server.run(READ)).errors).toEqual([])
  })

  test('finish what they are at when the primary is told to stop, and leave a trail that is whole', async () => {
    app.clear()
    app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 700, times: 2 })
    const answers = ['one', 'two'].map((key) => server.run(CREATE, { key }))
    await expect.poll(() => app.calls('synctera'), { interval: 10 }).toHaveLength(2)
    // As whoever stops a whole group of processes does.
    for (const pid of (await promisify(execFile)('pgrep', ['-P', String(server.child.pid)])).stdout.trim().split('\n'))
      process.kill(Number(pid), 'SIGTERM')
    server.child.kill('SIGTERM')
    expect(await server.exit()).toBe(0)
    expect((await Promise.all(answers)).map(({ data }) => data.createPerson.replayed)).toEqual([false, false])

    expect(readdirSync(folder).sort()).toEqual(['audit.worker-1.log', 'audit.worker-2.log'])
    const verify = join(inject('built'), 'src/tools/audit-verify.js')
    const { stdout } = await promisify(execFile)(process.execPath, [verify, ...trailFiles(settings.AUDIT_LOG)], {
      env: { PATH: process.env['PATH'], STORE_ENCRYPTION_KEY },
    })
    expect(stdout).toContain('The trail is whole.')
    expect(stdout).toContain('3 chains')
    expect(
      (
        await promisify(execFile)(process.execPath, [verify], {
          env: { PATH: process.env['PATH'], AUDIT_LOG: settings.AUDIT_LOG, STORE_ENCRYPTION_KEY },
        })
      ).stdout,
    ).toBe(stdout)
  })
})

test('workers whose primary is killed finish what they are at, and end', async () => {
  const app = await startApp({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY })
  const server = await startReplica(app, { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY, WEB_CONCURRENCY: '2' })
  app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 700 })
  const answer = server.run(CREATE, { key: 'orphan' })
  await expect.poll(() => app.calls('synctera'), { interval: 10 }).toHaveLength(1)
  await server.end('SIGKILL')
  expect((await answer).data.createPerson.replayed).toBe(false)
  await expect
    .poll(
      () =>
        fetch(`${server.url}/health`).then(
          () => 'there',
          () => 'gone',
        ),
      { timeout: 10_000 },
    )
    .toBe('gone')
  await app.close()
})

test('workers that cannot be started end the primary, with one reason', async () => {
  build()
  const app = await startApp()
  const { issuer, jwksUrl, settings } = app.ground
  const { child, output } = run({
    ...settings,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: jwksUrl,
    REDIS_URL: inject('redisUrl'),
    STORE_ENCRYPTION_KEY,
    WEB_CONCURRENCY: '2',
    PORT: new URL(app.url).port,
  })
  expect(await exitOf(child)).toBe(1)
  expect(output().match(/The address is taken/g)).toHaveLength(1)
  await app.close()
})

test('bad settings are told once, whatever the number of workers', async () => {
  build()
  const { child, output } = run({ SYNCTERA_URL: 'https://synctera.example', WEB_CONCURRENCY: '3', AUDIT_LOG: 'stdout' })
  expect(await exitOf(child)).toBe(1)
  expect(output().match(/AUTH_ISSUER is missing/g)).toHaveLength(1)
  for (const problem of [
    'REDIS_URL is missing; WEB_CONCURRENCY needs it',
    'AUDIT_LOG must be a file or redis:<stream> with WEB_CONCURRENCY',
  ])
    expect(output()).toContain(problem)
})

test('what is not answered in time, or not at all, is undefined', async () => {
  const sent: object[] = []
  let hear: (message: unknown) => void = () => undefined
  const ask = channel(
    { send: (message) => sent.push(message) > 0, on: (_event, listener) => (hear = listener) },
    () => 'an answer',
  )
  expect(await ask('anything', 1)).toBeUndefined()
  const answer = ask('more', 1_000)
  hear({ id: 1, answer: 'too late' })
  hear('something else')
  hear({ id: 2, answer: 'in time' })
  expect(await answer).toBe('in time')
  hear({ id: 7, question: 'and you?' })
  await expect.poll(() => sent.at(-1)).toEqual({ id: 7, answer: 'an answer' })
})

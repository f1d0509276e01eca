import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import type { ApiError } from '../../datasources/contract/errors.js'
import { parseRedisUrl } from '../../src/store/redis-address.js'
import { redisStore } from '../../src/store/redis.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { type App, startApp } from '../support/app.js'
import { countTurns } from '../support/clock.js'
import { type PrivateRedis, privateRedis, addressOf } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'
import { formCluster } from '../support/redis-cluster.js'

const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { replayed person { id } } }'
const SECRET = randomBytes(32)
const ENCRYPTION = { STORE_ENCRYPTION_KEY: SECRET.toString('base64') }

let ground: App
beforeAll(async () => {
  ground = await startApp()
})
beforeEach(() => ground.clear())
afterAll(() => ground.close())

const opened = (settings: Record<string, string>) => startApp({ ...ENCRYPTION, ...settings }, ground)
const create = (app: App, key: string | null = randomUUID()) => app.run(CREATE, { key })
const codeOf = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) => errors[0]?.extensions.code
const creations = () => ground.calls('synctera').filter((call) => call.startsWith('POST'))
const read = async (app: App) =>
  (await app.run(`{ customer(id: "${ADA.customerId}") { legalName person { firstName } } }`)).data.customer
const ADAS = { legalName: 'Ada Accepted', person: { firstName: 'Ada' } }

/** Holds for every Redis failure: reads go on, keyed writes are refused before a provider call, and no request waits. */
async function isRefusedSafely(app: App): Promise<void> {
  const sent = creations().length
  const turned = countTurns()
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(app)))
  for (const { errors } of answers)
    expect(errors[0]!.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
  expect(creations()).toHaveLength(sent)
  expect(await read(app)).toEqual(ADAS)
  expect((await create(app, null)).data.createPerson.replayed).toBe(false)
  expect(turned()).toBeLessThan(10_000)
}

/** Redis behind a line that can be made slow. */
async function slowLine(port: number) {
  let delayMs = 0
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delay: (ms: number) => void (delayMs = ms),
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('one Redis', () => {
  let redis: PrivateRedis
  let admin: Redis
  let line: Awaited<ReturnType<typeof slowLine>>
  let app: App
  beforeAll(async () => {
    redis = await privateRedis()
    admin = new Redis(redis.url)
    line = await slowLine(redis.port)
    app = await opened({ REDIS_URL: line.url })
  })
  afterAll(async () => {
    await app.close()
    admin.disconnect()
    line.close()
    await redis.kill()
  })
  const healed = () => expect.poll(async () => codeOf(await create(app)), { timeout: 20_000 }).toBeUndefined()

  test('that is slow is waited for, and one that is too slow is not', async () => {
    line.delay(100)
    expect((await create(app)).data.createPerson.replayed).toBe(false)
    line.delay(3_000)
    await isRefusedSafely(app)
    line.delay(0)
    await healed()
  })

  test('that is full takes no new key, and tells what it has', async () => {
    const key = randomUUID()
    const first = await create(app, key)
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await admin.config('SET', 'maxmemory', '1')
    await isRefusedSafely(app)
    expect((await create(app, key)).data.createPerson).toEqual({ ...first.data.createPerson, replayed: true })
    await admin.config('SET', 'maxmemory', '0')
    await healed()
  })

  test('that is read-only is told once, however often the driver connects anew', async () => {
    const causes = () =>
      app
        .log()
        .split('\n')
        .flatMap((text) =>
          text.includes('"kyc.dependency":"store"')
            ? [(JSON.parse(text) as { 'error.type'?: string })['error.type']]
            : [],
        )
    const connections = async () => Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))![1])
    const told = causes().length
    await admin.replicaof('127.0.0.1', '1')
    await expect.poll(causes).toHaveLength(told + 1)
    const before = await connections()
    await expect.poll(connections, { timeout: 20_000 }).toBeGreaterThan(before + 5)
    await isRefusedSafely(app)
    expect(causes().slice(told)).toEqual(['READONLY'])
    await admin.replicaof('NO', 'ONE')
    await healed()
    await expect.poll(() => causes().slice(told)).toEqual(['READONLY', undefined])
  })

  test('that hangs is left, and found again', async () => {
    redis.pause()
    await isRefusedSafely(app)
    redis.resume()
    await healed()
  })

  test('that is sent a change twice, as a cluster is when a connection breaks, says both times that it was made', async () => {
    const raw = redisStore(addressOf(redis.url), () => undefined)
    await expect
      .poll(() =>
        raw.get('any').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const [name, first, second] = [randomUUID(), randomBytes(8), randomBytes(8)]
    const swaps = [
      [null, first],
      [null, first],
      [null, second],
      [first, second],
      [first, second],
      [first, null],
      [second, null],
    ] as const
    const made: boolean[] = []
    for (const [expected, next] of swaps) made.push(await raw.compareAndSwap(name, expected, next, 1_000))
    expect(made).toEqual([true, true, false, true, true, false, true])
    await raw.close()
  })

  test('that has no replica to be sure of keeps no claim of a write that was refused for it', async () => {
    const alone = await privateRedis()
    const raw = redisStore(addressOf(alone.url), () => undefined, { replicas: 1 })
    await expect
      .poll(() =>
        raw.get('any').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const idempotency = new Idempotency(30_000)
    const store = encryptedStore(raw, cipherOf([SECRET]))
    const run = vi.fn()
    const write = () =>
      idempotency
        .execute({
          caller: { client: 'tester', tenant: 'tester' },
          store,
          mutation: 'createMeeting',
          input: { idempotencyKey: randomUUID() },
          repeatable: false,
          intentRecorded: Promise.resolve(),
          toStored: (payload) => payload,
          run,
        })
        .catch((error: ApiError) => error.code)
    const refused = await Promise.all(Array.from({ length: 12 }, write))
    expect(new Set(refused)).toEqual(new Set(['STORE_UNAVAILABLE']))
    expect(run).not.toHaveBeenCalled()
    const direct = new Redis(alone.url)
    // Claims left behind would answer "in progress" for the whole lease, and "outcome unknown" after it.
    await expect.poll(() => direct.keys('kyc:write:*'), { timeout: 20_000 }).toEqual([])
    direct.disconnect()
    await raw.close()
    await alone.kill()
  })

  test('that is down when a write ends stores the outcome once it is back', async () => {
    const key = randomUUID()
    ground.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: 300 })
    const first = create(app, key)
    await expect.poll(() => creations().length, { interval: 10 }).toBe(1)
    redis.pause()
    const { person } = (await first).data.createPerson
    redis.resume()
    await expect
      .poll(async () => (await create(app, key)).data.createPerson, { timeout: 20_000 })
      .toEqual({ replayed: true, person })
    expect(creations()).toHaveLength(1)
  })
})

test('a Redis that loses all keys during a write stores its outcome nevertheless, and takes no new key', async () => {
  const redis = await privateRedis()
  const admin = new Redis(redis.url)
  const app = await opened({ REDIS_URL: redis.url })
  await expect.poll(async () => codeOf(await create(app))).toBeUndefined()
  ground.clear()
  const key = randomUUID()
  ground.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: 300 })
  const first = create(app, key)
  await expect.poll(() => creations().length, { interval: 10 }).toBe(1)
  await admin.flushall()
  const { person } = (await first).data.createPerson
  expect((await create(app, key)).data.createPerson).toEqual({ replayed: true, person })
  expect(codeOf(await create(app))).toBe('STORE_UNTRUSTED')
  expect(creations()).toHaveLength(1)
  await app.close()
  admin.disconnect()
  await redis.kill()
})

describe('a Redis with Sentinels', () => {
  const nodes: PrivateRedis[] = []
  let app: App
  beforeAll(async () => {
    const auth = ['--requirepass', 'of:redis', '--masterauth', 'of:redis']
    const primary = await privateRedis(auth, 'of:redis')
    const replicas = await Promise.all(
      [1, 2].map(() =>
        privateRedis(
          ['--replicaof', `127.0.0.1 ${primary.port}`, '--repl-diskless-sync-delay', '0', ...auth],
          'of:redis',
        ),
      ),
    )
    const sentinel = await privateRedis(
      [
        '--sentinel',
        'monitor',
        'mine',
        '127.0.0.1',
        String(primary.port),
        '1',
        '--sentinel',
        'auth-pass',
        'mine',
        'of:redis',
        '--sentinel',
        'down-after-milliseconds',
        'mine',
        '500',
        '--sentinel',
        'failover-timeout',
        'mine',
        '3000',
      ],
      undefined,
      true,
    )
    nodes.push(primary, ...replicas, sentinel)
    // The Sentinel knows both replicas before the primary is lost.
    const admin = new Redis(sentinel.url)
    await vi.waitFor(async () => expect(await admin.call('SENTINEL', 'REPLICAS', 'mine')).toHaveLength(2), {
      timeout: 20_000,
      interval: 100,
    })
    admin.disconnect()
    app = await opened({
      REDIS_URL: `redis+sentinel://:of%3Aredis@127.0.0.1:1,127.0.0.1:${sentinel.port}/mine`,
      REDIS_REPLICAS: '1',
    })
  })
  afterAll(async () => {
    await app.close()
    await Promise.all(nodes.map((node) => node.kill()))
  })

  test('that loses its primary forgets no key that was claimed, and goes on with the next one', async () => {
    const key = randomUUID()
    await expect.poll(async () => codeOf(await create(app, key)), { timeout: 20_000 }).toBeUndefined()
    const { person } = (await create(app, key)).data.createPerson
    await nodes[0]!.kill()
    expect(codeOf(await create(app))).toBe('STORE_UNAVAILABLE')
    expect(await read(app)).toEqual(ADAS)
    await expect.poll(async () => codeOf(await create(app)), { timeout: 20_000, interval: 200 }).toBeUndefined()
    const sent = creations().length
    // An outcome that the replicas did not confirm in time is stored again meanwhile.
    await expect
      .poll(async () => (await create(app, key)).data.createPerson, { timeout: 20_000 })
      .toEqual({ replayed: true, person })
    expect(creations()).toHaveLength(sent)
  }, 40_000)

  test('that has too few replicas to be sure of takes no key', async () => {
    await nodes[1]!.kill()
    await nodes[2]!.kill()
    await isRefusedSafely(app)
  })
})

describe('a cluster', () => {
  let nodes: PrivateRedis[]
  beforeAll(async () => {
    nodes = await Promise.all(
      [0, 1, 2].map(() =>
        privateRedis([
          '--cluster-enabled',
          'yes',
          '--cluster-require-full-coverage',
          'no',
          '--cluster-node-timeout',
          '1000',
          '--cluster-config-file',
          `/tmp/kyc-nodes-${randomUUID()}.conf`,
        ]),
      ),
    )
    for (const admin of await formCluster(nodes)) admin.disconnect()
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()))
  })

  test('keeps keys on all of its nodes, and without one goes on with those of the others', async () => {
    const url = nodes.map((node) => node.url).join(',')
    const strict = redisStore(addressOf(url), () => undefined, { replicas: 1 })
    await expect
      .poll(
        () =>
          strict.get('any').then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)
    // None of its nodes has a replica, and each is asked about its own.
    await expect(encryptedStore(strict, cipherOf([SECRET])).update(['apq', 'a'], 60, () => 1)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    await strict.close()

    const app = await opened({ REDIS_URL: url })
    const keys = Array.from({ length: 24 }, () => randomUUID())
    await expect.poll(async () => codeOf(await create(app, keys[0])), { timeout: 20_000 }).toBeUndefined()
    const made = await Promise.all(keys.map((key) => create(app, key)))
    expect(made.map(codeOf)).toEqual(keys.map(() => undefined))
    const sent = creations().length

    await nodes[2]!.kill()
    const turned = countTurns()
    const again = await Promise.all(keys.map((key) => create(app, key)))
    expect(new Set(again.map((answer) => codeOf(answer) ?? answer.data.createPerson.replayed))).toEqual(
      new Set([true, 'STORE_UNAVAILABLE']),
    )
    expect(turned()).toBeLessThan(10_000)
    expect(await read(app)).toEqual(ADAS)
    expect(creations()).toHaveLength(sent)
    await app.close()
  }, 40_000)
})

test.each<[string, object | undefined]>([
  [
    'redis://user:p%40ss@redis.example:6380/3',
    {
      kind: 'server',
      nodes: [{ host: 'redis.example', port: 6380 }],
      tls: false,
      username: 'user',
      password: 'p@ss',
      database: 3,
    },
  ],
  [
    'rediss://redis.example',
    { kind: 'server', nodes: [{ host: 'redis.example', port: 6379 }], tls: true, database: 0 },
  ],
  [
    'rediss://:p@a:1, rediss://b:2',
    {
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
      tls: true,
      password: 'p',
      database: 0,
    },
  ],
  [
    'rediss+sentinel://user:p%2Fss@a:1,b/the-primary?sentinelPassword=q',
    {
      kind: 'sentinel',
      primary: 'the-primary',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
      tls: true,
      username: 'user',
      password: 'p/ss',
      sentinelPassword: 'q',
    },
  ],
  ['redis+sentinel://a:1,b:2', undefined],
  ['redis+sentinel:///name', undefined],
  ['redis://', undefined],
  ['http://x', undefined],
  ['redis://x/%', undefined],
  ['redis://u:%@x', undefined],
])('the address %s is read', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address)
})

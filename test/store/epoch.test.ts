import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { DEFAULT_LIFETIMES } from '../../src/idempotency/lifetimes.js'
import type { RingKey } from '../../src/keys/key-ring.js'
import type { StoreCipher } from '../../src/store/cipher.js'
import { openStore } from '../../src/store/open-store.js'
import { type EpochRecord, openEpoch, sealEpoch } from '../../src/store/epoch-record.js'
import { runKeys } from '../../src/tools/keys/commands.js'
import { type App, startApp } from '../support/app.js'
import { runTool } from '../support/build.js'
import { cipherOf, keysOf } from '../support/keys.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'

const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { replayed person { id } } }'
const KEY = randomBytes(32).toString('base64')

let ground: App
beforeAll(async () => {
  ground = await startApp()
})
afterAll(() => ground.close())

let redis: PrivateRedis
let admin: Redis
const apps: App[] = []
beforeEach(async () => {
  redis = await privateRedis()
  admin = new Redis(redis.url)
  admin.on('error', () => undefined)
  ground.clear()
})
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
  admin.disconnect()
  await redis.kill()
})

async function opened(settings: Record<string, string> = {}): Promise<App> {
  const app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: KEY, ...settings }, ground)
  apps.push(app)
  await expect.poll(async () => (await ready(app)).reasons.store).not.toBe('CONNECTING')
  return app
}
const create = (app: App, key: string | null = randomUUID()) => app.run(CREATE, { key })
const codeOf = async (answer: ReturnType<typeof create>) => (await answer).errors[0]?.extensions.code
const creations = () => ground.calls('synctera').filter((call) => call.startsWith('POST')).length
async function ready(app: App): Promise<{ status: number; reasons: { store?: string } }> {
  const response = await fetch(`${app.url}/ready`)
  return { status: response.status, reasons: ((await response.json()) as { reasons: object }).reasons }
}
const securityLog = join(mkdtempSync(join(tmpdir(), 'kyc-graph-security-')), 'security.log')
const acceptWith = (settings: Readonly<Record<string, string>>, ...options: string[]) =>
  runTool('store-accept', options, { REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: KEY, ...settings })
const accept = (...options: string[]) => acceptWith({ SECURITY_LOG: securityLog }, ...options)

/** Keyed writes are refused before a call, the cause is in `/ready`, and all else goes on. */
async function isUntrusted(app: App, cause: string): Promise<void> {
  const sent = creations()
  expect(await codeOf(create(app))).toBe('STORE_UNTRUSTED')
  await expect.poll(() => ready(app)).toEqual({ status: 503, reasons: { store: cause } })
  expect(creations()).toBe(sent)
  expect((await app.run(`{ customer(id: "${ADA.customerId}") { legalName } }`)).data.customer.legalName).toBeTruthy()
  expect((await create(app, null)).data.createPerson.replayed).toBe(false)
}

test('a store that was emptied takes no key from any process, one that begins later too, until it is accepted', async () => {
  const app = await opened()
  const key = randomUUID()
  expect(await codeOf(create(app, key))).toBeUndefined()
  await admin.flushall()
  const sent = creations()
  expect(await codeOf(create(app, key))).toBe('STORE_UNTRUSTED')
  expect(creations()).toBe(sent)
  await isUntrusted(app, 'EPOCH_LOST')
  await isUntrusted(await opened(), 'EPOCH_LOST')

  const asked = await accept()
  expect(asked).toMatchObject({ code: 1, stdout: expect.stringContaining('EPOCH_LOST') })
  await isUntrusted(app, 'EPOCH_LOST')
  const accepted = await accept('--yes')
  expect(accepted.code).toBe(0)
  // That an operator did so is a security event.
  expect(readFileSync(securityLog, 'utf8')).toMatch(/^\{"@timestamp".*"action":"store-accepted".*\}\n$/)
  for (const each of apps) expect(await codeOf(create(each))).toBeUndefined()
  await expect.poll(() => ready(app)).toEqual({ status: 200, reasons: {} })

  // The pinned epoch is trusted at the start, another one is not.
  const epoch = /STORE_EPOCH=(\S+)/.exec(accepted.stdout)![1]!
  expect(await codeOf(create(await opened({ STORE_EPOCH: epoch })))).toBeUndefined()
  await isUntrusted(await opened({ STORE_EPOCH: randomUUID() }), 'EPOCH_LOST')
})

test('an acceptance whose security event cannot be written is done, and the exit code says that it was not recorded', async () => {
  const app = await opened()
  expect(await codeOf(create(app))).toBeUndefined()
  await admin.flushall()
  await isUntrusted(app, 'EPOCH_LOST')
  // A directory takes no lines.
  const { code, stdout, stderr } = await acceptWith(
    { SECURITY_LOG: mkdtempSync(join(tmpdir(), 'kyc-graph-')) },
    '--yes',
  )
  expect(stdout).toContain('A new epoch begins. STORE_EPOCH=')
  expect(stderr).toContain('1 security events were not written.')
  expect(code).toBe(2)
  expect(await codeOf(create(app))).toBeUndefined()
  expect(await acceptWith({ SECURITY_LOG: 'off' }, '--yes')).toMatchObject({ code: 0, stderr: '' })
})

test('a Redis that was restarted without its data takes no key', async () => {
  const app = await opened()
  expect(await codeOf(create(app))).toBeUndefined()
  await redis.kill()
  await redis.start()
  await expect.poll(async () => (await ready(app)).reasons.store).toBe('EPOCH_LOST')
  await isUntrusted(app, 'EPOCH_LOST')
})

test('a process that began on an emptied store is told by one that knew it before', async () => {
  const before = await opened()
  expect(await codeOf(create(before))).toBeUndefined()
  // Another epoch, as a process writes it that finds the store empty first.
  const other = await privateRedis()
  const there = await startApp({ REDIS_URL: other.url, STORE_ENCRYPTION_KEY: KEY }, ground)
  await expect.poll(() => codeOf(create(there))).toBeUndefined()
  const elsewhere = new Redis(other.url)
  await admin.set('kyc:epoch:{0}', (await elsewhere.getBuffer('kyc:epoch:{0}'))!)
  elsewhere.disconnect()
  await isUntrusted(before, 'EPOCH_LOST')
  await isUntrusted(await opened(), 'EPOCH_LOST')
  await there.close()
  await other.kill()
})

test('a Redis that may evict takes no key while it may; one that has evicted takes none until it is accepted', async () => {
  const app = await opened()
  expect(await codeOf(create(app))).toBeUndefined()
  // Keys of this server expire, so each policy but `noeviction` may remove them, as soon as the memory is limited.
  for (const policy of ['allkeys-lru', 'volatile-ttl']) {
    await admin.config('SET', 'maxmemory-policy', policy)
    await expect.poll(async () => (await ready(app)).reasons.store).toBe('EVICTING')
    await isUntrusted(app, 'EVICTING')
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await expect.poll(() => ready(app)).toEqual({ status: 200, reasons: {} })
    expect(await codeOf(create(app))).toBeUndefined()
  }

  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await admin.set('other', 'x'.repeat(1024))
  await admin.config('SET', 'maxmemory', '1')
  await admin.set('more', 'y').catch(() => undefined)
  await admin.config('SET', 'maxmemory', '0')
  await expect.poll(async () => (await ready(app)).reasons.store).toMatch(/EVICTING|EPOCH_LOST/)
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  expect(await codeOf(create(app))).toBe('STORE_UNTRUSTED')
  expect((await accept('--yes')).code).toBe(0)
  expect(await codeOf(create(app))).toBeUndefined()
})

/** Copies what Redis has on disk into a folder, in one of its two forms; returns the settings that load it. */
const BACKUPS: readonly [form: string, backUp: (from: string, to: string) => Promise<readonly string[]>][] = [
  [
    'snapshot (RDB)',
    async (from, to) => {
      await admin.call('SAVE')
      copyFileSync(join(from, 'dump.rdb'), join(to, 'dump.rdb'))
      return []
    },
  ],
  [
    'append-only file',
    (from, to) => {
      cpSync(join(from, 'appendonlydir'), join(to, 'appendonlydir'), { recursive: true })
      return Promise.resolve(['--appendonly', 'yes'])
    },
  ],
]

test.each(BACKUPS)('a %s that is restored is trusted, and every key in it is known', async (_form, backUp) => {
  await admin.config('SET', 'appendfsync', 'always')
  await admin.config('SET', 'appendonly', 'yes')
  const isRewritten = async () => !/aof_rewrite_(in_progress|scheduled):1/.test(await admin.info('persistence'))
  await expect.poll(isRewritten).toBe(true)
  const app = await opened()
  const key = randomUUID()
  const { person } = (await create(app, key)).data.createPerson
  const [, from] = (await admin.config('GET', 'dir')) as [string, string]
  const to = mkdtempSync(join(tmpdir(), 'kyc-restored-'))
  const settings = await backUp(from, to)
  const restored = await privateRedis(['--dir', to, ...settings])
  const sent = creations()
  const there = await opened({ REDIS_URL: restored.url })
  expect((await create(there, key)).data.createPerson).toEqual({ replayed: true, person })
  expect(await codeOf(create(there))).toBeUndefined()
  expect(creations()).toBe(sent + 1)
  await restored.kill()
})

const newKey = () => randomBytes(32).toString('base64')

/** Lets a time pass for the statement of which keys were in use. */
async function age(cipher: StoreCipher, ms: number): Promise<void> {
  const name = 'kyc:epoch:{0}'
  const epoch = openEpoch(cipher, name, (await admin.getBuffer(name))!) as EpochRecord
  const keys = Object.fromEntries(Object.entries(epoch.keys!).map(([id, at]) => [id, at - ms]))
  await admin.set(name, sealEpoch(cipher, name, { ...epoch, keys }), 'KEEPTTL')
}

test('another STORE_ENCRYPTION_KEY takes no key; a rotated one does, with the older one for as long as its records live', async () => {
  const app = await opened()
  const key = randomUUID()
  const { person } = (await create(app, key)).data.createPerson
  await isUntrusted(await opened({ STORE_ENCRYPTION_KEY: newKey() }), 'OTHER_KEY')
  const next = newKey()
  const rotated = await opened({ STORE_ENCRYPTION_KEY: `${next},${KEY}` })
  expect((await create(rotated, key)).data.createPerson).toEqual({ replayed: true, person })

  // Under the older key there are records that the next one alone cannot find: none of them is run again.
  const early = await opened({ STORE_ENCRYPTION_KEY: next })
  const sent = creations()
  expect(await codeOf(create(early, key))).toBe('STORE_UNTRUSTED')
  expect(creations()).toBe(sent)
  await isUntrusted(early, 'OTHER_KEY')

  await apps.splice(apps.indexOf(app), 1)[0]!.close()
  const cipher = cipherOf([next, KEY].map((secret) => Buffer.from(secret, 'base64')))
  await age(cipher, 7 * 24 * 3_600_000)
  await isUntrusted(early, 'OTHER_KEY')
  await age(cipher, 700_000)
  await expect.poll(() => codeOf(create(early))).toBeUndefined()
  await expect.poll(() => ready(early)).toEqual({ status: 200, reasons: {} })
})

/** Lets Redis remove some keys that are no record of this server, which are the first to end. */
async function evict(): Promise<void> {
  await admin.config('SET', 'maxmemory-policy', 'volatile-ttl')
  await admin.config('SET', 'maxmemory-samples', '64')
  const used = /used_memory:(\d+)/.exec(await admin.info('memory'))![1]!
  await admin.config('SET', 'maxmemory', String(Number(used) + 2_000_000))
  const evicted = async () => Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))![1])
  for (let i = 0; (await evicted()) === 0; i += 1) await admin.set(`other:${i}`, 'x'.repeat(100_000), 'PX', 20_000)
  await admin.config('SET', 'maxmemory', '0')
}

test('a process without an older key knows that it cannot read all, also where the store evicts and is accepted', async () => {
  const app = await opened()
  const key = randomUUID()
  expect(await codeOf(create(app, key))).toBeUndefined()
  await apps.splice(apps.indexOf(app), 1)[0]!.close()
  const next = newKey()
  const rotated = await opened({ STORE_ENCRYPTION_KEY: `${next},${KEY}` })
  expect(await codeOf(create(rotated))).toBeUndefined()
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const isKnown = async (expected: boolean, ...secrets: string[]) => {
    const keys = secrets.map((secret) => Buffer.from(secret, 'base64'))
    const config = {
      redis: addressOf(redis.url),
      redisReplicas: 0,
      storeEpoch: undefined,
      lifetimes: DEFAULT_LIFETIMES,
    }
    const store = openStore(config, keysOf(keys), () => undefined)
    try {
      await expect.poll(() => store.canReadAll().catch(() => 'connecting')).toBe(expected)
    } finally {
      await store.close()
    }
  }
  await isKnown(true, next, KEY)
  await isKnown(false, next)

  const early = await opened({ STORE_ENCRYPTION_KEY: next })
  await evict()
  await isUntrusted(rotated, 'EVICTING')
  for (let check = 0; check < 2; check += 1) await isKnown(false, next)
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  await isUntrusted(rotated, 'EVICTING')
  await isKnown(true, next, KEY)
  await isKnown(false, next)

  expect((await acceptWith({ STORE_ENCRYPTION_KEY: `${next},${KEY}` }, '--yes')).code).toBe(0)
  await isUntrusted(early, 'OTHER_KEY')
  const sent = creations()
  expect(await codeOf(create(early, key))).toBe('STORE_UNTRUSTED')
  expect((await create(rotated, key)).data.createPerson.replayed).toBe(true)
  expect(creations()).toBe(sent)
  expect(await codeOf(create(rotated))).toBeUndefined()
})

describe('a key ring', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-lost-key-'))
  const ring = join(folder, 'ring.json')
  const wrapping = join(folder, 'wrapping')
  writeFileSync(wrapping, newKey())
  const settings = () => ({
    REDIS_URL: redis.url,
    STORE_ENCRYPTION_KEY: '',
    STORE_KEY_RING_FILE: ring,
    KEY_WRAPPING: 'local',
    KEY_WRAPPING_KEY_FILE: wrapping,
  })
  const keys = (...args: string[]) => runKeys(args, settings(), { log: () => undefined, error: () => undefined })
  const read = () => JSON.parse(readFileSync(ring, 'utf8')) as { version: 1; keys: readonly RingKey[] }
  const write = (kept: readonly RingKey[]) => writeFileSync(ring, JSON.stringify({ version: 1, keys: kept }))
  beforeEach(async () => {
    rmSync(ring, { force: true })
    await keys('new')
    await keys('rotate')
  })
  /** Makes the next key current in a process that runs. */
  async function rotate(app: App, purpose: string): Promise<void> {
    const ids = () => app.log().split('data keys were read again').length
    let before = ids()
    await keys('new', purpose)
    await expect.poll(ids).toBeGreaterThan(before)
    before = ids()
    await expect
      .poll(() =>
        keys('rotate', purpose)
          .then(() => true)
          .catch(() => false),
      )
      .toBe(true)
    await expect.poll(ids).toBeGreaterThan(before)
  }

  test.each(['names', 'values'])(
    'that lost its previous key for %s takes no key, in a process that runs and in one that begins, until it has the key again',
    async (purpose) => {
      const app = await opened(settings())
      const key = randomUUID()
      const { person } = (await create(app, key)).data.createPerson
      await rotate(app, purpose)
      const whole = read().keys
      write(whole.filter((entry) => entry.purpose !== purpose || entry.state !== 'previous'))
      await expect.poll(() => ready(app)).toEqual({ status: 503, reasons: { store: 'OTHER_KEY' } })
      const begun = await opened(settings())
      for (const each of [app, begun]) {
        const sent = creations()
        expect(await codeOf(create(each, key))).toBe('STORE_UNTRUSTED')
        expect(creations()).toBe(sent)
        await isUntrusted(each, 'OTHER_KEY')
      }
      write(whole)
      for (const each of [app, begun]) {
        await expect.poll(() => ready(each)).toEqual({ status: 200, reasons: {} })
        expect((await create(each, key)).data.createPerson).toEqual({ replayed: true, person })
      }
    },
  )

  test('whose previous key was retired goes on, because retiring looks whether records need it', async () => {
    const app = await opened(settings())
    await rotate(app, 'names')
    const previous = read().keys.find(({ purpose, state }) => purpose === 'names' && state === 'previous')!
    await expect.poll(() => keys('retire', previous.id).then(() => 'retired', String)).toBe('retired')
    const begun = await opened(settings())
    for (const each of [app, begun]) {
      expect(await codeOf(create(each))).toBeUndefined()
      await expect.poll(() => ready(each)).toEqual({ status: 200, reasons: {} })
    }
    // The entry says that it was retired: without it the key is one that was lost.
    write(read().keys.filter(({ id }) => id !== previous.id))
    await isUntrusted(await opened(settings()), 'OTHER_KEY')
  })
})

test('a record of a version that is not known is refused, never taken for absent', async () => {
  const app = await opened()
  const key = randomUUID()
  await create(app, key)
  for (const name of await admin.keys('kyc:write:*')) {
    const bytes = (await admin.getBuffer(name))!
    bytes[0] = 9
    await admin.set(name, bytes, 'EX', 60)
  }
  const sent = creations()
  expect(await codeOf(create(app, key))).toBe('STORE_UNTRUSTED')
  expect(creations()).toBe(sent)
  expect(await codeOf(create(app))).toBeUndefined()
})

test('a Redis user needs few rights, and without INFO only a warning is lost', async () => {
  const rules = ['~kyc:*', '&kyc:*', '+get', '+set', '+del', '+pttl', '+time', '+eval', '+evalsha', '+wait', '+ping']
  await admin.call('ACL', 'SETUSER', 'small', 'on', '>secret', ...rules)
  const app = await opened({ REDIS_URL: redis.url.replace('//', '//small:secret@') })
  const key = randomUUID()
  expect(await codeOf(create(app, key))).toBeUndefined()
  expect((await create(app, key)).data.createPerson.replayed).toBe(true)
  await expect.poll(() => ready(app)).toEqual({ status: 200, reasons: {} })
})

import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StateEvent } from '../../src/events/event-log.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { type App, startApp } from '../support/app.js'
import { cipherOf } from '../support/keys.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'

const PATIENT = { timeout: 20_000 }
const KEY = randomBytes(32)
const CREATE =
  'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { person { id verificationStatus } } }'

let redis: PrivateRedis
let admin: Redis
let app: App
let log: RedisEventLog
const events: StateEvent[] = []
beforeAll(async () => {
  redis = await privateRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  admin = new Redis(redis.url)
  admin.on('error', () => undefined)
  app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: KEY.toString('base64') })
  log = new RedisEventLog({
    address: addressOf(redis.url),
    cipher: cipherOf([KEY]),
    settings: { maxCount: 1_000, retentionMs: 3_600_000, sequenceMs: 3_600_000 },
    onFault: (error) => {
      throw error
    },
  })
  log.subscribeAll((event) => void events.push(event))
  await vi.waitFor(() => log.find('1-1'), PATIENT)
})
afterAll(async () => {
  await log.close()
  await app.close()
  admin.disconnect()
  await redis.kill()
})

async function create(): Promise<string> {
  const { data, errors } = await app.run(CREATE)
  expect(errors).toEqual([])
  return data.createPerson.person.id as string
}
const lines = (text: string) =>
  app
    .log()
    .split('\n')
    .filter((line) => line.includes(text))
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${app.url}/metrics`)).text())![1])
const heard = () => events.map(({ objectId }) => objectId)

test.each<[trouble: string, cause: RegExp, begin: () => Promise<unknown>, end: () => Promise<unknown>]>([
  ['is away', /ECONNREFUSED|DISCONNECTED|ECONNRESET/, () => redis.kill(), () => redis.start()],
  ['has no room', /OOM/, () => admin.config('SET', 'maxmemory', '1'), () => admin.config('SET', 'maxmemory', '0')],
  ['has become read-only', /READONLY/, () => admin.replicaof('127.0.0.1', 1), () => admin.replicaof('NO', 'ONE')],
  [
    'withdraws a right',
    /NOPERM/,
    () => admin.call('ACL', 'SETUSER', 'default', '-xadd'),
    () => admin.call('ACL', 'SETUSER', 'default', '+xadd'),
  ],
])('what happens while Redis %s is recorded afterwards, in its order', async (_trouble, cause, begin, end) => {
  const before = await create()
  await vi.waitFor(() => expect(heard()).toContain(before), PATIENT)
  const [failed, mended] = [lines('are not recorded').length, lines('are recorded again').length]
  await begin()
  const created = [await create(), await create(), await create()]
  await vi.waitFor(async () => expect(await metric('kyc_events_waiting')).toBe(3), PATIENT)
  expect(heard()).toEqual(expect.not.arrayContaining(created))
  await end()
  await vi.waitFor(() => expect(heard().slice(-3)).toEqual(created), PATIENT)
  await vi.waitFor(async () => expect(await metric('kyc_events_waiting')).toBe(0), PATIENT)
  await vi.waitFor(() => expect(lines('are recorded again')).toHaveLength(mended + 1), PATIENT)
  const told = lines('are not recorded').slice(failed)
  expect(told.length).toBeGreaterThan(0)
  expect(told.at(-1)).toMatch(cause)
  expect(lines('are recorded again').at(-1)).toContain('"kyc.dropped":0')
})

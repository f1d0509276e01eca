import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { runKeys } from '../../src/tools/keys/commands.js'
import { type App, startApp } from '../support/app.js'
import { type PrivateRedis, privateRedis } from '../support/redis.js'

const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { replayed person { id } } }'
const [FIRST, SECOND] = ['password-before', 'password-after']
const newKey = () => randomBytes(32).toString('base64')
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-drill-'))
const path = (name: string) => join(folder, name)

/** Replaces a file as a mounted Secret is: by a rename. */
function put(name: string, text: string): string {
  writeFileSync(path(`${name}.tmp`), text)
  renameSync(path(`${name}.tmp`), path(name))
  return path(name)
}

let redis: PrivateRedis
let admin: Redis
let apps: App[]
let settings: Record<string, string>
const oldKey = newKey()

beforeAll(async () => {
  redis = await privateRedis()
  admin = new Redis(redis.url)
  await admin.acl('SETUSER', 'kyc', 'on', `>${FIRST}`, '~*', '&*', '+@all')
  settings = {
    REDIS_URL: redis.url,
    REDIS_USERNAME: 'kyc',
    REDIS_PASSWORD_FILE: put('password', FIRST),
    STORE_ENCRYPTION_KEY_FILE: put('key', oldKey),
    STORE_KEY_RING_FILE: put('ring', ''),
    KEY_WRAPPING: 'local',
    KEY_WRAPPING_KEY_FILE: put('wrapping', newKey()),
  }
  const first = await startApp(settings)
  apps = [first, await startApp(settings, first)]
})
afterAll(async () => {
  for (const app of apps.toReversed()) await app.close()
  admin.disconnect()
  await redis.kill()
})

/** Runs a command; its lines, or its refusal. */
async function keys(...args: string[]): Promise<string> {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  return runKeys(args, settings, { log: print, error: print }).then(
    () => lines.join('\n'),
    (error: Error) => `refused: ${error.message}`,
  )
}

const countIn = (app: App, text: string) => app.log().split(text).length - 1

/** Does something, and waits until both processes say so. */
async function until(text: string, act: () => unknown): Promise<void> {
  const before = apps.map((app) => countIn(app, text))
  await act()
  await expect.poll(() => apps.every((app, i) => countIn(app, text) > before[i]!)).toBe(true)
}
const reloaded = (act: () => unknown) => until('data keys were read again', act)

/** Callers that read, write with a key, and repeat the same key at the other process, until they are stopped. */
function load() {
  let isStopped = false
  const failures: unknown[] = []
  let written = 0
  async function caller(): Promise<void> {
    while (!isStopped) {
      const key = randomUUID()
      const [one, other] = Math.random() < 0.5 ? apps : apps.toReversed()
      const read = await one!.run(`{ customer(id: "${ADA.customerId}") { legalName } }`)
      const done = await one!.run(CREATE, { key })
      const again = await other!.run(CREATE, { key })
      written += 1
      const id = done.data?.createPerson?.person.id as unknown
      const isRight =
        read.data?.customer?.legalName === 'Ada Accepted' &&
        id !== undefined &&
        again.data?.createPerson?.person.id === id &&
        again.data.createPerson.replayed === true
      if (!isRight) failures.push([read.errors, done.errors, again.errors])
    }
  }
  const callers = Array.from({ length: 3 }, caller)
  return async () => {
    isStopped = true
    await Promise.all(callers)
    return { failures, written }
  }
}

const ringKeys = () =>
  (JSON.parse(readFileSync(path('ring'), 'utf8')) as { keys: { id: string; purpose: string; state: string }[] }).keys
const idOf = (purpose: string, state: string) =>
  ringKeys().find((key) => key.purpose === purpose && key.state === state)!.id

test('passwords and keys are rotated under load: nothing fails, and nothing is done twice', async () => {
  apps[0]!.clear()
  const stop = load()

  // The password: Redis accepts both, the processes change, Redis forgets the first. A file that is too early waits.
  await until('secrets cannot be read again', () => put('password', SECOND))
  await until('the access to Redis was read again', () => admin.acl('SETUSER', 'kyc', `>${SECOND}`))
  await admin.acl('SETUSER', 'kyc', `<${FIRST}`)

  // The key of the file: readable everywhere, then current everywhere.
  const nextKey = newKey()
  await reloaded(() => put('key', `${oldKey},${nextKey}`))
  await reloaded(() => put('key', `${nextKey},${oldKey}`))

  // From the file to the ring.
  await reloaded(() => keys('new'))
  expect(await keys('new')).toMatch(/^refused: there is a pending key/)
  await expect.poll(() => keys('list')).toMatch(/values +pending .* 2\/2/)
  await reloaded(() => keys('rotate'))
  await keys('import')

  // From one key of the ring to the next.
  await reloaded(() => keys('new', 'values', 'names'))
  await expect.poll(() => keys('list')).toMatch(/names +pending .* 2\/2/)
  await reloaded(() => keys('rotate', 'values', 'names'))

  const { failures, written } = await stop()
  expect(failures).toEqual([])
  expect(written).toBeGreaterThan(3)
  expect(apps[0]!.calls('synctera').filter((call) => call.startsWith('POST'))).toHaveLength(written)

  // Connections that are made from now on have the new password.
  await admin.call('CLIENT', 'KILL', 'USER', 'kyc')
  await expect.poll(async () => (await apps[0]!.run(CREATE, { key: randomUUID() })).errors).toEqual([])
})

test('a key is retired once no value needs it; what it encrypted is readable before and after', async () => {
  const key = randomUUID()
  const { data } = await apps[0]!.run(CREATE, { key })
  const earlier = idOf('values', 'current')
  await reloaded(() => keys('new', 'values'))
  await expect.poll(() => keys('list')).toMatch(/values +pending .* 2\/2/)
  await reloaded(() => keys('rotate', 'values'))
  await expect.poll(() => keys('retire', earlier)).toMatch(/is needed/)
  expect(await keys('retire', idOf('values', 'current'))).toMatch(/^refused: key \w+ is current/)
  expect(await keys('retire', earlier)).toMatch(/^refused: key \w+ is needed: Redis holds [1-9]\d* values and 0 names/)
  expect(await keys('retire', idOf('names', 'previous'))).toMatch(
    /^refused: key \w+ is needed: Redis holds 0 values and [1-9]/,
  )
  expect(await keys('reencrypt')).toMatch(/^[1-9]\d* values were encrypted with key/)
  expect(await keys('list')).toMatch(new RegExp(`${earlier} +values +previous .* local +0 `))
  await reloaded(() => keys('retire', earlier))
  expect((await apps[1]!.run(CREATE, { key })).data.createPerson).toEqual({ ...data.createPerson, replayed: true })

  // Another wrapping key, by the same steps: both, wrap again, the new one alone.
  const [wrapping, next] = [readFileSync(path('wrapping'), 'utf8'), newKey()]
  put('wrapping', `${next},${wrapping}`)
  expect(await keys('rewrap')).toMatch(/keys are in the ring/)
  put('wrapping', next)
  expect(await keys('list')).toMatch(/values +current/)
  for (const app of apps)
    for (const secret of [
      oldKey,
      next,
      wrapping,
      FIRST,
      SECOND,
      ...ringKeys().map((entry) => JSON.stringify(entry).match(/"wrapped":"([^"]+)"/)![1]!),
    ])
      expect(app.log()).not.toContain(secret)
})

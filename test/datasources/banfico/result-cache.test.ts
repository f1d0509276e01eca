import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { later, today } from '../../support/clock.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { privateRedis, type PrivateRedis } from '../../support/redis.js'

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }'
const READ = 'query($id: ID!) { verificationResult(id: $id) { state fromCache account { respondedName } } }'
const mine: RunOptions = { scopes: ['verifications:read', 'verifications:write', 'pii:read'] }

let redis: PrivateRedis
let admin: Redis
let app: App
beforeAll(async () => {
  redis = await privateRedis()
  admin = new Redis(redis.url)
  app = await startApp({
    REDIS_URL: redis.url,
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    VERIFICATION_MAX_AGE_SECONDS: '60',
  })
})
afterEach(today)
afterAll(async () => {
  await app.close()
  admin.disconnect()
  await redis.kill()
})

const begin = async (id: string) =>
  (await app.run(VERIFY, { input: { types: ['NAME'], account: { idScheme: 'SCAN', id, name: 'Accepted,A' } } }, mine))
    .data.verifyAccount.result.id as string
const read = async (id: string, options = mine) => {
  const { data, errors } = await app.run(READ, { id }, options)
  expect(errors).toEqual([])
  return data.verificationResult
}

test('a cached result is returned without the store, by the access of each caller, until it expires', async () => {
  const id = await begin(ADA.account)
  const result = await read(id)
  expect(result).toEqual({ state: 'COMPLETED', fromCache: true, account: { respondedName: 'Ada Accepted' } })
  await admin.flushall()
  app.clear()
  expect(await read(id, { scopes: ['verifications:read'] })).toEqual({ ...result, account: { respondedName: 'A•••' } })
  expect(await read(id)).toEqual(result)
  expect(
    await read(id, { client: 'auditor', scopes: ['verifications:read', 'verifications:read:any', 'pii:read'] }),
  ).toEqual(result)
  for (const other of [
    { ...mine, client: 'stranger' },
    { ...mine, claims: { tenant: 'globex' } },
  ])
    expect(await read(id, other)).toBeNull()
  expect(app.calls('banfico')).toEqual([])
  later(31)
  expect(await read(id)).toBeNull()
})

test('a cached result does not exceed the maximum age', async () => {
  const id = await begin(CROWD[0]!.account)
  later(50)
  expect(await read(id)).toMatchObject({ fromCache: true })
  await admin.flushall()
  expect(await read(id)).toMatchObject({ fromCache: true })
  later(11)
  expect(await read(id)).toBeNull()
})

test('a pending result is not cached', async () => {
  const id = await begin('90070020000031')
  expect(await read(id)).toMatchObject({ state: 'PENDING' })
  await admin.flushall()
  expect(await read(id)).toBeNull()
})

import { randomBytes, randomUUID } from 'node:crypto'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { prepare } from '../../src/dev/welcome.js'
import { type App, startApp } from '../support/app.js'
import { type PrivateRedis, privateRedis } from '../support/redis.js'

let redis: PrivateRedis
let app: App
beforeAll(async () => {
  // With its data on disk: one that comes back empty is not trusted.
  redis = await privateRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
})
afterAll(async () => {
  await app.close()
  await redis.kill()
})

const ready = async () => {
  const response = await fetch(`${app.url}/ready`)
  return { ...((await response.json()) as { reasons: object }), status: response.status }
}

const QUERY = `query($verificationId: ID!) {
  customer(id: "${ADA.customerId}") { legalName person { firstName } accountEntitlements { confirmed } }
  verificationResult(id: $verificationId) { state }
}`
const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { person { id } } }'
const codes = (errors: readonly { path?: readonly unknown[]; extensions: { code: string } }[]) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]).sort()

test('without Redis provider reads go on, operations that need the store answer errors, and all work once it is back', async () => {
  const { verificationId } = await prepare(app.url, await app.token())
  const whole = {
    customer: { legalName: 'Ada Accepted', person: { firstName: 'Ada' }, accountEntitlements: { confirmed: true } },
    verificationResult: { state: 'COMPLETED' },
  }
  expect(await app.run(QUERY, { verificationId })).toMatchObject({ data: whole, errors: [] })
  expect(await ready()).toMatchObject({ status: 200, reasons: {} })

  await redis.kill()
  await expect.poll(ready).toMatchObject({ status: 503, reasons: { store: 'ECONNREFUSED' } })
  // This process has cached its latest reads; only the store knows the owner of any other record.
  expect((await app.run(QUERY, { verificationId })).data.verificationResult).toEqual(whole.verificationResult)
  const { data, errors } = await app.run(QUERY, { verificationId: randomUUID() })
  expect(data).toEqual({ customer: { ...whole.customer, accountEntitlements: null }, verificationResult: null })
  expect(codes(errors)).toEqual([
    ['customer.accountEntitlements', 'STORE_UNAVAILABLE'],
    ['verificationResult', 'STORE_UNAVAILABLE'],
  ])
  app.clear()
  expect(codes((await app.run(CREATE, { key: 'k-1' })).errors)).toEqual([['createPerson', 'STORE_UNAVAILABLE']])
  expect(app.calls('synctera')).toEqual([])
  expect((await app.run(CREATE)).data.createPerson.person.id).toEqual(expect.any(String))

  await redis.start()
  await expect.poll(ready, { timeout: 20_000 }).toMatchObject({ status: 200 })
  expect((await app.run(CREATE, { key: 'k-1' })).data.createPerson.person.id).toEqual(expect.any(String))
  expect((await app.run(QUERY, { verificationId })).data.customer).toMatchObject({ legalName: 'Ada Accepted' })
})

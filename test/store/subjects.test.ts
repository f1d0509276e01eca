import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'
import { databaseOf } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'

const KEY = randomBytes(32)
const STORE_ENCRYPTION_KEY = KEY.toString('base64')
const cipher = cipherOf([KEY])
/** The emulator of Banfico answers this account later. */
const LATER = '90070020000030'

let app: App
let redis: Redis
beforeAll(async () => {
  app = await startApp({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY })
  redis = new Redis(await databaseOf(STORE_ENCRYPTION_KEY))
})
afterAll(async () => {
  today()
  redis.disconnect()
  await app.close()
})

/** The namespaces of the values that concern an id, sorted. */
async function valuesOf(id: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of await redis.keys('kyc:*')) {
    const bytes = await redis.getBuffer(name).catch(() => null)
    const hashes = bytes ? (cipher.statementOf(name, bytes).s ?? []) : []
    if (hashes.some((hash) => cipher.isDigest(hash, ['subject', id]))) found.push(name.split(':')[1]!)
  }
  return found.sort()
}
/** The result of a mutation; fails the test where there is none. */
async function done(document: string, input: object): Promise<any> {
  const { data, errors } = await app.run(document, { input })
  expect(errors).toEqual([])
  return Object.values(data as object)[0]
}

test.each([
  [
    'a write, by the person that it created',
    async () =>
      (
        await done('mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }', {
          idempotencyKey: 'p',
          isCustomer: true,
          status: 'PROSPECT',
        })
      ).person.id as string,
    ['event', 'write', 'write'],
  ],
  [
    'entitlements, by the customer, with the keyed write',
    async () => {
      const { bankingCustomerId } = CROWD[0]!
      await done(
        'mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }',
        {
          idempotencyKey: 'e',
          bankingCustomerId,
          accounts: [{ accountNumber: '1001', productCode: 'DDA_01' }],
          electronicStatementElection: true,
          electronicDocumentElection: true,
          roles: { view: true },
        },
      )
      return bankingCustomerId
    },
    ['entitlements', 'write', 'write'],
  ],
  [
    'a job, by the account, with the keyed write',
    async () => {
      await done('mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { replayed } }', {
        idempotencyKey: 'j',
        externalId: ADA.seiExternalId,
        attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
      })
      return ADA.seiExternalId
    },
    ['attributes-job', 'event', 'write', 'write'],
  ],
  [
    'a verification and its answers, by the account, with the keyed write',
    async () => {
      await done('mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { replayed } }', {
        idempotencyKey: 'v',
        types: ['NAME'],
        account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,A' },
      })
      return ADA.account
    },
    ['event', 'verification', 'verification-question', 'verification-result', 'write', 'write'],
  ],
  [
    'a verification that was completed by a poll, whose record no longer names the account',
    async () => {
      const { result } = await done(
        'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }',
        { types: ['NAME'], account: { idScheme: 'SCAN', id: LATER, name: 'Accepted,A' } },
      )
      later(2)
      const READ = 'query($id: ID!) { verificationResult(id: $id) { state } }'
      expect((await app.run(READ, { id: result.id })).data).toEqual({ verificationResult: { state: 'COMPLETED' } })
      return LATER
    },
    ['event', 'event', 'verification', 'verification-result'],
  ],
])('the store can find %s', async (_what, write, namespaces) => {
  const id = await write()
  // An event is recorded beside the operation.
  await vi.waitFor(async () => expect(await valuesOf(id)).toEqual(namespaces), 20_000)
})

import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { startApp } from '../support/app.js'
import { subscribers, TRANSPORTS } from '../support/subscriptions.js'

const store = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
const one = await startApp(store)
const two = await startApp(store, one)
beforeEach(() => one.clear())
afterAll(async () => {
  await two.close()
  await one.close()
})

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const RESULT = 'subscription($id: ID!) { verificationResult(id: $id) { id state account { status } } }'
/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'

async function verify(id: string, app = one): Promise<string> {
  const input = { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id, name: 'Accepted,Ada' } }
  const { data, errors } = await app.run(VERIFY, { input })
  expect(errors).toEqual([])
  return data.verifyAccount.result.id as string
}

describe.each(TRANSPORTS)('by %s', (transport) => {
  const subscribe = subscribers[transport]

  test('a result that is final is told once, and the stream completes', async () => {
    const id = await verify(ADA.account)
    const stream = await subscribe(one, RESULT, { id })
    expect(await stream.rest()).toMatchObject([{ data: { verificationResult: { id, state: 'COMPLETED' } } }])
    expect(await stream.ended).toBe('complete')
  })

  test('a pending result becomes completed at the subscribers of both replicas, with one poll', async () => {
    const id = await verify(LATER)
    const streams = await Promise.all([one, two, one, two].map((app) => subscribe(app, RESULT, { id })))
    const told = await Promise.all(streams.map((stream) => stream.rest()))
    for (const results of told)
      expect(results.map(({ data }) => data?.['verificationResult'].state)).toEqual(['PENDING', 'COMPLETED'])
    expect(one.calls('banfico').filter((call) => call.startsWith('GET'))).toHaveLength(1)
  })
})

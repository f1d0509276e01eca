import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { type App, type Result, type RunOptions, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { folder, write } from '../../support/tenants-file.js'

const VERIFY =
  'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state fromCache } } }'
const READ = 'query($id: ID!) { verificationResult(id: $id) { state fromCache } }'
const POST = 'POST /v1.0/account-verifications'
const GET = 'GET /v1.0/account-verifications/*'
/** Pending for a second. */
const PENDING = '90070020000030'
/** Longer than the callers wait, and shorter than the time-out of a call. */
const SLOW_MS = 2_000

const mine: RunOptions = { client: 'payer', scopes: ['verifications:read', 'verifications:write', 'pii:read'] }
const leaving: RunOptions = { ...mine, headers: { 'x-request-timeout-ms': '500' } }
const settings = {
  REDIS_URL: inject('redisUrl'),
  STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  DRAIN_DELAY_MS: '0',
}

let app: App
beforeAll(async () => {
  app = await startApp(settings)
})
beforeEach(() => app.clear())
afterEach(today)
afterAll(() => app.close())

const verify = (at: App, id: string, options = mine) =>
  at.run(VERIFY, { input: { types: ['NAME'], account: { idScheme: 'SCAN', id, name: 'Accepted,Ada' } } }, options)
const read = (at: App, id: string, options = mine) => at.run(READ, { id }, options)
const count = (method: string) => app.calls('banfico').filter((call) => call.startsWith(method)).length

/** An operation that ended before its call. */
async function expectLeft(answer: Promise<Result<unknown>>): Promise<void> {
  expect((await answer).errors.map(({ extensions }) => extensions)).toMatchObject([{ code: 'DEADLINE_EXCEEDED' }])
}
async function expectStored(id: string): Promise<void> {
  const { data, errors } = await verify(app, id)
  expect(errors).toEqual([])
  expect(data.verifyAccount.result).toMatchObject({ state: 'COMPLETED', fromCache: true })
  expect(count('POST')).toBe(1)
}

test('a server that stops stores the answer to a check whose caller has left, and no other asks it again', async () => {
  const other = await startApp(settings, app)
  app.fault('banfico', { match: POST, fault: 'slow', delayMs: SLOW_MS })
  await expectLeft(verify(other, ADA.account, leaving))
  await other.close()
  await expectStored(ADA.account)
})

test('a server that stops stores the answer to a poll whose caller has left', async () => {
  const other = await startApp(settings, app)
  const { id } = (await verify(other, PENDING)).data.verifyAccount.result
  later(1)
  app.fault('banfico', { match: GET, fault: 'slow', delayMs: SLOW_MS })
  await expectLeft(read(other, id, leaving))
  await other.close()
  const { data } = await read(app, id)
  expect(data.verificationResult).toEqual({ state: 'COMPLETED', fromCache: true })
  expect(count('GET')).toBe(1)
})

test('settings that are read again do not cut off an answer whose caller has left, nor does a stop after that', async () => {
  const file = join(folder(), 'secret')
  write(file, app.emulators.banfico.settings['BANFICO_CLIENT_SECRET']!)
  const other = await startApp({ ...settings, BANFICO_CLIENT_SECRET: undefined, BANFICO_CLIENT_SECRET_FILE: file }, app)
  app.fault('banfico', { match: POST, fault: 'slow', delayMs: SLOW_MS })
  await expectLeft(verify(other, CROWD[0]!.account, leaving))
  write(file, 'another secret')
  const metrics = async () => (await fetch(`${other.url}/metrics`)).text()
  await expect.poll(metrics).toMatch(/^kyc_provider_settings_reloads_total\{outcome="\w+"\} 1$/m)
  await other.close()
  await expectStored(CROWD[0]!.account)
})

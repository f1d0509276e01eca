import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import fetch from 'node-fetch'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { StateEvent } from '../../src/events/event-log.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { type App, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'
import { cipherOf } from '../support/keys.js'
import { search } from '../support/leaks.js'
import { addressOf, databaseOf } from '../support/redis.js'

const PATIENT = { timeout: 20_000 }
const KEY = randomBytes(32)
const STORE_ENCRYPTION_KEY = KEY.toString('base64')
/** The emulator of Banfico answers this account later, and never the other one. */
const LATER = '90070020000030'
const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!

let one: App
/** Another server with the same Redis, before the same emulators. */
let two: App
/** What any replica sees. */
let log: RedisEventLog
const events: StateEvent[] = []
beforeAll(async () => {
  const settings = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY }
  one = await startApp(settings)
  two = await startApp(settings, one)
  log = new RedisEventLog({
    address: addressOf(await databaseOf(STORE_ENCRYPTION_KEY)),
    cipher: cipherOf([KEY]),
    settings: { maxCount: 1_000, retentionMs: 3_600_000, sequenceMs: 3_600_000 },
    onFault: (error) => {
      throw error
    },
  })
  log.subscribeAll((event) => void events.push(event))
  await vi.waitFor(() => log.find('1-1'), PATIENT)
})
afterEach(today)
afterAll(async () => {
  await log.close()
  await two.close()
  await one.close()
})

/** The answer to an operation; fails the test where there is none. */
async function ask(app: App, document: string, variables: Record<string, unknown> = {}): Promise<any> {
  const { data, errors } = await app.run(document, variables)
  expect(errors).toEqual([])
  return Object.values(data as object)[0]
}

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const VERIFY_ALL = 'mutation($input: VerifyAccountsInput!) { verifyAccounts(input: $input) { job { id } } }'
const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }'
const SET = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { job { key } } }'
const RESULT = 'query($id: ID!) { verificationResult(id: $id) { state } }'
const JOB = 'query($id: ID!) { accountVerifications(jobId: $id) { state } }'
const ATTRIBUTES = 'query($id: ID!) { accountAttributesJob(key: $id) { status } }'
const PERSON = 'query($id: ID!) { person(id: $id) { verificationStatus } }'

const account = (id: string) => ({ idScheme: 'SCAN', id, name: 'Accepted,A' })
const verify = async (id: string) =>
  (await ask(one, VERIFY, { input: { types: ['NAME'], maxAgeSeconds: 0, account: account(id) } })).result.id as string

/** Reads until the object has ended. */
async function readToEnd(document: string, id: string, member: 'state' | 'status'): Promise<void> {
  await vi.waitFor(async () => {
    later(60)
    expect(['COMPLETED', 'FAILED']).toContain((await ask(two, document, { id }))[member])
  }, PATIENT)
}

/** Delivers an event about a person to a server, as Synctera signs it. */
async function deliver(app: App, type: string, personId: string): Promise<void> {
  const time = String(Math.floor(Date.now() / 1000))
  const body = JSON.stringify({
    id: randomUUID(),
    webhook_id: randomUUID(),
    type,
    event_time: new Date().toISOString(),
    resource_id: personId,
    event_resource: JSON.stringify({ id: personId, person_id: personId, verification_status: 'REJECTED' }),
    metadata: '',
    url: 'https://example.com/hooks/synctera',
  })
  const secret = app.emulators.synctera.settings['SYNCTERA_WEBHOOK_SECRET']!
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'request-timestamp': time, 'synctera-signature': signature }
  expect((await fetch(`${app.url}/webhooks/synctera`, { method: 'POST', headers, body })).status).toBe(200)
}

test.each<[what: string, act: () => Promise<string>, expected: readonly string[]]>([
  ['a verification that is answered at once', () => verify(ADA.account), ['verificationResult 1 COMPLETED final']],
  [
    'a verification that is answered later, by the read at another replica',
    async () => {
      const id = await verify(LATER)
      await readToEnd(RESULT, id, 'state')
      // A repeat tells nothing new.
      await readToEnd(RESULT, id, 'state')
      return id
    },
    ['verificationResult 1 PENDING', 'verificationResult 2 COMPLETED final'],
  ],
  [
    'a job of verifications',
    async () => {
      const accounts = [ADA.account, LATER].map((id) => ({ clientReference: id, account: account(id) }))
      const { job } = await ask(one, VERIFY_ALL, { input: { types: ['NAME'], accounts } })
      await readToEnd(JOB, job.id as string, 'state')
      return job.id as string
    },
    ['accountVerifications 1 RUNNING', 'accountVerifications 2 COMPLETED final'],
  ],
  [
    'a job of account attributes',
    async () => {
      const attributes = [{ name: 'LineOfCreditAccountNumber', value: 'true' }]
      const { job } = await ask(one, SET, { input: { externalId: ADA.seiExternalId, attributes } })
      await readToEnd(ATTRIBUTES, job.key as string, 'status')
      return job.key as string
    },
    ['accountAttributesJob 1 PENDING', 'accountAttributesJob 2 COMPLETED final'],
  ],
  [
    'a person that is created',
    async () => (await ask(one, CREATE, { input: { isCustomer: true, status: 'PROSPECT' } })).person.id as string,
    ['personVerification 1 UNVERIFIED'],
  ],
  [
    'a person whose verification a webhook reports, once for both replicas',
    async () => {
      await deliver(one, 'PERSON.VERIFICATION_OUTCOME.UPDATED', PERCY.personId!)
      await deliver(two, 'CASE.UPDATED', PERCY.personId!)
      return PERCY.personId!
    },
    ['personVerification 1 PENDING'],
  ],
  [
    'a person that is only read',
    async () => {
      await ask(one, PERSON, { id: ADA.personId })
      return ADA.personId!
    },
    [],
  ],
  [
    'a customer whose evidence is written',
    async () => {
      const { customerId } = ADA
      await ask(one, 'mutation($input: AddKycStatusInput!) { addKycStatus(input: $input) { replayed } }', {
        input: { customerId, customerNumber: ADA.customerNumber, ok: true, date: '2026-11-29T00:00:00Z' },
      })
      await ask(two, 'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }', {
        input: { customerId, personId: ADA.personId },
      })
      return customerId
    },
    ['kycOverview 1 CHANGED', 'kycOverview 2 CHANGED'],
  ],
  [
    'a customer with a link that is set before another is refused, and after the repeat',
    async () => {
      const { customerId } = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
      const write = (input: object) =>
        one.run('mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }', {
          input: { customerId, ...input },
        })
      const route = `/obp/v4.0.0/banks/${BANK}/customers/${customerId}/attribute`
      await write({ bankingCustomerId: null, seiExternalId: null })
      one.fault('obp', { match: `POST ${route}`, fault: 'slow', delayMs: 1 })
      one.fault('obp', { match: `POST ${route}`, fault: 'status', status: 429 })
      const input = { bankingCustomerId: 'banking-partly', seiExternalId: 'sei-partly', idempotencyKey: 'partly' }
      expect((await write(input)).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
      expect((await write(input)).errors).toEqual([])
      return customerId
    },
    ['kycOverview 1 CHANGED', 'kycOverview 2 CHANGED', 'kycOverview 3 CHANGED'],
  ],
])('%s', async (_what, act, expected) => {
  const id = await act()
  const told = () =>
    events
      .filter(({ objectId }) => objectId === id)
      .map(({ type, sequence, state, isFinal }) => `${type} ${sequence} ${state}${isFinal ? ' final' : ''}`)
  await vi.waitFor(() => expect(told()).toEqual(expected), PATIENT)
})

test('a status that is read is an event where a replica knows another one', async () => {
  const id = PERCY.personId!
  const states = () => events.filter(({ objectId }) => objectId === id).map(({ state }) => state)
  await deliver(one, 'PERSON.VERIFICATION_OUTCOME.UPDATED', id)
  await vi.waitFor(() => expect(states()).toEqual(['PENDING']), PATIENT)
  const { url } = one.emulators.synctera
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ personId: id, digits: '0001' })
  expect((await fetch(`${url}/__emulator/outcomes`, { method: 'POST', headers, body })).status).toBe(204)
  expect((await ask(two, PERSON, { id })).verificationStatus).toBe('ACCEPTED')
  await ask(one, PERSON, { id })
  await vi.waitFor(() => expect(states()).toEqual(['PENDING', 'ACCEPTED']), PATIENT)
})

test('no event and no line of the log holds a personal value', () => {
  expect(events.length).toBeGreaterThan(8)
  const marks = [ADA.account, LATER, 'Accepted,A', ADA.email, ADA.phone, ADA.seiExternalId]
  expect(search(marks, [{ name: 'the events', text: JSON.stringify(events) }])).toEqual([])
  const ids = events.map(({ objectId }) => objectId)
  expect(
    search(
      ids,
      [one, two].map((app) => ({ name: 'the log', text: app.log() })),
    ),
  ).toEqual([])
})

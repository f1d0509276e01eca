import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ChallengeStore } from '../../datasources/apiture/challenge-store.js'
import { SnapshotStore } from '../../datasources/apiture/snapshot-store.js'
import { VerificationStore } from '../../datasources/banfico/verification-store.js'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Labels, Store } from '../../datasources/contract/store.js'
import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import { type Counts, erasePerson } from '../../src/erasure/erasure.js'
import type { Person } from '../../src/erasure/person-match.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { DEFAULT_LIFETIMES } from '../../src/idempotency/lifetimes.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import type { RedisAddress } from '../../src/store/redis-address.js'
import { redisStore, type RedisStore } from '../../src/store/redis.js'
import { addressOf, emptyDatabase } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'

const OLD = randomBytes(32)
const NEW = randomBytes(32)
const PERSON = 'c0000000-0000-4000-8000-000000000009'

let address: RedisAddress
let raw: RedisStore
beforeAll(async () => {
  address = addressOf(await emptyDatabase())
  raw = redisStore(address, () => undefined)
  await vi.waitFor(() => raw.probe(), { timeout: 20_000 })
})
afterAll(() => raw.close())

const erase = (person: Partial<Person>, secrets: readonly Buffer[] = [NEW, OLD]) =>
  erasePerson(
    { ids: [PERSON], ...person },
    {
      store: raw,
      cipher: cipherOf(secrets),
      keyMs: DEFAULT_LIFETIMES.keyMs,
      isDryRun: false,
      progress: () => undefined,
    },
  )

const put = (labels: Labels, value: object = { a: 1 }, secrets: readonly Buffer[] = [NEW]) => {
  const key = ['verification-result', randomUUID()] as const
  const store = encryptedStore(raw, cipherOf(secrets))
  return { key, done: store.set(key, value, 60, labels) }
}

test.each<[what: string, labels: Labels, value: object, person: Partial<Person>, isErased: boolean]>([
  ['that states the person', { subjects: ['x', PERSON] }, {}, {}, true],
  ['that states another one', { subjects: [`${PERSON}0`] }, {}, {}, false],
  ['that holds the id as a text and states nothing', {}, { rows: [{ owner: PERSON }] }, {}, true],
  ['that holds a longer text with the id in it', {}, { text: `of ${PERSON}` }, {}, false],
  ['of the tenant', { subjects: [PERSON], tenant: 'bank' }, {}, { tenant: 'bank' }, true],
  ['of the tenant, as its file names it', { subjects: [PERSON], tenant: 'tenant:bank' }, {}, { tenant: 'bank' }, true],
  ['of another tenant', { subjects: [PERSON], tenant: 'other' }, {}, { tenant: 'bank' }, false],
  ['of no stated tenant', { subjects: [PERSON] }, {}, { tenant: 'bank' }, true],
  ['of another bank', { subjects: [PERSON], bank: 'other' }, {}, { bank: 'meridian' }, false],
  ['of every tenant and bank, where none is named', { subjects: [PERSON], tenant: 'a', bank: 'b' }, {}, {}, true],
])('a value %s', async (_what, labels, value, person, isErased) => {
  const { key, done } = put(labels, value)
  await done
  expect((await erase(person)).removed).toEqual(isErased ? { 'verification-result': 1 } : {})
  const store: Store = encryptedStore(raw, cipherOf([NEW]))
  expect((await store.get(key)) === null).toBe(isErased)
  await store.update(key, 60, () => null)
})

test.each<[what: string, labels: Labels, person: Partial<Person>]>([
  ['another tenant', { tenant: 'tenant:other' }, { tenant: 'bank' }],
  ['a tenant of a mistyped name', { tenant: 'tenant:bank' }, { tenant: 'bnak' }],
  ['another bank', { bank: 'other' }, { bank: 'meridian' }],
])('a value of %s is left, and counted', async (_what, labels, person) => {
  const { done } = put({ subjects: [PERSON], ...labels })
  await done
  expect(await erase(person)).toMatchObject({ removed: {}, elsewhere: { 'verification-result': 1 } })
  expect(await erase({})).toMatchObject({ removed: { 'verification-result': 1 }, elsewhere: {} })
})

/** The caller whose values are erased, or left. */
const CALLER: Caller = {
  subject: 'user',
  client: 'app',
  tenant: 'tenant:bank',
  scopes: new Set(),
  banks: undefined,
  token: '',
}
const WRITE = {
  id: 'write',
  accounts: ['1001'],
  assignments: { electronicStatementElection: true, electronicDocumentElection: true, roles: { view: true } },
}
const RESULT: VerificationResult = {
  id: 'polled',
  state: VerificationState.COMPLETED,
  message: null,
  account: {
    accountId: PERSON,
    secondaryId: null,
    status: null,
    statusRaw: null,
    nameCheckStatus: null,
    nameCheckStatusRaw: null,
    respondedName: null,
    identities: [],
  },
  responder: null,
  checkedAt: new Date(0).toISOString(),
  fromCache: false,
  nextPollAt: null,
}

async function challenge(store: Store) {
  const challenges = new ChallengeStore(store, CALLER)
  await challenges.remember(PERSON, 'write', { operationId: 'operation', challengeId: 'challenge', factors: [] })
  return { challenges, open: await challenges.find('challenge') }
}

test.each<[what: string, write: (store: Store) => Promise<unknown>, values: Counts]>([
  [
    'entitlements before their write is sent',
    (store) => new SnapshotStore(store, CALLER, 60).begin(PERSON, WRITE),
    { entitlements: 1 },
  ],
  [
    'entitlements that were confirmed',
    (store) => new SnapshotStore(store, CALLER, 60).confirm(PERSON, WRITE, []),
    { entitlements: 1 },
  ],
  ['a challenge', challenge, { challenge: 1 }],
  [
    'a challenge that was tried',
    async (store) => {
      const { challenges, open } = await challenge(store)
      await challenges.count('starts', open)
    },
    { challenge: 1, 'challenge-attempts': 1 },
  ],
  [
    'the token of a challenge',
    async (store) => {
      const { challenges, open } = await challenge(store)
      await challenges.keepToken(open, 'token')
    },
    { 'challenge-token': 1 },
  ],
  [
    'a verification that was polled',
    async (store) => {
      const verifications = new VerificationStore(store, 60, 60)
      const reply = {
        accepted: true,
        result: undefined,
        at: store.now(),
        hintSeconds: undefined,
        slaSeconds: undefined,
      }
      const verify = { types: ['NAME'], account: { idScheme: 'SCAN', id: PERSON } }
      const pending = { ...RESULT, state: VerificationState.PENDING, account: null }
      await verifications.add(CALLER, 'question', verify, pending, reply)
      await verifications.complete(RESULT.id, RESULT)
    },
    { verification: 1, 'verification-result': 1 },
  ],
])('%s: an erasure in another tenant leaves it, and one in its own removes it', async (_what, write, values) => {
  await write(encryptedStore(raw, cipherOf([NEW])))
  expect(await erase({ tenant: 'other' })).toMatchObject({ removed: {}, elsewhere: values })
  expect(await erase({ tenant: 'bank' })).toMatchObject({ removed: values, elsewhere: {} })
})

test('a value under a rotated key is found by that key, and counted as unreadable without it', async () => {
  const { done } = put({ subjects: [PERSON] }, {}, [OLD])
  await done
  expect(await erase({}, [NEW])).toMatchObject({ removed: {}, unreadable: { 'verification-result': 1 } })
  expect(await erase({})).toMatchObject({ removed: { 'verification-result': 1 }, unreadable: {} })
})

test('a value that was named by the id before values stated persons', async () => {
  await encryptedStore(raw, cipherOf([OLD])).set(['entitlements', PERSON], { items: [] }, 60)
  expect(await erase({})).toMatchObject({ removed: { entitlements: 1 } })
})

test('names that hold no stored value are passed over; those of a newer version are counted', async () => {
  await raw.set('kyc:spent:x', Buffer.from('1'), 60_000)
  await raw.set('kyc:ledger:x', Buffer.from('1'), 60_000)
  expect(await erase({})).toMatchObject({ removed: {}, unreadable: {}, unknown: { ledger: 1 } })
})

test.each<[what: string, id: string, tenant: string | undefined, person: Partial<Person>, isErased: boolean]>([
  ['whose object is the person', PERSON, undefined, {}, true],
  ['that states the person', 'an object', undefined, {}, true],
  ['of the tenant', 'an object', 'bank', { tenant: 'bank' }, true],
  ['of another tenant', 'an object', 'other', { tenant: 'bank' }, false],
  ['of another person', 'an object', undefined, { ids: [`${PERSON}0`] }, false],
])('an event %s', async (_what, id, tenant, person, isErased) => {
  const log = new RedisEventLog({
    address,
    cipher: cipherOf([OLD]),
    settings: { maxCount: 1_000, retentionMs: 60_000, sequenceMs: 60_000 },
    onFault: () => undefined,
  })
  await vi.waitFor(() => log.find('1-1'), { timeout: 20_000 })
  const subjects = id === PERSON ? [] : [PERSON]
  const change = { type: 'kycOverview', id, state: randomUUID(), isFinal: false, subjects } as const
  const { eventId } = (await log.record(tenant, change))!
  expect((await erase(person)).removed).toEqual(isErased ? { event: 1 } : {})
  expect((await log.find(eventId)) === null).toBe(isErased)
  await erase({ ids: [PERSON] })
  await log.close()
})

import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { VerificationStore } from '../../../datasources/banfico/verification-store.js'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { type VerificationResult, VerificationState } from '../../../schema/verification.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { later, today } from '../../support/clock.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { createGate } from '../../support/gate.js'
import { cipherOf } from '../../support/keys.js'

const POST = 'POST /v1.0/account-verifications'
const GET = 'GET /v1.0/account-verifications/*'
const [MINE, THEIRS] = [ADA.account, CROWD[0]!.account]
const MALFORMED = [{ extensions: { code: 'PROVIDER_MALFORMED', provider: 'BANFICO' } }]

const RESULT: VerificationResult = {
  id: 'r',
  state: VerificationState.COMPLETED,
  message: null,
  account: { accountId: MINE, secondaryId: null } as never,
  responder: null,
  checkedAt: '2024-01-01T00:00:00Z',
  fromCache: false,
  nextPollAt: null,
}

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterEach(() => {
  app.clear()
  today()
})
afterAll(() => app.close())

const payer = (client: string, claims: RunOptions['claims'] = { tenant: 'shared' }): RunOptions => ({ client, claims })
const [first, second] = [payer('first'), payer('second')]

const completed = (id: string, account: string) => ({
  id,
  account: { id: account, status: 'ACTIVE', nameCheckStatus: 'PARTIAL_MATCH', respondedName: `Holder of ${account}` },
})

/** Lets the provider answer the next verification with this result. */
const answer = (result: { readonly id: string; readonly account?: object }) =>
  app.fault('banfico', { match: POST, fault: 'status', status: result.account ? 200 : 202, body: { data: { result } } })
const polled = (result: object) =>
  app.fault('banfico', { match: GET, fault: 'status', status: 200, body: { data: { result } } })

const verify = (account: string, options: RunOptions, name = 'Doe,John') =>
  app.run<any>(
    'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state account { accountId } } } }',
    { input: { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id: account, name } } },
    options,
  )
const read = (id: string, options: RunOptions) =>
  app.run<any>(
    'query($id: ID!) { verificationResult(id: $id) { state account { accountId respondedName } } }',
    { id },
    options,
  )

test.each<[who: string, account: string, other: RunOptions, name?: string]>([
  ['another client', THEIRS, second],
  ['another user of the client', THEIRS, payer('first', { tenant: 'shared', sub: 'user-2' })],
  ['another tenant', THEIRS, payer('second', { tenant: 'another' })],
])('an id that was given before answers %s once, and by id its first caller alone', async (_who, account, other) => {
  const id = randomUUID()
  answer(completed(id, MINE))
  expect((await verify(MINE, first)).errors).toEqual([])
  // Into the memory of the process.
  await read(id, other)
  answer(completed(id, account))
  const { data, errors } = await verify(account, other)
  expect([errors, data.verifyAccount.result.account.accountId]).toEqual([[], account])
  const mine = await read(id, first)
  expect(mine.data.verificationResult.account).toEqual({ accountId: MINE, respondedName: `Holder of ${MINE}` })
  const theirs = await read(id, other)
  expect(theirs.data.verificationResult).toBeNull()
})

test.each<[what: string, account: string, name?: string]>([
  ['another account', THEIRS],
  ['another name', MINE, 'Roe,Jane'],
])('an id that one caller was given for %s too is not read any more', async (_what, account, name) => {
  const id = randomUUID()
  answer(completed(id, MINE))
  await verify(MINE, first)
  answer(completed(id, account))
  expect((await verify(account, first, name)).data.verifyAccount.result.account.accountId).toBe(account)
  const { data, errors } = await read(id, first)
  expect(data.verificationResult).toBeNull()
  expect(errors).toMatchObject(MALFORMED)
})

test('a pending verification whose id was given twice is polled no more, and none of both is answered', async () => {
  const id = randomUUID()
  answer({ id })
  expect((await verify(MINE, first)).data.verifyAccount.result.state).toBe('PENDING')
  answer({ id })
  expect((await verify(THEIRS, second)).errors).toMatchObject(MALFORMED)
  later(3600)
  app.clear()
  for (const options of [first, second]) {
    polled(completed(id, THEIRS))
    const { data, errors } = await read(id, options)
    expect(data.verificationResult).toBeNull()
    expect(errors).toMatchObject(MALFORMED)
  }
  expect(app.calls('banfico')).toEqual([])
})

test.each([
  ['a pending verification', '90070020000030'],
  ['a completed result that has expired', MINE],
])('what a poll of %s brings is not told where its id was given to another meanwhile', async (_what, account) => {
  const { id } = (await verify(account, first)).data.verifyAccount.result
  later(3600)
  app.clear()
  const gate = createGate()
  app.fault('banfico', { match: GET, fault: 'slow', until: gate.opened })
  const reading = read(id, first)
  await expect.poll(() => app.calls('banfico'), { timeout: 10_000 }).toEqual([`GET /v1.0/account-verifications/${id}`])
  answer(completed(id, account))
  expect((await verify(account, payer('second', { tenant: 'another' }))).errors).toEqual([])
  gate.open()
  const { data, errors } = await reading
  expect(data.verificationResult).toBeNull()
  expect(errors).toMatchObject(MALFORMED)
  // Nor is it kept.
  expect((await read(id, first)).errors).toMatchObject(MALFORMED)
})

test.each([
  ['a pending verification', { state: VerificationState.PENDING, account: null }],
  ['a completed one', {}],
])('what a poll of %s brings is not stored where the verification was erased meanwhile', async (_what, begun) => {
  const raw = memoryStore()
  const store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  const verifications = new VerificationStore(store, 60, 60)
  const caller = { tenant: 'bank', client: 'app', subject: 'app', scopes: new Set(), claims: {} } as never
  const asked = { types: ['NAME'], account: { idScheme: 'SCAN', id: MINE } }
  const reply = { accepted: true, result: undefined, at: store.now(), hintSeconds: undefined, slaSeconds: undefined }
  await verifications.add(caller, 'question', asked, { ...RESULT, ...begun }, reply)
  for (const namespace of ['verification', 'verification-result'] as const)
    await store.update([namespace, RESULT.id], 60, () => null)
  expect(await verifications.complete(RESULT.id, RESULT)).toBe('gone')
  expect(await verifications.completed(RESULT.id)).toBeNull()
  expect(await verifications.find(RESULT.id)).toBeNull()
  await raw.close()
})

test('a completed result whose id was given twice is not fetched again once it has expired', async () => {
  const id = randomUUID()
  answer(completed(id, MINE))
  await verify(MINE, first)
  answer(completed(id, THEIRS))
  await verify(THEIRS, second)
  later(3600)
  app.clear()
  polled(completed(id, THEIRS))
  expect((await read(id, first)).errors).toMatchObject(MALFORMED)
  expect(app.calls('banfico')).toEqual([])
})

test('the same question may have the same id again', async () => {
  const id = randomUUID()
  for (const state of ['PENDING', 'COMPLETED']) {
    answer(state === 'PENDING' ? { id } : completed(id, MINE))
    const { data, errors } = await verify(MINE, first)
    expect([errors, data.verifyAccount.result.state]).toEqual([[], state])
  }
})

test('a poll that answers about another account is refused, and the verification stays pending', async () => {
  const id = randomUUID()
  answer({ id })
  await verify(MINE, first)
  later(3600)
  polled(completed(id, THEIRS))
  const { data, errors } = await read(id, first)
  expect(data.verificationResult).toBeNull()
  expect(errors).toMatchObject(MALFORMED)
  later(3600)
  polled(completed(id, MINE.replace(/(?=.{4}$)/, '-')))
  expect((await read(id, first)).data.verificationResult).toMatchObject({ state: 'COMPLETED' })
  // Also once the result has expired here.
  later(3600)
  polled(completed(id, THEIRS))
  expect((await read(id, first)).errors).toMatchObject(MALFORMED)
})

test('rows of a job that share an id fail, each for itself', async () => {
  const id = randomUUID()
  app.fault('banfico', { match: POST, fault: 'status', status: 202, body: { data: { result: { id } } }, times: 2 })
  const accounts = [MINE, THEIRS].map((account, i) => ({
    clientReference: `row-${i}`,
    account: { idScheme: 'SCAN', id: account, name: 'Doe,John' },
  }))
  const begun = await app.run<any>(
    'mutation($input: VerifyAccountsInput!) { verifyAccounts(input: $input) { job { id } } }',
    { input: { types: ['NAME'], accounts, maxAgeSeconds: 0 } },
    first,
  )
  const { id: jobId } = begun.data.verifyAccounts.job
  for (;;) {
    const { data } = await app.run<any>(
      'query($id: ID!) { accountVerifications(jobId: $id) { state results { nodes { state error { code } } } } }',
      { id: jobId },
      first,
    )
    const { state, results } = data.accountVerifications
    if (state !== 'COMPLETED') continue
    expect(results.nodes).toEqual(Array(2).fill({ state: 'FAILED', error: { code: 'PROVIDER_MALFORMED' } }))
    break
  }
})

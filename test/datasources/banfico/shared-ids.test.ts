import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { later, today } from '../../support/clock.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'

const POST = 'POST /v1.0/account-verifications'
const GET = 'GET /v1.0/account-verifications/*'
const [MINE, THEIRS] = [ADA.account, CROWD[0]!.account]
const MALFORMED = [{ extensions: { code: 'PROVIDER_MALFORMED', provider: 'BANFICO' } }]

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

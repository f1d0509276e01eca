import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { VerificationStore } from '../../../datasources/banfico/verification-store.js'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import { CheckPayeesDocument, PayeeChecksDocument } from '../../../schema/operations/index.js'
import { later, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'

const POST = 'POST /v1.0/account-verifications'
const TOKEN = 'POST /oauth/token'
const mine: RunOptions = { client: 'payer', scopes: ['verifications:read', 'verifications:write', 'pii:read'] }
const own = (sub: string): RunOptions => ({
  client: 'payers',
  scopes: ['verifications:read:own', 'verifications:write:own'],
  claims: { sub },
})

/** A row of a job; a name that the emulated bank does not know, so that no row has a cached answer. */
const row = (clientReference: string, account: object = {}) => ({
  clientReference,
  account: { idScheme: 'SCAN' as const, id: '90070020000000', name: clientReference, ...account },
})
const rows = (count: number, prefix = randomUUID()) =>
  Array.from({ length: count }, (_, i) => row(`${prefix}-${i}`, { id: CROWD[i % CROWD.length]!.account }))

const settings = {
  REDIS_URL: inject('redisUrl'),
  STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  RATE_LIMIT_COST_PER_MINUTE: '0',
  DRAIN_DELAY_MS: '0',
  // Rows of jobs get two of these.
  BANFICO_MAX_CONCURRENCY: '8',
}

let app: App
let replica: App
beforeAll(async () => {
  app = await startApp(settings)
  replica = await startApp(settings, app)
})
beforeEach(() => app.clear())
afterEach(() => {
  today()
  resetQuirks(app.emulators, 'banfico')
})
afterAll(async () => {
  await replica.close()
  await app.close()
})

const begin = (accounts: object[], rest: object = {}, options = mine, at = app) =>
  at.run<any>(CheckPayeesDocument as never, { input: { types: ['NAME'], accounts, ...rest } }, options)

async function begun(accounts: object[], rest: object = {}, options = mine, at = app): Promise<string> {
  const { data, errors } = await begin(accounts, rest, options, at)
  expect(errors).toEqual([])
  return data.verifyAccounts.job.id
}

async function read(jobId: string, options = mine, at = app, page: object = { first: 100 }): Promise<any> {
  const { data, errors } = await at.run<any>(PayeeChecksDocument as never, { jobId, ...page }, options)
  expect(errors).toEqual([])
  return data.accountVerifications
}

/** Reads a job until this holds. */
async function until(jobId: string, holds: (job: any) => boolean, options = mine, at = app): Promise<any> {
  for (;;) {
    const job = await read(jobId, options, at)
    if (holds(job)) return job
    await delay(10)
  }
}
const isOver = (job: any) => job.state === 'COMPLETED'
const checks = () => app.calls('banfico').filter((call) => call === POST).length
const short = (job: any) =>
  job.results.nodes.map(({ clientReference, state, result, error }: any) => [
    clientReference,
    state,
    result?.account?.nameCheckStatus ?? result?.account?.status ?? error?.code ?? null,
  ])

describe('a job', () => {
  test('has each row in the order of the input, with its own reference and its outcome or its error', async () => {
    const jobId = await begun([
      row('match', { id: ADA.account, name: `${ADA.firstName} ${ADA.lastName}` }),
      row('other name', { id: '90070020000001' }),
      row('close', { id: '90070020000002' }),
      row('refused', { id: '90070020000421' }),
      row('broken', { id: '90070020000500' }),
      row('no account', { id: '90070020000007' }),
      row('not served', { idScheme: 'CUID', id: '1' }),
    ])
    const job = await until(jobId, isOver)
    expect(short(job)).toEqual([
      ['match', 'COMPLETED', 'FULL_MATCH'],
      ['other name', 'COMPLETED', 'NO_MATCH'],
      ['close', 'COMPLETED', 'PARTIAL_MATCH'],
      ['refused', 'FAILED', 'BAD_USER_INPUT'],
      ['broken', 'FAILED', 'OUTCOME_UNKNOWN'],
      ['no account', 'COMPLETED', 'UNABLE_TO_MATCH'],
      ['not served', 'FAILED', 'BAD_USER_INPUT'],
    ])
    expect(job.counts).toEqual({ total: 7, queued: 0, pending: 0, completed: 4, failed: 3 })
    expect(job.nextPollAt).toBeNull()
    expect(checks()).toBe(7)
  })

  test('is read in pages, whose cursors belong to it alone', async () => {
    const jobId = await begun(rows(5))
    const whole = await until(jobId, isOver)
    const first = await read(jobId, mine, app, { first: 3 })
    const second = await read(jobId, mine, replica, { first: 3, after: first.results.pageInfo.endCursor })
    expect([...first.results.nodes, ...second.results.nodes]).toEqual(whole.results.nodes)
    expect([first.results.pageInfo.hasNextPage, second.results.pageInfo.hasNextPage]).toEqual([true, false])
    const other = await begun(rows(1))
    await until(other, isOver)
    const { errors } = await app.run(
      PayeeChecksDocument as never,
      { jobId: other, after: first.results.pageInfo.endCursor },
      mine,
    )
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('is the same one under the same idempotency key, also at another replica, and asks no row again', async () => {
    const accounts = rows(4)
    const idempotencyKey = randomUUID()
    const first = await begun(accounts, { idempotencyKey })
    await until(first, isOver)
    const again = await begin(accounts, { idempotencyKey }, mine, replica)
    expect(again.data.verifyAccounts).toMatchObject({ replayed: true, job: { id: first } })
    const reused = await begin(rows(4), { idempotencyKey }, mine, replica)
    expect(reused.errors[0]!.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(checks()).toBe(4)
  })

  test('uses cached answers as verifyAccount does', async () => {
    const accounts = [row('known', { id: CROWD[30]!.account })]
    await until(await begun(accounts), isOver)
    const cached = await until(await begun(accounts), isOver)
    expect(cached.results.nodes[0].result.fromCache).toBe(true)
    expect(checks()).toBe(1)
    const fresh = await until(await begun(accounts, { maxAgeSeconds: 0 }), isOver)
    expect(fresh.results.nodes[0].result.fromCache).toBe(false)
    expect(checks()).toBe(2)
  })

  test('refuses a list with an invalid row as a whole, names each, and asks nothing', async () => {
    const { errors } = await begin(
      [row('fine'), row('no name', { name: null }), row('no bank', { idScheme: 'ACNR', id: '1' })],
      { types: ['NAME', 'ID'] },
    )
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    const twice = await begin([row('twice'), row('twice')])
    expect(Object.keys(twice.errors[0]!.extensions.fields!)).toEqual(['input.accounts'])
    const names = await begin([row('fine'), row('no name', { name: null })])
    expect(Object.keys(names.errors[0]!.extensions.fields!)).toEqual(['input.accounts[1].account.name'])
    expect(checks()).toBe(0)
  })
})

describe('a row', () => {
  test('of which the answer was lost is OUTCOME_UNKNOWN, and is not asked again', async () => {
    app.fault('banfico', { match: POST, fault: 'drop-after-apply', times: 1 })
    const jobId = await begun(rows(1))
    const job = await until(jobId, isOver)
    expect(job.results.nodes[0]).toMatchObject({
      state: 'FAILED',
      error: { code: 'OUTCOME_UNKNOWN', retryable: false },
    })
    await read(jobId, mine, replica)
    expect(checks()).toBe(1)
  })

  test.each<[status: number, code: string]>([
    [408, 'PROVIDER_TIMEOUT'],
    [499, 'OUTCOME_UNKNOWN'],
    [500, 'OUTCOME_UNKNOWN'],
    [502, 'OUTCOME_UNKNOWN'],
    [504, 'OUTCOME_UNKNOWN'],
    [520, 'OUTCOME_UNKNOWN'],
  ])('whose check is answered with %i may have been billed: %s, not to be repeated', async (status, code) => {
    app.fault('banfico', { match: POST, fault: 'status', status })
    const job = await until(await begun(rows(1)), isOver)
    expect(job.results.nodes[0]).toMatchObject({ state: 'FAILED', error: { code, retryable: false } })
    expect(checks()).toBe(1)
  })

  test.each<[what: string, fault: Omit<Fault, 'match'>]>([
    ['does not answer', { fault: 'hang' }],
    ['answers 500', { fault: 'status', status: 500 }],
    ['answers 502', { fault: 'status', status: 502 }],
    ['answers 504', { fault: 'status', status: 504 }],
    ['cuts the connection', { fault: 'reset' }],
  ])(
    'that was not sent because the token endpoint %s is asked later',
    async (_what, fault) => {
      const fresh = await startApp({ ...settings, BANFICO_TIMEOUT_MS: '2000' }, app)
      app.fault('banfico', { match: TOKEN, ...fault })
      const job = await until(await begun(rows(3), {}, mine, fresh), isOver, mine, fresh)
      await fresh.close()
      expect(job.counts).toMatchObject({ completed: 3, failed: 0 })
      expect(checks()).toBe(3)
    },
    30_000,
  )

  test('whose token is refused as stale, and cannot be renewed at once, is asked later', async () => {
    const fresh = await startApp({ ...settings, BANFICO_TIMEOUT_MS: '2000' }, app)
    await until(await begun(rows(1), {}, mine, fresh), isOver, mine, fresh)
    app.fault('banfico', { match: POST, fault: 'status', status: 401 })
    app.fault('banfico', { match: TOKEN, fault: 'hang' })
    const job = await until(await begun(rows(1), {}, mine, fresh), isOver, mine, fresh)
    await fresh.close()
    expect(job.counts).toMatchObject({ completed: 1, failed: 0 })
  }, 30_000)

  test('that a limit of the rate refuses is asked again as often as the other rows are answered', async () => {
    app.emulators.banfico.quirks(['rateLimit'])
    const job = await until(await begun(rows(12)), isOver)
    expect(job.counts).toMatchObject({ completed: 12, failed: 0 })
  }, 30_000)

  test('that was certainly not executed is tried again after the wait that the provider asks for', async () => {
    app.fault('banfico', { match: POST, fault: 'status', status: 429, times: 1, headers: { 'retry-after': '1' } })
    const job = await until(await begun(rows(2)), isOver)
    expect(job.counts).toMatchObject({ completed: 2, failed: 0 })
    expect(checks()).toBe(3)
  })

  test('that a 503 answers is tried five times in all, as the pages say', async () => {
    app.fault('banfico', { match: POST, fault: 'status', status: 503, times: 10, headers: { 'retry-after': '1' } })
    const job = await until(await begun(rows(1)), isOver)
    expect(job.results.nodes[0]).toMatchObject({ state: 'FAILED', error: { code: 'PROVIDER_UNAVAILABLE' } })
    expect(checks()).toBe(5)
    const told = /tried up to five times/
    for (const page of ['idempotency', 'payee-files']) expect(readFileSync(`docs/${page}.md`, 'utf8')).toMatch(told)
  }, 20_000)

  test('whose bank answers later is PENDING until it has answered, and is known afterwards', async () => {
    const jobId = await begun([row('later', { id: '90070020000030' }), ...rows(1)])
    const pending = await until(jobId, ({ counts }) => counts.queued === 0)
    expect(pending).toMatchObject({ state: 'RUNNING', counts: { pending: 1, completed: 1 } })
    expect(Date.parse(pending.nextPollAt)).toBeGreaterThan(Date.parse(pending.results.nodes[0].result.checkedAt))
    const job = await until(jobId, isOver)
    expect(short(job)[0]).toEqual(['later', 'COMPLETED', 'FULL_MATCH'])
    later(3600)
    expect(short(await read(jobId, mine, replica))[0]).toEqual(['later', 'COMPLETED', 'FULL_MATCH'])
    expect(checks()).toBe(2)
  })
})

describe('a pending row', () => {
  const only = async (jobId: string, at = app) => (await read(jobId, mine, at)).results.nodes[0]
  const pendingId = async (jobId: string, at = app): Promise<string> =>
    (await until(jobId, ({ counts }) => counts.pending === 1, mine, at)).results.nodes[0].result.id

  test('of which the verification could not be stored is OUTCOME_UNKNOWN: no bank was silent', async () => {
    const update = vi.spyOn(VerificationStore.prototype, 'add').mockResolvedValueOnce(true)
    const jobId = await begun([row('not stored', { id: '90070020000030' })])
    await until(jobId, ({ counts }) => counts.queued === 0)
    expect(update).toHaveBeenCalledTimes(1)
    const { error } = await only(jobId)
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    expect(error.message).not.toContain('did not answer')
  })

  test('whose answer was read by its id, and is known nowhere any more, is OUTCOME_UNKNOWN', async () => {
    const forgetful = await startApp({ ...settings, VERIFICATION_MAX_AGE_SECONDS: '0' }, app)
    app.emulators.banfico.quirks(['resultsExpire'])
    const jobId = await begun([row('read by id', { id: '90070020000030' })], {}, mine, forgetful)
    const id = await pendingId(jobId, forgetful)
    later(2)
    const query = 'query($id: ID!) { verificationResult(id: $id) { state } }'
    expect((await forgetful.run(query, { id }, mine)).data.verificationResult).toEqual({ state: 'COMPLETED' })
    later(60)
    const { error } = await only(jobId, forgetful)
    await forgetful.close()
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    expect(error.message).not.toContain('did not answer')
  })

  test('of a bank that says nothing within the time that it promised is PROVIDER_TIMEOUT', async () => {
    const jobId = await begun([row('silent', { id: '90070020000034' })])
    await pendingId(jobId)
    later(3)
    expect((await only(jobId)).error).toMatchObject({ code: 'PROVIDER_TIMEOUT', retryable: false })
  })
})

describe('a caller', () => {
  test('without pii:read sees names and account numbers masked', async () => {
    const masked = { ...mine, scopes: ['verifications:read', 'verifications:write'] } as RunOptions
    const job = await until(await begun([row('close', { id: '90070020000002' })]), isOver, masked)
    expect(job.results.nodes[0].result.account).toMatchObject({
      nameCheckStatus: 'PARTIAL_MATCH',
      respondedName: 'J•••',
    })
  })

  test.each<[who: string, options: RunOptions]>([
    ['another tenant', { ...mine, claims: { tenant: 'other' } }],
    ['another user with :own scopes', own('bo')],
  ])('that is %s finds no job', async (_who, options) => {
    const jobId = await begun(rows(1), {}, own('al'))
    await until(jobId, isOver, own('al'))
    expect(await read(jobId, options)).toBeNull()
  })

  test('without the scope is refused', async () => {
    const { errors } = await begin(rows(1), {}, { ...mine, scopes: ['verifications:read'] })
    expect(errors[0]!.extensions.code).toBe('FORBIDDEN')
    expect(checks()).toBe(0)
  })
})

describe('over replicas', () => {
  test('a job belongs to one process while that runs, and other reads see its progress', async () => {
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 0 })
    const jobId = await begun(rows(6))
    await until(jobId, () => checks() === 2)
    expect((await read(jobId, mine, replica)).counts).toMatchObject({ queued: 6 })
    expect(checks()).toBe(2)
    gate.open()
    expect((await until(jobId, isOver, mine, replica)).counts).toMatchObject({ completed: 6 })
    expect(checks()).toBe(6)
  })

  test('single checks are answered while the rows of a job wait', async () => {
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 2 })
    const jobId = await begun(rows(20))
    await until(jobId, () => checks() === 2)
    const { errors } = await app.run(
      'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { state } } }',
      { input: { types: ['NAME'], account: row('single').account } },
      mine,
    )
    expect(errors).toEqual([])
    expect((await read(jobId)).counts).toMatchObject({ queued: 20 })
    gate.open()
    await until(jobId, isOver)
  })

  test('a job whose process is gone goes on at another; what that had asked is OUTCOME_UNKNOWN until its answer comes', async () => {
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 2 })
    const jobId = await begun(rows(6))
    await until(jobId, () => checks() === 2)
    // The lease has expired, as that of a process that was killed.
    later(31)
    const job = await until(jobId, isOver, mine, replica)
    expect(job.counts).toMatchObject({ completed: 4, failed: 2 })
    expect(new Set(job.results.nodes.map(({ error }: any) => error?.code))).toEqual(
      new Set([undefined, 'OUTCOME_UNKNOWN']),
    )
    gate.open()
    expect(await until(jobId, ({ counts }) => counts.completed === 6, mine, replica)).toMatchObject({
      state: 'COMPLETED',
    })
    expect(checks()).toBe(6)
  })

  test('a server that stops ends the rows that it has asked, and another goes on with the rest at once', async () => {
    const third = await startApp(settings, app)
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 2 })
    const jobId = await begun(rows(5), {}, mine, third)
    await until(jobId, () => checks() === 2, mine, third)
    const closed = third.close()
    gate.open()
    await closed
    const job = await until(jobId, isOver)
    expect(job.counts).toMatchObject({ completed: 5 })
    expect(checks()).toBe(5)
  })

  const desk: RunOptions = { client: 'desk', scopes: ['verifications:read'], claims: { tenant: 'acme' } }

  test('rows that are asked while another client reads the job belong to its asker, pending and completed', async () => {
    const third = await startApp(settings, app)
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 2 })
    const asker = { ...own('ada'), claims: { sub: 'ada', tenant: 'acme' } }
    const accounts = Array.from({ length: 4 }, () => row(randomUUID(), { id: '90070020000030' }))
    const jobId = await begun(accounts, {}, asker, third)
    await until(jobId, () => checks() === 2, asker, third)
    const closed = third.close()
    gate.open()
    await closed
    await until(jobId, ({ counts }) => counts.queued === 0, desk)
    const first = await read(jobId, asker)
    expect(first.counts).toMatchObject({ failed: 0, queued: 0 })
    const job = await until(jobId, isOver, asker)
    expect(job.counts).toMatchObject({ total: 4, completed: 4, failed: 0 })
    expect(checks()).toBe(4)
  })

  test('one question of two clients is asked twice, though a third one reads both of their jobs', async () => {
    const third = await startApp(settings, app)
    const gate = createGate()
    app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened, times: 2 })
    const filler = await begun(rows(2), {}, mine, third)
    await until(filler, () => checks() === 2, mine, third)
    const question = [row(randomUUID(), { id: CROWD[3]!.account })]
    const clients = ['one', 'other'].map((client): RunOptions => ({ ...mine, client, claims: { tenant: 'acme' } }))
    const jobIds = await Promise.all(clients.map((client) => begun(question, {}, client, third)))
    const closed = third.close()
    gate.open()
    await closed
    for (const jobId of jobIds) await until(jobId, isOver, desk)
    expect(checks()).toBe(4)
  })
})

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { ACCEPTED, EXPIRED_ONCE, PROBLEMS, REFUSED } from '../../../datasources/sei/emulator/index.js'
import { later, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'
import { privateRedis } from '../../support/redis.js'

const SET = `mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) {
  replayed job { key externalId status requestTrackingId submittedAt errors { field location reason } }
} }`
const JOB =
  'query($key: ID!) { accountAttributesJob(key: $key) { key externalId status requestTrackingId errors { field location reason } } }'

const LINE = { name: 'LineOfCreditAccountNumber', value: 'true' }

const STORES: [store: string, settings: () => Record<string, string>][] = [
  ['memory', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })],
]

describe.each(STORES)('account attributes, jobs remembered in %s', (_store, settings) => {
  let app: App
  beforeAll(async () => {
    app = await startApp({ SEI_TIMEOUT_MS: '1500', ...settings() })
  })
  beforeEach(() => app.clear())
  afterEach(today)
  afterAll(() => app.close())

  const set = (externalId: string, attributes: object[] = [LINE], rest: object = {}, options?: RunOptions) =>
    app.run(SET, { input: { externalId, attributes, ...rest } }, options)
  const job = async (key: string, options?: RunOptions) =>
    (await app.run(JOB, { key }, options)).data.accountAttributesJob
  /** The same once its time has come. */
  const due = (key: string, options?: RunOptions) => {
    later(60)
    return job(key, options)
  }
  const keyOf = async (externalId: string) => (await set(externalId)).data.setAccountAttributes.job.key as string

  test.each([
    ['required', { externalId: 'test', attributes: [LINE] }, { externalId: 'test', attributes: [LINE] }],
    [
      'complete',
      { externalId: 'test01', attributes: [{ ...LINE, explanation: null, fieldsToNull: [''] }] },
      { externalId: 'test01', attributes: [LINE] },
    ],
    [
      'with something in every member',
      { externalId: 'test02', attributes: [{ ...LINE, explanation: 'moved', fieldsToNull: ['', 'a', ' ', 'b'] }] },
      { externalId: 'test02', attributes: [{ ...LINE, explanation: 'moved', fieldsToNull: ['a', 'b'] }] },
    ],
  ])('the source payload (%s) is accepted as a job', async (_name, input, sent) => {
    const { data, errors } = await app.run(SET, { input })
    expect(errors).toEqual([])
    expect(app.calls('sei')).toEqual(['POST /v1/accounts/attributes'])
    const [call] = app.recorded('sei')
    expect(call!.body).toEqual(sent)
    expect(call!.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: expect.stringMatching(/^Bearer /),
      appkey: app.emulators.sei.settings['SEI_APP_KEY'],
    })
    expect(data.setAccountAttributes).toEqual({
      replayed: false,
      job: {
        key: expect.stringMatching(/^\+\/\+\/[\w+/]+=*$/),
        externalId: input.externalId,
        status: 'PENDING',
        requestTrackingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        submittedAt: expect.stringMatching(/Z$/),
        errors: [],
      },
    })
  })

  test('202 means the same as 200', async () => {
    const { data } = await set(ACCEPTED)
    expect(data.setAccountAttributes.job.status).toBe('PENDING')
  })

  test('a job is polled until it has ended', async () => {
    const key = await keyOf(ADA.seiExternalId)
    app.clear()
    const seen = []
    for (let i = 0; i < 4; i += 1) seen.push((await due(key)).status)
    expect(seen).toEqual(['PENDING', 'COMPLETED', 'COMPLETED', 'COMPLETED'])
    expect(app.calls('sei')).toEqual([`GET /v1/insight/status/${key}`, `GET /v1/insight/status/${key}`])
    expect(app.recorded('sei')[0]!.url).toBe(`/v1/insight/status/${encodeURIComponent(key)}`)
  })

  test('a failed job has its errors', async () => {
    const key = await keyOf('job-failed')
    await due(key)
    expect(await due(key)).toMatchObject({
      status: 'FAILED',
      externalId: 'job-failed',
      errors: [{ field: 'name', location: 'attributes', reason: 'unknown attribute' }],
    })
    expect(await job(key, { scopes: ['attributes:write'] })).toMatchObject({
      status: 'FAILED',
      errors: [{ field: 'name', location: 'attributes', reason: null }],
    })
  })

  test.each(['job-pending', 'job-unknown-word', 'job-odd-shape'])(
    '%s stays pending after every poll',
    async (externalId) => {
      const key = await keyOf(externalId)
      for (let i = 0; i < 3; i += 1) expect((await due(key)).status).toBe('PENDING')
    },
  )

  const PROGRESS = 'query($key: ID!) { accountAttributesJob(key: $key) { status providerStatus } }'
  const progress = async (key: string) => (await app.run(PROGRESS, { key })).data.accountAttributesJob

  test("a job has the provider's word, between two polls too", async () => {
    const key = await keyOf('job-unknown-word')
    expect(await progress(key)).toEqual({ status: 'PENDING', providerStatus: null })
    await due(key)
    const known = await progress(key)
    expect(known).toEqual({ status: 'PENDING', providerStatus: expect.stringMatching(/^\w+$/) })
    app.clear()
    expect(await progress(key)).toEqual(known)
    expect(app.calls('sei')).toEqual([])
  })

  const answers = (body: object) => app.fault('sei', { match: 'GET /**', fault: 'status', status: 200, body, times: 1 })

  test.each([
    ['COMPLETED', 'COMPLETED'],
    ['completed', 'COMPLETED'],
    ['Success', 'COMPLETED'],
    ['SUCCEEDED', 'COMPLETED'],
    ['Done', 'COMPLETED'],
    ['Finished ', 'COMPLETED'],
    ['FAILED', 'FAILED'],
    ['Error', 'FAILED'],
    ['errored', 'FAILED'],
    ['CANCELLED', 'FAILED'],
    ['Rejected', 'FAILED'],
    ['IN_PROGRESS', 'PENDING'],
    ['In Progress', 'PENDING'],
    ['queued', 'PENDING'],
  ])('the word %j is %s, wherever it stands', async (word, status) => {
    const forms = [
      { data: { status: word } },
      { status: word },
      { data: { jobStatus: word } },
      { data: { state: word, status: null } },
      { jobStatus: word, data: null },
    ]
    for (const body of forms) {
      const key = await keyOf('job-pending')
      answers(body)
      expect((await due(key)).status).toBe(status)
    }
  })

  test.each<[object, string]>([
    [{ status: 'OK', jobStatus: 'Failed' }, 'FAILED'],
    [{ data: { status: 'success', jobState: 'Processing' } }, 'PENDING'],
    [{ status: 'success', data: { status: 'Failed' } }, 'FAILED'],
    [{ data: { status: 'OK' }, jobStatus: 'Rejected' }, 'FAILED'],
    [{ status: 'success', data: { state: 'Failed' } }, 'FAILED'],
    [{ status: 'OK', data: { results: [{ status: 'Failed' }] } }, 'PENDING'],
    [{ state: 'Completed', data: [{ state: 'Failed' }] }, 'PENDING'],
    [{ status: 'OK', data: { jobState: 'Processing', status: 'success' } }, 'PENDING'],
  ])("the job's own word counts more than another: %j", async (body, status) => {
    const key = await keyOf('job-pending')
    answers(body)
    expect((await due(key)).status).toBe(status)
  })

  test.each(['200 OK', 'COMPLETED 3 of 5'])('a word with a number, %s, is not understood', async (word) => {
    const key = await keyOf('job-pending')
    answers({ status: word })
    expect((await due(key)).status).toBe('PENDING')
  })

  test.each(['Transmogrifying', 'CompletedMaybe', ''])(
    'a job of which SEI says nothing but %j for a day ends as unknown',
    async (word) => {
      const key = await keyOf('job-pending')
      answers({ data: { status: word } })
      expect((await due(key)).status).toBe('PENDING')
      later(23 * 3600)
      answers({ data: { status: word } })
      expect((await job(key)).status).toBe('PENDING')
      later(3600)
      answers({ data: { status: word } })
      expect((await job(key)).status).toBe('UNKNOWN')
      app.clear()
      later(3600)
      expect((await job(key)).status).toBe('UNKNOWN')
      expect(app.calls('sei')).toEqual([])
    },
  )

  test('a job that SEI has not found for a day ends as unknown, with the last word of SEI', async () => {
    const key = await keyOf('job-forgotten')
    await due(key)
    const { status: first, providerStatus } = await progress(key)
    expect([first, providerStatus]).toEqual(['PENDING', expect.any(String)])
    expect((await due(key)).status).toBe('PENDING')
    later(23 * 3600)
    expect((await job(key)).status).toBe('PENDING')
    later(3600)
    expect(await progress(key)).toEqual({ status: 'UNKNOWN', providerStatus })
    app.clear()
    later(3600)
    expect((await job(key)).status).toBe('UNKNOWN')
    expect(app.calls('sei')).toEqual([])
  })

  test('a poll without an answer of SEI says nothing of the job', async () => {
    const key = await keyOf('job-forgotten')
    await due(key)
    await due(key)
    later(25 * 3600)
    app.fault('sei', { match: 'GET /**', fault: 'status', status: 503, times: 3 })
    expect((await app.run(JOB, { key })).errors[0]!.extensions.code).toBe('PROVIDER_UNAVAILABLE')
    answers({ status: 'Done' })
    expect((await due(key)).status).toBe('COMPLETED')
  })

  test.each([
    ['In Progress', 'PENDING', 'In Progress'],
    ['Ада Failed', 'FAILED', null],
    ['Failed (Ada)', 'PENDING', null],
    ['fa1led', 'PENDING', 'fa1led'],
    ['Failed: 愛', 'FAILED', null],
  ])('of the word %j only what is surely a word is shown', async (word, status, providerStatus) => {
    const key = await keyOf('job-pending')
    answers({ data: { status: word } })
    await due(key)
    expect(await progress(key)).toEqual({ status, providerStatus })
  })

  test('a word that is understood in between begins the day again', async () => {
    const key = await keyOf('job-pending')
    answers({ status: 'Transmogrifying' })
    await due(key)
    later(20 * 3600)
    answers({ status: 'Pending' })
    await job(key)
    later(20 * 3600)
    answers({ status: 'Transmogrifying' })
    expect((await job(key)).status).toBe('PENDING')
    later(20 * 3600)
    answers({ status: 'Done' })
    expect((await job(key)).status).toBe('COMPLETED')
  })

  test.each([
    [{ field: 'attributes[0].value' }, 'input.attributes[0].value'],
    [{ field: '/attributes/1/name' }, 'input.attributes[1].name'],
    [{ field: 'value', location: 'attributes[2]' }, 'input.attributes[2].value'],
    [{ field: 'attributes[0].fieldsToNull[1]' }, 'input.attributes[0].fieldsToNull[1]'],
    [{ field: 'explanation', location: 'body' }, 'input.attributes'],
    [{ field: 'externalId', location: 'body' }, 'input.externalId'],
  ])('the refused member %j stands at %s', async (item, path) => {
    const body = { ...PROBLEMS.validation, errors: [{ ...item, reason: 'because' }] }
    app.fault('sei', { match: 'POST /v1/**', fault: 'status', status: 400, body })
    const { errors } = await set('test')
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [path]: [expect.any(String)] } })
  })

  test.each(['statusSynonyms', 'statusAtTop', 'statusByOtherName', 'envelopeWord'])(
    'the quirk %s changes no outcome',
    async (quirk) => {
      app.emulators.sei.quirks([quirk])
      const [done, failed] = [await keyOf('test'), await keyOf('job-failed')]
      await due(done)
      expect((await due(done)).status).toBe('COMPLETED')
      await due(failed)
      expect((await due(failed)).status).toBe('FAILED')
      resetQuirks(app.emulators, 'sei')
    },
  )

  test.each(['job-unknown-word', 'job-odd-shape'])('%s is counted as drift', async (externalId) => {
    const count = async (field: string) =>
      Number(
        new RegExp(`kyc_provider_drift_total\\{provider="sei",field="${field}"\\} (\\d+)`).exec(
          await (await fetch(`${app.url}/metrics`)).text(),
        )?.[1] ?? 0,
      )
    const field = externalId === 'job-unknown-word' ? 'job.status' : 'job'
    const before = await count(field)
    await due(await keyOf(externalId))
    expect(await count(field)).toBe(before + 1)
  })

  test('a job that is not visible yet is pending, and so is one with a response that is not JSON', async () => {
    const key = await keyOf('job-not-visible')
    expect((await due(key)).status).toBe('PENDING')
    app.fault('sei', { match: 'GET /**', fault: 'html' })
    expect((await due(key)).status).toBe('PENDING')
    expect((await due(key)).status).toBe('COMPLETED')
  })

  test.each([
    ['status', { status: 503 }, 'PROVIDER_UNAVAILABLE'],
    ['status', { status: 429 }, 'RATE_LIMITED'],
    ['status', { status: 403 }, 'PROVIDER_REFUSED'],
  ] as const)('a status that cannot be asked for is an error (%s %o)', async (fault, rest, code) => {
    const key = await keyOf(ADA.seiExternalId)
    app.fault('sei', { match: 'GET /**', fault, ...rest, times: 0 })
    later(1)
    const { data, errors } = await app.run(JOB, { key })
    expect(data).toEqual({ accountAttributesJob: null })
    expect(errors[0]!.extensions.code).toBe(code)
  })

  test("another tenant's job is absent, like one that does not exist", async () => {
    const { data } = await set(ADA.seiExternalId, [LINE], {}, { claims: { tenant: 'north' } })
    const { key } = data.setAccountAttributes.job
    app.clear()
    expect(await job(key, { claims: { tenant: 'south' } })).toBeNull()
    expect(await job(key)).toBeNull()
    for (const other of ['no-such-job', '', '..', '/../../x']) expect(await job(other)).toBeNull()
    expect(app.recorded('sei')).toEqual([])
    expect(await job(key, { claims: { tenant: 'north' }, client: 'another-client' })).toMatchObject({
      key,
      status: 'PENDING',
    })
  })

  test.each(['PENDING', 'COMPLETED'])(
    'a key that SEI gives twice keeps its first job (%s), and the other write has an unknown outcome',
    async (status) => {
      const shared = `shared-${status}-${_store}`
      const body = { data: { jobStatusQueryKey: shared } }
      app.fault('sei', { match: 'POST /v1/**', fault: 'status', status: 200, body, times: 2 })
      const [north, south] = [{ claims: { tenant: 'north' } }, { claims: { tenant: 'south' } }]
      const drifts = async () =>
        /field="jobStatusQueryKey"\} (\d+)/.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1] ?? '0'
      const before = Number(await drifts())
      expect((await set(ADA.seiExternalId, [LINE], {}, north)).data.setAccountAttributes.job.key).toBe(shared)
      if (status === 'COMPLETED') {
        answers({ data: { status: 'Completed' } })
        expect((await due(shared, north)).status).toBe(status)
      }
      const { data, errors } = await set(CROWD[0]!.seiExternalId, [LINE], {}, south)
      expect(data).toEqual({ setAccountAttributes: null })
      expect(errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', provider: 'SEI', retryable: false })
      expect(Number(await drifts())).toBe(before + 1)
      expect(await job(shared, south)).toBeNull()
      expect(await job(shared, north)).toMatchObject({ key: shared, externalId: ADA.seiExternalId, status })
    },
  )

  test('two writes under one idempotency key create one job', async () => {
    const first = await set(ADA.seiExternalId, [LINE], { idempotencyKey: `one-${_store}` })
    const second = await set(ADA.seiExternalId, [LINE], { idempotencyKey: `one-${_store}` })
    expect(second.data.setAccountAttributes).toEqual({ replayed: true, job: first.data.setAccountAttributes.job })
    expect(app.calls('sei')).toHaveLength(1)
  })

  test('a write with a lost answer is not sent again with its idempotency key', async () => {
    app.fault('sei', { match: 'POST /v1/**', fault: 'drop-after-apply' })
    const first = await set(ADA.seiExternalId, [LINE], { idempotencyKey: `lost-${_store}` })
    const second = await set(ADA.seiExternalId, [LINE], { idempotencyKey: `lost-${_store}` })
    for (const { errors } of [first, second])
      expect(errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    expect(app.calls('sei')).toHaveLength(1)
  })

  test('a process sends writes to one account one after the other, and writes to different accounts at once', async () => {
    const gate = createGate()
    app.fault('sei', { match: 'POST /v1/**', fault: 'slow', until: gate.opened })
    const [account, other] = [CROWD[0]!.seiExternalId, CROWD[1]!.seiExternalId]
    const first = set(account, [{ ...LINE, value: 'first' }])
    await expect.poll(() => app.recorded('sei')).toHaveLength(1)
    const rest = [set(account, [{ ...LINE, value: 'second' }]), set(other)]
    await rest[1]
    expect(app.recorded('sei').map(({ body }) => (body as any).externalId)).toEqual([account, other])
    gate.open()
    await Promise.all([first, ...rest])
    expect(app.recorded('sei').map(({ body }) => (body as any).attributes[0].value)).toEqual([
      'first',
      'true',
      'second',
    ])
  })

  test('a failed write does not block the next one', async () => {
    app.fault('sei', { match: 'POST /v1/**', fault: 'status', status: 400 })
    // Which of two that are sent at once comes first is not theirs to say.
    const both = await Promise.all([set(ADA.seiExternalId), set(ADA.seiExternalId)])
    expect(new Set(both.map(({ errors }) => errors[0]?.extensions.code))).toEqual(
      new Set(['BAD_USER_INPUT', undefined]),
    )
  })

  const EXPECTED: Record<keyof typeof REFUSED, object> = {
    'refused-400': { code: 'BAD_USER_INPUT', fields: { 'input.externalId': ['is not valid to the provider'] } },
    'refused-401-credentials': { code: 'PROVIDER_REFUSED' },
    'refused-401-api-key': { code: 'PROVIDER_REFUSED' },
    'refused-403-address': { code: 'PROVIDER_REFUSED' },
    'refused-403-certificate': { code: 'PROVIDER_REFUSED' },
    'refused-403-host': { code: 'PROVIDER_REFUSED' },
    'refused-404': { code: 'NOT_FOUND' },
    'refused-429': { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 5 },
    'refused-500': { code: 'OUTCOME_UNKNOWN' },
    'refused-500-transient-text': { code: 'PROVIDER_UNAVAILABLE', retryable: true },
    'refused-500-transient': { code: 'PROVIDER_UNAVAILABLE', retryable: true },
    'refused-503': { code: 'PROVIDER_UNAVAILABLE', retryable: true },
  }
  test.each(Object.keys(REFUSED))(
    '%s is answered as our own error, after one call unless SEI says that it passes',
    async (externalId) => {
      const { data, errors } = await set(externalId)
      const { status, code, message } = PROBLEMS[REFUSED[externalId]!]
      expect(data).toEqual({ setAccountAttributes: null })
      expect(errors[0]!.extensions).toMatchObject({
        ...EXPECTED[externalId],
        provider: 'SEI',
        providerStatus: status,
        providerCode: code,
        providerRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      expect(errors[0]!.message).not.toContain(message)
      expect(app.calls('sei')).toHaveLength(
        (EXPECTED[externalId] as { code: string }).code === 'PROVIDER_UNAVAILABLE' ? 3 : 1,
      )
    },
  )

  test('an error that SEI marks as transient is retryable', async () => {
    app.fault('sei', {
      match: 'POST /v1/**',
      fault: 'status',
      status: 400,
      body: { code: 'busy', message: 'try again', transient: 'true' },
      times: 3,
    })
    const input = { idempotencyKey: `transient-${_store}` }
    expect((await set(ADA.seiExternalId, [LINE], input)).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
    })
    expect((await set(ADA.seiExternalId, [LINE], input)).data.setAccountAttributes).toMatchObject({
      replayed: false,
      job: { status: 'PENDING' },
    })
  })

  const REFUSALS = Object.entries(PROBLEMS).filter(([, { code }]) => /^gateway\.(auth|access)/.test(code))

  test.each(REFUSALS.flatMap(([name, body]) => [400, 403, 404, 409, 500].map((status) => ({ name, status, body }))))(
    'what the gateway refuses was not executed, whatever its status: $name with $status',
    async ({ name, status, body }) => {
      app.fault('sei', { match: 'POST /v1/**', fault: 'status', status, body, times: 0 })
      const { errors } = await set(ADA.seiExternalId)
      expect(errors[0]!.extensions).toMatchObject({
        // 409 is a conflict at every provider.
        code: status === 409 ? 'CONFLICT' : 'PROVIDER_REFUSED',
        providerStatus: status,
        providerCode: body.code,
      })
      // An expired token is renewed once.
      expect(app.calls('sei')).toHaveLength(name === 'expired' ? 2 : 1)
    },
  )

  test('an expired token is renewed also where the gateway refuses it with 400', async () => {
    app.emulators.sei.quirks(['gatewayStatuses'])
    const { errors } = await set(EXPIRED_ONCE)
    resetQuirks(app.emulators, 'sei')
    expect(errors).toEqual([])
    expect(app.calls('sei')).toHaveLength(2)
  })

  test('a status that the gateway refuses with 404 is an error, and no job that is not found', async () => {
    const key = await keyOf('job-pending')
    app.fault('sei', { match: 'GET /**', fault: 'status', status: 404, body: PROBLEMS.address })
    later(60)
    expect((await app.run(JOB, { key })).errors[0]!.extensions.code).toBe('PROVIDER_REFUSED')
  })

  test.each([false, 'false'])('what SEI says does not pass, transient %j, is not tried again', async (transient) => {
    const body = { ...PROBLEMS.slowDown, transient }
    const headers = { 'retry-after': '0' }
    app.fault('sei', { match: 'POST /v1/**', fault: 'status', status: 429, headers, body, times: 0 })
    expect((await set(ADA.seiExternalId)).errors[0]!.extensions.code).toBe('RATE_LIMITED')
    expect(app.calls('sei')).toEqual(['POST /v1/accounts/attributes'])
  })

  test('an account that SEI does not know is not found', async () => {
    expect((await set('nobody-knows')).errors[0]!.extensions).toMatchObject({
      code: 'NOT_FOUND',
      providerCode: 'resource.not.found',
    })
  })

  const VALUE = 'S3NSITIVE'
  test.each<[string, object, string]>([
    ['an empty id', { externalId: '' }, 'input.externalId'],
    ['an id of 256', { externalId: VALUE.padEnd(256, 'x') }, 'input.externalId'],
    ['no attribute', { attributes: [] }, 'input.attributes'],
    [
      '101 attributes',
      { attributes: Array.from({ length: 101 }, (_, i) => ({ name: `n${i}`, value: VALUE })) },
      'input.attributes',
    ],
    [
      'a name twice',
      {
        attributes: [
          { name: VALUE, value: '1' },
          { name: VALUE, value: '2' },
        ],
      },
      'input.attributes',
    ],
    ['an empty name', { attributes: [{ name: '', value: VALUE }] }, 'input.attributes[0].name'],
    ['a name of 256', { attributes: [{ name: VALUE.padEnd(256, 'x'), value: '1' }] }, 'input.attributes[0].name'],
    ['a value of 4001', { attributes: [{ name: 'a', value: VALUE.padEnd(4001, 'x') }] }, 'input.attributes[0].value'],
    ['a value that is no text', { attributes: [{ name: 'a', value: 900551234 }] }, 'input.attributes[0].value'],
    [
      'an explanation of 4001',
      { attributes: [{ name: 'a', value: '1', explanation: VALUE.padEnd(4001, 'x') }] },
      'input.attributes[0].explanation',
    ],
    [
      '101 members to clear',
      { attributes: [{ name: 'a', value: '1', fieldsToNull: Array.from({ length: 101 }, () => VALUE) }] },
      'input.attributes[0].fieldsToNull',
    ],
  ])('%s is invalid input by its name, before anything is sent', async (_name, change, field) => {
    const { errors } = await app.run(SET, { input: { externalId: 'test', attributes: [LINE], ...change } })
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([field])
    expect(JSON.stringify(errors)).not.toMatch(/S3NSITIVE|900551234/)
    expect(app.recorded('sei')).toEqual([])
  })

  test('query and command need the scope', async () => {
    const write = await set(ADA.seiExternalId, [LINE], {}, { scopes: ['entitlements:write'] })
    const read = await app.run(JOB, { key: 'x' }, { scopes: ['entitlements:write'] })
    for (const { errors } of [write, read]) expect(errors[0]!.message).toBe('This needs the scope attributes:write.')
    expect(app.recorded('sei')).toEqual([])
  })

  test('nothing of the input reaches the log', async () => {
    await set(ADA.seiExternalId, [{ name: 'TaxNumber', value: '900-55-9999', explanation: 'because of the move' }])
    await set('refused-400', [{ name: 'TaxNumber', value: '900-55-9999' }])
    expect(app.log()).toContain('/v1/accounts/attributes')
    for (const value of ['900-55', 'the move', 'TaxNumber', ADA.seiExternalId]) expect(app.log()).not.toContain(value)
  })
})

describe('a login that SEI refuses', () => {
  const tracked = { trackingId: '6cfbfd80-60ef-04bb-8b67-95f164846a3d' }
  test.each([
    ['credentials', 401, {}, { code: 'PROVIDER_REFUSED' }],
    ['address', 500, {}, { code: 'PROVIDER_REFUSED' }],
    ['internal', 500, {}, { code: 'PROVIDER_UNAVAILABLE' }],
    ['credentials', 401, { transient: 'true' }, { code: 'PROVIDER_UNAVAILABLE', retryable: true }],
    ['validation', 400, { transient: true }, { code: 'PROVIDER_UNAVAILABLE', retryable: true }],
    ['slowDown', 429, {}, { code: 'RATE_LIMITED', retryable: true }],
  ] as const)("keeps SEI's ids (%s with %i %o)", async (name, status, change, expected) => {
    const app = await startApp()
    const body = { ...PROBLEMS[name], ...tracked, ...change }
    app.fault('sei', { match: 'POST /v2/oauthtoken', fault: 'status', status, body, times: 0 })
    const { errors } = await app.run(SET, { input: { externalId: 'test', attributes: [LINE] } })
    expect(errors[0]!.extensions).toMatchObject({
      ...expected,
      providerStatus: status,
      providerCode: body.code,
      providerRequestId: tracked.trackingId,
    })
    expect(app.recorded('sei')).toEqual([])
    await app.close()
  })
})

test.each([
  ['on', /^Basic \S+$/],
  ['off', /^[\w+/]+=*$/],
])('the credentials of a login have the scheme where SEI_BASIC_PREFIX is %s', async (setting, form) => {
  const app = await startApp({ SEI_BASIC_PREFIX: setting })
  expect((await app.run(SET, { input: { externalId: 'test', attributes: [LINE] } })).errors).toEqual([])
  const logins = app.emulators.sei.calls().filter(({ url }) => url === '/v2/oauthtoken')
  expect(logins.map(({ headers }) => headers.authorization)).toEqual([expect.stringMatching(form)])
  await app.close()
})

test('the path of a job status is a setting', async () => {
  const app = await startApp({ SEI_JOB_STATUS_PATH: '/v1/jobs/insight/status/{key}?view=full' })
  const { data } = await app.run(SET, { input: { externalId: 'test', attributes: [LINE] } })
  const { key } = data.setAccountAttributes.job
  later(1)
  expect((await app.run(JOB, { key })).data.accountAttributesJob.status).toBe('PENDING')
  today()
  expect(app.recorded('sei').at(-1)!.url).toBe(`/v1/jobs/insight/status/${encodeURIComponent(key)}?view=full`)
  await app.close()
})

test('without the store no write is sent and no job is returned', async () => {
  const redis = await privateRedis()
  const app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
  const input = { externalId: ADA.seiExternalId, attributes: [LINE] }

  const gate = createGate()
  app.fault('sei', { match: 'POST /v1/**', fault: 'slow', until: gate.opened })
  const running = app.run(SET, { input })
  await expect.poll(() => app.recorded('sei')).toHaveLength(1)
  await redis.kill()
  gate.open()
  const accepted = await running
  expect(accepted.errors).toEqual([])
  expect(accepted.data.setAccountAttributes.job.status).toBe('PENDING')

  app.clear()
  const write = await app.run(SET, { input })
  const read = await app.run(JOB, { key: accepted.data.setAccountAttributes.job.key })
  for (const { errors } of [write, read]) expect(errors[0]!.extensions.code).toBe('STORE_UNAVAILABLE')
  expect(app.recorded('sei')).toEqual([])
  await app.close()
})

test.concurrent.each(STORES)(
  'a status that does not come in time is an error, with the job remembered in %s',
  async (_store, settings) => {
    const app = await startApp({ SEI_TIMEOUT_MS: '1000', ...settings() })
    const { data } = await app.run(SET, { input: { externalId: ADA.seiExternalId, attributes: [LINE] } })
    app.fault('sei', { match: 'GET /**', fault: 'hang', times: 0 })
    await delay(1_000)
    const answer = await app.run(JOB, { key: data.setAccountAttributes.job.key })
    expect(answer.data).toEqual({ accountAttributesJob: null })
    expect(answer.errors[0]!.extensions.code).toBe('PROVIDER_TIMEOUT')
    await app.close()
  },
)

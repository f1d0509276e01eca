import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv, type Schema } from 'ajv'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ANSWER, CHALLENGE, CODES, CUSTOMERS } from '../../../datasources/apiture/emulator/index.js'
import {
  EntitleDocument,
  StartChallengeFactorDocument,
  VerifyChallengeFactorDocument,
} from '../../../schema/operations/index.js'
import { type App, type GraphError, type RunOptions, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'
import { databaseOf } from '../../support/redis.js'

const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')
const [SMS, , UNAVAILABLE, EMAIL, , QUESTIONS] = CHALLENGE.factors.map(({ id }) => id) as [string, ...string[]]
const MARK = `Mark${randomBytes(6).toString('hex')}`

let app: App
let replica: App
beforeAll(async () => {
  const settings = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY }
  app = await startApp(settings)
  replica = await startApp(settings, app)
})
beforeEach(() => {
  app.clear()
  resetQuirks(app.emulators, 'apiture')
})
afterAll(async () => {
  await replica.close()
  await app.close()
})

/** An input of a customer and an account of its own: the limits and proofs of other tests do not touch it. */
const write = (more: object = {}) => ({
  bankingCustomerId: `${CUSTOMERS.challengedAnew}-${randomUUID().slice(0, 8)}`,
  accounts: [{ accountNumber: randomUUID().slice(0, 8), productCode: 'DDA_01', nickname: MARK }],
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { view: true },
  idempotencyKey: randomUUID(),
  ...more,
})

async function set(input: ReturnType<typeof write>, options?: RunOptions, at = app) {
  const { data, errors } = await at.run(EntitleDocument, { input }, options)
  return { ...data.setAccountEntitlements, errors }
}
async function start(challengeId: string, factorId = SMS, options?: RunOptions, at = app) {
  const { data, errors } = await at.run(StartChallengeFactorDocument, { input: { challengeId, factorId } }, options)
  return { progress: data.startChallengeFactor?.progress, errors }
}
async function verify(challengeId: string, answer: object, options?: RunOptions, at = app) {
  const input = { challengeId, factorId: SMS, ...answer }
  const { data, errors } = await at.run(VerifyChallengeFactorDocument, { input }, options)
  return { progress: data.verifyChallengeFactor?.progress, errors }
}

/** A write that is challenged, with its factor started. */
async function challenged(input = write(), factorId = SMS) {
  const { challenge, entitlements, errors } = await set(input)
  expect([entitlements, errors]).toEqual([null, []])
  const { challengeId, factors } = challenge!
  expect(await start(challengeId, factorId)).toMatchObject({ progress: { state: 'STARTED' }, errors: [] })
  return { input, challengeId, factors }
}

const codes = (errors: readonly GraphError[]) =>
  errors.map(({ extensions: { code, providerCode } }) => [code, providerCode])
const tokens = () => app.recorded('apiture').map(({ headers }) => headers['challenge'])

describe('a challenged write', () => {
  test('goes on by itself after its factor is verified, at any replica, and its outcome is kept', async () => {
    const { input, challengeId } = await challenged()
    const right = { code: CODES.right, idempotencyKey: randomUUID() }
    const { progress, errors } = await verify(challengeId, right, {}, replica)
    expect(errors).toEqual([])
    expect(progress).toEqual({
      bankingCustomerId: input.bankingCustomerId,
      challengeId,
      factorId: SMS,
      state: 'VERIFIED',
      stateRaw: 'verified',
      attemptsLeft: 3,
      expiresAt: null,
    })
    app.clear()
    expect(await verify(challengeId, right)).toMatchObject({ progress: { state: 'VERIFIED' }, errors: [] })
    expect(app.recorded('apiture')).toEqual([])

    const done = await set(input)
    expect(done).toMatchObject({ replayed: false, challenge: null, entitlements: { confirmed: true }, errors: [] })
    expect(tokens()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(await set(input)).toMatchObject({ replayed: true, challenge: null, errors: [] })
    expect(app.recorded('apiture')).toHaveLength(1)
    // The proof is spent: the same without the key is challenged again.
    const { idempotencyKey: _key, ...again } = input
    expect(await set(again as typeof input)).toMatchObject({ challenge: { challengeId: expect.any(String) as string } })
  })

  test('goes on without an idempotency key too, and by security questions', async () => {
    const { input, challengeId, factors } = await challenged(write({ idempotencyKey: null }), QUESTIONS)
    const { securityQuestions } = factors.find(({ factorId }) => factorId === QUESTIONS)!
    const answers = securityQuestions!.map(({ questionId }) => ({ questionId, answer: ANSWER }))
    expect(await verify(challengeId, { factorId: QUESTIONS, answers })).toMatchObject({
      progress: { state: 'VERIFIED' },
    })
    expect(await set(input)).toMatchObject({ challenge: null, entitlements: { confirmed: true } })
  })

  test('of another content gets no proof of this one', async () => {
    const { input, challengeId } = await challenged()
    await verify(challengeId, { code: CODES.right })
    app.clear()
    const other = await set({
      ...input,
      roles: { ...input.roles, billPay: true } as never,
      idempotencyKey: randomUUID(),
    })
    expect(other.challenge).not.toBeNull()
    expect(tokens()).toEqual([undefined])
    expect(await set(input)).toMatchObject({ challenge: null, errors: [] })
  })

  test('with a lost answer is challenged anew, because its proof was used', async () => {
    const { input, challengeId } = await challenged()
    await verify(challengeId, { code: CODES.right })
    app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
    expect(codes((await set(input)).errors)).toEqual([['OUTCOME_UNKNOWN', undefined]])
    app.clear()
    const { challenge, errors } = await set(input)
    expect(errors).toEqual([])
    expect(challenge!.challengeId).not.toBe(challengeId)
    expect(tokens()).toEqual([expect.any(String), undefined])
  })

  test('keeps its proof while Apiture is unavailable', async () => {
    const { input, challengeId } = await challenged()
    await verify(challengeId, { code: CODES.right })
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 503, times: 0 })
    expect(codes((await set(input)).errors)).toEqual([['PROVIDER_UNAVAILABLE', 'serviceUnavailable']])
    app.clear()
    expect(await set(input)).toMatchObject({ challenge: null, errors: [] })
  })
})

describe('the state of a factor', () => {
  test.each([
    ['a wrong code', '999999', { state: 'REJECTED', stateRaw: 'failed', attemptsLeft: 2 }],
    ['a late code', CODES.late, { state: 'EXPIRED', stateRaw: 'expired', attemptsLeft: 3 }],
    ['a word that nobody knows', CODES.undecided, { state: 'UNKNOWN', stateRaw: 'inReview', attemptsLeft: 3 }],
    ['verified without a token', CODES.unproven, { state: 'UNKNOWN', stateRaw: 'verified', attemptsLeft: 3 }],
  ])('after %s verifies nothing', async (_name, code, expected) => {
    const { input, challengeId } = await challenged()
    const { progress, errors } = await verify(challengeId, { code })
    expect(errors).toEqual([])
    expect(progress).toMatchObject(expected)
    app.clear()
    await set(input)
    expect(tokens()).toEqual([undefined])
  })

  test.each([
    ['challengeProblems', '999999', { state: 'REJECTED', stateRaw: 'challengeNotVerified', attemptsLeft: 2 }],
    ['challengeProblems', CODES.late, { state: 'EXPIRED', stateRaw: 'challengeExpired', attemptsLeft: null }],
    ['oddChallengeForms', '999999', { state: 'REJECTED', stateRaw: 'FAILED', attemptsLeft: 2, expiresAt: null }],
    ['oddChallengeForms', CODES.right, { state: 'VERIFIED', stateRaw: 'VERIFIED', attemptsLeft: 3 }],
  ])('is read in the form of %s (%s)', async (quirk, code, expected) => {
    app.emulators.apiture.quirks([quirk])
    const { challengeId } = await challenged()
    expect(await verify(challengeId, { code })).toMatchObject({ progress: expected, errors: [] })
  })

  test.each([
    [{ challengeToken: 'short' }, 'UNKNOWN'],
    [{ state: 'failed', challengeToken: 'a-token-beside-a-refusal' }, 'REJECTED'],
    [{ challengeToken: 'a-token-alone' }, 'VERIFIED'],
    [{ state: null, remainingAttempts: -1, expiresAt: 'soon' }, 'UNKNOWN'],
    [{}, 'UNKNOWN'],
  ])('of the answer %j is %s', async (body, state) => {
    const { challengeId } = await challenged()
    app.fault('apiture', { match: 'POST /banking/**', fault: 'status', status: 200, body })
    const { progress, errors } = await verify(challengeId, { code: CODES.right })
    expect(errors).toEqual([])
    expect(progress).toMatchObject({ state, attemptsLeft: null, expiresAt: null })
  })

  test('is an error where Apiture blocks the challenge, as a problem or as a word', async () => {
    const { challengeId } = await challenged()
    await verify(challengeId, { code: '999999' })
    await verify(challengeId, { code: '999999' })
    const { errors } = await verify(challengeId, { code: '999999' })
    expect(codes(errors)).toEqual([['CHALLENGE_REQUIRED', 'challengeBlocked']])
    expect(errors[0]!.message).toMatch(/ask the bank/)
    app.fault('apiture', { match: 'POST /banking/**', fault: 'status', status: 200, body: { status: 'BLOCKED' } })
    expect(codes((await verify(challengeId, { code: '999999' })).errors)).toEqual(codes(errors))
  })

  test('is not known after a 500, and the code is not sent twice', async () => {
    const { input, challengeId } = await challenged()
    const answer = { code: CODES.failing, idempotencyKey: randomUUID() }
    app.clear()
    for (const replayed of [undefined, true]) {
      const { errors } = await verify(challengeId, answer)
      expect(errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
      expect(errors[0]!.extensions['replayed']).toBe(replayed)
    }
    expect(app.recorded('apiture')).toHaveLength(1)
    expect(codes((await start(challengeId)).errors)).toEqual([['CONFLICT', 'challengedAlreadyRedeemed']])
    expect((await set(input)).challenge).not.toBeNull()
  })
})

test.each(['start', 'verify'])(
  'a page of a proxy in place of the answer to %s leaves its outcome unknown',
  async (step) => {
    const { challengeId } = await challenged()
    app.fault('apiture', { match: `POST /banking/challenges/*/factors/*/${step}`, fault: 'html' })
    const { progress, errors } =
      step === 'start' ? await start(challengeId, SMS) : await verify(challengeId, { code: CODES.right })
    expect([progress, codes(errors)]).toEqual([undefined, [['OUTCOME_UNKNOWN', undefined]]])
  },
)

describe('a step that is refused', () => {
  test('names the factor that is not available', async () => {
    const { challengeId } = await challenged()
    const { errors } = await start(challengeId, UNAVAILABLE)
    expect(errors[0]!.extensions).toMatchObject({
      code: 'CONFLICT',
      providerCode: 'factorNotAvailable',
      fields: { 'input.factorId': [expect.any(String)] },
    })
  })

  test.each([
    ['a code and answers', { code: CODES.right, answers: [{ questionId: 'q1', answer: MARK }] }, 'input.answers'],
    ['no code', {}, 'input.code'],
    ['a code for questions', { factorId: QUESTIONS, code: CODES.right }, 'input.code'],
    [
      'a question without an answer',
      { factorId: QUESTIONS, answers: [{ questionId: 'q1', answer: MARK }] },
      'input.answers',
    ],
    ['a factor of no challenge', { factorId: 'another-factor', code: CODES.right }, 'input.factorId'],
    ['a code with spaces', { code: `${MARK} 1` }, 'input.code'],
    ['an id with a slash', { factorId: '../../x', code: CODES.right }, 'input.factorId'],
  ])('%s is invalid input before anything is sent or counted', async (_name, answer, field) => {
    const { challengeId } = await challenged()
    app.clear()
    const { errors } = await verify(challengeId, answer)
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([field])
    expect(JSON.stringify(errors)).not.toContain(MARK)
    expect(app.recorded('apiture')).toEqual([])
  })

  const scopes = ['entitlements:write'] as const
  test.each([
    ['another client', { client: 'other', claims: { sub: 'tester' } }],
    ['another user', { claims: { sub: 'somebody-else' } }],
    ['another tenant', { claims: { tenant: 'acme' } }],
  ])('is absent for %s, and unsent', async (_name, options: RunOptions) => {
    const { challengeId } = await challenged()
    app.clear()
    for (const step of [start(challengeId, SMS, options), verify(challengeId, { code: CODES.right }, options)])
      expect(codes((await step).errors)).toEqual([['NOT_FOUND', undefined]])
    expect(app.recorded('apiture')).toEqual([])
    expect(await verify(challengeId, { code: CODES.right }, { scopes })).toMatchObject({
      progress: { state: 'VERIFIED' },
    })
  })

  test('needs the scope of the write', async () => {
    for (const { errors } of [
      await start('any-challenge', SMS, { scopes: ['entitlements:read'] }),
      await verify('any-challenge', { code: CODES.right }, { scopes: ['entitlements:read'] }),
    ])
      expect(errors[0]!.message).toBe('This needs the scope entitlements:write.')
  })
})

describe('limits of this server', () => {
  const ofOne = () => write({ bankingCustomerId: `${CUSTOMERS.challengedAnew}-of-one` })
  const wrong = () =>
    app.fault('apiture', {
      match: 'POST /banking/**',
      fault: 'status',
      status: 200,
      body: { state: 'failed' },
      times: 0,
    })
  const times = (count: number, step: (i: number) => Promise<{ errors: readonly GraphError[] }>) =>
    Promise.all(Array.from({ length: count }, (_, i) => step(i)))

  test('end a challenge after ten codes over all replicas, and a customer after twenty within the hour', async () => {
    const [first, second, third] = await Promise.all([0, 1, 2].map(() => challenged(ofOne())))
    app.clear()
    wrong()
    const guess =
      ({ challengeId }: { challengeId: string }) =>
      (i: number) =>
        verify(challengeId, { code: `guess-${i}` }, {}, i % 2 ? app : replica)
    const refused = (await times(14, guess(first!))).flatMap(({ errors }) => errors)
    expect(codes(refused)).toEqual(Array(4).fill(['CHALLENGE_REQUIRED', undefined]))
    await times(10, guess(second!))
    const [limited] = (await guess(third!)(0)).errors
    expect(limited!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    expect(limited!.extensions['retryAfterSeconds']).toBeGreaterThan(3000)
    expect(app.recorded('apiture')).toHaveLength(20)
  })

  test('end a challenge after five starts', async () => {
    const { challengeId } = await challenged()
    app.clear()
    const { errors } = (await times(5, (i) => start(challengeId, i % 2 ? SMS : EMAIL))).find(
      (one) => one.errors.length > 0,
    )!
    expect(codes(errors)).toEqual([['CHALLENGE_REQUIRED', undefined]])
    expect(app.recorded('apiture')).toHaveLength(4)
  })
})

test('the requests are those of the specification', async () => {
  const { input, challengeId } = await challenged()
  await verify(challengeId, { code: CODES.right })
  await set(input)
  const asked = await challenged(write(), QUESTIONS)
  const answers = ['q1', 'q4', 'q9'].map((questionId) => ({ questionId, answer: MARK }))
  await verify(asked.challengeId, { factorId: QUESTIONS, answers })

  interface Specified {
    readonly operationId: string
    readonly method: string
    readonly path: string
    readonly request: Schema
    readonly header?: { readonly name: string; readonly schema: Schema }
  }
  const { operations } = JSON.parse(
    readFileSync(new URL('specification/challenges.json', import.meta.url), 'utf8'),
  ) as { readonly operations: readonly Specified[] }
  const ajv = new Ajv({ allErrors: true })
  const used = app.recorded('apiture').map(({ method, url, body, headers }) => {
    const operation = operations.find(
      (one) => one.method === method && new RegExp(one.path).test(decodeURIComponent(url)),
    )!
    expect([url, ajv.validate(operation.request, body), ajv.errors]).toEqual([url, true, null])
    const { name, schema } = operation.header ?? {}
    if (name !== undefined && headers[name] !== undefined) expect(ajv.validate(schema!, headers[name])).toBe(true)
    return operation.operationId
  })
  expect(new Set(used)).toEqual(new Set(operations.map(({ operationId }) => operationId)))
})

test('the path of the steps is a setting', async () => {
  const APITURE_CHALLENGE_FACTOR_PATH = '/v2/{step}/{factorId}/of/{challengeId}'
  const other = await startApp(
    { APITURE_CHALLENGE_FACTOR_PATH, REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY },
    app,
  )
  const { challenge } = await set(write(), {}, other)
  app.clear()
  expect(codes((await start(challenge!.challengeId, SMS, {}, other)).errors)).toEqual([['NOT_FOUND', 'notFound']])
  expect(app.calls('apiture')).toEqual([`POST /v2/start/${SMS}/of/${challenge!.challengeId}`])
  expect(other.log()).toContain('/v2/start/{}/of/{}')
  await other.close()
})

test('no code, answer or token is in a log, the trail, an answer or the store in clear', async () => {
  const { input, challengeId } = await challenged()
  const code = `c${randomBytes(6).toString('hex')}`
  const answers = ['q1', 'q4', 'q9'].map((questionId) => ({ questionId, answer: `${MARK}?` }))
  await start(challengeId, QUESTIONS)
  expect(await verify(challengeId, { code })).toMatchObject({ progress: { state: 'REJECTED' } })
  const wrong = await verify(challengeId, { factorId: QUESTIONS, answers, idempotencyKey: MARK })
  expect(wrong).toMatchObject({ progress: { state: 'REJECTED' } })
  expect(await verify(challengeId, { code: CODES.right })).toMatchObject({ progress: { state: 'VERIFIED' } })
  const redis = new Redis(await databaseOf(STORE_ENCRYPTION_KEY))
  const names = await redis.keys('*')
  const values = await Promise.all(names.map((name) => redis.getBuffer(name).catch(() => Buffer.alloc(0))))
  redis.disconnect()
  app.clear()
  await set(input)
  const [token] = tokens()
  expect(token).toEqual(expect.any(String))
  const places = {
    log: app.log() + replica.log(),
    trail: app.audit(),
    names: names.join('\n'),
    values: Buffer.concat(values.map((value) => value ?? Buffer.alloc(0))).toString('latin1'),
  }
  expect(names.some((name) => name.startsWith('kyc:challenge-token:'))).toBe(true)
  for (const [place, text] of Object.entries(places))
    for (const secret of [code, MARK, token!, challengeId])
      expect([place, secret, place === 'trail' && secret === challengeId ? false : text.includes(secret)]).toEqual([
        place,
        secret,
        false,
      ])
})

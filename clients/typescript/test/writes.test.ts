import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createIdempotencyKey,
  isKycGraphError,
  type KycGraph,
  KycGraphError,
  OutcomeUnknownError,
} from '../src/index.js'
import { CreateCustomerDocument, type CreateCustomerInput, CreatePersonDocument } from '../src/operations.js'
import {
  breakConnection,
  breakProvider,
  clear,
  createClient,
  providerCalls,
  requests,
  restartServer,
  tokenOf,
} from './support/control.js'
import { personInput, personsNamed } from './support/persons.js'

let kyc: KycGraph
beforeEach(() => {
  kyc = createClient()
})
afterEach(clear)

/** How gateways answer when the server is too slow for them (JSON:API). */
const TIMED_OUT = { errors: [{ status: '504', title: 'Gateway Timeout' }] }

/** A refusal of the server's own. */
const OVERLOADED = { errors: [{ message: 'Wait.', extensions: { code: 'OVERLOADED', retryable: true } }] }

const REFUSED = { errors: [{ message: 'No.', extensions: { code: 'CONFLICT', retryable: false } }] }

/** An error that the server did not foresee, of a field or of the whole request. */
const UNFORESEEN = { code: 'INTERNAL_SERVER_ERROR', retryable: false, correlationId: 'c-1' }
const unforeseen = (data?: unknown) => ({ errors: [{ message: 'Wrong.', extensions: UNFORESEEN }], data })

/** How a router answers that has lost the answer of the server behind it. */
const ROUTER = { code: 'SUBREQUEST_HTTP_ERROR', service: 'kyc' }
const routed = { errors: [{ message: 'Lost.', extensions: ROUTER }], data: { createPerson: null } }

/** A refusal that comes before the server looks for the key, where it does not say `replayed`. */
const forbidden = (extensions: object, data: object, path?: readonly string[]) => ({
  errors: [{ message: 'No.', path, extensions: { code: 'FORBIDDEN', retryable: false, ...extensions } }],
  data,
})
const NOT_WRITTEN = { createPerson: null }

/** A record that is missing: the refusal is stored under the key, and also comes before the server looks for it. */
const missing = (extensions: object) => forbidden({ code: 'NOT_FOUND', ...extensions }, NOT_WRITTEN)

const creations = async () => (await providerCalls('synctera')).filter((call) => call === 'POST /v0/persons')

describe('a write is done once, and the caller has its outcome', () => {
  test.each([
    ['the connection is cut before the answer', { fault: 'drop-answer', times: 2 }],
    ['the connection is cut before the request', { fault: 'drop-request', times: 3 }],
    ['a proxy answers 502 with a page', { fault: 'status', status: 502, body: '<html>' }],
    ['a proxy answers 503 without a body of the server', { fault: 'status', status: 503, body: '', times: 2 }],
    [
      'a proxy answers 504 in JSON in place of the answer',
      { fault: 'replace', status: 504, body: TIMED_OUT, times: 2 },
    ],
    ['the connection is reset within the body', { fault: 'reset', times: 2 }],
    ['the body ends too early', { fault: 'truncate', times: 2 }],
    ['the body is not in the encoding that its head says', { fault: 'garble', times: 2 }],
  ] as const)('when %s', async (title, fault) => {
    await breakConnection({ ...fault, operationName: 'CreatePerson' })
    const call = kyc.mutate(CreatePersonDocument, { input: personInput(title) })
    const { createPerson } = await call
    expect(await personsNamed(kyc, title)).toEqual([createPerson!.person.id])
    expect(await creations()).toHaveLength(1)
    const sent = await requests('CreatePerson')
    expect(sent).toHaveLength(1 + ('times' in fault ? fault.times : 1))
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set([call.idempotencyKey]))
  })

  test('when the first request is still running as the second one comes', async () => {
    await breakConnection({ fault: 'leave', operationName: 'CreatePerson' })
    await breakProvider('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: 300 })
    const { createPerson } = await kyc.mutate(CreatePersonDocument, { input: personInput('still running') })
    expect(await personsNamed(kyc, 'still running')).toEqual([createPerson!.person.id])
    expect(await creations()).toHaveLength(1)
  })

  test('when the provider has it and its answer is lost', async () => {
    await breakProvider('synctera', { match: 'POST /v0/persons', fault: 'drop-after-apply' })
    const { createPerson } = await kyc.mutate(CreatePersonDocument, { input: personInput('lost at the provider') })
    expect(await personsNamed(kyc, 'lost at the provider')).toEqual([createPerson!.person.id])
  })

  test('when the server is started anew in between', async () => {
    const restart = restartServer(200)
    const names = Array.from({ length: 6 }, (_, i) => `restart ${i}`)
    const answers = await Promise.all(
      names.map((name) => kyc.mutate(CreatePersonDocument, { input: personInput(name) })),
    )
    await restart
    for (const [i, name] of names.entries())
      expect(await personsNamed(kyc, name)).toEqual([answers[i]!.createPerson!.person.id])
  })

  test('when the caller repeats it with the key that it has stored', async () => {
    const idempotencyKey = createIdempotencyKey()
    const input = personInput('stored key')
    const first = await kyc.mutate(CreatePersonDocument, { input }, { idempotencyKey })
    const second = await createClient().mutate(CreatePersonDocument, { input: { ...input, idempotencyKey } })
    expect(second.createPerson).toEqual({ ...first.createPerson, replayed: true })
    expect(await creations()).toHaveLength(1)
  })
})

/** The bank knows no idempotency keys: an equal customer could be another one. */
const customer: CreateCustomerInput = {
  legalName: 'Lost Customer',
  mobilePhoneNumber: '+447911000001',
  email: 'lost@example.com',
  dateOfBirth: '1990-01-01',
  relationshipStatus: 'single',
  highestEducationAttained: 'Master',
  employmentStatus: 'worker',
  kycStatus: false,
  lastOkDate: '2024-05-01T09:00:00Z',
}

describe('a write whose outcome is not known', () => {
  test('is to be read back where the server says that a repeat may do it twice', async () => {
    await breakProvider('obp', { match: 'POST /**/customers', fault: 'drop-after-apply' })
    const call = kyc.mutate(CreateCustomerDocument, { input: customer })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OutcomeUnknownError)
    expect(error).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      next: 'READ_BACK',
      retryable: false,
      attempts: 1,
      idempotencyKey: call.idempotencyKey,
    })
    expect((await providerCalls('obp')).filter((path) => path.endsWith('/customers'))).toHaveLength(1)
  })

  test('is to be repeated with the same key where no answer comes', async () => {
    kyc = createClient({ retry: { maxAttempts: 3, minDelayMs: 1, maxDelayMs: 1 } })
    await breakConnection({ fault: 'drop-answer', operationName: 'CreatePerson' })
    await breakConnection({ fault: 'status', status: 503, operationName: 'CreatePerson', times: 2 })
    const input = personInput('in doubt')
    const error: unknown = await kyc.mutate(CreatePersonDocument, { input }).catch((reason: unknown) => reason)
    // The last answers refuse the request; what became of the first one they do not say.
    if (!isKycGraphError(error, 'OUTCOME_UNKNOWN')) throw error
    expect(error).toMatchObject({ next: 'REPEAT', retryable: true, attempts: 3 })
    const { createPerson } = await kyc.mutate(CreatePersonDocument, { input }, { idempotencyKey: error.idempotencyKey })
    expect(createPerson!.replayed).toBe(true)
    expect(await personsNamed(kyc, 'in doubt')).toEqual([createPerson!.person.id])
  })

  test.each([
    ['error', { status: 504, body: TIMED_OUT }],
    ['503', { status: 503, body: 'upstream connect error or disconnect/reset before headers' }],
    ['page', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
  ])('is not the plain %s of a proxy that has lost the answer', async (what, answer) => {
    kyc = createClient({ retry: { maxAttempts: 1, minDelayMs: 1, maxDelayMs: 1 } })
    await breakConnection({ fault: 'replace', ...answer, operationName: 'CreatePerson' })
    const input = personInput(`lost to a proxy: ${what}`)
    const error: unknown = await kyc.mutate(CreatePersonDocument, { input }).catch((reason: unknown) => reason)
    if (!isKycGraphError(error, 'OUTCOME_UNKNOWN')) throw error
    expect(error).toMatchObject({ next: 'REPEAT', retryable: true })
    expect(await personsNamed(kyc, input.lastName!)).toHaveLength(1)
  })

  test.each([
    ['a field', { status: 200, body: unforeseen({ createPerson: null }) }],
    ['the whole request', { status: 500, body: unforeseen() }],
  ])('is in doubt when the server did not foresee an error of %s, and is not repeated', async (title, answer) => {
    await breakConnection({ fault: 'replace', ...answer, operationName: 'CreatePerson' })
    const input = personInput(`unforeseen of ${title}`)
    const error: unknown = await kyc.mutate(CreatePersonDocument, { input }).catch((reason: unknown) => reason)
    if (!isKycGraphError(error, 'OUTCOME_UNKNOWN')) throw error
    expect(error).toMatchObject({ next: 'REPEAT', attempts: 1, status: answer.status, correlationId: 'c-1' })
    expect(error.cause).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
    const { createPerson } = await kyc.mutate(CreatePersonDocument, { input }, { idempotencyKey: error.idempotencyKey })
    expect(createPerson!.replayed).toBe(true)
    expect(await personsNamed(kyc, input.lastName!)).toEqual([createPerson!.person.id])
  })

  test("is in doubt when an error is not the server's own, and is not repeated", async () => {
    await breakConnection({ fault: 'replace', status: 200, body: routed, operationName: 'CreatePerson' })
    const input = personInput('routed')
    const error: unknown = await kyc.mutate(CreatePersonDocument, { input }).catch((reason: unknown) => reason)
    if (!isKycGraphError(error, 'OUTCOME_UNKNOWN')) throw error
    expect(error).toMatchObject({ next: 'REPEAT', attempts: 1, status: 200, cause: { code: ROUTER.code } })
    const { createPerson } = await kyc.mutate(CreatePersonDocument, { input }, { idempotencyKey: error.idempotencyKey })
    expect(createPerson!.replayed).toBe(true)
  })

  test.each([
    ['an unforeseen error', { body: unforeseen({ createPerson: null }) }],
    ['an error of a router', { body: routed }],
    ['a refusal that comes before the key', { body: forbidden({}, NOT_WRITTEN) }],
    ['NOT_FOUND without replayed', { body: missing({}) }],
    [
      'two errors of which one is retryable',
      { body: { errors: [...REFUSED.errors, ...OVERLOADED.errors], data: null } },
    ],
  ])('is still in doubt when the repeat is answered with %s', async (title, answer) => {
    await breakConnection({ fault: 'drop-answer', operationName: 'CreatePerson' })
    await breakConnection({ fault: 'status', status: 200, ...answer, operationName: 'CreatePerson' })
    const call = kyc.mutate(CreatePersonDocument, { input: personInput(`lost, then ${title}`) })
    await expect(call).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', next: 'REPEAT', attempts: 2 })
  })

  test.each([
    ['refused for good', 'CONFLICT', REFUSED],
    ['told the refusal of the first attempt', 'FORBIDDEN', forbidden({ replayed: true }, NOT_WRITTEN)],
    ['told the NOT_FOUND of the first attempt', 'NOT_FOUND', missing({ replayed: true })],
    [
      'answered, and a field of the answer is refused',
      'FORBIDDEN',
      forbidden({}, { createPerson: { replayed: true, person: null } }, ['createPerson', 'person']),
    ],
  ])('is known when the repeat is %s', async (title, code, body) => {
    await breakConnection({ fault: 'drop-request', operationName: 'CreatePerson' })
    await breakConnection({ fault: 'status', status: 200, body, operationName: 'CreatePerson' })
    const call = kyc.mutate(CreatePersonDocument, { input: personInput(`lost, then ${title}`) })
    await expect(call).rejects.toMatchObject({ code, attempts: 2 })
  })

  test.each([
    ['any error', new Error('The issuer is away.')],
    ['an error of another client', new KycGraphError('NETWORK_ERROR', { message: 'The issuer is away.' })],
  ])('is still in doubt when the token provider fails with %s before the repeat', async (title, cause) => {
    const given = [await tokenOf({ claims: { exp: Math.floor(Date.now() / 1_000) + 1 } })]
    kyc = createClient({
      retry: { maxAttempts: 3, minDelayMs: 2_000, maxDelayMs: 2_000 },
      token: () => given.pop() ?? Promise.reject(cause),
    })
    await breakConnection({ fault: 'drop-answer', operationName: 'CreatePerson' })
    const call = kyc.mutate(CreatePersonDocument, { input: personInput(`no token: ${title}`) })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OutcomeUnknownError)
    expect(error).toMatchObject({ next: 'REPEAT', attempts: 1, idempotencyKey: call.idempotencyKey, cause })
  })

  test.each([
    ['a proxy', 'RATE_LIMITED', { status: 429 }],
    ['the server', 'OVERLOADED', { status: 503, body: OVERLOADED }],
  ])('is a plain refusal of %s where no request was executed', async (who, code, { status, ...answer }) => {
    kyc = createClient({ retry: { maxAttempts: 2, minDelayMs: 1, maxDelayMs: 1 } })
    await breakConnection({ fault: 'status', status, ...answer, operationName: 'CreatePerson', times: 2 })
    const input = personInput(`refused by ${who}`)
    await expect(kyc.mutate(CreatePersonDocument, { input })).rejects.toMatchObject({ code, status })
    expect(await personsNamed(kyc, input.lastName!)).toEqual([])
  })
})

test('forty writes under faults of every kind: each is done once, and each caller has its outcome', async () => {
  const faults = ['drop-answer', 'leave', 'drop-request', 'status'] as const
  for (const [i, fault] of [...faults, ...faults, ...faults, ...faults].entries())
    await breakConnection({ fault, times: 1 + (i % 3), ...(fault === 'status' && { status: 429 + (i % 2) * 74 }) })
  await breakProvider('synctera', { match: 'POST /v0/persons', fault: 'drop-after-apply', times: 5 })
  await breakProvider('synctera', { match: 'POST /v0/persons', fault: 'status', status: 503, times: 5 })
  const names = Array.from({ length: 40 }, (_, i) => `storm ${i}`)
  const calls = names.map((name) => kyc.mutate(CreatePersonDocument, { input: personInput(name) }))
  const restart = restartServer(50)
  const answers = await Promise.all(calls)
  await restart
  const created = await personsNamed(kyc, 'storm')
  expect(created.toSorted()).toEqual(answers.map(({ createPerson }) => createPerson!.person.id).toSorted())
})

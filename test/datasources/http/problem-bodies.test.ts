import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { ProblemBody } from '../../../datasources/http/provider-errors.js'
import type { ProviderName } from '../../../datasources/index.js'
import { type App, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const answers = (provider: ProviderName, match: string, status: number, body: unknown) =>
  app.fault(provider, { match, fault: 'status', status, body })
const PERSON = `{ person(id: "${ADA.personId}") { id } }`
const CREATE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }'
const ENTITLE = `mutation { setAccountEntitlements(input: {
  bankingCustomerId: "${ADA.bankingCustomerId}"
  accounts: [{ accountNumber: "123", productCode: "C1" }]
  electronicStatementElection: true
  electronicDocumentElection: true
  roles: { view: true }
}) { challenge { operationId factors { factorId type labels securityQuestions { prompt } } } } }`
const ATTRIBUTES = `mutation { setAccountAttributes(input: {
  externalId: "${ADA.seiExternalId}", attributes: [{ name: "LineOfCreditAccountNumber", value: "true" }]
}) { job { key } } }`
const VERIFY = `mutation { verifyAccount(input: {
  types: [STATUS], account: { idScheme: SCAN, id: "${ADA.account}" }
}) { result { id } } }`

describe('an error response whose members are odd', () => {
  test.each([
    ['a list that is null', { code: 'RESOURCE_NOT_FOUND', missing: null }],
    ['a number that is text', { code: 'RESOURCE_NOT_FOUND', retry_after: '5' }],
    ['a list in place of an object', { code: 'RESOURCE_NOT_FOUND', invalid: ['a'] }],
    ['an object in place of a list', { code: 'RESOURCE_NOT_FOUND', immutable: { first_name: true } }],
    ['a code that is null', { code: null, missing: 7 }],
  ])('with %s, a 404 still says that there is no such person', async (_what, body) => {
    answers('synctera', 'GET /v0/persons/*', 404, body)
    expect(await app.run(PERSON)).toMatchObject({ data: { person: null }, errors: [] })
  })

  test('keeps the members beside the odd one: invalid members, code and wait', async () => {
    answers('synctera', 'POST /v0/persons', 422, {
      code: 'BAD_REQUEST',
      missing: ['first_name', 5, null],
      invalid: ['last_name'],
      immutable: null,
    })
    expect((await app.run(CREATE)).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      providerCode: 'BAD_REQUEST',
      fields: {
        'input.firstName': ['is required by the provider'],
        'input.lastName': ['is not valid to the provider'],
      },
    })
    answers('synctera', 'GET /v0/persons/*', 429, { code: 7, retry_after: '9' })
    expect((await app.run(PERSON)).errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 9 })
  })

  test.each([
    ['labels that are null', { id: 'f-1', type: 'sms', labels: null }, { factorId: 'f-1', type: 'SMS', labels: [] }],
    [
      'an id that is null',
      { id: null, type: 'email', labels: ['a'] },
      { factorId: null, type: 'EMAIL', labels: ['a'] },
    ],
    ['a number for an id', { id: 7, type: 'voice' }, { factorId: '7', type: 'VOICE', labels: [] }],
    ['no kind', { id: 'f-2', labels: ['1234', null] }, { factorId: 'f-2', type: null, labels: ['1234'] }],
  ])('with a factor of %s, the challenge and its other factors stay', async (_what, factor, shown) => {
    const other = {
      id: 'q',
      type: 'securityQuestions',
      securityQuestions: { questions: [{ id: 'a', prompt: 'Pet?' }, 5] },
    }
    answers('apiture', 'PUT /**', 403, {
      type: 'https://api.example/errors/challengeRequired/v1.0.0',
      id: 5,
      attributes: { operationId: 'op', challengeId: 'ch', factors: [factor, null, other] },
    })
    const { data, errors } = await app.run(ENTITLE)
    expect(errors).toEqual([])
    expect(data.setAccountEntitlements.challenge).toEqual({
      operationId: 'op',
      factors: [
        { ...shown, securityQuestions: null },
        { factorId: 'q', type: 'SECURITY_QUESTIONS', labels: [], securityQuestions: [{ prompt: 'Pet?' }] },
      ],
    })
  })

  test('of the Open Bank Project, with a code as text or null, is read by its message', async () => {
    const customer = `{ customer(id: "${ADA.customerId}") { id } }`
    for (const code of ['404', null, [404]]) {
      answers('obp', 'GET /**', 404, { code, message: 'OBP-30046: Customer not found.' })
      expect(await app.run(customer)).toMatchObject({ data: { customer: null }, errors: [] })
    }
  })

  test('of SEI and of Banfico, keeps the invalid members that can be read', async () => {
    answers('sei', 'POST /v1/accounts/attributes', 400, {
      code: 400,
      message: null,
      trackingId: 12,
      errors: [{ field: 'externalId', location: 7, reason: {} }, 'odd', { field: null }],
    })
    expect((await app.run(ATTRIBUTES)).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      providerRequestId: '12',
      fields: { 'input.externalId': ['is not valid to the provider'] },
    })
    answers('banfico', 'POST /**/account-verifications', 400, {
      code: 7,
      errors: [null, { errorCode: 'INVALID_FIELD', path: null }, { errorCode: 'MISSING_FIELD', path: 5 }],
    })
    expect((await app.run(VERIFY)).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      providerCode: 'INVALID_FIELD',
    })
  })
})

test('a problem body is read by its own members only', () => {
  const body = new ProblemBody(JSON.parse('{"a": " x ", "b": "", "n": "-1.5", "t": "TRUE", "one": "x", "o": {"a": 1}}'))
  expect([body.text('a'), body.text('b'), body.text('constructor'), body.text('o')]).toEqual([
    'x',
    undefined,
    undefined,
    undefined,
  ])
  expect([body.number('n'), body.number('a'), body.flag('t'), body.flag('a')]).toEqual([-1.5, undefined, true, false])
  expect([body.texts('one'), body.names('o'), body.items('o').map((item) => item.number('a'))]).toEqual([
    ['x'],
    ['a'],
    [1],
  ])
  for (const odd of [null, undefined, 'text', 5, [1], true]) expect(new ProblemBody(odd).isObject).toBe(false)
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toResult } from '../../../datasources/banfico/mapping.js'
import { ADA } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { resetQuirks } from '../../support/quirks.js'

let app: App
let newer: App
beforeAll(async () => {
  app = await startApp()
  newer = await startApp({ BANFICO_API_VERSION: '1.1' }, app)
})
beforeEach(() => app.clear())
afterEach(() => {
  today()
  resetQuirks(app.emulators, 'banfico')
})
afterAll(async () => {
  await newer.close()
  await app.close()
})

const VERIFY = `mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result {
  id state account { status nameCheckStatus identities { type value status } } responder { scheme responseCodes }
} } }`
const READ = 'query($id: ID!) { verificationResult(id: $id) { state account { nameCheckStatus } } }'
const input = (rest: object = {}) => ({
  types: ['NAME'],
  maxAgeSeconds: 0,
  account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada', ...rest },
})
const identities = [{ type: 'SSN', value: ADA.ssn }]

describe('the words of a name check', () => {
  const wordOf = (nameCheckStatus: string | null) =>
    toResult(
      'id',
      {
        accepted: false,
        result: { id: 'id', account: { id: 'a', status: 'ACTIVE', nameCheckStatus } },
        at: 0,
        hintSeconds: undefined,
        slaSeconds: undefined,
      },
      () => undefined,
    ).account!

  test.each([
    ['MTCH', 'FULL_MATCH', 'MTCH'],
    ['CMTC', 'PARTIAL_MATCH', 'CMTC'],
    ['NMTC', 'NO_MATCH', 'NMTC'],
    ['NOAP', 'UNABLE_TO_MATCH', 'NOAP'],
    ['mtch', 'FULL_MATCH', 'mtch'],
    [' MTCH ', 'FULL_MATCH', 'MTCH'],
    ['FULL_MATCH', 'FULL_MATCH', 'FULL_MATCH'],
    ['SIMILAR', null, 'SIMILAR'],
    ['CLOSE_MATCH', null, 'CLOSE_MATCH'],
    ['Ada Accepted', null, null],
    [null, null, null],
  ])('%j is %s, beside the word itself', (word, nameCheckStatus, nameCheckStatusRaw) => {
    expect(wordOf(word)).toMatchObject({ nameCheckStatus, nameCheckStatusRaw })
  })

  test.each([
    ['epcWords', 'FULL_MATCH'],
    ['unknownWords', null],
  ])('with the quirk %s the check is %s', async (quirk, nameCheckStatus) => {
    app.emulators.banfico.quirks([quirk])
    const { data, errors } = await app.run(VERIFY, { input: input() })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result.account.nameCheckStatus).toBe(nameCheckStatus)
  })
})

describe('a check that was paid for is answered', () => {
  const answer = (account: object, rest: object = {}) =>
    app.fault('banfico', {
      match: 'POST /v1.0/**',
      fault: 'status',
      status: 200,
      body: { data: { result: { id: 'r', account: { id: 'a', status: 'ACTIVE', ...account }, ...rest } } },
    })
  const good = { type: 'SSN', value: '1', status: 'FULL_MATCH' }

  test.each<[string, object, object, object[]]>([
    ['an identity without a value', { identities: [{ type: 'SSN', status: 'FULL_MATCH' }, good] }, {}, [good]],
    ['an identity with null as its value', { identities: [good, { ...good, value: null }] }, {}, [good]],
    ['an identity that is a text', { identities: ['SSN', good] }, {}, [good]],
    ['one identity without a value, as an object', { identities: { type: 'SSN' } }, {}, []],
    [
      'null members',
      { identities: null, respondedName: null, secondaryId: null, nameCheckStatus: null },
      { message: null },
      [],
    ],
    ['a responded name that is no text', { respondedName: ['Ada'] }, {}, []],
    ['a name check that is a number', { nameCheckStatus: 7 }, {}, []],
    ['a secondary id and a message that are objects', { secondaryId: {} }, { message: { text: 'x' } }, []],
    ['identities that are a text', { identities: 'SSN' }, {}, []],
    ['a responder that is a text', {}, { responder: 'UK_COP' }, []],
    ['a responder without its scheme', {}, { responder: { receivedTime: null } }, []],
  ])('with %s', async (_what, account, rest, expected) => {
    answer(account, rest)
    const { data, errors } = await app.run(VERIFY, { input: { ...input({ identities }), types: ['NAME', 'ID'] } })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result).toMatchObject({
      state: 'COMPLETED',
      account: { status: 'ACTIVE', identities: expected },
    })
  })

  test.each([null, undefined])('with %j as the status of the account', async (status) => {
    answer({ status, nameCheckStatus: 'FULL_MATCH' })
    const { data, errors } = await app.run(VERIFY, { input: input() })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result).toMatchObject({
      state: 'COMPLETED',
      account: { status: null, nameCheckStatus: 'FULL_MATCH' },
    })
  })

  test('with every quirk of its answers', async () => {
    app.emulators.banfico.quirks(['epcWords', 'nullMembers', 'oddIdentity'])
    const { data, errors } = await app.run(VERIFY, { input: { ...input({ identities }), types: ['NAME', 'ID'] } })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result.account).toMatchObject({
      nameCheckStatus: 'FULL_MATCH',
      identities: [{ type: 'SSN' }],
    })
  })
})

describe('a secondary id', () => {
  const asked = (secondaryId: string) => ({ input: input({ secondaryId }) })
  const account = (secondaryId: unknown) => ({
    id: ADA.account,
    secondaryId,
    status: 'ACTIVE',
    nameCheckStatus: 'FULL_MATCH',
  })
  const respond = (match: string, result: object) =>
    app.fault('banfico', { match, fault: 'status', status: 200, body: { data: { result } } })

  test.each<[what: string, answered: unknown, code: string | undefined]>([
    ['another one', 'ROLL-2', 'PROVIDER_MALFORMED'],
    ['the same in another notation', 'roll 1', undefined],
    ['a masked one', '*1', undefined],
    ['none', null, undefined],
    ['no text', {}, undefined],
  ])('is answered with %s', async (_what, answered, code) => {
    respond('POST /v1.0/**', { id: 'r', account: account(answered) })
    const { errors } = await app.run(VERIFY, asked('ROLL-1'))
    expect(errors[0]?.extensions.code).toBe(code)
    // What was not asked for is not compared.
    respond('POST /v1.0/**', { id: 's', account: account(answered) })
    expect((await app.run(VERIFY, { input: input() })).errors).toEqual([])
  })

  test('is compared in a polled result too', async () => {
    const poll = (id: string, secondaryId: string) => {
      later(3600)
      respond('GET /v1.0/**', { id, account: account(secondaryId) })
      return app.run(READ, { id })
    }
    const id = 'polled-by-secondary-id'
    respond('POST /v1.0/**', { id })
    expect((await app.run(VERIFY, asked('ROLL-1'))).errors).toEqual([])
    expect((await poll(id, 'ROLL-2')).errors[0]!.extensions.code).toBe('PROVIDER_MALFORMED')
    expect((await poll(id, 'ROLL-1')).data.verificationResult).toMatchObject({ state: 'COMPLETED' })
  })
})

describe('version 1.1', () => {
  test('has its own members in the request, and its answers are read', async () => {
    const initiator = { idType: 'BICFI', idValue: 'ABCDEF12' }
    const { data, errors } = await newer.run(VERIFY, { input: { ...input(), initiator } })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result).toMatchObject({ state: 'COMPLETED', account: { nameCheckStatus: 'FULL_MATCH' } })
    const [call] = newer.recorded('banfico')
    expect(call).toMatchObject({
      method: 'POST',
      url: '/v1.1/account-verifications',
      body: {
        data: {
          initiator,
          query: { types: ['NAME'], xRefId: call!.headers['transaction-xref-id'] },
          account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' },
        },
      },
    })
  })

  test('is asked for earlier verifications too', async () => {
    const { data } = await newer.run(
      READ,
      { id: 'AFRH44994' },
      { scopes: ['verifications:read', 'verifications:read:any'] },
    )
    expect(data.verificationResult).toMatchObject({ state: 'COMPLETED' })
    expect(newer.calls('banfico')).toEqual(['GET /v1.1/account-verifications/AFRH44994'])
  })

  test.each([
    ['data.account.id', 'input.account.id'],
    ['data.query.types', 'input.types'],
    ['data.initiator.idType', 'input.initiator.idType'],
    ['data.query.types[0]', 'input.types[0]'],
    ['data.account.holdingEntity.value', 'input.account.holdingEntity.value'],
    ['data.query.xRefId', 'input'],
    ['data.verification.account.identities[0].value', 'input.account.identities[0].value'],
  ])('its refused member %s is %s', async (path, field) => {
    app.fault('banfico', {
      match: 'POST /v1.1/**',
      fault: 'status',
      status: 400,
      body: { code: 'BAD_REQUEST', errors: [{ errorCode: 'INVALID_FIELD', path }] },
    })
    const { errors } = await newer.run(VERIFY, { input: input() })
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([field])
  })

  test.each<[string, object]>([
    ['a list of objects', { schemeResponseCodes: [{ name: 'MTCH' }] }],
    ['a list of texts', { schemeResponseCodes: ['MTCH'] }],
    ['a list with null and one code twice', { schemeResponseCodes: [null, { name: 'MTCH' }, 'MTCH', { name: null }] }],
    ['one object', { schemeResponseCodes: { name: 'MTCH' } }],
    ['one text', { schemeResponseCode: 'MTCH' }],
  ])('codes as %s are read', async (_what, codes) => {
    app.fault('banfico', {
      match: 'POST /v1.1/**',
      fault: 'status',
      status: 200,
      body: {
        data: {
          result: {
            id: 'r',
            account: { id: 'a', status: 'ACTIVE', nameCheckStatus: 'MTCH' },
            responder: { accountVerificationScheme: 'EPC_VOP', ...codes },
          },
        },
      },
    })
    const { data } = await newer.run(VERIFY, { input: input() })
    expect(data.verifyAccount.result.responder).toEqual({ scheme: 'EPC_VOP', responseCodes: ['MTCH'] })
  })
})

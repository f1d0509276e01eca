import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.js'

/**
 * The examples that Banfico publishes, each through the graph: six requests with their responses, a fetched result and
 * nine refusals. Ids and times are the emulator's own; an elided `data` is one that can be decoded.
 */
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const RESULT =
  'id message account { accountId secondaryId status nameCheckStatus respondedName identities { type } } responder { scheme apiVersion responseCodes receivedAt data entity { idType idValue reference } }'
const VERIFY = `mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { ${RESULT} } } }`

const ENTITY = { idType: 'PARTICIPANT_ORG_ID', idValue: '0015800001ZEc1XAAT', reference: 'YOMI701335' }

interface Example {
  /** `data.verification.account` of the request; each asks for NAME. */
  readonly request: { type: string; idScheme: string; name: string; id: string; secondaryId?: string }
  readonly account: { status: string; nameCheckStatus: string; respondedName?: string }
  readonly codes: readonly string[]
}

const CHECKS: readonly Example[] = [
  {
    request: { type: 'PERSONAL', idScheme: 'SCAN', name: 'Doe, John', id: '90070012345678', secondaryId: '9876543210' },
    account: { status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' },
    codes: [],
  },
  {
    request: { type: 'BUSINESS', idScheme: 'SCAN', name: 'ABC Holdings Limited', id: '90070098765432' },
    account: { status: 'ACTIVE', nameCheckStatus: 'PARTIAL_MATCH', respondedName: 'ABC Holdings Limit' },
    codes: ['MBAM'],
  },
  {
    request: { type: 'PERSONAL', idScheme: 'IBAN', name: 'Doe, John', id: 'GB15ABBY30000012345678' },
    account: { status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' },
    codes: [],
  },
  {
    request: { type: 'BUSINESS', idScheme: 'IBAN', name: 'ABC Holdings Limited', id: 'GB15ABBY30000098765432' },
    account: { status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' },
    codes: [],
  },
  {
    request: { type: 'PERSONAL', idScheme: 'IBAN', name: 'Doe,John', id: 'GB15ABBY30000012340000' },
    account: { status: 'NOT_FOUND', nameCheckStatus: 'UNABLE_TO_MATCH' },
    codes: ['AC01'],
  },
  {
    request: { type: 'PERSONAL', idScheme: 'SCAN', name: 'Doe,John', id: '90070012345600' },
    account: { status: 'FORBIDDEN', nameCheckStatus: 'UNABLE_TO_MATCH' },
    codes: ['OPTO'],
  },
]

describe('a verification', () => {
  test.each(CHECKS)(
    '$request.type $request.idScheme: $account.status, $account.nameCheckStatus',
    async ({ request, account, codes }) => {
      app.clear()
      const { data, errors } = await app.run(VERIFY, { input: { types: ['NAME'], account: request, maxAgeSeconds: 0 } })
      expect(errors).toEqual([])
      expect(app.recorded('banfico')[0]!.body).toEqual({
        data: { verification: { types: ['NAME'], account: request } },
      })
      expect(data.verifyAccount.result).toEqual({
        id: expect.any(String),
        message: null,
        account: {
          accountId: request.id,
          secondaryId: request.secondaryId ?? null,
          respondedName: null,
          identities: [],
          ...account,
        },
        responder: {
          scheme: 'UK_COP',
          apiVersion: '1.0',
          responseCodes: codes,
          receivedAt: expect.any(String),
          data: expect.stringMatching(/^[\w+/]+=*$/),
          entity: ENTITY,
        },
      })
    },
  )
})

test('a fetched result', async () => {
  const { data, errors } = await app.run(`{ verificationResult(id: "AFRH44994") { state fromCache ${RESULT} } }`)
  expect(errors).toEqual([])
  expect(data.verificationResult).toEqual({
    id: 'AFRH44994',
    state: 'COMPLETED',
    fromCache: false,
    message: 'The account type is Personal Account',
    account: {
      accountId: '90070011100029',
      secondaryId: null,
      status: 'ACTIVE',
      nameCheckStatus: 'PARTIAL_MATCH',
      respondedName: 'Susan Clark',
      identities: [],
    },
    // Six digits of a second in the example.
    responder: {
      scheme: 'UK_COP',
      apiVersion: '2.0.0',
      responseCodes: ['PAMM'],
      receivedAt: '2024-06-24T15:13:16.505Z',
      data: expect.any(String),
      entity: { idType: 'PARTICIPANT_ORG_ID', idValue: '001580000103UBAAC2', reference: null },
    },
  })
  expect(JSON.parse(Buffer.from(data.verificationResult.responder.data, 'base64').toString())).toMatchObject({
    Data: { VerificationReport: { Matched: false, ReasonCode: 'PAMM', Name: 'Susan Clark' } },
  })
})

describe('an error of the provider', () => {
  const REFUSALS: readonly [
    status: number,
    code: string,
    errors: readonly [errorCode: string, path?: string][],
    retryAfter: number | undefined,
    expected: string,
  ][] = [
    [
      400,
      'BAD_REQUEST',
      [
        ['INVALID_FIELD', 'data.verification.account.schemeName'],
        ['MISSING_FIELD', 'data.verification.account.id'],
      ],
      undefined,
      'BAD_USER_INPUT',
    ],
    [401, 'UNAUTHORISED', [['MISSING_SIGNATURE']], undefined, 'PROVIDER_REFUSED'],
    [403, 'FORBIDDEN', [['FORBIDDEN']], undefined, 'PROVIDER_REFUSED'],
    [404, 'NOT_FOUND', [['NOT_FOUND']], undefined, 'NOT_FOUND'],
    [408, 'SERVICE_UNAVAILABLE', [['SERVICE_UNAVAILABLE']], undefined, 'PROVIDER_TIMEOUT'],
    [421, 'METHOD_NOT_ALLOWED', [['METHOD_NOT_ALLOWED']], undefined, 'BAD_USER_INPUT'],
    [429, 'TOO_MANY_REQUESTS', [['TOO_MANY_REQUESTS']], 10, 'RATE_LIMITED'],
    [500, 'UNEXPECTED_ERROR', [['UNEXPECTED_ERROR']], undefined, 'PROVIDER_UNAVAILABLE'],
    [503, 'SERVICE_UNAVAILABLE', [['SERVICE_UNAVAILABLE']], 10, 'PROVIDER_UNAVAILABLE'],
  ]

  test.each(REFUSALS)('%i %s', async (status, code, items, retryAfter, expected) => {
    const published = {
      id: '3e6e4d1c-9af9-42cd-8ec9-e2a136a56940',
      code,
      message: 'as published',
      errors: items.map(([errorCode, path]) => ({
        errorCode,
        message: 'as published',
        url: 'https://{banfico.portal.error.descriptions}',
        ...(path === undefined ? {} : { path }),
      })),
    }
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'transaction-xref-id': '12345678901234567890',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    }
    const input = {
      types: ['NAME'],
      maxAgeSeconds: 0,
      account: { idScheme: 'SCAN', name: 'Doe,John', id: `90070020000${status}` },
    }

    const emulated = await app.run(VERIFY, { input })
    app.fault('banfico', {
      match: 'POST /v1.0/account-verifications',
      fault: 'status',
      status,
      headers,
      body: published,
    })
    const asPublished = await app.run(VERIFY, { input })

    for (const { errors } of [emulated, asPublished]) {
      const { correlationId: _correlationId, ...extensions } = errors[0]!.extensions
      expect(extensions).toEqual({
        code: expected,
        // The check may be billed where its answer is lost: with 408 and 500 only the user decides on another one.
        retryable: status === 429 || status === 503,
        provider: 'BANFICO',
        providerStatus: status,
        providerCode: items[0]![0],
        providerRequestId: '12345678901234567890',
        ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
        ...(status === 400
          ? {
              fields: {
                'input.account.idScheme': ['is not valid to the provider'],
                'input.account.id': ['is required by the provider'],
              },
            }
          : {}),
      })
      expect(JSON.stringify(errors)).not.toContain('as published')
    }
  })
})

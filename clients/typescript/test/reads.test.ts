import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { type AnyKycGraphError, type ErrorCode, isKycGraphError, KycGraph } from '../src/index.js'
import { CheckPayeeDocument, CustomersWithPersonsDocument, PersonByIdDocument } from '../src/operations.js'
import { breakConnection, breakProvider, clear, createClient, requests, tokenOf } from './support/control.js'

let kyc: KycGraph
beforeEach(() => {
  kyc = createClient()
})
afterEach(clear)

const ADA = 'a0000000-0000-4000-8000-000000000001'

/** The waits between the requests of an operation, in ms. */
async function waits(operationName: string): Promise<number[]> {
  const times = (await requests(operationName)).map(({ at }) => at)
  return times.slice(1).map((at, i) => at - times[i]!)
}

describe('the server says when a query is repeated', () => {
  test.each([
    ['429 with Retry-After', { fault: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['503 with Retry-After', { fault: 'status', status: 503, headers: { 'retry-after': '1' } }],
    [
      'retryAfterSeconds in the error',
      {
        fault: 'status',
        status: 503,
        body: {
          errors: [{ message: 'Wait.', extensions: { code: 'OVERLOADED', retryable: true, retryAfterSeconds: 1 } }],
        },
      },
    ],
  ] as const)('%s: not sooner', async (_title, fault) => {
    await breakConnection({ ...fault, operationName: 'PersonById' })
    const { person } = await kyc.query(PersonByIdDocument, { id: ADA })
    expect(person!.id).toBe(ADA)
    const [wait] = await waits('PersonById')
    expect(wait).toBeGreaterThanOrEqual(1_000)
  })

  test('a date in Retry-After: by the clock of who sent it', async () => {
    const hourAgo = Date.now() - 3_600_000
    const headers = { date: new Date(hourAgo).toUTCString(), 'retry-after': new Date(hourAgo + 2_000).toUTCString() }
    await breakConnection({ fault: 'status', status: 503, headers, operationName: 'PersonById' })
    await kyc.query(PersonByIdDocument, { id: ADA })
    const [wait] = await waits('PersonById')
    expect(wait).toBeGreaterThanOrEqual(2_000)
  })

  test.each([
    ['a list that is no list', { errors: {} }],
    ['texts as errors', { errors: ['Bad gateway'] }],
    ['no error', { errors: [] }],
    ['null as an error', { errors: [null] }],
    ['data of its own', { data: 'Bad gateway' }],
  ])('JSON of a proxy with %s: as any answer that is none of the server', async (_title, body) => {
    await breakConnection({ fault: 'status', status: 502, body, operationName: 'PersonById' })
    expect((await kyc.query(PersonByIdDocument, { id: ADA })).person!.id).toBe(ADA)
    expect(await requests('PersonById')).toHaveLength(2)
  })

  test('a limit of the provider: not sooner than it says', async () => {
    await breakProvider('synctera', {
      match: 'GET /v0/persons**',
      fault: 'status',
      status: 429,
      headers: { 'retry-after': '1' },
      times: 3,
    })
    const { person } = await kyc.query(PersonByIdDocument, { id: ADA })
    expect(person!.id).toBe(ADA)
  })

  test('an error that is not retryable: not at all', async () => {
    await expect(kyc.query('query PersonById { nothing }')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      attempts: 1,
    })
    expect(await requests('PersonById')).toHaveLength(1)
  })

  test('a wait that is longer than the call may take ends it with the error that says so', async () => {
    await breakConnection({ fault: 'status', status: 429, headers: { 'retry-after': '30' } })
    await expect(kyc.query(PersonByIdDocument, { id: ADA }, { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 30,
      attempts: 1,
    })
  })

  test('no answer at all ends with NETWORK_ERROR after the last attempt', async () => {
    const client = createClient({ retry: { maxAttempts: 3, minDelayMs: 1, maxDelayMs: 1 } })
    await breakConnection({ fault: 'drop-request', times: 3 })
    await expect(client.query(PersonByIdDocument, { id: ADA })).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      retryable: true,
      attempts: 3,
    })
  })
})

describe('a call ends', () => {
  test('with the reason of its signal', async () => {
    const controller = new AbortController()
    await breakConnection({ fault: 'status', status: 503, headers: { 'retry-after': '20' } })
    const call = kyc.query(PersonByIdDocument, { id: ADA }, { signal: controller.signal })
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
  })

  test('with TIMEOUT when its time is over', async () => {
    const hanging = new KycGraph({ url: 'http://127.0.0.1:9', token: () => new Promise(() => undefined) })
    await expect(hanging.query(PersonByIdDocument, { id: ADA }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
    })
  })
})

describe('errors', () => {
  test('have the fields of their code', async () => {
    const account = { idScheme: 'IBAN', id: 'no iban', name: 'Accepted,Ada' } as const
    const error: unknown = await kyc
      .mutate(CheckPayeeDocument, { input: { types: ['NAME'], account } })
      .catch((reason: unknown) => reason)
    if (!isKycGraphError(error, 'BAD_USER_INPUT')) throw error
    expectTypeOf(error.extensions.fields).toEqualTypeOf<Readonly<Record<string, readonly string[]>> | undefined>()
    expect(Object.keys(error.extensions.fields!)).toEqual(['input.account.id'])
    expect(error.correlationId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of one field leave the others in data, which execute answers', async () => {
    const document = /* GraphQL */ `
      query Both($id: ID!) {
        person(id: $id) {
          id
        }
        accountAttributesJob(key: "unknown") {
          status
        }
      }
    `
    const token = await tokenOf({ scopes: ['persons:read'] })
    const limited = createClient({ token })
    const { data, errors } = await limited.execute<{ person: { id: string } }, { id: string }>(document, { id: ADA })
    expect(data!.person).toEqual({ id: ADA })
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN'])
    await expect(limited.query(document, { id: ADA })).rejects.toMatchObject({ code: 'FORBIDDEN', data })
  })

  test('are told apart by every code that the server has', () => {
    const remedy = (error: AnyKycGraphError): string => {
      switch (error.code) {
        case 'OUTCOME_UNKNOWN':
          return error.next
        case 'RATE_LIMITED':
          return error.extensions.limitedBy ?? 'provider'
        default:
          return error.retryable ? 'later' : 'never'
      }
    }
    expect(remedy).toBeTypeOf('function')
    expectTypeOf<ErrorCode>().toExtend<AnyKycGraphError['code']>()
  })

  test('a mutation is not run as a query, which has no key', async () => {
    await expect(kyc.query('mutation M { a }')).rejects.toThrow(TypeError)
  })
})

describe('the rows of a list', () => {
  test('come page by page, each once, also when an answer is lost in between', async () => {
    await breakConnection({ fault: 'drop-answer', operationName: 'CustomersWithPersons', times: 2 })
    const ids: string[] = []
    for await (const customer of kyc.nodes(CustomersWithPersonsDocument, { first: 15 }, ({ customers }) => customers))
      ids.push(customer.id)
    expect(ids.length).toBeGreaterThan(40)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await requests('CustomersWithPersons')).toHaveLength(Math.ceil(ids.length / 15) + 2)
  })

  test('are asked for no further than they are read', async () => {
    for await (const customer of kyc.nodes(CustomersWithPersonsDocument, { first: 5 }, ({ customers }) => customers)) {
      expectTypeOf(customer.kycStatus).toEqualTypeOf<boolean>()
      break
    }
    expect(await requests('CustomersWithPersons')).toHaveLength(1)
  })
})

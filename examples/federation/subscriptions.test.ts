import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNTS } from './accounts/data.js'
import { type Environment, startEnvironment } from './environment.js'
import { ask, providerOf } from './support/client.js'
import { type Recorder, startRecorder } from './support/recorder.js'
import { collect, type Told, TRANSPORTS } from './support/subscriber.js'

let environment: Environment
/** Between the gateway and kyc-graph. */
let recorder: Recorder
beforeAll(async () => {
  environment = await startEnvironment({ between: async (url) => (recorder = await startRecorder(url)) })
})
afterAll(() => environment.stop())
beforeEach(() => {
  recorder.requests.length = 0
})

/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const RESULT = 'subscription($id: ID!) { verificationResult(id: $id) { state account { nameCheckStatus } } }'
const PERSON = `subscription($personId: ID!) {
  personVerification(personId: $personId) { status person { id accounts { iban } } }
}`

async function beginPayeeCheck(): Promise<string> {
  const account = { idScheme: 'SCAN', id: LATER, name: 'Accepted,Ada' }
  const { data, errors } = await ask(environment, VERIFY, {
    variables: { input: { types: ['NAME'], maxAgeSeconds: 0, account } },
  })
  expect(errors).toEqual([])
  expect(data.verifyAccount.result.state).toBe('PENDING')
  return data.verifyAccount.result.id as string
}

/** Longer than `upstreamTimeout`. */
const LONG_MS = 22_000

describe.each(TRANSPORTS)('by %s', (_transport, subscribe) => {
  const told = (query: string, variables: Record<string, unknown>, token: string | null = environment.graph.ops) =>
    subscribe(environment.gateway.url, query, { variables, token })

  test('a client of the gateway sees a pending payee check become matched, and the end', async () => {
    const results = await collect(told(RESULT, { id: await beginPayeeCheck() }))
    expect(results.map(({ errors }) => errors).filter(Boolean)).toEqual([])
    expect(results.map(({ data }) => data.verificationResult)).toEqual([
      { state: 'PENDING', account: null },
      { state: 'COMPLETED', account: { nameCheckStatus: 'FULL_MATCH' } },
    ])
  })

  test('each event has what the other subgraph knows', async () => {
    const [{ person, iban }] = ACCOUNTS as [(typeof ACCOUNTS)[number]]
    const results = await collect(told(PERSON, { personId: person.id }))
    expect(results.map(({ data }) => data.personVerification)).toEqual([
      { status: 'ACCEPTED', person: { id: person.id, accounts: [{ iban }] } },
    ])
  })

  test('what the client says in headers reaches kyc-graph', async () => {
    const said = { 'x-correlation-id': randomUUID(), 'x-purpose': 'onboarding', 'x-consent-id': 'consent-1' }
    const id = await beginPayeeCheck()
    recorder.requests.length = 0
    await collect(
      subscribe(environment.gateway.url, RESULT, { variables: { id }, token: environment.graph.ops, headers: said }),
    )
    expect(recorder.requests.map(({ headers }) => headers)).toEqual([
      expect.objectContaining({ ...said, authorization: `Bearer ${environment.graph.ops}` }),
    ])
  })

  test.each([
    ['without its scope', () => environment.graph.token(['customers:read'])],
    ['without a token', () => Promise.resolve(null)],
    ['with a token that is not valid', () => Promise.resolve('no.valid.token')],
  ])('a subscription %s is told nothing, and reaches no subgraph', async (_what, token) => {
    // The gateway refuses it with an HTTP status, or with a result.
    const results = await collect(told(RESULT, { id: randomUUID() }, await token())).catch(() => [])
    expect(results.map(({ data }) => data?.verificationResult ?? null).filter(Boolean)).toEqual([])
    expect(recorder.requests).toEqual([])
  })

  test('an error of a provider keeps its code and extensions, and does not end the stream', async () => {
    const synctera = providerOf(environment, 'synctera')
    await synctera.fault({ match: 'GET /**', fault: 'status', status: 503, times: 0 })
    for await (const { errors } of told(PERSON, { personId: ACCOUNTS[1]!.person.id })) {
      expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
        {
          code: 'PROVIDER_UNAVAILABLE',
          provider: 'SYNCTERA',
          retryable: true,
          providerStatus: 503,
          serviceName: 'kyc',
        },
      ])
      break
    }
    await synctera.clear()
  })

  test('a client that leaves ends the stream at kyc-graph', async () => {
    const first: Told[] = []
    for await (const result of told('subscription($id: ID!) { kycOverview(customerId: $id) { status } }', {
      id: ACCOUNTS[0]!.customer.id,
    })) {
      first.push(result)
      break
    }
    expect(first.map(({ errors }) => errors)).toEqual([undefined])
    await expect.poll(() => recorder.open()).toBe(0)
  })
})

test("a stream outlasts the time that the gateway gives a subgraph's answer", async () => {
  const [, subscribe] = TRANSPORTS[0]!
  const query = 'subscription($id: ID!) { kycOverview(customerId: $id) { status } }'
  const variables = { id: ACCOUNTS[0]!.customer.id }
  const results = subscribe(environment.gateway.url, query, { variables, token: environment.graph.ops })
  const stream = results[Symbol.asyncIterator]()
  expect((await stream.next()).value).toMatchObject({ data: { kycOverview: { status: 'ACCEPTED' } } })
  // It ends with the gateway.
  const next = stream.next().catch(() => undefined)
  expect(await Promise.race([next, delay(LONG_MS, 'still open')])).toBe('still open')
})

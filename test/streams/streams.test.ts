import { randomBytes } from 'node:crypto'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { WebSocket } from 'ws'
import { ADA, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { later, stopClock, today } from '../support/clock.js'
import { startApp } from '../support/app.js'
import { createDpopKey } from '../support/dpop.js'
import { type StreamResult, subscribers, TRANSPORTS } from '../support/subscriptions.js'

const store = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
const one = await startApp(store)
const two = await startApp(store, one)
beforeEach(() => one.clear())
afterEach(today)
beforeAll(() => subscribeWebhooks(one.emulators.synctera, two.url))
afterAll(async () => {
  await two.close()
  await one.close()
})

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const RESULT = 'subscription($id: ID!) { verificationResult(id: $id) { id state account { status } } }'
const stateOf = (told: StreamResult | undefined): unknown => told?.data?.['verificationResult'].state
/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'

async function verify(id: string, app = one): Promise<string> {
  const input = { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id, name: 'Accepted,Ada' } }
  const { data, errors } = await app.run(VERIFY, { input })
  expect(errors).toEqual([])
  return data.verifyAccount.result.id as string
}

const CHECKS = 'subscription($personId: ID!) { personVerification(personId: $personId) { status } }'
const CHECKS_AND_DISCLOSURES = `subscription($personId: ID!) { ...Checks }
fragment Checks on Subscription { personVerification(personId: $personId) { status person { id disclosures { type } } } }`
const [PENDING, REVIEW, ACCEPTED] = ['0002', '0004', '0001']
const persons = NAMED_PEOPLE.flatMap(({ personId }) => personId ?? [])

async function setOutcome(personId: string, digits: string): Promise<void> {
  const response = await fetch(`${one.emulators.synctera.url}/__emulator/outcomes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId, digits }),
  })
  expect(response.status).toBe(204)
}

/** Another person each time, whose checks are not complete. */
async function pending(): Promise<string> {
  const personId = persons.pop()!
  await setOutcome(personId, PENDING)
  return personId
}

describe.each(TRANSPORTS)('by %s', (transport) => {
  const subscribe = subscribers[transport]

  test('a result that is final is told once, and the stream completes', async () => {
    const id = await verify(ADA.account)
    const stream = await subscribe(one, RESULT, { id })
    expect(await stream.rest()).toMatchObject([{ data: { verificationResult: { id, state: 'COMPLETED' } } }])
    expect(await stream.ended).toBe('complete')
  })

  test('a pending result becomes completed at the subscribers of both replicas, with one poll', async () => {
    stopClock()
    const id = await verify(LATER)
    const streams = await Promise.all([one, two, one, two].map((app) => subscribe(app, RESULT, { id })))
    for (const stream of streams) expect(stateOf(await stream.next())).toBe('PENDING')
    later(2)
    for (const stream of streams) expect((await stream.rest()).map(stateOf)).toEqual(['COMPLETED'])
    expect(one.calls('banfico').filter((call) => call.startsWith('GET'))).toHaveLength(1)
  })

  test('a webhook at one replica is an event at the subscriber of the other, who pays for each', async () => {
    const personId = await pending()
    const stream = await subscribe(one, CHECKS, { personId }, { client: `payer-${transport}` })
    const told = [(await stream.next())!]
    await setOutcome(personId, REVIEW)
    told.push((await stream.next())!)
    await setOutcome(personId, ACCEPTED)
    told.push(...(await stream.rest()))
    expect(told.map(({ data }) => data?.['personVerification'].status)).toEqual(['PENDING', 'REVIEW', 'ACCEPTED'])
    expect(await stream.ended).toBe('complete')
    const costs = told.map(({ extensions }) => extensions!['cost'] as { requested: number; remaining: number })
    const [first, second, third] = costs.map(({ remaining }) => remaining)
    expect([first! - second!, second! - third!]).toEqual([costs[1]!.requested, costs[2]!.requested])
  })

  test('a failure of the provider is told once and ends no stream', async () => {
    const personId = await pending()
    one.fault('synctera', { match: 'GET /v0/persons**', fault: 'status', status: 500, times: 0 })
    const stream = await subscribe(one, CHECKS, { personId })
    const failed = (await stream.next())!
    expect([failed.data, failed.errors![0]!.extensions.code]).toEqual([
      { personVerification: null },
      'PROVIDER_UNAVAILABLE',
    ])
    one.clear()
    await setOutcome(personId, ACCEPTED)
    expect((await stream.rest()).map(({ data }) => data)).toEqual([{ personVerification: { status: 'ACCEPTED' } }])
  })

  test('a token that is bound to a key is shown once, with a proof for the request that opens the stream', async () => {
    const id = await verify(ADA.account)
    const key = await createDpopKey()
    const token = await one.token({ client: 'bound', claims: { tenant: 'acme', cnf: { jkt: key.thumbprint } } })
    const method = transport === 'sse' ? 'POST' : 'GET'
    const options = async (url: string) => {
      const dpop = await key.proof({ url, method, token })
      return { token, scheme: 'DPoP', headers: { dpop } }
    }
    for (const tokenIn of ['header', 'payload'] as const) {
      const own = await options(`${one.url}/graphql`)
      const stream = await subscribe(one, RESULT, { id }, { ...own, tokenIn })
      expect(await stream.rest()).toMatchObject([{ data: { verificationResult: { state: 'COMPLETED' } } }])
      const other = await subscribe(
        one,
        RESULT,
        { id },
        { ...(await options(`${two.url}/graphql`)), tokenIn: 'payload' },
      )
      expect(await other.ended).toBe(transport === 'sse' ? '401' : 'close 4401')
    }
  })
})

test('without a webhook one replica reads the object at the pace of the poll schedule, for all that wait', async () => {
  const silent = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  const replicas = await Promise.all(
    [one, one].map((beside) => startApp({ ...silent, SYNCTERA_WEBHOOK_SECRET: undefined }, beside)),
  )
  stopClock()
  const personId = await pending()
  const streams = await Promise.all(
    [...replicas, ...replicas].map((app) =>
      subscribers.sse(app, CHECKS_AND_DISCLOSURES, { personId }, { scopes: ['persons:read', 'pii:read'] }),
    ),
  )
  const state = (status: string) => ({ personVerification: { status, person: { id: personId, disclosures: [] } } })
  for (const stream of streams) expect((await stream.next())!.data).toEqual(state('PENDING'))
  const reads = (path = '/v0/persons') => one.calls('synctera').filter((call) => call.startsWith(`GET ${path}`))
  const [opened, told] = [reads().length, reads('/v0/disclosures').length]
  // The clock stands still, so that one poll alone is due.
  await expect.poll(() => reads().length - opened, { timeout: 5_000 }).toBe(1)
  await setOutcome(personId, ACCEPTED)
  expect(reads().length - opened).toBe(1)
  // What hangs off the person is not read by the poll.
  expect(reads('/v0/disclosures')).toHaveLength(told)
  later(2)
  for (const stream of streams) expect((await stream.rest()).map(({ data }) => data)).toEqual([state('ACCEPTED')])
  for (const app of replicas) await app.close()
})

test('a server that stops ends its streams so that their clients open them again', async () => {
  stopClock()
  const leaving = await startApp(store, one)
  const id = await verify(LATER)
  const streams = await Promise.all(TRANSPORTS.map((transport) => subscribers[transport](leaving, RESULT, { id })))
  for (const stream of streams) expect(stateOf(await stream.next())).toBe('PENDING')
  await leaving.close()
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['end', 'close 1012'])
  expect(leaving.log()).toMatch(/"stream-end".*"restart"/)
})

test('the clients of both protocols reach the final state over a restart', async () => {
  stopClock()
  const leaving = await startApp(store, one)
  const id = await verify(LATER)
  const authorization = `Bearer ${await one.token()}`
  let url = leaving.url
  const retry = () => Promise.resolve()
  const sse = createSseClient({ url: () => `${url}/graphql`, headers: { authorization }, retry })
  const webSocket = createWebSocketClient({
    url: () => `${url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization },
    webSocketImpl: WebSocket,
    retryWait: retry,
  })
  const begun: (() => void)[] = []
  const clients = [sse, webSocket].map(async (client) => {
    const states: unknown[] = []
    for await (const { data } of client.iterate({ query: RESULT, variables: { id } })) {
      states.push((data as any)?.verificationResult.state)
      begun.shift()?.()
    }
    return states
  })
  await Promise.all([sse, webSocket].map(() => new Promise<void>((resolve) => begun.push(resolve))))
  url = one.url
  await leaving.close()
  later(2)
  for (const states of await Promise.all(clients)) expect(states.at(-1)).toBe('COMPLETED')
  sse.dispose()
  await webSocket.dispose()
})

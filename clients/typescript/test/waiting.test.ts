import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KycGraph } from '../src/index.js'
import {
  CheckPayeeDocument,
  PayeeCheckDocument,
  PayeeCheckUpdatesDocument,
  PersonByIdDocument,
  type VerifyAccountInput,
} from '../src/operations.js'
import { breakConnection, clear, createClient, requests, restartServer, tokenOf } from './support/control.js'

let kyc: KycGraph
beforeEach(() => {
  kyc = createClient()
})
afterEach(clear)

const payee = (id: string): VerifyAccountInput => ({
  types: ['NAME'],
  account: { idScheme: 'SCAN', id, name: 'Accepted,Ada', type: 'PERSONAL' },
})
const PENDING_FOR_A_SECOND = '90070020000030'
const PENDING_FOREVER = '90070020000031'

async function begin(account: string) {
  const { verifyAccount } = await kyc.mutate(CheckPayeeDocument, { input: payee(account) })
  expect(verifyAccount!.result.state).toBe('PENDING')
  return verifyAccount!.result
}

test('waitFor takes the final state from a stream, and asks for it once', async () => {
  const { id } = await begin(PENDING_FOR_A_SECOND)
  const states: unknown[] = []
  const { verificationResult } = await kyc.waitFor(
    PayeeCheckDocument,
    { id },
    { onState: ({ verificationResult: result }) => void states.push(result!.state) },
  )
  expect(verificationResult).toMatchObject({ state: 'COMPLETED', nextPollAt: null })
  expect([states.at(0), states.at(-1)]).toEqual(['PENDING', 'COMPLETED'])
  expect((await requests('PayeeCheck')).map(({ accept }) => accept)).toEqual(['text/event-stream'])
})

test('waitFor reads a subscription until the server completes it', async () => {
  const { id } = await begin(PENDING_FOR_A_SECOND)
  const { verificationResult } = await kyc.waitFor(PayeeCheckUpdatesDocument, { id })
  expect(verificationResult!.state).toBe('COMPLETED')
})

test('waitFor polls where there is no stream, no sooner than nextPollAt', async () => {
  const { id, nextPollAt } = await begin(PENDING_FOR_A_SECOND)
  await breakConnection({ fault: 'status', status: 406, operationName: 'PayeeCheck' })
  const { verificationResult } = await kyc.waitFor(PayeeCheckDocument, { id })
  expect(verificationResult!.state).toBe('COMPLETED')
  const [stream, first, second] = await requests('PayeeCheck')
  expect([stream, first, second].map((request) => request?.accept)).toEqual([
    'text/event-stream',
    'application/json',
    'application/json',
  ])
  expect(second!.at).toBeGreaterThanOrEqual(Date.parse(nextPollAt!))
})

test('waitFor goes on over lost answers and a restart', async () => {
  const { id } = await begin(PENDING_FOR_A_SECOND)
  await breakConnection({ fault: 'drop-answer', operationName: 'PayeeCheck', times: 2 })
  const restart = restartServer(100)
  const { verificationResult } = await kyc.waitFor(PayeeCheckDocument, { id })
  await restart
  expect(verificationResult!.state).toBe('COMPLETED')
})

/** `MAX_STREAMS_PER_USER` of the server. */
const STREAMS_OF_A_USER = 20

test('waitFor and subscribe open a stream that is refused for now after the time that the server says', async () => {
  const user = createClient({ token: () => tokenOf({ client: 'app', claims: { sub: 'busy' } }) })
  const { verifyAccount } = await user.mutate(CheckPayeeDocument, { input: payee(PENDING_FOREVER) })
  const { id } = verifyAccount!.result
  const open = Array.from({ length: STREAMS_OF_A_USER }, () => user.subscribe(PayeeCheckUpdatesDocument, { id }))
  await Promise.all(open.map((stream) => stream.next()))
  await clear()
  const begun = Date.now()
  const waited = user.waitFor(PayeeCheckDocument, { id }, { until: () => true })
  const subscribed = user.subscribe(PayeeCheckUpdatesDocument, { id })
  const first = subscribed.next()
  await expect.poll(async () => (await requests()).length).toBe(2)
  await Promise.all(open.map((stream) => stream.return()))
  expect((await waited).verificationResult!.state).toBe('PENDING')
  expect((await first).value!.verificationResult!.state).toBe('PENDING')
  expect(Date.now() - begun).toBeGreaterThanOrEqual(5_000)
  // Each was asked for twice, and nothing was polled.
  expect((await requests()).map(({ accept }) => accept)).toEqual(Array.from({ length: 4 }, () => 'text/event-stream'))
  await subscribed.return()
}, 30_000)

test('waitFor ends with TIMEOUT and the last state when its time is over', async () => {
  const { id } = await begin(PENDING_FOREVER)
  await expect(kyc.waitFor(PayeeCheckDocument, { id }, { timeoutMs: 1_500 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    data: { verificationResult: { state: 'PENDING' } },
  })
})

test('waitFor asks for `until` where the document does not say what is pending', async () => {
  const variables = { id: 'a0000000-0000-4000-8000-000000000001' }
  const silent = 'query Silent($id: ID!) { person(id: $id) { id } }'
  await expect(kyc.waitFor<object, typeof variables>(silent, variables)).rejects.toThrow('until')
  const { person } = await kyc.waitFor(PersonByIdDocument, variables, {
    until: ({ person: found }) => found?.verificationStatus === 'ACCEPTED',
  })
  expect(person!.verificationStatus).toBe('ACCEPTED')
})

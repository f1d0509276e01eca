import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AddressRules, parseNetwork } from '../../src/partner-webhooks/address-rules.js'
import type { Resolve } from '../../src/partner-webhooks/resolve.js'
import { Sender } from '../../src/partner-webhooks/sender.js'
import { createGate } from '../support/gate.js'
import { type Receiver, startReceiver } from '../support/receiver.js'

const rules = new AddressRules([parseNetwork('127.0.0.1/32')!])
const TIMEOUT_MS = 200

let receiver: Receiver
let forbidden: Receiver
let sender: Sender
beforeAll(async () => {
  ;[receiver, forbidden] = await Promise.all([startReceiver(), startReceiver('127.0.0.2')])
  sender = new Sender({ rules, timeoutMs: TIMEOUT_MS })
})
afterEach(() => {
  receiver.answer = () => ({ status: 204 })
})
afterAll(async () => {
  await sender.close()
  await Promise.all([receiver.close(), forbidden.close()])
})

const send = (url = receiver.url) => sender.send(url, {}, '{}')

/** A sender whose names have these addresses, one list for each time they are looked up. */
function senderWith(...answers: readonly (readonly string[])[]): Sender {
  let asked = 0
  const resolve: Resolve = () => {
    const addresses = answers[Math.min(asked, answers.length - 1)]!
    asked += 1
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
  }
  return new Sender({ rules, resolve, timeoutMs: TIMEOUT_MS })
}
/** `localhost` is a name that may be reached without TLS; what it means is up to the resolver. */
const named = ({ port }: Receiver) => `http://localhost:${port}/hook`

test.each([
  [200, 'HTTP_2XX'],
  [204, 'HTTP_2XX'],
  [304, 'HTTP_3XX'],
  [404, 'HTTP_4XX'],
  [410, 'HTTP_410'],
  [429, 'HTTP_429'],
  [500, 'HTTP_5XX'],
])('a status of %i is %s', async (status, outcome) => {
  receiver.answer = () => ({ status })
  expect((await send()).outcome).toBe(outcome)
})

test('a receiver that asks for time gets it, an hour at most', async () => {
  const waits: (number | undefined)[] = []
  for (const [status, wait] of [
    [429, '7'],
    [503, '100000'],
    [500, '7'],
  ] as const) {
    receiver.answer = () => ({ status, headers: { 'retry-after': wait } })
    waits.push((await send()).waitMs)
  }
  expect(waits).toEqual([7_000, 3_600_000, undefined])
})

test('a redirect is not followed', async () => {
  const before = forbidden.received.length
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer = () => ({ status, headers: { location: forbidden.url } })
    expect((await send()).outcome).toBe('HTTP_3XX')
  }
  expect(forbidden.received.length).toBe(before)
})

test('a name is refused where one of its addresses is not allowed, and nothing is connected to', async () => {
  const before = receiver.received.length
  for (const addresses of [['127.0.0.2'], ['127.0.0.1', '10.0.0.1'], ['127.0.0.1', '::ffff:127.0.0.1'], []]) {
    const own = senderWith(addresses)
    expect((await own.send(named(receiver), {}, '{}')).outcome).toBe('ADDRESS_REFUSED')
    await own.close()
  }
  expect([receiver.received.length, forbidden.received.length]).toEqual([before, 0])
})

test('a name that changes to a private address is refused from then on', async () => {
  const own = senderWith(['127.0.0.1'], ['127.0.0.2'])
  receiver.answer = () => ({ status: 200, headers: { connection: 'close' } })
  expect((await own.send(named(receiver), {}, '{}')).outcome).toBe('HTTP_2XX')
  expect((await own.send(named(receiver), {}, '{}')).outcome).toBe('ADDRESS_REFUSED')
  await own.close()
  expect(forbidden.received).toEqual([])
})

test('a proxy of the environment is not used', async () => {
  const before = { ...process.env }
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) process.env[name] = forbidden.url
  const own = new Sender({ rules })
  try {
    expect((await own.send(receiver.url, {}, '{}')).outcome).toBe('HTTP_2XX')
  } finally {
    process.env = before
    await own.close()
  }
  expect(forbidden.received).toEqual([])
})

test('an answer that does not come in time, a connection that is refused and a name without address have outcomes', async () => {
  const held = createGate()
  receiver.answer = () => held.opened.then(() => ({ status: 200 }))
  expect((await send()).outcome).toBe('TIMEOUT')
  held.open()
  const gone = await startReceiver()
  await gone.close()
  expect((await send(gone.url)).outcome).toBe('CONNECTION_FAILED')
  const resolve: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
  const own = new Sender({ rules, resolve })
  expect((await own.send('https://nowhere.example/', {}, '{}')).outcome).toBe('NAME_NOT_FOUND')
  await own.close()
})

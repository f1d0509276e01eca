import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { MAX_ARRIVING } from '../../src/http/arriving-bodies.js'
import { type App, startApp } from '../support/app.js'
import { createGate, type Gate } from '../support/gate.js'
import { startIssuers, type TestIssuer, type TestIssuers } from '../support/issuers.js'

// A client that leaves while its token is verified: what it asked for does not begin.

const OTHER = CROWD[0]!.personId!
const PERSON_ID = ADA.personId!
/** The connections that an address may have. */
const CONNECTIONS = 4

let issuers: TestIssuers
let issuer: TestIssuer
let app: App
beforeAll(async () => {
  issuers = await startIssuers()
  issuer = await issuers.open('slow')
  app = await startApp({
    ADMISSION: 'on',
    AUTH_INTROSPECTION_URL: issuer.introspectionUrl,
    AUTH_INTROSPECTION_CACHE_SECONDS: '0',
    MAX_CONNECTIONS_PER_ADDRESS: String(CONNECTIONS),
    TRUST_PROXY: '127.0.0.1',
  })
})
afterAll(async () => {
  await app.close()
  issuers.close()
})

let made = 0
/** An opaque token of one and the same user. */
function tokenOf(): string {
  const token = `opaque.${(made += 1)}`
  issuer.answers.set(token, {
    active: true,
    iss: app.ground.issuer.issuer,
    aud: [AUDIENCE],
    sub: 'alice',
    client_id: 'app',
    scope: 'kyc:read persons:read persons:write',
    exp: Math.floor(Date.now() / 1000) + 600,
  })
  return token
}

/** Lets the next introspections wait. */
function hold(count: number): Gate {
  const gate = createGate()
  issuers.introspected.length = 0
  for (let i = 0; i < count; i += 1) issuers.gates.push(gate)
  return gate
}

function requestOf(query: string, { token = tokenOf(), path = '/graphql', accept = '*/*' } = {}): string {
  const body = JSON.stringify({ query })
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: ${accept}`
  return `${head}\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

async function send(bytes: string, localAddress: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(app.url).port), host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

/** Resolves once the server has closed the connections that an address had: it has room for as many again. */
async function closed(address: string): Promise<void> {
  const isServed = async (): Promise<boolean> => {
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => send('GET /health HTTP/1.1\r\nhost: x\r\n\r\n', address)),
    )
    const answers = await Promise.all(
      sockets.map((socket) => Promise.race([once(socket, 'data'), once(socket, 'close')])),
    )
    for (const socket of sockets) socket.destroy()
    return answers.every(([answer]) => String(answer).startsWith('HTTP/1.1 200'))
  }
  await expect.poll(isServed, { interval: 100 }).toBe(true)
}

const person = (id: string): string => `{ person(id: "${id}") { firstName } }`

/** What has begun before this request has asked the provider before it. */
async function calls(): Promise<string[]> {
  expect((await app.run(person(OTHER), {}, { token: tokenOf() })).status).toBe(200)
  return app.calls('synctera').filter((call) => !call.includes(OTHER))
}

async function metrics(): Promise<string> {
  return (await fetch(`${app.url}/metrics`)).text()
}

test('nothing of what it has sent as a whole is run, and it holds no place and no stream', async () => {
  const gate = hold(4)
  const sent = [
    requestOf(person(PERSON_ID)),
    requestOf(person(PERSON_ID), { path: '/graphql?' }),
    requestOf('mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { replayed } }'),
    requestOf(person(PERSON_ID), { accept: 'text/event-stream' }),
  ]
  const sockets = await Promise.all(sent.map((bytes) => send(bytes, '127.0.0.61')))
  await expect.poll(() => issuers.introspected.length).toBe(4)
  for (const socket of sockets) socket.destroy()
  await closed('127.0.0.61')
  gate.open()
  expect(await calls()).toEqual([])
  const told = await metrics()
  expect(told).toMatch(/^kyc_admission_in_flight 0$/m)
  expect(told).toMatch(/^kyc_streams_open\{transport="sse"\} 0$/m)
  expect(told).not.toMatch(/^kyc_requests_refused_total.* [1-9]/m)
})

test('a stream whose token is verified again when it is opened is not run, and its place is free', async () => {
  const gate = createGate()
  issuers.introspected.length = 0
  issuers.gates.push({ opened: Promise.resolve(), open: () => undefined }, gate)
  const socket = await send(requestOf(person(PERSON_ID), { accept: 'text/event-stream' }), '127.0.0.62')
  await expect.poll(() => issuers.introspected.length).toBe(2)
  expect(await metrics()).toMatch(/^kyc_streams_open\{transport="sse"\} 1$/m)
  socket.destroy()
  await expect.poll(metrics).toMatch(/^kyc_streams_open\{transport="sse"\} 0$/m)
  app.clear()
  gate.open()
  expect(await calls()).toEqual([])
  expect(await metrics()).toMatch(/^kyc_admission_in_flight 0$/m)
})

test('a body that has arrived while the token was verified does not count among those that are under way', async () => {
  const token = tokenOf()
  const gate = hold(1)
  const sent = Array.from({ length: MAX_ARRIVING + 5 }, () =>
    send(requestOf('{ viewer { id } }', { token }), '127.0.0.1'),
  )
  const sockets = await Promise.all(sent)
  const answers = sockets.map(async (socket) => String(((await once(socket, 'data')) as unknown[])[0]).slice(0, 12))
  // Connections are accepted in their order, so what was sent before is read before the second of these is answered.
  for (let i = 0; i < 2; i += 1) {
    const socket = await send('GET /health HTTP/1.1\r\nhost: x\r\n\r\n', '127.0.0.1')
    await once(socket, 'data')
    socket.destroy()
  }
  gate.open()
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 200']))
  for (const socket of sockets) socket.destroy()
})

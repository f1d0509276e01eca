import type { Socket as NetSocket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { Socket } from '../support/subscriptions.js'

const PATIENT = { timeout: 20_000 }
const OPEN = `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }`
const FIRST = '{ first: persons(first: 1) { nodes { id } } }'
const SECOND = '{ second: persons(first: 2) { nodes { id } } }'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0', MAX_STREAMS_PER_USER: '1' })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

/** A WebSocket of a user of its own. */
async function opened(sub: string): Promise<Socket> {
  const socket = await Socket.open(app)
  const authorization = `Bearer ${await app.token({ client: 'app', claims: { sub } })}`
  expect(await socket.init({ authorization })).toEqual({ type: 'connection_ack' })
  return socket
}

const subscribe = (socket: Socket, query: string): void =>
  socket.send({ id: '1', type: 'subscribe', payload: { query } })
const complete = (socket: Socket): void => socket.send({ id: '1', type: 'complete' })

/** Subscribes, and waits until the provider is asked, which answers when the gate opens. */
async function hold(socket: Socket, query: string) {
  const gate = createGate()
  app.clear()
  app.fault('synctera', { match: 'GET /v0/persons', fault: 'slow', until: gate.opened })
  subscribe(socket, query)
  await expect.poll(() => app.calls('synctera').length, PATIENT).toBe(1)
  return gate
}

test('an operation whose id was used before gets its own result, also while the first one is executed', async () => {
  const socket = await opened('again')
  const first = await hold(socket, FIRST)
  complete(socket)
  const second = await hold(socket, SECOND)
  first.open()
  // A result of the first would have been sent before this.
  expect((await app.run('{ viewer { id } }')).status).toBe(200)
  second.open()
  expect(await socket.message()).toMatchObject({ id: '1', type: 'next', payload: { data: { second: {} } } })
  expect(await socket.message()).toEqual({ id: '1', type: 'complete' })
  // The id is free again, and so is the stream.
  subscribe(socket, OPEN)
  expect(await socket.message()).toMatchObject({ id: '1', type: 'next', payload: { data: { kycOverview: {} } } })
  socket.raw.terminate()
})

test('an operation that begins with the end of the one before it under the same id is answered', async () => {
  const socket = await opened('at once')
  subscribe(socket, OPEN)
  expect(await socket.message()).toMatchObject({ id: '1', type: 'next' })
  const { _socket: connection } = socket.raw as unknown as { _socket: NetSocket }
  connection.cork()
  complete(socket)
  subscribe(socket, '{ viewer { id } }')
  connection.uncork()
  expect(await socket.message()).toMatchObject({ id: '1', type: 'next', payload: { data: { viewer: {} } } })
  expect(await socket.message()).toEqual({ id: '1', type: 'complete' })
  socket.raw.terminate()
})

test('an operation that is completed while it is executed gives its place back', async () => {
  const socket = await opened('left')
  const gate = await hold(socket, FIRST)
  complete(socket)
  app.clear()
  await expect
    .poll(async () => {
      subscribe(socket, OPEN)
      return (await socket.message())?.type
    }, PATIENT)
    .toBe('next')
  gate.open()
  socket.raw.terminate()
})

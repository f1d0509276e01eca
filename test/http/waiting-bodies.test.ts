import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { BodyReader, type RequestBody } from '../../src/http/request-body.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { startIssuers, type TestIssuer, type TestIssuers } from '../support/issuers.js'

// A body that has arrived before its request is let in takes memory as one that arrives does.

const MIB = 1024 * 1024
const PATIENT = { timeout: 20_000 }
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function line(port: number): Promise<{ readonly socket: Socket; readonly heard: () => string }> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket
    .setEncoding('utf8')
    .on('data', (part: string) => (text += part))
    .on('error', () => undefined)
  await once(socket, 'connect')
  return { socket, heard: () => text }
}

const post = (body: string, { path = '/graphql', token = 'none' } = {}): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`

describe('a body that has arrived and is not asked for yet', () => {
  interface Begun {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly body: RequestBody
  }
  let server: Server
  let reader: BodyReader
  let begun: Begun[]
  let port: number
  beforeAll(async () => {
    server = createServer((request, response) => {
      // The answer to a GET comes never.
      if (request.method === 'POST') begun.push({ request, response, body: reader.begin(request, response) })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  /** Sends requests on one connection; resolves once the bodies have arrived. */
  async function send(...requests: readonly string[]): Promise<Socket> {
    reader = new BodyReader({ timeoutMs: 10_000, maxBufferedBytes: MIB })
    begun = []
    const { socket } = await line(port)
    socket.write(requests.join(''))
    const count = requests.filter((request) => request.startsWith('POST')).length
    await expect.poll(() => begun.filter(({ request }) => request.complete).length, PATIENT).toBe(count)
    return socket
  }

  const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
  const chunked = (body: string) =>
    `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

  test.each([
    ['in one part', post('x'.repeat(1_000)), 1_000],
    ['in several', post('x'.repeat(200_000)), 200_000],
    ['in chunks', chunked('x'.repeat(1_000)), 1_000],
  ])('that came %s is counted until it is handed over', async (_how, request, length) => {
    await send(request)
    await expect.poll(() => reader.usedBytes, PATIENT).toBeGreaterThanOrEqual(length)
    const bytes = await new Promise<Buffer>((resolve) => begun[0]!.body.whenDone((_error, all) => resolve(all)))
    expect(bytes.toString()).toBe('x'.repeat(length))
    expect(reader.usedBytes).toBe(0)
  })

  test('is counted until it is refused', async () => {
    await send(post('x'.repeat(1_000)))
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(1_000)
    begun[0]!.body.refuse()
    expect(reader.usedBytes).toBe(0)
  })

  test('is counted until the request is answered without it', async () => {
    await send(post('x'.repeat(1_000)))
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(1_000)
    begun[0]!.response.end()
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(0)
  })

  test('is counted until its client leaves, also behind a request that is not answered yet', async () => {
    const socket = await send(GET, post('x'.repeat(1_000)), post('y'.repeat(2_000)))
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(3_000)
    socket.destroy()
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(0)
  })

  test('is refused where the budget has no room for it', async () => {
    const full = post('x'.repeat(256 * 1024))
    await send(GET, full, full, full, full, post('y'))
    await expect.poll(() => reader.usedBytes, PATIENT).toBe(MIB)
    const error = await new Promise((resolve) => begun[4]!.body.whenDone(resolve))
    expect(error).toMatchObject({ code: 'OVERLOADED', refusal: 'body_memory' })
    expect(reader.usedBytes).toBe(MIB)
  })
})

describe('bodies of requests whose tokens are verified', () => {
  let issuers: TestIssuers
  let issuer: TestIssuer
  let app: App
  beforeAll(async () => {
    issuers = await startIssuers()
    issuer = await issuers.open('slow')
    app = await startApp({
      AUTH_INTROSPECTION_URL: issuer.introspectionUrl,
      AUTH_INTROSPECTION_CACHE_SECONDS: '0',
      MAX_BUFFERED_BODY_BYTES: String(MIB),
    })
  })
  afterAll(async () => {
    await app.close()
    issuers.close()
  })

  const used = async () =>
    Number(
      /^kyc_memory_budget_used_bytes\{budget="request_bodies"\} (\d+)$/m.exec(
        await (await fetch(`${app.url}/metrics`)).text(),
      )?.[1],
    )

  test.each(['/graphql', '/graphql?'])('fill the budget at %s, until they are refused', async (path) => {
    const port = Number(new URL(app.url).port)
    const gate = createGate()
    for (let i = 0; i < 4; i += 1) issuers.gates.push(gate)
    const waiting = await Promise.all([1, 2, 3, 4].map(() => line(port)))
    waiting.forEach(({ socket }, i) =>
      socket.write(post('{'.padEnd(256 * 1024), { path, token: `unknown.${path.length}.${i}` })),
    )
    await expect.poll(used, PATIENT).toBe(MIB)
    const token = await app.token()
    const body = JSON.stringify({ query: '{ viewer { id } }' }).padEnd(200_000)
    const refused = await line(port)
    refused.socket.write(post(body, { path, token }))
    await expect.poll(refused.heard, PATIENT).toContain('The server is reading too many request bodies.')
    expect(refused.heard()).toContain('HTTP/1.1 503')
    gate.open()
    for (const { heard } of waiting) await expect.poll(heard, PATIENT).toContain('HTTP/1.1 401')
    expect(await used()).toBe(0)
    const served = await line(port)
    served.socket.write(post(body, { path, token }))
    await expect.poll(served.heard, PATIENT).toContain('HTTP/1.1 200')
  })

  test('are not counted once their clients have left', async () => {
    const gate = createGate()
    issuers.gates.push(gate)
    const { socket } = await line(Number(new URL(app.url).port))
    socket.write(post('{'.padEnd(256 * 1024), { token: `unknown.${AUDIENCE}` }))
    await expect.poll(used, PATIENT).toBe(MIB / 4)
    socket.destroy()
    await expect.poll(used, PATIENT).toBe(0)
    gate.open()
  })
})

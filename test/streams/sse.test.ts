import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { AnswerBuffer } from '../../src/http/answer-buffer.js'
import type { HttpRequest } from '../../src/http/graphql-handler.js'
import { createSseHandler } from '../../src/streams/sse.js'
import type { Streams } from '../../src/streams/streams.js'

/** More than the buffers of a connection take. */
const BYTES = 32 * 1024 * 1024
const PATIENT = { timeout: 20_000 }

let server: Server
let client: Socket
afterEach(async () => {
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

/** A client that has asked for one large event and reads nothing, and how its stream ended. */
async function asked(answers: AnswerBuffer): Promise<string[]> {
  const ends: string[] = []
  async function* results() {
    yield await Promise.resolve({ data: { text: 'x'.repeat(BYTES) } })
  }
  const streams = {
    open: () => ({
      stream: Object.assign(results(), { end: (reason: string) => ends.push(reason) }),
      response: Promise.resolve({ status: 200, headers: [], result: { data: {} } }),
    }),
  } as unknown as Pick<Streams, 'open'>
  const handle = createSseHandler(streams, answers)
  server = createServer((_request, response) => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer x' }
    const sent = { method: 'POST', url: '/graphql', headers, body: { query: '{ a }' }, caller: {}, response }
    void handle(sent as unknown as HttpRequest).then(({ body }) =>
      pipeline(body as Readable, response, () => undefined),
    )
    response.once('close', () => ends.push('close'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined).pause()
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return ends
}

test('a large event counts among the answers until its client has taken it, and the stream then completes', async () => {
  const answers = new AnswerBuffer(BYTES)
  await asked(answers)
  await expect.poll(() => answers.usedBytes, PATIENT).toBeGreaterThanOrEqual(BYTES)
  let end = ''
  client.on('data', (part: Buffer) => (end = (end + part.subarray(-100).toString()).slice(-100))).resume()
  await expect.poll(() => end, PATIENT).toContain('event: complete')
  expect(answers.usedBytes).toBe(0)
})

test('a client that takes nothing of its last event is disconnected', async () => {
  const answers = new AnswerBuffer(BYTES, 200)
  const ends = await asked(answers)
  await expect.poll(() => ends, PATIENT).toContain('close')
  expect(ends[0]).toBe('slow_reader')
  expect(answers.usedBytes).toBe(0)
})

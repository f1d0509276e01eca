import { once, setMaxListeners } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { abortBy, ResponseMemory, TRANSPORTS } from '../../../datasources/http/transport.js'

const MIB = 1024 * 1024
const BODY = Buffer.from(JSON.stringify({ text: 'x'.repeat(MIB) }))
const CALLS = 24

test('readers pause beyond the limit, one of them goes on, and the others follow in their order', () => {
  const memory = new ResponseMemory(4 * MIB)
  const resumed: string[] = []
  const readers = ['a', 'b', 'c'].map((name) => ({ name, reading: memory.open() }))
  const take = (i: number, bytes: number) =>
    readers[i]!.reading.take(bytes, { resume: () => void resumed.push(readers[i]!.name) })
  expect(take(0, MIB)).toBe(true)
  expect(take(1, MIB / 2)).toBe(true)
  // The first beyond the limit goes on to its end.
  expect(take(1, 4 * MIB)).toBe(true)
  expect(take(0, MIB)).toBe(false)
  expect(take(2, MIB)).toBe(false)
  // A small answer does not wait.
  expect(memory.open().take(1_000, { resume: () => undefined })).toBe(true)
  readers[1]!.reading.release()
  expect(resumed).toEqual(['a'])
  readers[0]!.reading.release()
  expect(resumed).toEqual(['a', 'c'])
})

test.each(
  (['undici', 'node-fetch'] as const).flatMap(
    (name) =>
      [
        [name, false],
        [name, true],
      ] as const,
  ),
)('%s reads many large answers (compressed: %s) within the limit and the largest of them', async (name, isGzip) => {
  const body = isGzip ? gzipSync(BODY) : BODY
  const server = createServer((_request, response) =>
    response.writeHead(200, isGzip ? { 'content-encoding': 'gzip' } : {}).end(body),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const memory = new ResponseMemory(8 * MIB)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const maxResponseBytes = 2 * MIB
  const transport = TRANSPORTS[name]({ origin, connections: CALLS, timeoutMs: 60_000, maxResponseBytes, memory })
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, memory.used)), 1)
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const send = () => transport.send({ method: 'GET', path: '/', headers: {}, body: undefined, watch: abortBy(signal) })
  const answers = await Promise.all(Array.from({ length: CALLS }, send))
  clearInterval(watch)
  expect(answers.every(({ text }) => text?.length === BODY.length)).toBe(true)
  // The limit, one answer beyond it, and the small beginnings of those that wait.
  expect(most).toBeLessThanOrEqual(8 * MIB + 4 * maxResponseBytes + CALLS * MIB)
  await expect.poll(() => memory.used).toBe(0)
  await transport.close()
  server.close()
})

test.each(['undici', 'node-fetch'] as const)('%s gives up a call that waits for memory', async (name) => {
  const server = createServer((_request, response) => response.writeHead(200).end(BODY)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const memory = new ResponseMemory(MIB)
  const holder = memory.open()
  holder.take(4 * MIB, { resume: () => undefined })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = TRANSPORTS[name]({ origin, connections: 1, timeoutMs: 60_000, maxResponseBytes: 2 * MIB, memory })
  const left = new AbortController()
  const answer = transport.send({ method: 'GET', path: '/', headers: {}, body: undefined, watch: abortBy(left.signal) })
  await expect.poll(() => memory.used).toBeGreaterThan(16 * MIB)
  left.abort()
  await expect(answer).rejects.toMatchObject({ sent: true, answered: true })
  await expect.poll(() => memory.used).toBe(16 * MIB)
  holder.release()
  await transport.close()
  server.close()
})

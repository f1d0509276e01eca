import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ApiError } from '../../datasources/contract/errors.js'
import { AnswerBuffer } from '../../src/http/answer-buffer.js'

/** More than the buffers of a connection take. */
const BYTES = 32 * 1024 * 1024
const ANSWER = Buffer.alloc(BYTES, 'x')

let server: Server
const clients: Socket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

/** A server of one large answer, and a client that has asked for it and reads nothing. */
async function asked(answers: AnswerBuffer): Promise<Socket> {
  const begun = new Promise<void>((resolve) => {
    server = createServer((_request, response) => {
      answers.hold(response, BYTES)
      response.end(ANSWER)
      resolve()
    }).listen(0, '127.0.0.1')
  })
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  clients.push(client)
  client.on('error', () => undefined)
  client.pause()
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await begun
  return client
}

const isFull = (answers: AnswerBuffer): boolean => {
  try {
    answers.assertRoom()
    return false
  } catch (error) {
    expect(error).toMatchObject({ code: 'OVERLOADED', extensions: { retryable: true, http: { status: 503 } } })
    return error instanceof ApiError
  }
}

test('answers that are not taken are counted, until their client has them', async () => {
  const answers = new AnswerBuffer(BYTES - 1)
  const client = await asked(answers)
  expect(isFull(answers)).toBe(true)
  client.resume()
  await expect.poll(() => isFull(answers)).toBe(false)
})

test('an answer of a client that has left is not counted', async () => {
  const answers = new AnswerBuffer(BYTES - 1)
  const client = await asked(answers)
  expect(isFull(answers)).toBe(true)
  client.destroy()
  await expect.poll(() => isFull(answers)).toBe(false)
})

test('a client that takes nothing is disconnected', async () => {
  const answers = new AnswerBuffer(BYTES - 1, 100)
  await asked(answers)
  expect(isFull(answers)).toBe(true)
  await expect.poll(() => isFull(answers)).toBe(false)
})

test('answers within the limit let every request in', async () => {
  const answers = new AnswerBuffer(BYTES)
  await asked(answers)
  expect(isFull(answers)).toBe(false)
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lingerOnClose } from '../../src/http/lingering-close.js'

// Each request is refused before its body has arrived; one for `/left` is refused once its client has left.

let refused = 0
const server = createServer((incoming, response) => {
  const refuse = () => {
    refused += 1
    lingerOnClose(incoming)
    response.writeHead(413, { connection: 'close' }).end('{}')
  }
  if (incoming.url === '/left') incoming.socket.once('close', () => setImmediate(refuse))
  else refuse()
})
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => void server.close())

const portOf = () => (server.address() as AddressInfo).port

/** How long the server keeps the connection of a refused client that has sent all and ended, in ms. */
async function lingers(): Promise<number> {
  const closed = new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', resolve)))
  const client = connect(portOf(), '127.0.0.1').resume()
  client.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n')
  await once(client, 'data')
  const begun = performance.now()
  client.end(Buffer.alloc(100_000, 'x'))
  await closed
  return performance.now() - begun
}

test('requests whose clients left before they were refused delay no reads of others', async () => {
  for (let i = 1; i <= 1_000; i += 1) {
    const socket = connect(portOf(), '127.0.0.1')
    await once(socket, 'connect')
    socket.end('POST /left HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n', () => socket.destroy())
  }
  await expect.poll(() => refused).toBe(1_000)
  // A connection that is not read is closed after a second.
  expect(await lingers()).toBeLessThan(900)
})

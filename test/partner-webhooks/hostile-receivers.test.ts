import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AddressRules, parseNetwork } from '../../src/partner-webhooks/address-rules.js'
import type { Resolve } from '../../src/partner-webhooks/resolve.js'
import { Sender } from '../../src/partner-webhooks/sender.js'

const TIMEOUT_MS = 300
/** How much longer an attempt may take on a busy machine. */
const GRACE_MS = 2_000
const rules = new AddressRules([parseNetwork('127.0.0.1/32')!])

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = []
const senders: Sender[] = []
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()))
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

const sender = (resolve?: Resolve): Sender => {
  const own = new Sender({ rules, resolve, timeoutMs: TIMEOUT_MS })
  senders.push(own)
  return own
}

/** A receiver that does what it wants on each connection; returns its address, and the connections that it got. */
async function receiver(answer: (socket: Socket, request: number) => void) {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      if (data.includes('POST ')) answer(socket, (requests += 1))
    })
  })
  open.push({ server, sockets })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook`, port, sockets }
}

/** Writes a text again and again until the connection is gone. */
function forever(socket: Socket, text: string | Buffer, ms: number): void {
  const timer = setInterval(() => socket.writable && socket.write(text), ms)
  socket.once('close', () => clearInterval(timer))
}

const OK = 'HTTP/1.1 200 OK\r\n'
const MEGABYTE = Buffer.alloc(1_048_576, 'x')

test.each<[what: string, answer: (socket: Socket) => void, outcome: string]>([
  [
    'sends its head a byte at a time',
    (socket) => {
      socket.write(`${OK}x-slow: `)
      forever(socket, 'x', 20)
    },
    'TIMEOUT',
  ],
  [
    // The status has come: the delivery was accepted.
    'sends its body a byte at a time',
    (socket) => {
      socket.write(`${OK}content-length: 10000\r\n\r\n`)
      forever(socket, 'x', 20)
    },
    'HTTP_2XX',
  ],
  [
    'sends a body without an end',
    (socket) => {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n`)
      forever(socket, Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')]), 5)
    },
    'HTTP_2XX',
  ],
  ['sends a large head', (socket) => socket.end(`${OK}x-large: ${'x'.repeat(100_000)}\r\n\r\n`), 'CONNECTION_FAILED'],
  [
    'sends many headers',
    (socket) => socket.end(`${OK}${'a: b\r\n'.repeat(20_000)}content-length: 0\r\n\r\n`),
    'CONNECTION_FAILED',
  ],
  [
    'sends informational answers for ever',
    (socket) => forever(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(100), 5),
    'TIMEOUT',
  ],
  [
    'continues without being asked',
    (socket) => forever(socket, 'HTTP/1.1 100 Continue\r\n\r\n', 5),
    'CONNECTION_FAILED',
  ],
  [
    'switches the protocol',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
    'CONNECTION_FAILED',
  ],
  ['speaks no HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n'), 'CONNECTION_FAILED'],
  [
    'says two lengths',
    (socket) => socket.end(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    'CONNECTION_FAILED',
  ],
  ['closes without an answer', (socket) => socket.destroy(), 'CONNECTION_FAILED'],
  ['is silent', () => undefined, 'TIMEOUT'],
])('a receiver that %s ends the attempt in its time', async (_what, answer, outcome) => {
  const { url } = await receiver(answer)
  const begun = performance.now()
  expect((await sender().send(url, {}, '{}')).outcome).toBe(outcome)
  expect(performance.now() - begun).toBeLessThan(TIMEOUT_MS + GRACE_MS)
})

test('an answer that was sent beforehand is not that of the next delivery', async () => {
  const { url } = await receiver((socket, request) =>
    socket.write(
      request === 1
        ? `${OK}content-length: 0\r\n\r\n${OK}content-length: 0\r\n\r\n`
        : 'HTTP/1.1 500 Error\r\ncontent-length: 0\r\n\r\n',
    ),
  )
  const own = sender()
  expect((await own.send(url, {}, '{}')).outcome).toBe('HTTP_2XX')
  for (let i = 0; i < 3; i += 1) expect((await own.send(url, {}, '{}')).outcome).not.toBe('HTTP_2XX')
})

test.each([
  ['-5'],
  ['1e9'],
  ['NaN'],
  ['Thu, 01 Jan 1970 00:00:00 GMT'],
  ['Fri, 31 Dec 9999 23:59:59 GMT'],
  ['1, 99999'],
])('a receiver that asks for the time %s is given an hour at most', async (wait) => {
  const { url } = await receiver((socket) =>
    socket.write(`HTTP/1.1 503 Away\r\nretry-after: ${wait}\r\ncontent-length: 0\r\n\r\n`),
  )
  const { waitMs = 0 } = await sender().send(url, {}, '{}')
  expect(waitMs).toBeGreaterThanOrEqual(0)
  expect(waitMs).toBeLessThanOrEqual(3_600_000)
})

test('an address with credentials, a trailing dot or another notation is refused before it is connected to', async () => {
  const { port, sockets } = await receiver((socket) => socket.end(`${OK}content-length: 0\r\n\r\n`))
  for (const url of [
    `http://user:password@127.0.0.1:${port}/`,
    `http://localhost.:${port}/`,
    `https://10.0.0.1.:${port}/`,
    `https://0x7f000002:${port}/`,
    `https://2130706434:${port}/`,
    `https://0177.0.0.2:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    `https://[::127.0.0.2]:${port}/`,
    `https://[0:0:0:0:0:ffff:7f00:2]:${port}/`,
    `https://①⑦②.16.0.1:${port}/`,
    `https://example.com@10.0.0.1:${port}/`,
    'not a URL',
  ])
    expect([url, (await sender().send(url, {}, '{}')).outcome]).toEqual([url, 'ADDRESS_REFUSED'])
  expect(sockets.size).toBe(0)
})

test.each<[what: string, addresses: readonly string[]]>([
  ['many addresses of which the last one is private', [...Array.from({ length: 500 }, () => '127.0.0.1'), '10.0.0.1']],
  ['an address of this machine in IPv6', ['::1']],
  ['an IPv4 address within IPv6', ['::ffff:10.0.0.1']],
  ['the same in hexadecimal', ['::ffff:a00:1']],
  ['an IPv4 address in the form that is no longer used', ['::10.0.0.1']],
  ['an address of NAT64', ['64:ff9b::10.0.0.1']],
  ['an address of Teredo', ['2001:0:4136:e378:8000:63bf:3fff:fdd2']],
  ['a link-local address with its zone', ['fe80::1%lo']],
  ['a site-local address', ['fec0::1']],
  ['a multicast address', ['ff02::1']],
  ['an address for documentation', ['203.0.113.1']],
  ['an address for benchmarks', ['198.18.0.1']],
  ['the broadcast address', ['255.255.255.255']],
  ['the metadata service of a cloud in IPv6', ['fd00:ec2::254']],
  ['what is no address', ['10.0.0.1/32']],
])('a name that has %s is refused', async (_what, addresses) => {
  const resolve: Resolve = () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
  expect((await sender(resolve).send('https://partner.example/', {}, '{}')).outcome).toBe('ADDRESS_REFUSED')
})

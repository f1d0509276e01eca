import { createHook } from 'node:async_hooks'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { promises as dns } from 'node:dns'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { AddressRules, parseNetwork } from '../../src/partner-webhooks/address-rules.js'
import { dnsResolve } from '../../src/partner-webhooks/resolve.js'
import { Sender } from '../../src/partner-webhooks/sender.js'
import { startReceiver } from '../support/receiver.js'

const rules = new AddressRules([parseNetwork('127.0.0.1/32')!])
/** The time of a lookup without an answer. */
const LOOKUP_MS = 3_000
const AT_ONCE_MS = 500
/** How much longer an attempt may take on a busy machine. */
const GRACE_MS = 1_500
const A = 1
const CNAME = 5
const AAAA = 28
const NOT_FOUND = 3
const SERVER_FAILED = 2
const V4 = Buffer.from([127, 0, 0, 1])
const V6 = Buffer.from('20010db8000000000000000000000001', 'hex')

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

/** Starts a DNS server; `answer` is told the type of a question and returns the answer, or nothing for silence. */
async function startDns(answer: (type: number, question: Buffer) => Buffer | undefined) {
  const socket = createSocket('udp4')
  sockets.push(socket)
  const questions: number[] = []
  socket.on('message', (question: Buffer, { port, address }: RemoteInfo) => {
    const type = question.readUInt16BE(endOfQuestion(question) - 4)
    questions.push(type)
    const bytes = answer(type, question)
    if (bytes !== undefined) socket.send(bytes, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { servers: [`127.0.0.1:${socket.address().port}`], questions }
}

const HEADER_BYTES = 12
const endOfQuestion = (question: Buffer): number => question.indexOf(0, HEADER_BYTES) + 5

/** An answer to a question, with records or a code of failure. */
function answerTo(question: Buffer, records: readonly Buffer[], code = 0): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  question.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, question.subarray(HEADER_BYTES, endOfQuestion(question)), ...records])
}

/** A record of the name that was asked for, or of another one. */
function recordOf(type: number, data: Buffer, name = Buffer.from([0xc0, HEADER_BYTES])): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(60, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([name, fixed, data])
}

const HOST = Buffer.from('\u0004host\u0007example\u0000')

test('names whose DNS server does not answer hold no other lookup, and their attempts end in time', async () => {
  const { servers, questions } = await startDns(() => undefined)
  const sender = new Sender({ rules, resolve: dnsResolve(servers) })
  const begun = performance.now()
  const attempts = Array.from({ length: 8 }, (_, i) => sender.send(`https://partner-${i}.example/`, {}, '{}'))
  await expect.poll(() => questions.length).toBeGreaterThanOrEqual(2 * attempts.length)
  const asked = performance.now()
  await dns.lookup('localhost')
  expect(performance.now() - asked).toBeLessThan(AT_ONCE_MS)
  expect((await Promise.all(attempts)).map(({ outcome }) => outcome)).toEqual(attempts.map(() => 'NAME_NOT_FOUND'))
  expect(performance.now() - begun).toBeLessThan(LOOKUP_MS + GRACE_MS)
  await sender.close()
})

test('a sender looks names up without a thread of the process, unless it is told otherwise', async () => {
  const types: string[] = []
  const hook = createHook({ init: (_id, type) => types.push(type) }).enable()
  const sender = new Sender({ rules })
  expect((await sender.send('https://partner.invalid/', {}, '{}')).outcome).toBe('NAME_NOT_FOUND')
  hook.disable()
  expect(types.filter((type) => type === 'GETADDRINFOREQWRAP')).toEqual([])
  await sender.close()
})

test('a lookup without an answer ends before the time for connecting, also with several servers', async () => {
  const silent = await Promise.all([1, 2, 3].map(() => startDns(() => undefined)))
  const begun = performance.now()
  await expect(dnsResolve(silent.flatMap(({ servers }) => servers))('partner.example')).rejects.toMatchObject({
    code: 'ENOTFOUND',
  })
  expect(performance.now() - begun).toBeLessThan(LOOKUP_MS + GRACE_MS)
})

const one = (type: number) => recordOf(type, type === A ? V4 : V6)
const ADDRESS_4 = { address: '127.0.0.1', family: 4 }
const ADDRESS_6 = { address: '2001:db8::1', family: 6 }
test.each<[what: string, answer: (type: number, question: Buffer) => Buffer | undefined, addresses: object[]]>([
  ['both families', (type, question) => answerTo(question, [one(type)]), [ADDRESS_4, ADDRESS_6]],
  [
    'a CNAME',
    (type, question) => answerTo(question, [recordOf(CNAME, HOST), ...(type === A ? [recordOf(A, V4, HOST)] : [])]),
    [ADDRESS_4],
  ],
  ['IPv6 alone', (type, question) => answerTo(question, type === AAAA ? [one(type)] : []), [ADDRESS_6]],
  [
    'a failure for IPv6',
    (type, question) => (type === A ? answerTo(question, [one(type)]) : answerTo(question, [], SERVER_FAILED)),
    [ADDRESS_4],
  ],
  ['silence for IPv6', (type, question) => (type === A ? answerTo(question, [one(type)]) : undefined), [ADDRESS_4]],
])('a name with %s is resolved', async (_what, answer, addresses) => {
  const { servers } = await startDns(answer)
  expect(await dnsResolve(servers)('partner.example')).toEqual(addresses)
})

test.each<[what: string, answer: (question: Buffer) => Buffer]>([
  ['does not exist', (question) => answerTo(question, [], NOT_FOUND)],
  ['has no address', (question) => answerTo(question, [])],
  ['has a server that fails', (question) => answerTo(question, [], SERVER_FAILED)],
])('a name that %s is not found', async (_what, answer) => {
  const { servers } = await startDns((_type, question) => answer(question))
  const sender = new Sender({ rules, resolve: dnsResolve(servers) })
  expect((await sender.send('https://partner.example/', {}, '{}')).outcome).toBe('NAME_NOT_FOUND')
  await sender.close()
})

test('a name with a private address in one family is refused, as the sender resolves it itself', async () => {
  const { servers } = await startDns((type, question) =>
    answerTo(question, [type === A ? recordOf(A, Buffer.from([10, 0, 0, 1])) : recordOf(AAAA, V6)]),
  )
  const sender = new Sender({ rules, resolve: dnsResolve(servers) })
  expect((await sender.send('https://partner.example/', {}, '{}')).outcome).toBe('ADDRESS_REFUSED')
  await sender.close()
})

test('localhost is this machine, and no DNS server is asked for it', async () => {
  const receiver = await startReceiver()
  const { servers, questions } = await startDns(() => undefined)
  const sender = new Sender({ rules, resolve: dnsResolve(servers) })
  expect((await sender.send(`http://localhost:${receiver.port}/hook`, {}, '{}')).outcome).toBe('HTTP_2XX')
  expect(questions).toEqual([])
  await sender.close()
  await receiver.close()
})

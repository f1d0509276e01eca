import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Redis } from 'ioredis'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import type { Caller } from '../../datasources/contract/caller.js'
import { EventLog } from '../../src/security-events/event-log.js'
import type { SecurityEvent } from '../../src/security-events/events.js'
import { LineWriter } from '../../src/security-events/line-writer.js'
import { openSecurityEvents } from '../../src/security-events/open.js'
import type { SecurityDestination } from '../../src/security-events/settings.js'
import { addressOf, emptyDatabase } from '../support/redis.js'

const FAILED: SecurityEvent = { action: 'login-failed', reason: 'token_missing' }

test('a flood from many addresses is bounded, and hides no event of a known caller', () => {
  const lines: string[] = []
  const log = new EventLog({ write: (line) => void lines.push(line) })
  for (let i = 0; i < 50_000; i += 1) log.add({ event: FAILED, address: `10.0.${i >> 8}.${i & 255}` }, `${i}`)
  const caller = { tenant: 't', client: 'c', subject: 's' } as Caller
  log.add({ event: { action: 'access-denied', rule: 'pii:read' }, caller }, '1')
  expect(lines.length).toBe(102)
  log.flush()
  // Each of these addresses came once; all others are one number.
  expect(lines.length).toBe(103)
  expect(JSON.parse(lines[102]!)).toMatchObject({ event: { action: 'login-failed' }, kyc: { count: 49_899 } })
  expect(JSON.parse(lines[102]!).source).toBeUndefined()
})

test('a sink that takes nothing holds a bounded queue; what is beyond it is counted as lost', async () => {
  let lost = 0
  const causes: (string | undefined)[] = []
  const sink = {
    write: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    close: async () => undefined,
  }
  const writer = new LineWriter(sink, { changed: (cause) => causes.push(cause), lost: (lines) => (lost += lines) })
  for (let i = 0; i < 5_000; i += 1) writer.push('line')
  expect(lost).toBe(3_000)
  await writer.close()
  expect([lost, causes]).toEqual([5_000, ['ENOSPC']])
})

const metrics = { securityEvent: () => undefined, securityEventsLost: () => undefined }
const silent = { warn: () => undefined }

/** Records two events at a destination. */
async function record(securityLog: SecurityDestination, redis?: ReturnType<typeof addressOf>): Promise<void> {
  const events = openSecurityEvents({ securityLog, redis, trustProxy: 0 }, metrics, silent)
  events.record(FAILED, { address: '192.0.2.7' })
  events.record({ action: 'store-accepted' })
  await events.close()
}

const MESSAGE = (severity: number, action: string) =>
  new RegExp(
    `^<${80 + severity}>1 \\S+T\\S+Z \\S+ kyc-graph \\d+ ${action} - \\{"@timestamp":.*"action":"${action}".*\\}$`,
  )

test('syslog over UDP: a datagram for each event', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  const got: string[] = []
  server.on('message', (message) => got.push(message.toString()))
  await once(server, 'listening')
  await record({ syslog: { transport: 'udp', host: '127.0.0.1', port: server.address().port, ca: undefined } })
  await expect.poll(() => got.length).toBe(2)
  expect(got[0]).toMatch(MESSAGE(4, 'login-failed'))
  expect(got[1]).toMatch(MESSAGE(6, 'store-accepted'))
  server.close()
})

/** The messages of a text with octet counting. */
function framesOf(text: string): string[] {
  const [, length] = /^(\d+) /.exec(text) ?? []
  if (length === undefined) return []
  const begin = length.length + 1
  const end = begin + Number(length)
  return [text.slice(begin, end), ...framesOf(text.slice(end))]
}

test.each(['tcp', 'tls'] as const)('syslog over %s: octet counting', async (transport) => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  } as never)
  let text = ''
  const take = (socket: Socket) => void socket.on('data', (part) => (text += String(part)))
  const server = transport === 'tls' ? createTlsServer({ key, cert }, take) : createServer(take)
  await once(server.listen(0, 'localhost'), 'listening')
  const { port } = server.address() as AddressInfo
  await record({ syslog: { transport, host: 'localhost', port, ca: cert } })
  await expect.poll(() => framesOf(text).length).toBe(2)
  expect(framesOf(text)[0]).toMatch(MESSAGE(4, 'login-failed'))
  server.close()
})

test('a stream of Redis', async () => {
  const url = await emptyDatabase()
  await record({ stream: 'security' }, addressOf(url))
  const redis = new Redis(url)
  const entries = await redis.xrange('security', '-', '+')
  expect(entries.map(([, [, line]]) => JSON.parse(line!).event.action)).toEqual(['login-failed', 'store-accepted'])
  redis.disconnect()
})

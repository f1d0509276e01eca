import { createSocket } from 'node:dgram'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { Sink } from '../audit/sink.js'
import { ACTIONS, type SecurityEvent } from './events.js'
import type { SyslogAddress } from './syslog-address.js'

/** What the header of a message says of its content. */
interface SyslogHead {
  /** Facility and severity (RFC 5424, 6.2.1). */
  readonly priority: number
  /** The type of the message, without blanks. */
  readonly id: string
}

/** Facility "security/authorization messages", with the severities "warning" and "informational". */
const PRIORITY = { failure: 10 * 8 + 4, success: 10 * 8 + 6 } as const

export const headOf = ({ action }: SecurityEvent): SyslogHead => ({
  priority: PRIORITY[ACTIONS[action].outcome],
  id: action,
})

const CONNECT_TIMEOUT_MS = 3_000

const HOST = /^[\x21-\x7e]{1,255}$/.test(hostname()) ? hostname() : '-'

/** A message of RFC 5424; `line` is ASCII, so it needs no byte order mark. */
export const syslogMessage = (line: string, { priority, id }: SyslogHead, now: number): string =>
  `<${priority}>1 ${new Date(now).toISOString()} ${HOST} kyc-graph ${process.pid} ${id} - ${line}`

/** One datagram for each message (RFC 5426). Nothing is known of its arrival. */
function udpSink(address: () => SyslogAddress): Sink {
  const { host, port } = address()
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref()
  socket.on('error', () => undefined)
  const send = (message: string): Promise<void> =>
    new Promise((resolve, reject) =>
      socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error))),
    )
  return {
    async write(messages) {
      for (const message of messages) await send(message)
      return messages.length
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function open({ transport, host, port, ca }: SyslogAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const isTls = transport === 'tls'
    const socket = isTls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) })
      : connectTcp({ host, port })
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new DOMException('no connection', 'TimeoutError')))
    // The server sends nothing; what it sends is dropped.
    socket.resume()
    socket.once('error', reject)
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0)
      resolve(socket.off('error', reject).on('error', () => undefined))
    })
  })
}

/** One connection with octet counting (RFC 5425, RFC 6587), opened again after it was lost. */
function streamSink(address: () => SyslogAddress): Sink {
  let socket: Socket | undefined

  return {
    async write(messages) {
      if (socket === undefined || socket.destroyed || !socket.writable) socket = await open(address())
      const current = socket
      const frames = messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('')
      await new Promise<void>((resolve, reject) =>
        current.write(frames, (error) => (error ? reject(error) : resolve())),
      )
      return messages.length
    },
    async close() {
      const current = socket
      if (current === undefined || current.destroyed) return
      await new Promise<void>((resolve) => current.once('close', () => resolve()).end())
    },
  }
}

/** The sink of a syslog server; `address` may name another authority each time. */
export const syslogSink = (transport: SyslogAddress['transport'], address: () => SyslogAddress): Sink =>
  transport === 'udp' ? udpSink(address) : streamSink(address)

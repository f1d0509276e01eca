import { connect, type Socket } from 'node:net'
import type { GraphqlRequest } from './requests.js'

const HEADER_END = Buffer.from('\r\n\r\n')

/** Called with the status, 0 where the connection was lost, and the whole response. */
export type Done = (status: number, response: Buffer) => void

/** One keep-alive connection with at most one request at a time. A response is not parsed beyond its status and length. */
export class Connection {
  #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #expectedLength = -1
  #status = 0
  #chunked = false
  #closes = false
  #done: Done | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    const lost = () => this.#finish(0, Buffer.from('connection lost'))
    socket.on('error', lost)
    socket.on('close', lost)
  }

  /** True where the connection was closed, or the last response said that it will be. */
  get isClosed(): boolean {
    return this.#closes || this.#socket.destroyed || this.#socket.readableEnded
  }

  send(request: Buffer, done: Done): void {
    this.#done = done
    this.#chunks = []
    this.#length = 0
    this.#expectedLength = -1
    this.#chunked = false
    if (this.isClosed) this.#finish(0, Buffer.from('connection lost'))
    else this.#socket.write(request)
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#expectedLength < 0 && !this.#chunked) {
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
      const end = all.indexOf(HEADER_END)
      if (end < 0) return
      const head = all.toString('latin1', 0, end)
      this.#status = Number(head.slice(9, 12))
      this.#closes = /\r\nconnection: *close/i.test(head)
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) this.#chunked = true
      else this.#expectedLength = end + 4 + Number(length)
    }
    if (this.#chunked ? chunk.subarray(-5).toString('latin1') !== '0\r\n\r\n' : this.#length < this.#expectedLength)
      return
    this.#finish(this.#status, this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks))
  }

  #finish(status: number, response: Buffer): void {
    const done = this.#done
    this.#done = undefined
    done?.(status, response)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Opens a connection to a port of this machine. */
export const open = (port: number) =>
  new Promise<Connection>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Connection(socket)))
    socket.once('error', reject)
  })

/** The text of a request to a server on this machine. */
export const serialise = (port: number, path: string, { token, body }: GraphqlRequest): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

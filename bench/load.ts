import { connect, type Socket } from 'node:net'
import { UNIQUE } from './operations.js'
import type { GraphqlRequest } from './requests.js'

// The load generator, a process of its own. Requests are serialised beforehand; a response is not parsed beyond its
// length and a search for the expected text.

export interface LoadJob {
  readonly port: number
  readonly path: string
  readonly requests: readonly GraphqlRequest[]
  readonly connections: number
  readonly seconds: number
  /** Open loop: requests a second, sent whether or not earlier ones are answered. Closed loop when left out. */
  readonly rate?: number | undefined
  /** The text that a right response holds; when left out, a right response holds no `"errors":`. */
  readonly expected?: string | undefined
}

export interface LoadResult {
  readonly operations: number
  readonly seconds: number
  readonly errors: number
  /** The beginning of the first wrong response. */
  readonly firstError: string | undefined
  readonly bytes: number
  /** In ms. */
  readonly p50: number
  readonly p99: number
}

const HEADER_END = Buffer.from('\r\n\r\n')
const ERRORS = Buffer.from('"errors":')
const MAX_ERRORS = 100
let uniqueTexts = 0

/** `ok` says that the status was 200. */
type Done = (ok: boolean, response: Buffer) => void

/** One keep-alive connection with at most one request at a time. */
class Connection {
  #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #expectedLength = -1
  #status = 0
  #chunked = false
  #done: Done | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    const lost = () => this.#finish(Buffer.from('connection lost'), false)
    socket.on('error', lost)
    socket.on('close', lost)
  }

  send(request: Buffer, done: Done): void {
    this.#done = done
    this.#chunks = []
    this.#length = 0
    this.#expectedLength = -1
    this.#chunked = false
    if (this.#socket.destroyed) this.#finish(Buffer.from('connection lost'), false)
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
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) this.#chunked = true
      else this.#expectedLength = end + 4 + Number(length)
    }
    if (this.#chunked ? chunk.subarray(-5).toString('latin1') !== '0\r\n\r\n' : this.#length < this.#expectedLength)
      return
    const response = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    this.#finish(response, this.#status === 200)
  }

  #finish(response: Buffer, ok: boolean): void {
    const done = this.#done
    this.#done = undefined
    done?.(ok, response)
  }

  close(): void {
    this.#socket.destroy()
  }
}

const open = (port: number) =>
  new Promise<Connection>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Connection(socket)))
    socket.once('error', reject)
  })

/** Returns the request with this number; a unique text is filled in when it is sent. */
function requestWriter({ port, path, requests }: LoadJob): (i: number) => Buffer {
  const serialised = requests.map(({ token, body }) => {
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
    return body.includes(UNIQUE) ? { text: head + body } : { bytes: Buffer.from(head + body) }
  })
  return (i) => {
    const request = serialised[i % serialised.length]!
    if (request.bytes) return request.bytes
    uniqueTexts += 1
    const unique = `${String(process.pid).padStart(8, '0')}-${String(uniqueTexts).padStart(14, '0')}`
    return Buffer.from(request.text.replace(UNIQUE, unique))
  }
}

/** One load: sends requests over keep-alive connections and counts responses. */
class Load {
  readonly #job: LoadJob
  readonly #write: (i: number) => Buffer
  readonly #expected: Buffer | undefined
  readonly #latencies: number[] = []
  #connections: Connection[] = []
  #sent = 0
  #errors = 0
  #firstError: string | undefined
  #bytes = 0

  constructor(job: LoadJob) {
    this.#job = job
    this.#write = requestWriter(job)
    this.#expected = job.expected === undefined ? undefined : Buffer.from(job.expected)
  }

  async run(): Promise<LoadResult> {
    await this.#connect()
    const begun = performance.now()
    const end = begun + this.#job.seconds * 1000
    if (this.#job.rate === undefined) await Promise.all(this.#connections.map((each) => this.#closedLoop(each, end)))
    else await this.#openLoop(begun, end, 1000 / this.#job.rate)
    const seconds = (performance.now() - begun) / 1000
    for (const connection of this.#connections) connection.close()
    const latencies = this.#latencies.sort((a, b) => a - b)
    const quantile = (part: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0
    return {
      operations: latencies.length,
      seconds,
      errors: this.#errors,
      firstError: this.#firstError,
      bytes: this.#bytes,
      p50: quantile(0.5),
      p99: quantile(0.99),
    }
  }

  async #connect(): Promise<void> {
    const { connections, port } = this.#job
    for (let i = 0; i < connections; i += 100) {
      const some = Array.from({ length: Math.min(100, connections - i) }, () => open(port))
      this.#connections.push(...(await Promise.all(some)))
    }
  }

  /** Closed loop: the next request of a connection follows the response to the one before. */
  #closedLoop(connection: Connection, end: number): Promise<void> {
    return new Promise((resolve) => {
      const next = () => {
        const now = performance.now()
        if (now >= end || this.#errors > MAX_ERRORS) resolve()
        else this.#send(connection, now, next)
      }
      next()
    })
  }

  /** Open loop: a request each `interval` ms; it waits where no connection is idle, and that counts as its latency. */
  #openLoop(begun: number, end: number, interval: number): Promise<void> {
    const idle = [...this.#connections]
    const waiting: number[] = []
    const begin = () => {
      while (idle.length > 0 && waiting.length > 0) {
        const connection = idle.pop()!
        this.#send(connection, waiting.shift()!, () => {
          idle.push(connection)
          begin()
        })
      }
    }
    let due = begun
    return new Promise((resolve) => {
      const tick = () => {
        const now = performance.now()
        for (; due <= now && due < end; due += interval) waiting.push(now)
        begin()
        if (now >= end && idle.length === this.#connections.length) resolve()
        else setTimeout(tick, 1)
      }
      tick()
    })
  }

  #send(connection: Connection, from: number, then: () => void): void {
    connection.send(this.#write(this.#sent++), (ok, response) => {
      this.#latencies.push(performance.now() - from)
      this.#bytes += response.length
      if (!ok || !this.#isRight(response)) {
        this.#errors += 1
        this.#firstError ??= response.toString('latin1', 0, 600)
      }
      then()
    })
  }

  #isRight(response: Buffer): boolean {
    return this.#expected === undefined ? !response.includes(ERRORS) : response.includes(this.#expected)
  }
}

process.on('message', (job: LoadJob) => void new Load(job).run().then((result) => process.send!(result)))
process.on('disconnect', () => process.exit())

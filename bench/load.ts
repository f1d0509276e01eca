import { type Connection, open, serialise } from './connection.js'
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

const ERRORS = Buffer.from('"errors":')
const MAX_ERRORS = 100
let uniqueTexts = 0

/** Returns the request with this number; a unique text is filled in when it is sent. */
function requestWriter({ port, path, requests }: LoadJob): (i: number) => Buffer {
  const serialised = requests.map((request) => {
    const text = serialise(port, path, request)
    return text.includes(UNIQUE) ? { text } : { bytes: Buffer.from(text) }
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
    connection.send(this.#write(this.#sent++), (status, response) => {
      this.#latencies.push(performance.now() - from)
      this.#bytes += response.length
      if (status !== 200 || !this.#isRight(response)) {
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

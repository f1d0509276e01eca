import { type Connection, open, serialise } from './connection.js'
import { Latencies } from './latencies.js'
import { OpenLoop } from './open-loop.js'
import { UNIQUE } from './operations.js'
import { type Requests, requestAt, requestCount } from './requests.js'

// The load generator, a process of its own. A request is serialised once; a response is not parsed beyond its length
// and a search for the expected text.

export interface LoadJob {
  readonly port: number
  readonly path: string
  readonly requests: Requests
  readonly connections: number
  readonly seconds: number
  /** Ends the load after so many requests, whatever the time. */
  readonly count?: number | undefined
  /** Open loop: requests a second. Closed loop when left out. */
  readonly rate?: number | undefined
  /** The text that a right response holds; when left out, a right response holds no `"errors":`. */
  readonly expected?: string | undefined
}

export interface LoadResult {
  /** Requests that were answered rightly. */
  readonly operations: number
  readonly seconds: number
  /** Requests that were refused because of too much load: HTTP 429 and 503. */
  readonly refused: number
  readonly errors: number
  /** The beginning of the first response that is wrong or a refusal. */
  readonly firstError: string | undefined
  readonly bytes: number
  /** In ms; of an open loop from when a request was due. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

const ERRORS = Buffer.from('"errors":')
const MAX_ERRORS = 100
const REFUSALS = [429, 503]
let sent = 0
let uniqueTexts = 0

/** Returns the request with this number; a unique text is filled in when it is sent. */
function requestWriter({ port, path, requests }: LoadJob): (i: number) => Buffer {
  const serialised: Buffer[] = []
  const count = requestCount(requests)
  const isUnique = requests.bodies[0]!.includes(UNIQUE)
  return (i) => {
    if (!isUnique) return (serialised[i % count] ??= Buffer.from(serialise(port, path, requestAt(requests, i))))
    uniqueTexts += 1
    const unique = `${String(process.pid).padStart(8, '0')}-${String(uniqueTexts).padStart(14, '0')}`
    return Buffer.from(serialise(port, path, requestAt(requests, i)).replace(UNIQUE, unique))
  }
}

/** One load: sends requests over keep-alive connections and counts responses. */
class Load {
  readonly #job: LoadJob
  readonly #write: (i: number) => Buffer
  readonly #expected: Buffer | undefined
  readonly #latencies = new Latencies()
  #connections: Connection[] = []
  #begun = 0
  #refused = 0
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
    const { seconds, rate } = this.#job
    const begun = performance.now()
    if (rate === undefined)
      await Promise.all(this.#connections.map((each) => this.#closedLoop(each, begun + seconds * 1000)))
    else await this.#openLoop(new OpenLoop(rate, begun, seconds))
    const took = (performance.now() - begun) / 1000
    for (const connection of this.#connections) connection.close()
    return {
      operations: this.#latencies.count,
      seconds: took,
      refused: this.#refused,
      errors: this.#errors,
      firstError: this.#firstError,
      bytes: this.#bytes,
      p50: this.#latencies.quantile(0.5),
      p99: this.#latencies.quantile(0.99),
      p999: this.#latencies.quantile(0.999),
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
    const { count = Infinity } = this.#job
    return new Promise((resolve) => {
      const next = (open: Connection) => {
        const now = performance.now()
        if (now >= end || this.#begun >= count || this.#errors > MAX_ERRORS) resolve()
        else this.#send(open, now, next)
      }
      next(connection)
    })
  }

  #openLoop(schedule: OpenLoop): Promise<void> {
    const idle = [...this.#connections]
    return new Promise((resolve) => {
      const begin = () => {
        for (let due; idle.length > 0 && (due = schedule.take(performance.now())) !== undefined;) {
          const connection = idle.pop()!
          this.#send(connection, due, (next) => {
            idle.push(next)
            begin()
          })
        }
        if (schedule.isOver && idle.length === this.#connections.length) resolve()
      }
      const tick = () => {
        begin()
        if (!schedule.isOver) setTimeout(tick, 1)
      }
      tick()
    })
  }

  #send(connection: Connection, from: number, then: (next: Connection) => void): void {
    this.#begun += 1
    connection.send(this.#write(sent++), (status, response) => {
      if (status === 200 && this.#isRight(response)) {
        this.#latencies.add(performance.now() - from)
        this.#bytes += response.length
      } else {
        if (REFUSALS.includes(status)) this.#refused += 1
        else this.#errors += 1
        this.#firstError ??= response.toString('latin1', 0, 600)
      }
      // A server may close the connection of a request that it refuses.
      if (connection.isClosed && this.#errors === 0)
        void open(this.#job.port).then((next) => this.#replace(connection, next, then))
      else then(connection)
    })
  }

  #replace(closed: Connection, next: Connection, then: (next: Connection) => void): void {
    this.#connections[this.#connections.indexOf(closed)] = next
    then(next)
  }

  #isRight(response: Buffer): boolean {
    return this.#expected === undefined ? !response.includes(ERRORS) : response.includes(this.#expected)
  }
}

process.on('message', (job: LoadJob) => void new Load(job).run().then((result) => process.send!(result)))
process.on('disconnect', () => process.exit())

import { type Connection, open, serialise } from '../../../bench/connection.js'
import type { GraphqlRequest } from '../../../bench/requests.js'

// The load generator of the scenario `overload`, a process of its own: it writes requests that are serialised
// beforehand, and of an answer it reads the status and looks for data.

/** A time at one rate. */
export interface Phase {
  readonly name: string
  readonly seconds: number
  /** Open loop: requests a second, sent whatever the answers are. Left out: a closed loop over `CLOSED` connections. */
  readonly rate?: number | undefined
}

export interface Job {
  readonly port: number
  readonly requests: readonly GraphqlRequest[]
  readonly phases: readonly Phase[]
}

/** What became of the requests that were due in a short time. */
export interface Bucket {
  readonly phase: string
  /** The end of it, in seconds from the begin of the job. */
  readonly at: number
  readonly seconds: number
  due: number
  /** Answered with data within a second of when it was due. */
  good: number
  refused: number
  /** Answered with data, and too late. */
  late: number
  /** Any other answer, a lost connection, or no free connection for a second. */
  failed: number
  /** How long the good ones took, in ms. */
  readonly latencies: number[]
}

const CLOSED = 64
/** Open connections at first, and at most. */
const FIRST = 100
const MAX = 1_000
const BUCKET_MS = 250
const IN_TIME_MS = 1_000
const ERRORS = Buffer.from('"errors":')

interface Due {
  readonly at: number
  readonly bucket: Bucket
}

class Generator {
  readonly #requests: readonly Buffer[]
  readonly #port: number
  readonly #idle: Connection[] = []
  readonly #waiting: Due[] = []
  readonly #buckets: Bucket[] = []
  #connections = 0
  #sent = 0
  #begun = 0

  constructor(private readonly job: Job) {
    this.#port = job.port
    this.#requests = job.requests.map((request) => Buffer.from(serialise(job.port, '/graphql', request)))
  }

  async run(): Promise<Bucket[]> {
    while (this.#connections < FIRST) await this.#connect()
    this.#begun = performance.now()
    let from = this.#begun
    for (const phase of this.job.phases) {
      await (phase.rate === undefined ? this.#closedLoop(phase, from) : this.#openLoop(phase, phase.rate, from))
      from += phase.seconds * 1000
    }
    // What is still under way gets its time.
    await new Promise((resolve) => setTimeout(resolve, IN_TIME_MS))
    return this.#buckets
  }

  async #connect(): Promise<void> {
    this.#connections += 1
    try {
      this.#idle.push(await open(this.#port))
    } catch {
      this.#connections -= 1
    }
  }

  #release(connection: Connection): void {
    if (!connection.isClosed) this.#idle.push(connection)
  }

  #bucket(phase: Phase, at: number): Bucket {
    const end = (Math.floor((at - this.#begun) / BUCKET_MS) + 1) * BUCKET_MS
    const last = this.#buckets.at(-1)
    if (last?.phase === phase.name && last.at * 1000 >= end) return last
    const seconds = BUCKET_MS / 1000
    const counts = { due: 0, good: 0, refused: 0, late: 0, failed: 0, latencies: [] }
    const bucket: Bucket = { phase: phase.name, at: end / 1000, seconds, ...counts }
    this.#buckets.push(bucket)
    return bucket
  }

  /** The next request of a connection follows the answer to the one before. */
  #closedLoop(phase: Phase, from: number): Promise<unknown> {
    const end = from + phase.seconds * 1000
    const loop = (connection: Connection) =>
      new Promise<void>((resolve) => {
        const next = () => {
          const now = performance.now()
          if (now >= end || connection.isClosed) {
            this.#release(connection)
            resolve()
            return
          }
          const bucket = this.#bucket(phase, now)
          bucket.due += 1
          this.#send(connection, { at: now, bucket }, next)
        }
        next()
      })
    return Promise.all(this.#idle.splice(0, CLOSED).map(loop))
  }

  #openLoop(phase: Phase, rate: number, from: number): Promise<void> {
    const end = from + phase.seconds * 1000
    const interval = 1000 / rate
    let due = from
    return new Promise((resolve) => {
      const tick = () => {
        const now = performance.now()
        for (; due <= now && due < end; due += interval) {
          const bucket = this.#bucket(phase, due)
          bucket.due += 1
          this.#waiting.push({ at: due, bucket })
        }
        this.#begin(now)
        if (now >= end) resolve()
        else setTimeout(tick, 1)
      }
      tick()
    })
  }

  /** Sends what is due while there are connections; what found none in time has failed. */
  #begin(now: number): void {
    let next = 0
    while (next < this.#waiting.length) {
      const due = this.#waiting[next]!
      if (now - due.at >= IN_TIME_MS) due.bucket.failed += 1
      else {
        const connection = this.#idle.pop()
        if (connection === undefined) break
        this.#send(connection, due, () => this.#release(connection))
      }
      next += 1
    }
    this.#waiting.splice(0, next)
    const missing = Math.min(this.#waiting.length, MAX - this.#connections, 20)
    for (let i = 0; i < missing; i += 1) void this.#connect()
  }

  #send(connection: Connection, { at, bucket }: Due, then: () => void): void {
    const request = this.#requests[this.#sent % this.#requests.length]!
    this.#sent += 1
    connection.send(request, (status, response) => {
      const ms = performance.now() - at
      if (status === 503) bucket.refused += 1
      else if (status !== 200 || response.includes(ERRORS)) bucket.failed += 1
      else if (ms > IN_TIME_MS) bucket.late += 1
      else {
        bucket.good += 1
        bucket.latencies.push(ms)
      }
      if (connection.isClosed) {
        this.#connections -= 1
        void this.#connect()
      }
      then()
    })
  }
}

process.on('message', (job: Job) => void new Generator(job).run().then((buckets) => process.send!(buckets)))
process.on('disconnect', () => process.exit())

import { connect, type Socket } from 'node:net'
import { UNIQUE } from './workloads.js'

// A process of its own that only sends and receives: requests are written out beforehand, and answers are not parsed
// beyond their length and whether they say that something went wrong.

export interface Job {
  readonly port: number
  readonly path: string
  readonly requests: readonly { readonly token: string; readonly body: string }[]
  readonly connections: number
  readonly seconds: number
  /** Requests a second, sent whether or not earlier ones are answered; as many as the server answers when left out. */
  readonly rate?: number | undefined
}

export interface Load {
  readonly operations: number
  readonly seconds: number
  readonly errors: number
  /** The beginning of the first answer that was wrong. */
  readonly firstError: string | undefined
  readonly bytes: number
  /** In ms. */
  readonly p50: number
  readonly p99: number
}

const HEADER_END = Buffer.from('\r\n\r\n')
const WRONG = Buffer.from('"errors":')
let unique = 0

/** One keep-alive connection: one request at a time. */
class Line {
  #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #wanted = -1
  #status = 0
  #chunked = false
  #done: ((ok: boolean, bytes: number, answer: Buffer) => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    const lost = () => this.#finish(Buffer.from('connection lost'), false)
    socket.on('error', lost)
    socket.on('close', lost)
  }

  send(request: Buffer, done: (ok: boolean, bytes: number, answer: Buffer) => void): void {
    this.#done = done
    this.#chunks = []
    this.#length = 0
    this.#wanted = -1
    this.#chunked = false
    if (this.#socket.destroyed) this.#finish(Buffer.from('connection lost'), false)
    else this.#socket.write(request)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#wanted < 0 && !this.#chunked) {
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
      const end = all.indexOf(HEADER_END)
      if (end < 0) return
      const head = all.toString('latin1', 0, end)
      this.#status = Number(head.slice(9, 12))
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) this.#chunked = true
      else this.#wanted = end + 4 + Number(length)
    }
    if (this.#chunked ? chunk.subarray(-5).toString('latin1') !== '0\r\n\r\n' : this.#length < this.#wanted) return
    const answer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    this.#finish(answer, this.#status === 200 && !answer.includes(WRONG))
  }

  #finish(answer: Buffer, ok: boolean): void {
    const done = this.#done
    this.#done = undefined
    done?.(ok, answer.length, answer)
  }

  close(): void {
    this.#socket.destroy()
  }
}

const open = (port: number) =>
  new Promise<Line>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Line(socket)))
    socket.once('error', reject)
  })

/** Makes each request when it is its turn. */
function writer({ port, path, requests }: Job): (i: number) => Buffer {
  const written = requests.map(({ token, body }) => {
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
    return body.includes(UNIQUE) ? { text: head + body } : { bytes: Buffer.from(head + body) }
  })
  return (i) => {
    const request = written[i % written.length]!
    if (request.bytes) return request.bytes
    unique += 1
    return Buffer.from(
      request.text.replace(UNIQUE, `${String(process.pid).padStart(8, '0')}-${String(unique).padStart(14, '0')}`),
    )
  }
}

async function run(job: Job): Promise<Load> {
  const lines: Line[] = []
  for (let i = 0; i < job.connections; i += 100)
    lines.push(...(await Promise.all(Array.from({ length: Math.min(100, job.connections - i) }, () => open(job.port)))))
  const write = writer(job)
  const latencies: number[] = []
  let [sent, operations, errors, bytes] = [0, 0, 0, 0]
  let firstError: string | undefined
  const begun = performance.now()
  const until = begun + job.seconds * 1000

  const ask = (line: Line, from: number, then: () => void) =>
    line.send(write(sent++), (ok, length, answer) => {
      latencies.push(performance.now() - from)
      operations += 1
      bytes += length
      if (!ok) {
        errors += 1
        firstError ??= answer.toString('latin1', 0, 600)
      }
      then()
    })

  if (job.rate === undefined) {
    await Promise.all(
      lines.map(
        (line) =>
          new Promise<void>((resolve) => {
            const next = () => {
              const now = performance.now()
              if (now >= until || errors > 100) resolve()
              else ask(line, now, next)
            }
            next()
          }),
      ),
    )
  } else {
    const idle = [...lines]
    const waiting: number[] = []
    const begin = () => {
      while (idle.length > 0 && waiting.length > 0) {
        const line = idle.pop()!
        ask(line, waiting.shift()!, () => {
          idle.push(line)
          begin()
        })
      }
    }
    let due = begun
    // Ticks of the event loop rather than timers: a timer's millisecond would be most of what is measured.
    await new Promise<void>((resolve) => {
      const tick = () => {
        const now = performance.now()
        for (; due <= now && due < until; due += 1000 / job.rate!) waiting.push(now)
        begin()
        if (now >= until && idle.length === lines.length) resolve()
        else setTimeout(tick, 1)
      }
      tick()
    })
  }
  const seconds = (performance.now() - begun) / 1000
  for (const line of lines) line.close()
  latencies.sort((a, b) => a - b)
  const at = (part: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0
  return { operations, seconds, errors, firstError, bytes, p50: at(0.5), p99: at(0.99) }
}

process.on('message', (job: Job) => void run(job).then((load) => process.send!(load)))
process.on('disconnect', () => process.exit())

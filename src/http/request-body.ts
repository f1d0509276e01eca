import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError } from '../../datasources/contract/errors.js'
import { Attachment } from '../../datasources/support/attachment.js'
import { withHttp } from '../graphql/http-head.js'
import { reportAbuse } from './address-ban.js'
import { drop, isUnread, lingerOnClose } from './lingering-close.js'
import { PartLimit } from './part-limit.js'
import { MAX_BODY_BYTES } from './request-body-limit.js'
import { TurnQueue } from './turn-queue.js'

/** The first size of the buffer of a body that does not arrive in one part. */
const FIRST_BYTES = 4 * 1024
/** A body of a refused request that is waited for rather than to close the connection. */
const SHORT_BYTES = 16 * 1024
const RETRY_SECONDS = 1

const EMPTY = Buffer.alloc(0)

const tooLarge = (): ApiError =>
  withHttp(
    new ApiError('BAD_USER_INPUT', {
      message: `The request body is too large: at most ${MAX_BODY_BYTES} bytes.`,
      refusal: 'body_bytes',
    }),
    413,
  )

const tooManyParts = (): ApiError =>
  withHttp(
    new ApiError('BAD_USER_INPUT', {
      message: `The request body arrives in too many small parts: beyond ${PartLimit.FREE} parts, each must bring ${PartLimit.MIN_BYTES} bytes on average.`,
      refusal: 'body_parts',
    }),
    413,
  )

const stoodStill = (ms: number): ApiError =>
  withHttp(
    new ApiError('BAD_USER_INPUT', {
      message: `No part of the request body has arrived for ${ms} ms.`,
      retryable: true,
      refusal: 'body_time',
    }),
    408,
  )

const tooManyBodies = (): ApiError =>
  withHttp(
    new ApiError('OVERLOADED', {
      message: 'The server is reading too many request bodies.',
      refusal: 'body_memory',
      retryAfterSeconds: RETRY_SECONDS,
    }),
    503,
    [['retry-after', String(RETRY_SECONDS)]],
  )

/** Called with the body, or with the `ApiError` of one that is refused. */
type Done = (error: ApiError | undefined, bytes: Buffer) => void

interface BodyLimits {
  /** How long a body may stand still. */
  readonly timeoutMs: number
  /** Bytes that the bodies of all connections may hold while they arrive, and until they are asked for. */
  readonly maxBufferedBytes: number
}

/** Reads request bodies, all within one budget of memory. */
export class BodyReader {
  #buffered = 0
  readonly #cuts = new TurnQueue()
  /** Bodies that were begun before they were asked for. */
  readonly #begun = new Attachment<IncomingMessage, RequestBody>()
  /** Bodies that have arrived and were not asked for, by their connections. */
  readonly #waiting = new WeakMap<Socket, Set<RequestBody>>()

  constructor(readonly limits: BodyLimits) {}

  /** Begins to read a body, unless it was begun. One of which the length is too large is refused at once. */
  read(request: IncomingMessage, response: ServerResponse): RequestBody {
    return this.#begun.get(request) ?? new RequestBody(request, response, this)
  }

  /** Begins to read a body while it is not decided yet whether the request is let in. */
  begin(request: IncomingMessage, response: ServerResponse): RequestBody {
    const body = new RequestBody(request, response, this)
    this.#begun.set(request, body)
    return body
  }

  /** The bytes of the budget that are taken. */
  get usedBytes(): number {
    return this.#buffered
  }

  /** Runs what cuts a body that stands still: the bodies of one moment one after the other. */
  cut(task: () => void): void {
    this.#cuts.add(task)
  }

  /** True where so many bytes more are within the budget; they are then taken from it. */
  take(bytes: number): boolean {
    if (this.#buffered + bytes > this.limits.maxBufferedBytes) return false
    this.#buffered += bytes
    return true
  }

  give(bytes: number): void {
    this.#buffered -= bytes
  }

  /** Forgets a body when its connection closes: the response to a request that waits for the answers before it does not tell. */
  forgetOnClose(socket: Socket, body: RequestBody): void {
    const known = this.#waiting.get(socket)
    if (known !== undefined) return void known.add(body)
    const bodies = new Set([body])
    this.#waiting.set(socket, bodies)
    socket.once('close', () => {
      for (const waiting of bodies) waiting.forget()
    })
  }

  /** The body is handed over or forgotten. */
  waitsNoLonger(socket: Socket, body: RequestBody): void {
    this.#waiting.get(socket)?.delete(body)
  }
}

/** The length that a request states; undefined for a chunked body. */
function lengthOf({ headers }: IncomingMessage): number | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = headers
  if (coding !== undefined) return undefined
  return length === undefined ? 0 : Number(length)
}

/** True where the client sends its body once it is told to (RFC 9110, 10.1.1). */
const waits = ({ headers: { expect }, httpVersionMinor }: IncomingMessage): boolean =>
  expect?.toLowerCase() === '100-continue' && httpVersionMinor > 0

/**
 * One request body. Its parts are copied into one buffer, so that it takes as much memory as it has bytes in however many
 * parts it arrives (a part held by itself takes 200 bytes), and they are counted.
 */
export class RequestBody {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #reader: BodyReader
  readonly #length: number | undefined
  #timer: NodeJS.Timeout | undefined
  #bytes: Buffer = EMPTY
  #arrived = 0
  readonly #parts = new PartLimit()
  #done: Done | undefined
  #outcome: readonly [error: ApiError | undefined, bytes: Buffer] | undefined

  constructor(request: IncomingMessage, response: ServerResponse, reader: BodyReader) {
    this.#request = request
    this.#response = response
    this.#reader = reader
    this.#length = lengthOf(request)
    if (this.#length === 0) this.#finish(undefined, EMPTY)
    else if (this.#length !== undefined && this.#length > MAX_BODY_BYTES) this.#finish(tooLarge(), EMPTY)
    else this.#begin()
  }

  /** Calls back once, when the body is complete or refused; not for a client that hangs up before. The request was let in. */
  whenDone(done: Done): void {
    const outcome = this.#outcome
    if (outcome !== undefined) {
      this.forget()
      return done(...outcome)
    }
    if (waits(this.#request)) this.#response.writeContinue()
    this.#done = done
    this.#timer?.refresh()
  }

  /** Reads no more: the request is not let in. */
  refuse(): void {
    this.forget()
    // A short body arrives in a moment, and the connection is kept.
    if (this.#length !== undefined && this.#length <= SHORT_BYTES) drop(this.#request)
    else if (isUnread(this.#request)) lingerOnClose(this.#request)
  }

  /** Forgets what has arrived; for a client that hangs up too. */
  readonly forget = (): void => {
    this.#stop()
    if (this.#bytes.length === 0) return
    this.#reader.give(this.#bytes.length)
    this.#bytes = EMPTY
    if (this.#outcome === undefined) return
    this.#outcome = undefined
    this.#response.off('close', this.forget)
    this.#reader.waitsNoLonger(this.#request.socket, this)
  }

  /** Listens for no more of the body. */
  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#request.off('data', this.#take).off('end', this.#end).off('close', this.forget)
  }

  #begin(): void {
    this.#timer = setTimeout(this.#expire, this.#reader.limits.timeoutMs)
    if (this.#length === undefined) this.#request.on('end', this.#end)
    this.#request.on('data', this.#take).on('close', this.forget)
    // From now on each part is given to the listener as it is parsed, and none is queued.
    this.#request.read(0)
  }

  readonly #take = (part: Buffer): void => {
    if (this.#arrived === 0 && part.length === this.#length) return this.#takeWhole(part)
    const arrived = this.#arrived + part.length
    if (arrived > MAX_BODY_BYTES) return this.#finish(tooLarge(), EMPTY)
    if (!this.#parts.allows(part)) {
      reportAbuse(this.#request)
      return this.#finish(tooManyParts(), EMPTY)
    }
    if (!this.#grow(arrived)) return this.#finish(tooManyBodies(), EMPTY)
    part.copy(this.#bytes, this.#arrived)
    this.#arrived = arrived
    this.#timer?.refresh()
    if (arrived === this.#length) this.#end()
  }

  /** Takes a body that has come in one part; counted where nobody has asked for it yet. */
  #takeWhole(part: Buffer): void {
    if (this.#done === undefined) {
      if (!this.#reader.take(part.length)) return this.#finish(tooManyBodies(), EMPTY)
      this.#bytes = part
    }
    this.#finish(undefined, part)
  }

  readonly #end = (): void => this.#finish(undefined, this.#bytes.subarray(0, this.#arrived))

  readonly #expire = (): void =>
    this.#reader.cut(() => {
      if (this.#timer !== undefined) this.#finish(stoodStill(this.#reader.limits.timeoutMs), EMPTY)
    })

  /** Makes room for so many bytes, twice as much as before so that each byte is moved once on average; false where the budget has none. */
  #grow(needed: number): boolean {
    const { length } = this.#bytes
    if (needed <= length) return true
    const larger = Math.max(
      needed,
      Math.min(MAX_BODY_BYTES, this.#length ?? Infinity, Math.max(FIRST_BYTES, 2 * length)),
    )
    if (!this.#reader.take(larger - length)) return false
    const bytes = Buffer.allocUnsafeSlow(larger)
    this.#bytes.copy(bytes, 0, 0, this.#arrived)
    this.#bytes = bytes
    return true
  }

  #finish(error: ApiError | undefined, bytes: Buffer): void {
    const done = this.#done
    if (error === undefined && done === undefined && bytes.length > 0) return this.#wait(bytes)
    this.forget()
    if (error && isUnread(this.#request)) lingerOnClose(this.#request)
    this.#outcome = [error, bytes]
    done?.(error, bytes)
  }

  /** Holds a body that has arrived, within the budget, until it is asked for or its client has left. */
  #wait(bytes: Buffer): void {
    this.#stop()
    const { socket } = this.#request
    if (this.#response.closed || socket.destroyed) return this.forget()
    this.#outcome = [undefined, bytes]
    this.#response.once('close', this.forget)
    this.#reader.forgetOnClose(socket, this)
  }
}

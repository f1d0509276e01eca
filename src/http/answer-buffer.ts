import type { ServerResponse } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

/** A shorter answer fits into the buffers of a connection, and is not counted. */
const MIN_COUNTED_BYTES = 64 * 1024
/** How long a client may take nothing of an answer. */
const STALL_MS = 30_000
/** The least pace of a client beyond that time: 64 KB a second. */
const MIN_BYTES_PER_MS = 64
const RETRY_SECONDS = 1

function tooManyAnswers(): ApiError {
  const message = 'Too many large answers wait for their clients.'
  return withHttp(new ApiError('OVERLOADED', { message, retryAfterSeconds: RETRY_SECONDS }), 503, [
    ['retry-after', String(RETRY_SECONDS)],
  ])
}

/**
 * Counts the memory of large answers until their clients have taken them. While it is over its limit no request is let
 * in, and the connection of a client that takes nothing, or too little, is cut.
 */
export class AnswerBuffer {
  #bytes = 0

  constructor(
    private readonly maxBytes: number,
    private readonly stallMs = STALL_MS,
  ) {}

  /** The bytes of large answers that wait for their clients. */
  get usedBytes(): number {
    return this.#bytes
  }

  /** Throws `OVERLOADED` while the answers that wait are over the limit. */
  assertRoom(): void {
    if (this.#bytes > this.maxBytes) throw tooManyAnswers()
  }

  /** Counts an answer, of so many bytes, until the response closes. */
  hold(response: ServerResponse, bytes: number): void {
    if (bytes < MIN_COUNTED_BYTES || response.closed) return
    this.#bytes += bytes
    const cut = () => void response.destroy()
    // Node begins this time again with each part that the client takes.
    response.setTimeout(this.stallMs, cut)
    const timer = setTimeout(cut, this.stallMs + bytes / MIN_BYTES_PER_MS).unref()
    response.once('close', () => {
      clearTimeout(timer)
      this.#bytes -= bytes
    })
  }

  /** Counts a part of a stream that its connection has not taken as a whole, until it has; a client that takes nothing, or too little, meanwhile is cut. */
  holdPart(response: ServerResponse, bytes: number, onCut: () => void): void {
    if (response.closed) return
    const counted = bytes < MIN_COUNTED_BYTES ? 0 : bytes
    this.#bytes += counted
    const cut = (): void => {
      onCut()
      response.destroy()
    }
    response.once('timeout', cut).setTimeout(this.stallMs)
    // What the client sends begins the time above again.
    const timer = setTimeout(cut, this.stallMs + bytes / MIN_BYTES_PER_MS).unref()
    const taken = (): void => {
      clearTimeout(timer)
      response.off('timeout', cut).off('drain', taken).off('close', taken).setTimeout(0)
      this.#bytes -= counted
    }
    response.once('drain', taken).once('close', taken)
  }
}

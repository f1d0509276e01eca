import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { post, readResult, type Request, type Result, type Transport } from './attempt.js'
import type { Renewals } from './authorization.js'
import { raced } from './delays.js'

/** The server sends something at least this often; a connection that is silent for longer is dead. */
const MAX_SILENCE_MS = 45_000

/** What a stream of server-sent events says (GraphQL over SSE, distinct connections mode). */
export type StreamEvent =
  | { readonly kind: 'next'; readonly result: Result<unknown> }
  | { readonly kind: 'complete' }
  /** The server's word on how long to wait before a reconnection. */
  | { readonly kind: 'retry'; readonly ms: number }

/** An answer to a subscription: a stream, or a refusal. */
export type Opened =
  | { readonly kind: 'stream'; readonly events: AsyncGenerator<StreamEvent, void> }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly headers: Headers
      readonly result: Result<unknown> | undefined
    }

/** Opens a subscription; rejects where the connection fails, and with `NotSent`. */
export async function openStream(transport: Transport, request: Request, renewals: Renewals): Promise<Opened> {
  const silence = new Silence(request.signal)
  const authorized = await transport.authorization.authorize(request.signal)
  silence.heard()
  const response = await post(transport, { ...request, signal: silence.signal }, authorized, 'text/event-stream').catch(
    (error: unknown) => {
      silence.stop()
      throw error
    },
  )
  const { status, headers, body } = response
  if (response.ok && body !== null && /^text\/event-stream\b/i.test(headers.get('content-type') ?? ''))
    return { kind: 'stream', events: eventsOf(body, silence) }
  const result = readResult(await raced(response.text(), silence.signal).finally(() => silence.stop()), response.ok)
  if (status === 401 && renewals.mayRepeat(authorized, headers)) return openStream(transport, request, renewals)
  return { kind: 'refused', status, headers, result }
}

async function* eventsOf(body: ReadableStream<Uint8Array>, silence: Silence): AsyncGenerator<StreamEvent, void> {
  const events: StreamEvent[] = []
  const parser = createParser({
    onEvent: (message) => void events.push(...readEvent(message)),
    onRetry: (ms) => void events.push({ kind: 'retry', ms }),
  })
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await raced(reader.read(), silence.signal)
      if (done) return
      silence.heard()
      parser.feed(decoder.decode(value, { stream: true }))
      yield* events.splice(0)
    }
  } finally {
    silence.stop()
    await reader.cancel().catch(() => undefined)
  }
}

function readEvent({ event, data }: EventSourceMessage): StreamEvent[] {
  if (event === 'complete') return [{ kind: 'complete' }]
  const result = event === 'next' ? readResult(data, true) : undefined
  return result === undefined ? [] : [{ kind: 'next', result }]
}

/** Ends a connection on which nothing is heard. */
class Silence {
  readonly #controller = new AbortController()
  readonly #given: AbortSignal
  /** Aborts on silence, and as the given signal does. */
  readonly signal: AbortSignal
  // Keeps the signals as well: see `limited`.
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(given: AbortSignal) {
    this.#given = given
    this.signal = AbortSignal.any([given, this.#controller.signal])
  }

  heard(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (!this.#given.aborted) this.#controller.abort(new Error('The stream is silent.'))
    }, MAX_SILENCE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { parseRetryAfter } from '../../../datasources/http/retry-after.js'
import { abortBy, type Transport, TransportError, undiciTransport } from '../../../datasources/http/transport.js'
import { USER_AGENT } from '../../../datasources/http/user-agent.js'
import { protobufOf } from './protobuf.js'
import type { TraceDestination } from './settings.js'

type Done = Parameters<SpanExporter['export']>[1]

const ENCODINGS = {
  'http/protobuf': { type: 'application/x-protobuf', encode: protobufOf },
  'http/json': {
    type: 'application/json',
    encode: (spans: ReadableSpan[]) => Buffer.from(JsonTraceSerializer.serializeRequest(spans)!),
  },
} as const

/** Results of an export (`ExportResultCode` of OpenTelemetry). */
const SUCCESS = 0
const FAILED = 1

const MAX_CONNECTIONS = 2
/** Delays between attempts, in ms; each is lengthened or shortened by a fifth at most. */
const MIN_DELAY_MS = 1_000
const MAX_DELAY_MS = 5_000
const DELAY_FACTOR = 1.5
/** The statuses after which OTLP over HTTP repeats an export. */
const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The collector refused an export; `code` is its status. */
class ExportError extends Error {
  constructor(
    readonly code: number,
    readonly retryAfterMs: number | undefined,
  ) {
    super('the collector refused an export')
  }
}

/** Whether an export that failed so may succeed when it is repeated, by OTLP over HTTP. */
const isTransient = (error: unknown): boolean =>
  error instanceof ExportError ? TRANSIENT.has(error.code) : error instanceof TransportError

/**
 * The exporter of a destination: OTLP over HTTP, with the repeats that OTLP asks for. It sends by the transport of the
 * providers: a second HTTP client would make the streams of Node.js slower for all requests (docs/performance.md).
 */
export class OtlpExporter implements SpanExporter {
  readonly #destination: TraceDestination
  readonly #transport: Transport
  readonly #path: string
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<void>>()

  constructor(destination: TraceDestination) {
    const { url, timeoutMs, ca } = destination
    const { origin, pathname, search } = new URL(url)
    this.#destination = destination
    this.#path = pathname + search
    this.#transport = undiciTransport({
      origin,
      connections: MAX_CONNECTIONS,
      timeoutMs,
      ...(ca === undefined ? {} : { tls: { ca } }),
    })
  }

  export(spans: ReadableSpan[], done: Done): void {
    const sent = this.#send(ENCODINGS[this.#destination.protocol].encode(spans)).then(
      () => done({ code: SUCCESS }),
      (error: unknown) => done({ code: FAILED, error: error as Error }),
    )
    this.#running.add(sent)
    void sent.finally(() => this.#running.delete(sent))
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#running)
  }

  /** Ends what waits for its next attempt, and waits for what is under way. */
  async shutdown(): Promise<void> {
    this.#closing.abort()
    await this.forceFlush()
    await this.#transport.close()
  }

  /** Sends a batch until the collector has it, or its time is over. */
  async #send(body: Buffer): Promise<void> {
    const { timeoutMs } = this.#destination
    const deadline = performance.now() + timeoutMs
    const signal = AbortSignal.timeout(timeoutMs)
    for (let delayMs = MIN_DELAY_MS; ; delayMs = Math.min(MAX_DELAY_MS, delayMs * DELAY_FACTOR)) {
      try {
        return await this.#attempt(body, signal)
      } catch (error) {
        signal.throwIfAborted()
        const jittered = delayMs * (0.8 + 0.4 * Math.random())
        const waitMs = (error instanceof ExportError ? error.retryAfterMs : undefined) ?? jittered
        if (!isTransient(error) || performance.now() + waitMs >= deadline || this.#closing.signal.aborted) throw error
        await delay(waitMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
      }
    }
  }

  async #attempt(body: Buffer, signal: AbortSignal): Promise<void> {
    const { headers, protocol } = this.#destination
    const { status, header } = await this.#transport.send({
      method: 'POST',
      path: this.#path,
      headers: { 'user-agent': USER_AGENT, ...headers, 'content-type': ENCODINGS[protocol].type },
      body,
      watch: abortBy(signal),
    })
    if (status >= 200 && status < 300) return
    const seconds = parseRetryAfter(header('retry-after'))
    throw new ExportError(status, seconds === undefined ? undefined : seconds * 1000)
  }
}

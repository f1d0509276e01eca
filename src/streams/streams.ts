import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { GraphQLRequest } from '@apollo/server'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Authenticator } from '../access/authenticate.js'
import { withHttp } from '../graphql/http-head.js'
import type { OperationRunner } from '../graphql/operation-runner.js'
import type { GraphQLResponse } from '../graphql/pipeline.js'
import type { Admit, Permit } from '../http/front.js'
import type { Deadlines } from '../lifecycle/deadline.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import { EventExchange } from './event-exchange.js'
import type { ObservedRun } from './observed-run.js'
import type { StreamSettings } from './stream-limit-settings.js'
import { type EndReason, Stream } from './stream.js'
import { StreamLimits } from './stream-limits.js'
import type { WatchedObjects } from './watched-objects.js'

type Transport = 'sse' | 'websocket'

/** What a stream is opened with. */
interface Opening {
  readonly transport: Transport
  readonly request: IncomingMessage
  /** Those of the request, and what its connection was opened with. */
  readonly headers: IncomingHttpHeaders & { readonly authorization: string }
  readonly graphql: GraphQLRequest
  /** The bytes that the operation was sent in. */
  readonly bodyBytes: number
  readonly caller: Caller
  readonly deadlineAt: number
  readonly permit: Permit | undefined
  readonly correlationId: string
  readonly interactionId: string
  readonly writable?: (() => Promise<void> | undefined) | undefined
  readonly onEnd?: ((stream: Stream) => void) | undefined
}

/** A stream that was opened, and the answer of its first execution. */
interface Opened {
  readonly stream: Stream
  readonly response: Promise<GraphQLResponse>
}

/** What the streams of a process are made of. */
export interface StreamsParts {
  readonly settings: StreamSettings
  readonly runner: OperationRunner
  readonly again: Authenticator['again']
  readonly admit: Admit
  readonly deadlines: Pick<Deadlines, 'of'>
  readonly objects: WatchedObjects
  readonly tenantIdOf: (caller: Caller) => string | undefined
  /** The time by which tokens end, in ms since 1970. */
  readonly now: () => number
  /** Told each execution, for the drain. */
  readonly track: (execution: Promise<unknown>) => void
  readonly metrics: Metrics
  readonly log: Log
}

const MAX_TIMER_MS = 2 ** 31 - 1

/** Refuses a stream of a stopping server, whose client reaches another replica. */
const stopping = (): ApiError =>
  withHttp(
    new ApiError('OVERLOADED', { message: 'This server stops: open the stream again.', retryAfterSeconds: 1 }),
    503,
    [
      ['retry-after', '1'],
      ['connection', 'close'],
    ],
  )

/** The open streams of a process. */
export class Streams {
  readonly limits: StreamLimits
  readonly #options: StreamsParts
  readonly #open = new Map<Stream, OpenStream>()
  #isStopping = false

  constructor(options: StreamsParts) {
    this.#options = options
    this.limits = new StreamLimits(options.settings)
    options.metrics.countsStreams((transport) => {
      let count = 0
      for (const open of this.#open.values()) if (open.transport === transport) count += 1
      return count
    })
  }

  /** Opens a stream and executes its operation; throws, or rejects, with what refuses it before it runs. */
  open(opening: Opening): Opened {
    if (this.#isStopping) throw stopping()
    const release = this.limits.open(opening.caller)
    const open = new OpenStream(opening, this.#options, (stream) => {
      release()
      this.#open.delete(stream)
      opening.onEnd?.(stream)
    })
    this.#open.set(open.stream, open)
    return { stream: open.stream, response: open.begin() }
  }

  /** Tells the clients of all streams to open them again. */
  stop(): void {
    this.#isStopping = true
    for (const stream of this.#open.keys()) stream.end('restart')
  }
}

/** A stream with its executions, its time and what is counted of it. */
class OpenStream {
  readonly stream: Stream
  readonly transport: Transport
  readonly #opening: Opening
  readonly #options: StreamsParts
  readonly #exchanges = new Set<EventExchange>()
  readonly #openedAt = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(opening: Opening, options: StreamsParts, onEnd: (stream: Stream) => void) {
    this.#opening = opening
    this.#options = options
    this.transport = opening.transport
    const { tenantIdOf, objects, metrics } = options
    this.stream = new Stream({
      begin: (run) => this.#begin(run),
      again: (operation, run) => this.#execute(run, (exchange) => options.runner.again(operation, exchange)),
      watch: (type, id, isReader) =>
        objects.watch({ tenant: tenantIdOf(opening.caller), type, id }, this.stream, isReader),
      writable: opening.writable,
      sent: (changedAt) => metrics.streamed(this.transport, changedAt && (options.now() - changedAt) / 1000),
      ended: (stream, reason) => {
        clearTimeout(this.#timer)
        for (const exchange of this.#exchanges) exchange.leave()
        onEnd(stream)
        this.#tell(stream, reason)
      },
    })
  }

  async begin(): Promise<GraphQLResponse> {
    try {
      await this.#setTimer()
      return await this.stream.begin()
    } catch (error) {
      this.stream.end('refused')
      throw error
    } finally {
      this.#opening.permit?.release()
    }
  }

  /** Ends the stream with its token, or with its lifetime. */
  async #setTimer(): Promise<void> {
    const { again, settings, now } = this.#options
    const { endsAt } = await again(this.#opening.headers.authorization)
    const left = endsAt - now()
    if (this.stream.hasEnded) return
    const isToken = left < settings.lifetimeMs
    // A token that is taken beyond its end, because clocks differ, is good for the lifetime of one operation.
    const ms = Math.max(isToken ? left : settings.lifetimeMs, 1_000)
    const end = (): void => this.stream.end(isToken ? 'token' : 'lifetime')
    this.#timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS))
  }

  /** Executes the operation that opens the stream, with the permit that its request was given. */
  #begin(run: ObservedRun): Promise<GraphQLResponse> {
    const { request, headers, graphql, bodyBytes, caller, deadlineAt, permit, correlationId, interactionId } =
      this.#opening
    const ids = { correlationId, interactionId }
    return this.#during(new EventExchange(request), async (response) => {
      // The request of an event stream was admitted by the front.
      if (permit === undefined) await this.#admit(caller, deadlineAt, response)
      return this.#options.runner.run(graphql, {
        ...ids,
        headers,
        response,
        caller,
        deadlineAt,
        bodyBytes,
        observer: run,
      })
    })
  }

  /** Executes the operation for an event, with a permit of its own and the token verified again. */
  async #execute(
    observer: ObservedRun,
    run: (exchange: Parameters<OperationRunner['run']>[1]) => Promise<GraphQLResponse>,
  ): Promise<GraphQLResponse> {
    const { request, headers, interactionId } = this.#opening
    const { again, deadlines } = this.#options
    const { caller } = await again(headers.authorization)
    const deadlineAt = deadlines.of(headers)
    const correlationId = randomUUID()
    return this.#during(new EventExchange(request), async (response) => {
      await this.#admit(caller, deadlineAt, response)
      return run({ headers, correlationId, interactionId, response, caller, deadlineAt, bodyBytes: 0, observer })
    })
  }

  /** Waits for the permit of an execution, which the end of it releases. */
  async #admit(caller: Caller, deadlineAt: number, response: EventExchange): Promise<void> {
    if (response.closed) return
    const permit = await this.#options.admit({ request: this.#opening.request, response, caller, deadlineAt })
    if (permit === undefined) return
    if (response.closed) permit.release()
    else response.once('close', permit.release)
  }

  async #during(
    exchange: EventExchange,
    run: (exchange: EventExchange) => Promise<GraphQLResponse>,
  ): Promise<GraphQLResponse> {
    this.#exchanges.add(exchange)
    // The stream may have ended while its token was verified.
    if (this.stream.hasEnded) exchange.leave()
    const execution = run(exchange)
    this.#options.track(execution)
    try {
      const response = await execution
      exchange.finish()
      return response
    } finally {
      exchange.leave()
      this.#exchanges.delete(exchange)
    }
  }

  #tell(stream: Stream, reason: EndReason): void {
    const { log, metrics } = this.#options
    const { caller, correlationId } = this.#opening
    metrics.streamEnded(this.transport, reason)
    const tenant = caller.tenant.startsWith('tenant:') ? caller.tenant.slice('tenant:'.length) : undefined
    log.info(
      {
        action: 'stream-end',
        correlationId,
        tenant,
        client: caller.namedClient,
        nanoseconds: Math.round((performance.now() - this.#openedAt) * 1e6),
        stream: { transport: this.transport, field: stream.field, reason, events: stream.events },
      },
      'stream',
    )
  }
}

import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { CloseCode, makeServer, type SubscribePayload } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Authenticator } from '../access/authenticate.js'
import { formatError } from '../graphql/format-error.js'
import type { EntryChecks } from '../http/front.js'
import { INTERACTION_HEADER, interactionIdOf } from '../http/interaction-id.js'
import { identify, type OnRefused } from '../security-events/refusals.js'
import { Heartbeat } from './heartbeat.js'
import { MessageRate } from './message-rate.js'
import { OperationIds } from './operation-ids.js'
import type { Stream } from './stream.js'
import type { StreamLimits } from './stream-limits.js'
import type { Streams } from './streams.js'

/** How long a connection may wait with `connection_init`. */
const INIT_MS = 5_000
/** Characters of the reason of a close: 123 bytes of UTF-8, whatever they are. */
const MAX_REASON = 41
/** What may wait to be sent to a client that reads slowly. */
const MAX_UNSENT_BYTES = 1_048_576
/** The time for the last results of a connection whose token has ended. */
const LAST_RESULTS_MS = 500

/** Close codes of RFC 6455 and its registry. */
const CLOSE = { unsupportedData: 1003, policyViolation: 1008, serviceRestart: 1012, tryAgainLater: 1013 } as const

/** Headers that a browser cannot send with a WebSocket, and that `connection_init` may carry in their place. */
const CARRIED = ['authorization', 'x-purpose', 'x-consent-id', INTERACTION_HEADER, 'x-request-timeout-ms'] as const

/** A connection has no answer whose headers could be set. */
const NO_ANSWER = { setHeader: () => undefined }

/** What all connections share. */
export interface ConnectionParts extends Pick<EntryChecks, 'verify' | 'assertTenant' | 'deadlines'> {
  readonly streams: Streams
  readonly again: Authenticator['again']
  /** Counts the connections. */
  readonly limits: StreamLimits
  readonly lifetimeMs: number
  /** The time by which tokens end, in ms since 1970. */
  readonly now: () => number
  readonly onRefused: OnRefused
  /** Called once the connection has said who has opened it, or has closed. */
  readonly onKnown: () => void
  readonly onClosed: (connection: WebSocketConnection) => void
}

/** Who has opened a connection, and with what. */
interface Session {
  readonly caller: Caller
  readonly headers: IncomingHttpHeaders & { readonly authorization: string }
}

/** A refusal as it is sent. */
class Refusal extends GraphQLError {
  constructor(readonly formatted: GraphQLFormattedError) {
    super(formatted.message)
  }
}

/** The answer to an operation that its client has completed before: the library sends none. */
const COMPLETED = new Refusal({ message: 'completed' })

const codeOf = (error: unknown): number => {
  if (!(error instanceof ApiError)) return CloseCode.InternalServerError
  if (error.code === 'UNAUTHENTICATED') return CloseCode.Unauthorized
  return error.code === 'FORBIDDEN' ? CloseCode.Forbidden : CLOSE.tryAgainLater
}

/** The protocol `graphql-transport-ws`, as `graphql-ws` speaks it. */
const protocol = makeServer<Record<string, unknown>, WebSocketConnection>({
  connectionInitWaitTimeout: INIT_MS,
  onConnect: ({ extra, connectionParams = {} }) => extra.init(connectionParams),
  onSubscribe: ({ extra }, name, payload) => extra.subscribe(name, payload),
  // Each result was executed and formatted by its stream.
  subscribe: ({ contextValue }) => contextValue as never,
  execute: ({ contextValue }) => contextValue as never,
  onNext: (_context, _id, _payload, _args, result) => result,
  onError: (_context, _id, _payload, errors) =>
    errors.map((error) => (error instanceof Refusal ? error.formatted : formatError(error))),
})

/** One WebSocket and the streams on it. */
export class WebSocketConnection {
  readonly #socket: WebSocket
  readonly #request: IncomingMessage
  readonly #parts: ConnectionParts
  readonly #rate = new MessageRate()
  readonly #streams = new Set<Stream>()
  readonly #ids = new OperationIds()
  /** Streams whose first execution runs, by the names of their operations. */
  readonly #opening = new Map<string, Stream>()
  readonly #correlationId: string
  /** Those of the request, and what `connection_init` carries in their place. */
  #headers: IncomingHttpHeaders
  #session: Session | undefined
  #messageBytes = 0
  #release = (): void => undefined
  #end: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, request: IncomingMessage, correlationId: string, parts: ConnectionParts) {
    this.#socket = socket
    this.#request = request
    this.#headers = request.headers
    this.#parts = parts
    this.#correlationId = correlationId
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => this.#send(data),
        close: (code, reason) => socket.close(code, reason?.slice(0, MAX_REASON)),
        onMessage: (take) => socket.on('message', (data: Buffer, isBinary) => void this.#receive(data, isBinary, take)),
      },
      this,
    )
    const heartbeat = new Heartbeat(socket, () => this.#cutOff())
    // Frames of control count as messages: the answer to each would wait for a client that does not read.
    socket.on('ping', (data: Buffer) => this.#counts() && socket.pong(data))
    socket.on('pong', () => this.#counts())
    // What the client sent is not valid; `ws` closes the connection with the code of it.
    socket.on('error', () => undefined)
    socket.once('close', (code, reason) => {
      heartbeat.end()
      clearTimeout(this.#end)
      for (const stream of this.#streams) stream.end('client')
      this.#release()
      parts.onKnown()
      parts.onClosed(this)
      void closed(code, String(reason))
    })
  }

  /** Tells the client to connect again, and to another replica. */
  restart(): void {
    this.#reconnect('restart')
  }

  terminate(): void {
    this.#socket.terminate()
  }

  /** Takes what `connection_init` carries; false where the caller is not let in. */
  async init(carried: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { assertTenant, again, limits, onKnown } = this.#parts
    const headers = { ...this.#request.headers }
    this.#headers = headers
    for (const name of CARRIED) {
      const value = carried[name]
      if (headers[name] === undefined && typeof value === 'string') headers[name] = value
    }
    try {
      const caller = await this.#callerOf(headers)
      identify(this.#request, caller)
      assertTenant(caller)
      const { authorization = '' } = headers
      const { endsAt } = await again(authorization)
      if (this.#socket.readyState !== this.#socket.OPEN) return false
      this.#release = limits.open(caller)
      this.#session = { caller, headers: { ...headers, authorization } }
      this.#limitTime(endsAt)
      onKnown()
      return true
    } catch (error) {
      this.#refused(error, this.#correlationId)
      this.#close(codeOf(error), error instanceof ApiError ? error.code : '')
      return false
    }
  }

  /** The caller; a token in the header of the upgrade was verified before the connection was opened. */
  async #callerOf({ authorization }: IncomingHttpHeaders): Promise<Caller> {
    const { verify, again } = this.#parts
    if (this.#request.headers.authorization !== undefined) return (await again(authorization!)).caller
    return verify(this.#request, NO_ANSWER, authorization)
  }

  /** Ends the connection with its token, or with its lifetime. */
  #limitTime(endsAt: number): void {
    const { lifetimeMs, now } = this.#parts
    const left = endsAt - now()
    if (left >= lifetimeMs) this.#endIn(lifetimeMs, () => this.#reconnect('lifetime'))
    else this.#endIn(left + LAST_RESULTS_MS, () => this.#close(CloseCode.Unauthorized, 'Unauthorized'))
  }

  /** Opens a stream for an operation; its context value in what is answered. */
  async subscribe(name: string, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const correlationId = randomUUID()
    try {
      const { stream, response } = this.#open(payload, correlationId)
      this.#streams.add(stream)
      this.#opening.set(name, stream)
      const { result } = await response
      if (!this.#ids.has(name)) return [COMPLETED]
      const { operation } = stream
      if (result.data === undefined || operation === undefined)
        return (result.errors ?? []).map((error) => new Refusal(error))
      return {
        schema: null as never,
        document: operation.document,
        operationName: operation.operationName ?? null,
        contextValue: stream,
      }
    } catch (error) {
      if (!this.#ids.has(name)) return [COMPLETED]
      this.#refused(error, correlationId)
      return [new Refusal(formatError(error, correlationId))]
    } finally {
      this.#opening.delete(name)
    }
  }

  #open({ query, operationName, variables, extensions }: SubscribePayload, correlationId: string) {
    const { caller, headers } = this.#session!
    return this.#parts.streams.open({
      transport: 'websocket',
      request: this.#request,
      headers,
      graphql: {
        ...(query === '' ? {} : { query }),
        ...(operationName ? { operationName } : {}),
        ...(variables ? { variables } : {}),
        ...(extensions ? { extensions } : {}),
      },
      bodyBytes: this.#messageBytes,
      caller,
      deadlineAt: this.#parts.deadlines.of(headers),
      permit: undefined,
      correlationId,
      interactionId: interactionIdOf(headers[INTERACTION_HEADER], correlationId),
      onEnd: (stream) => this.#streams.delete(stream),
    })
  }

  async #receive(data: Buffer, isBinary: boolean, take: (message: string) => Promise<void>): Promise<void> {
    if (isBinary) return this.#close(CLOSE.unsupportedData, 'Text messages only')
    if (!this.#counts()) return
    this.#messageBytes = data.length
    try {
      const message = this.#named(JSON.parse(data.toString()))
      // The library takes what is parsed as it takes a text.
      if (message !== undefined) await take(message as string)
    } catch {
      this.#close(CloseCode.BadRequest, 'Invalid message received')
    }
  }

  /** A message of the client with the name of its operation in place of the id; undefined for one that the library need not see. */
  #named(message: unknown): unknown {
    const { id, type } = (message ?? {}) as { readonly id?: unknown; readonly type?: unknown }
    if (typeof id !== 'string' || id === '') return message
    if (type === 'subscribe') {
      const name = this.#ids.begin(id)
      if (name !== undefined) return { ...(message as object), id: name }
      // The id may have any length.
      return void this.#close(CloseCode.SubscriberAlreadyExists, `${id.slice(0, MAX_REASON - 10)} is in use`)
    }
    if (type !== 'complete') return message
    const name = this.#ids.nameOf(id)
    if (name === undefined) return undefined
    this.#ids.end(name)
    this.#opening.get(name)?.end('client')
    return { ...(message as object), id: name }
  }

  /** Counts what the client has sent; closes the connection and returns false where it is too much. */
  #counts(): boolean {
    const isFew = this.#rate.take()
    if (!isFew) this.#close(CLOSE.policyViolation, 'Too many messages')
    return isFew
  }

  /** Resolves when the message was handed to the system, so that a client that reads slowly is waited for. */
  #send(message: string): Promise<void> {
    const socket = this.#socket
    const data = this.#ids.toClient(message)
    if (data === undefined) return Promise.resolve()
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) this.#cutOff()
    return new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) resolve()
      else socket.send(data, () => resolve())
    })
  }

  /** Ends a connection whose client does not read. */
  #cutOff(): void {
    for (const stream of this.#streams) stream.end('slow_reader')
    this.terminate()
  }

  #endIn(ms: number, end: () => void): void {
    this.#end = setTimeout(end, Math.max(ms, 1_000))
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Closes the connection before its streams end: their clients are told nothing else. */
  #reconnect(reason: 'restart' | 'lifetime'): void {
    this.#close(CLOSE.serviceRestart, 'Connect again')
    for (const stream of this.#streams) stream.end(reason)
  }

  #refused(error: unknown, correlationId: string): void {
    const { authorization, [INTERACTION_HEADER]: interaction } = this.#headers
    const ids = { correlationId, interactionId: interactionIdOf(interaction, correlationId) }
    this.#parts.onRefused(this.#request, error, ids, authorization)
  }
}

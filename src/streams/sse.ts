import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { createHandler, type Request, type Response } from 'graphql-sse'
import { ApiError } from '../../datasources/contract/errors.js'
import type { GraphQLResponse } from '../graphql/pipeline.js'
import { BEARER } from '../access/refusals.js'
import { withHttp } from '../graphql/http-head.js'
import type { AnswerBuffer } from '../http/answer-buffer.js'
import { refusalTypeOf } from '../http/app.js'
import type { HttpRequest, HttpResponse } from '../http/graphql-handler.js'
import { readBody } from '../http/graphql-request.js'
import { accepts } from '../http/content-negotiation.js'
import { Reconnect, type Stream } from './stream.js'
import type { Streams } from './streams.js'

// The keep-alive of an idle stream is that of `graphql-sse`: a comment every 12 s, which has no option.

const EVENT_STREAM = 'text/event-stream'

/** When a client opens a stream again that ends without the event `complete`. */
const RECONNECT = 'retry: 1000\n\n'

/** Names and values, one after the other. Proxies must not hold the events back. */
const HEADERS = ['content-type', `${EVENT_STREAM}; charset=utf-8`, 'x-accel-buffering', 'no']

/** Refusals that pass by themselves; each is told by its status, by which clients and proxies wait. */
const PASSING: ReadonlySet<number> = new Set([429, 503])

/** The keyword of a subscription at the beginning of an operation. */
const SUBSCRIPTION = /(?:^|[\s}])subscription\b/

/** True for a body whose operation may be a subscription. */
function asksForSubscription(body: unknown): boolean {
  const text = (body as { readonly query?: unknown } | null | undefined)?.query
  // A client may send any JSON: to read other values as text may throw.
  return typeof text === 'string' && SUBSCRIPTION.test(text)
}

/**
 * True of a request that is answered by an event stream: its client takes one, and takes no JSON or asks for a
 * subscription. Some clients name all types that they know with each operation.
 */
export function asksForEvents({ method, headers, body }: Pick<HttpRequest, 'method' | 'headers' | 'body'>): boolean {
  const { accept } = headers
  if (method !== 'POST' || accept === undefined || !accept.includes(EVENT_STREAM)) return false
  return accepts(accept, [EVENT_STREAM]) && (!accepts(accept) || asksForSubscription(body))
}

/** Resolves when the client takes more; one that takes nothing is cut off. */
function writable(response: ServerResponse): Promise<void> | undefined {
  if (!response.writableNeedDrain) return undefined
  return new Promise((resolve) => {
    const taken = (): void => {
      response.off('drain', taken)
      response.off('close', taken)
      resolve()
    }
    response.once('drain', taken)
    response.once('close', taken)
  })
}

/** The parts of an event stream; one that is to be opened again ends without `complete`, and so does its connection. */
async function* partsOf(
  events: AsyncIterable<string>,
  response: ServerResponse,
  written: (part: string) => void,
): AsyncGenerator<string> {
  try {
    for await (const part of events) {
      yield part
      // The next part is asked for when this one was written.
      written(part)
    }
  } catch (error) {
    if (!(error instanceof Reconnect)) throw error
    response.once('finish', () => response.req.socket.end())
    yield RECONNECT
  }
}

const stringify = ({ errors, data, extensions }: GraphQLResponse['result']): string =>
  `${JSON.stringify({ errors, data, extensions })}\n`

/** The stream of a request, once it is open. */
interface OpenedStream {
  stream: Stream | undefined
}

/** The answer to an operation that is refused, and may be asked again. */
const refusalOf = ({ status, headers, result }: GraphQLResponse, { headers: asked }: HttpRequest): Response => [
  stringify(result),
  {
    status,
    statusText: '',
    headers: { ...Object.fromEntries(headers), 'content-type': refusalTypeOf(asked) },
  },
]

/**
 * Answers operations by server-sent events: the protocol of `graphql-sse` in its distinct connections mode, of which
 * the library writes the events.
 */
export function createSseHandler(
  streams: Pick<Streams, 'open'>,
  answers: AnswerBuffer,
): (request: HttpRequest) => Promise<HttpResponse> {
  const handle = createHandler<HttpRequest, OpenedStream>({
    // Distinct connections alone: no request is a reservation.
    authenticate: () => null,
    async onSubscribe({
      raw,
      context,
    }: Request<HttpRequest, OpenedStream>): Promise<Response | AsyncIterableIterator<never>> {
      const { response } = raw
      const { stream, response: answer } = open(streams, raw)
      context.stream = stream
      if (response.closed) stream.end('client')
      else response.once('close', () => stream.end('client'))
      const first = await answer
      if (first.result.data === undefined && PASSING.has(first.status)) return refusalOf(first, raw)
      // What is refused before it runs is told by the first event, as the protocol wants.
      return (first.result.data === undefined ? single(first.result) : stream) as AsyncIterableIterator<never>
    },
  })

  return async (raw) => {
    const { method, url, response } = raw
    const opened: OpenedStream = { stream: undefined }
    const headers = { get: (name: string) => (name === 'accept' ? EVENT_STREAM : raw.headers[name]?.toString()) }
    // The text of a hash is not sent; the library wants one.
    const [body, { status, headers: own = {} }] = await handle({
      method,
      url,
      headers,
      body: { query: '' },
      raw,
      context: opened,
    })
    if (body === null || typeof body === 'string')
      return { status, headers: Object.entries<string>(own).flat(), body: body ?? '' }
    const written = (part: string): void => {
      if (response.writableNeedDrain)
        answers.holdPart(response, Buffer.byteLength(part), () => opened.stream?.end('slow_reader'))
    }
    return { status, headers: HEADERS, body: Readable.from(partsOf(body, response, written)) }
  }
}

async function* single<Result>(result: Result): AsyncIterableIterator<Result> {
  yield await Promise.resolve(result)
}

/** Opens the stream of a request. */
function open(streams: Pick<Streams, 'open'>, request: HttpRequest) {
  const { headers, body, caller, deadlineAt, response, permit, correlationId, interactionId } = request
  const { authorization } = headers
  const graphql = readBody(body)
  if (graphql === undefined)
    throw withHttp(
      new ApiError('BAD_USER_INPUT', { message: 'The body must be one JSON object that names an operation.' }),
      400,
    )
  if (caller === undefined || authorization === undefined)
    throw withHttp(new ApiError('UNAUTHENTICATED'), 401, [['www-authenticate', BEARER]])
  return streams.open({
    transport: 'sse',
    request: response.req,
    headers: { ...headers, authorization },
    graphql,
    bodyBytes: Number(headers['content-length'] ?? 0),
    caller,
    deadlineAt,
    permit,
    correlationId,
    interactionId,
    writable: () => writable(response),
  })
}

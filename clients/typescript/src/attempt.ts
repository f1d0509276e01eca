import { type Authorization, type Authorized, NotSent } from './authorization.js'
import { limited, raced } from './delays.js'
import type { GraphError } from './errors.js'
import type { Operation } from './typed-document.js'

/** What a server of GraphQL answers. */
export interface Result<Data> {
  readonly data: Data | null
  readonly errors: readonly GraphError[]
  readonly extensions: Readonly<Record<string, unknown>>
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly headers: Headers
  readonly authorized: Authorized
}

/** What came of sending an operation once. */
export type Attempt =
  | (AnswerHead & { readonly kind: 'answered'; readonly result: Result<unknown> })
  /** An answer that is none of the server's own, such as a page of a proxy. */
  | (AnswerHead & { readonly kind: 'foreign' })
  /** No whole answer: the server may have executed the operation. */
  | { readonly kind: 'lost'; readonly cause: unknown }

/** How requests are sent. */
export interface Transport {
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly authorization: Authorization
}

/** One request. */
export interface Request {
  readonly operation: Operation
  readonly variables: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  /** Ends the attempt. */
  readonly signal: AbortSignal
}

/** So much longer than the server this side waits: the server's own answer says more than a connection that is cut here. */
const GRACE_MS = 1_000

/** Builds a request; throws `NotSent` where none can be built, such as of a value that JSON does not have. */
function built(
  { url }: Transport,
  { operation: { text, name }, variables, headers }: Request,
  authorized: Authorized,
  accept: string,
): RequestInit {
  try {
    const init = {
      method: 'POST',
      headers: { ...headers, ...authorized.headers, 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: text, variables, ...(name !== undefined && { operationName: name }) }),
      redirect: 'error',
    } as const
    // Refuses what no `fetch` can send, whose own `TypeError` would look like that of a broken connection.
    void new globalThis.Request(url, init)
    return init
  } catch (reason) {
    throw new NotSent(reason)
  }
}

/** Sends an operation by POST; the body of the response must be read or cancelled. Rejects with `NotSent` where it cannot be built. */
export async function post(
  transport: Transport,
  request: Request,
  authorized: Authorized,
  accept: string,
): Promise<Response> {
  const init = built(transport, request, authorized, accept)
  const sent = transport.fetch(transport.url, { ...init, signal: request.signal })
  // A `fetch` of the caller's own may not heed the signal.
  const response = await raced(sent, request.signal).catch((error: unknown) => {
    sent.then(({ body }) => body?.cancel()).catch(() => undefined)
    throw error
  })
  transport.authorization.learn(response.headers)
  return response
}

/** Sends an operation once. Rejects with `NotSent` where nothing was sent. */
export async function attempt(transport: Transport, request: Request, timeoutMs: number): Promise<Attempt> {
  const authorized = await transport.authorization.authorize(request.signal)
  const headers = { ...request.headers, 'x-request-timeout-ms': String(timeoutMs) }
  return limited(request.signal, timeoutMs + GRACE_MS, async (signal) => {
    try {
      const response = await post(transport, { ...request, headers, signal }, authorized, 'application/json')
      const result = readResult(await raced(response.text(), signal), response.ok)
      const head = { status: response.status, headers: response.headers, authorized }
      return result === undefined ? { kind: 'foreign', ...head } : { kind: 'answered', result, ...head }
    } catch (cause) {
      if (cause instanceof NotSent) throw cause
      return { kind: 'lost', cause }
    }
  })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether these are errors of the server; with another status than 2xx each of them says whether it is retryable. */
const areOwn = (errors: unknown, isSuccess: boolean): errors is readonly GraphError[] =>
  Array.isArray(errors) &&
  errors.length > 0 &&
  errors.every(
    (error: unknown) =>
      isObject(error) &&
      isObject(error['extensions'] ?? {}) &&
      (isSuccess || typeof (error as Partial<GraphError>).extensions?.retryable === 'boolean'),
  )

/** Reads a result of the server; undefined for anything else, such as JSON of a proxy. */
export function readResult(text: string, isSuccess: boolean): Result<unknown> | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(body)) return undefined
  const { data, errors } = body
  const extensions = isObject(body['extensions']) ? body['extensions'] : {}
  if (errors == null) return isObject(data) && isSuccess ? { data, errors: [], extensions } : undefined
  return areOwn(errors, isSuccess) ? { data: data ?? null, errors, extensions } : undefined
}

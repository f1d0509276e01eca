import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NOT_LOGGED_IN, ResponseError, type Style } from './errors.js'
import type { EmulatedRelease, Habits } from './habits.js'
import type { User, Users } from './users.js'

const WRONG_JSON = 'OBP-10001: Incorrect json format.'

/** One request and the checks on it, which each endpoint makes in its own order. */
export interface EndpointRequest {
  readonly user: User
  readonly params: Readonly<Record<string, string>>
  /** In the order of the URL, with repeated names. */
  readonly query: URLSearchParams
  readonly bank: () => string
  readonly role: (...anyOf: string[]) => void
  /** `type` is the expected type in the error message; some endpoints name none. */
  readonly body: <Fields extends Record<string, Field>>(fields: Fields, type?: string) => Parsed<Fields>
}

export interface EndpointResponse {
  readonly status: number
  readonly body?: unknown
}

/** The types of body members: a text may be a number, a date has one form, and both may be null for an unknown value. */
export type Field =
  'text' | 'date' | 'flag' | 'whole' | 'dates' | readonly [Field] | { readonly [member: string]: Field }
export type Parsed<Fields> = {
  [Name in keyof Fields]: Fields[Name] extends 'text' | 'date'
    ? string | null
    : Fields[Name] extends 'flag'
      ? boolean
      : Fields[Name] extends 'whole'
        ? number
        : Fields[Name] extends 'dates'
          ? string[]
          : Fields[Name] extends readonly [infer Item]
            ? Parsed<Item>[]
            : Parsed<Fields[Name]>
}

const isList = (field: Field): field is readonly [Field] => Array.isArray(field)

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

function parseField(value: unknown, field: Field, reject: () => never): unknown {
  if (isList(field)) {
    if (value === undefined) return []
    return Array.isArray(value) ? value.map((item) => parseField(item, field[0], reject)) : reject()
  }
  if (typeof field === 'object') {
    if (typeof value !== 'object' || value === null) return reject()
    const object = value as Record<string, unknown>
    return Object.fromEntries(
      Object.entries(field).map(([name, inner]) => [name, parseField(object[name], inner, reject)]),
    )
  }
  switch (field) {
    case 'text':
      if (value === null || typeof value === 'string') return value
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : reject()
    case 'date':
      return value === null || (typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value)))
        ? value
        : reject()
    case 'flag':
      return typeof value === 'boolean' ? value : reject()
    case 'whole':
      return typeof value === 'number' && Number.isInteger(value) ? value : reject()
    case 'dates':
      if (value === undefined) return []
      return Array.isArray(value) ? value.map((item) => parseField(item, 'date', reject)) : reject()
  }
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: WRONG_JSON,
  401: NOT_LOGGED_IN,
  403: 'OBP-20006: User is missing one or more roles: CanGetCustomer',
  404: 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
  409: 'User with the same username already exists.',
  429: 'OBP-10018: Too Many Requests. We only allow 5 requests per minute for this Consumer.',
  500: 'OBP-50015: The server encountered an unexpected condition which prevented it from fulfilling the request.',
}

const common = () => ({
  'content-type': 'application/json; charset=utf-8',
  'access-control-allow-origin': '*',
  'correlation-id': randomUUID(),
  'set-cookie': `JSESSIONID=${randomUUID()}; Path=/; HttpOnly`,
})

/** The error response of an injected fault. */
export const problem = (status: number) => ({
  body: { code: status, message: MESSAGES[status] ?? 'OBP-50000: Unknown Error.' },
  headers: {
    ...(status === 500 ? {} : common()),
    ...(status === 401
      ? { 'www-authenticate': 'OAuth realm="127.0.0.1", Bearer realm="127.0.0.1", DirectLogin realm="127.0.0.1"' }
      : {}),
    ...(status === 429 ? { 'x-rate-limit-limit': '5', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '42' } : {}),
  },
})

function sendError(reply: FastifyReply, { status, message }: ResponseError, habits: Habits) {
  return reply
    .code(status)
    .headers({
      ...(status === 500 ? { 'content-type': 'application/json' } : common()),
      ...(status === 401 ? problem(401).headers : {}),
    })
    .send(JSON.stringify({ code: habits.has('codeAsText') ? String(status) : status, message }))
}

function notFound(request: FastifyRequest): ResponseError {
  return new ResponseError(
    404,
    'OBP-10404: Request Not Found. The server has not found anything matching the Request-URI.Check your URL and the headers. ' +
      'NOTE: when it is POST or PUT api, the Content-Type must be `application/json`. OBP only support the json format body.' +
      `Current Url is (${request.url}), Current Content-Type Header is (${request.headers['content-type'] ?? ''})`,
  )
}

/** A body that is declared as JSON and is none. */
const UNREADABLE = Symbol('unreadable')
const isJson = (header: string | undefined) => /^(application|text)\/json\b/i.test(header ?? '')

/**
 * Where and in which releases an endpoint is found. A real server serves all versions of the API at once; the endpoints
 * that the graph asks are there under v4.0.0, and `createAccount` under v3.1.0 too.
 */
interface Placement {
  /** @default v4.0.0 */
  readonly version?: string
  /** The last release that has it. */
  readonly until?: EmulatedRelease
}

export interface Api {
  readonly habits: Habits
  /** An endpoint under `/obp/v4.0.0`. */
  readonly endpoint: (
    method: Method,
    url: string,
    handle: (request: EndpointRequest) => EndpointResponse,
    style?: Style,
    placement?: Placement,
  ) => void
  /** An endpoint without authentication. */
  readonly open: (
    method: Method,
    url: string,
    handle: (request: Pick<EndpointRequest, 'body'>) => EndpointResponse,
    placement?: Placement,
  ) => void
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What all endpoints share: content types, authentication, the form of responses. */
export function createApi(
  app: FastifyInstance,
  { users, habits, banks }: { users: Users; habits: Habits; banks: ReadonlySet<string> },
): Api {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    try {
      done(null, isJson(request.headers['content-type']) ? JSON.parse(String(body)) : body)
    } catch {
      done(null, UNREADABLE)
    }
  })
  app.setErrorHandler((error: unknown, _request, reply) =>
    sendError(reply, error instanceof ResponseError ? error : new ResponseError(500, MESSAGES[500]!), habits),
  )

  app.post('/my/logins/direct', (request, reply) =>
    reply
      .code(201)
      .headers(common())
      .send(JSON.stringify({ token: users.logIn(request.headers.authorization) })),
  )
  app.options('/*', (_request, reply) =>
    reply
      .code(204)
      .headers({ ...common(), 'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS' })
      .send(),
  )
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/*',
    handler: (request, reply) => sendError(reply, notFound(request), habits),
  })

  function body<Fields extends Record<string, Field>>(
    request: FastifyRequest,
    fields: Fields,
    type?: string,
  ): Parsed<Fields> {
    const reject = (): never => {
      throw new ResponseError(
        400,
        type === undefined ? WRONG_JSON : `${WRONG_JSON} The Json body should be the ${type}`,
      )
    }
    return parseField(request.body, fields, reject) as Parsed<Fields>
  }

  function endpointRequest(request: FastifyRequest, user: User, style: Style): EndpointRequest {
    const params = request.params as Record<string, string>
    return {
      user,
      params,
      query: new URLSearchParams(request.url.split('?', 2)[1] ?? ''),
      bank() {
        const { bankId } = params
        if (banks.has(bankId!)) return bankId!
        const text = 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.'
        throw style === 'new'
          ? new ResponseError(404, `${text} Current BankId is ${bankId}`)
          : new ResponseError(400, text)
      },
      role(...anyOf) {
        if (!anyOf.some((role) => user.may(role)))
          throw new ResponseError(
            403,
            `OBP-20006: User is missing one or more roles: ${anyOf.join(' or ')}${habits.since('2024-10') ? ` at Bank(${params['bankId'] ?? ''})` : ''}`,
          )
      },
      body: (fields, type) => body(request, fields, type),
    }
  }

  function addRoute(
    method: Method,
    url: string,
    handle: (request: FastifyRequest) => EndpointResponse | Promise<EndpointResponse>,
    { version = 'v4.0.0', until }: Placement = {},
  ) {
    app.route({
      method,
      url: `/obp/${version}${url}`,
      async handler(request, reply) {
        if (until !== undefined && habits.release > until) throw notFound(request)
        const { accept } = request.headers
        if ((method === 'POST' || method === 'PUT') && !isJson(request.headers['content-type'])) throw notFound(request)
        if (accept !== undefined && !/\*\/\*|json/.test(accept)) throw notFound(request)
        if (request.body === UNREADABLE) throw new ResponseError(400, `${WRONG_JSON}expected a valid JSON text`)
        const names = [...new URLSearchParams(request.url.split('?', 2)[1] ?? '').keys()]
        if (habits.has('uniqueQueryNames') && new Set(names).size < names.length)
          throw new ResponseError(400, 'OBP-09016: A query parameter is given more than once.')
        const response = await handle(request)
        void reply.code(response.status).headers(common())
        return reply.send(response.body === undefined ? undefined : JSON.stringify(response.body))
      },
    })
  }

  return {
    habits,
    endpoint: (method, url, handle, documented = 'new', placement) =>
      addRoute(
        method,
        url,
        async (request) => {
          // The newest release has new-style endpoints only.
          const style = habits.since('2024-10') ? 'new' : documented
          return handle(endpointRequest(request, await users.authenticate(request.headers.authorization, style), style))
        },
        placement,
      ),
    open: (method, url, handle, placement) =>
      addRoute(method, url, (request) => handle({ body: (fields, type) => body(request, fields, type) }), placement),
  }
}

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { User, Users } from './users.js'

/** A refusal in the provider's form; which status a text comes with is the caller's to say. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

export const NOT_LOGGED_IN = 'OBP-20001: User not logged in. Authentication is required!'
const WRONG_JSON = 'OBP-10001: Incorrect json format.'

/** Old endpoints answer 400 where the others answer 401 or 404. */
export type Style = 'new' | 'old'

/** One request on its way through the checks, which every endpoint does in an order of its own. */
export interface Asked {
  readonly user: User
  readonly params: Readonly<Record<string, string>>
  /** In the order and with the repeats of the address. */
  readonly query: URLSearchParams
  readonly bank: () => string
  readonly role: (...anyOf: string[]) => void
  /** `type` is what the refusal says it should have been; some say nothing. */
  readonly body: <Fields extends Record<string, Field>>(fields: Fields, type?: string) => Parsed<Fields>
}

export interface Answered {
  readonly status: number
  readonly body?: unknown
}

/** How members of a body are read: texts take numbers, dates have one form, null stands for a text or date that is not known. */
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

function read(value: unknown, field: Field, wrong: () => never): unknown {
  if (isList(field)) {
    if (value === undefined) return []
    return Array.isArray(value) ? value.map((item) => read(item, field[0], wrong)) : wrong()
  }
  if (typeof field === 'object') {
    if (typeof value !== 'object' || value === null) return wrong()
    const object = value as Record<string, unknown>
    return Object.fromEntries(Object.entries(field).map(([name, inner]) => [name, read(object[name], inner, wrong)]))
  }
  switch (field) {
    case 'text':
      if (value === null || typeof value === 'string') return value
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : wrong()
    case 'date':
      return value === null || (typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value)))
        ? value
        : wrong()
    case 'flag':
      return typeof value === 'boolean' ? value : wrong()
    case 'whole':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrong()
    case 'dates':
      if (value === undefined) return []
      return Array.isArray(value) ? value.map((item) => read(item, 'date', wrong)) : wrong()
  }
}

const TEXTS: Readonly<Record<number, string>> = {
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

/** An error that a fault asks for. */
export const problem = (status: number) => ({
  body: { code: status, message: TEXTS[status] ?? 'OBP-50000: Unknown Error.' },
  headers: {
    ...(status === 500 ? {} : common()),
    ...(status === 401
      ? { 'www-authenticate': 'OAuth realm="127.0.0.1", Bearer realm="127.0.0.1", DirectLogin realm="127.0.0.1"' }
      : {}),
    ...(status === 429 ? { 'x-rate-limit-limit': '5', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '42' } : {}),
  },
})

function refuse(reply: FastifyReply, { status, message }: Refused) {
  return reply
    .code(status)
    .headers({
      ...(status === 500 ? { 'content-type': 'application/json' } : common()),
      ...(status === 401 ? problem(401).headers : {}),
    })
    .send(JSON.stringify({ code: status, message }))
}

function notFound(request: FastifyRequest): Refused {
  return new Refused(
    404,
    'OBP-10404: Request Not Found. The server has not found anything matching the Request-URI.Check your URL and the headers. ' +
      'NOTE: when it is POST or PUT api, the Content-Type must be `application/json`. OBP only support the json format body.' +
      `Current Url is (${request.url}), Current Content-Type Header is (${request.headers['content-type'] ?? ''})`,
  )
}

/** A body that is not JSON, though its header says so. */
const UNREADABLE = Symbol('unreadable')
const isJson = (header: string | undefined) => /^(application|text)\/json\b/i.test(header ?? '')

export interface Api {
  /** An endpoint under `/obp/v4.0.0`. */
  readonly endpoint: (method: Method, url: string, handle: (asked: Asked) => Answered, style?: Style) => void
  /** One that asks nobody who they are. */
  readonly open: (method: Method, url: string, handle: (asked: Pick<Asked, 'body'>) => Answered) => void
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The manners that all endpoints share: content types, who asks, the form of answers. */
export function createApi(app: FastifyInstance, users: Users, banks: ReadonlySet<string>): Api {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    try {
      done(null, isJson(request.headers['content-type']) ? JSON.parse(String(body)) : body)
    } catch {
      done(null, UNREADABLE)
    }
  })
  app.setErrorHandler((error: unknown, _request, reply) =>
    refuse(reply, error instanceof Refused ? error : new Refused(500, TEXTS[500]!)),
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
    handler: (request, reply) => refuse(reply, notFound(request)),
  })

  function body<Fields extends Record<string, Field>>(
    request: FastifyRequest,
    fields: Fields,
    type?: string,
  ): Parsed<Fields> {
    const wrong = (): never => {
      throw new Refused(400, type === undefined ? WRONG_JSON : `${WRONG_JSON} The Json body should be the ${type}`)
    }
    return read(request.body, fields, wrong) as Parsed<Fields>
  }

  function checks(request: FastifyRequest, user: User, style: Style): Asked {
    const params = request.params as Record<string, string>
    return {
      user,
      params,
      query: new URLSearchParams(request.url.split('?', 2)[1] ?? ''),
      bank() {
        const { bankId } = params
        if (banks.has(bankId!)) return bankId!
        const text = 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.'
        throw style === 'new' ? new Refused(404, `${text} Current BankId is ${bankId}`) : new Refused(400, text)
      },
      role(...anyOf) {
        if (!anyOf.some((role) => user.may(role)))
          throw new Refused(403, `OBP-20006: User is missing one or more roles: ${anyOf.join(' or ')}`)
      },
      body: (fields, type) => body(request, fields, type),
    }
  }

  function serve(method: Method, url: string, answer: (request: FastifyRequest) => Answered | Promise<Answered>) {
    app.route({
      method,
      url: `/obp/v4.0.0${url}`,
      async handler(request, reply) {
        const { accept } = request.headers
        if ((method === 'POST' || method === 'PUT') && !isJson(request.headers['content-type'])) throw notFound(request)
        if (accept !== undefined && !/\*\/\*|json/.test(accept)) throw notFound(request)
        if (request.body === UNREADABLE) throw new Refused(400, `${WRONG_JSON}expected a valid JSON text`)
        const answered = await answer(request)
        void reply.code(answered.status).headers(common())
        return reply.send(answered.body === undefined ? undefined : JSON.stringify(answered.body))
      },
    })
  }

  return {
    endpoint: (method, url, handle, style = 'new') =>
      serve(method, url, async (request) =>
        handle(checks(request, await users.of(request.headers.authorization, style), style)),
      ),
    open: (method, url, handle) =>
      serve(method, url, (request) => handle({ body: (fields, type) => body(request, fields, type) })),
  }
}

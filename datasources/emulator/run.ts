import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { keepExact, Quirks } from './quirks.js'

/** A request that an emulator received. */
export interface EmulatorCall {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** A fault to inject into the next `times` requests that match. */
export interface Fault {
  /** `METHOD /path`; `*` stands for one path segment, `**` for the rest. */
  readonly match: string
  readonly fault: 'hang' | 'reset' | 'slow' | 'status' | 'malformed' | 'html' | 'drop-after-apply'
  readonly status?: number
  readonly delayMs?: number
  /** For a `slow` fault, in place of `delayMs`: the request waits until this promise settles. */
  readonly until?: Promise<unknown>
  /** 0 means until the calls are deleted. @default 1 */
  readonly times?: number
  /** Headers of a `status` fault, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Body of a `status` fault. @default the provider's error form */
  readonly body?: unknown
}

/** A request with its response, which a fault may have dropped afterwards. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly status: number
  /** Headers of the response. */
  readonly answerHeaders: Readonly<Record<string, unknown>>
  readonly answer: string
  /** True when a fault has replaced the response, so that the request was not executed. */
  readonly replaced: boolean
  /** True when the response may have a form that the provider does not document: a quirk was on, or the route said so. */
  readonly odd: boolean
}

export interface EmulatorOptions {
  /** 0 selects a free port. @default 0 */
  readonly port?: number
  readonly host?: string
  /** The JWKS of the token issuer, for providers that accept the callers' tokens. */
  readonly jwksUrl?: string
  /** Called for each request that gets a response, in order. */
  readonly watch?: ((exchange: Exchange) => void) | undefined
}

/** An account that payee checks may ask about, with what they show. */
export interface TestPayee {
  readonly idScheme: string
  readonly id: string
  readonly situation: string
}

export interface Emulator {
  readonly url: string
  /** The settings that connect a server to this emulator, by name. */
  readonly settings: Readonly<Record<string, string>>
  /** The accounts of payees with a fixed outcome; empty where the provider checks no payees. */
  readonly payees: readonly TestPayee[]
  readonly calls: () => readonly EmulatorCall[]
  readonly fault: (fault: Fault) => void
  /** Switches quirks as `POST /__emulator/quirks` does; throws for one that does not exist. */
  readonly quirks: (request: Readonly<Record<string, boolean>> | readonly string[]) => void
  /** Clears calls and faults; the records and the quirks stay. */
  readonly clear: () => void
  /** Removes the faults with this `match`. */
  readonly forget: (match: string) => void
  /** The number of requests without a response on open sockets. */
  readonly unanswered: () => number
  /** The number of open sockets. */
  readonly connections: () => Promise<number>
  /** Closes the idle sockets. */
  readonly closeIdle: () => void
  readonly close: () => Promise<void>
}

export interface EmulatorDefinition {
  readonly routes: (app: FastifyInstance) => void
  /** The quirks that the routes look at; none without it. */
  readonly quirks?: Quirks | undefined
  readonly settings: (url: string) => Readonly<Record<string, string>>
  readonly payees?: readonly TestPayee[]
  /** An error in the provider's own form. */
  readonly problem: (status: number) => { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
}

const pattern = (match: string): RegExp => {
  const [method = '', path = ''] = match.split(' ', 2)
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*/g, '\u0000')
    .replace(/\*/g, '[^/]+')
    .replaceAll('\u0000', '.*')
  return new RegExp(`^${method === '*' ? '\\w+' : method} ${source}$`)
}

const odd = new WeakSet<FastifyReply>()

/** Says that a response has on purpose a form that the provider does not document. */
export const markOdd = (reply: FastifyReply): void => void odd.add(reply)

/** Runs an emulator on a real socket; it records its calls and injects faults on demand. */
export async function runEmulator(definition: EmulatorDefinition, options: EmulatorOptions): Promise<Emulator> {
  const calls: EmulatorCall[] = []
  const quirks = definition.quirks ?? new Quirks({})
  let unanswered = 0
  let faults: { fault: Fault; pattern: RegExp; left: number }[] = []
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { maxParamLength: 512 },
  })

  const isControl = (request: FastifyRequest) => request.url.startsWith('/__emulator/')
  const add = (fault: Fault) =>
    faults.push({ fault, pattern: pattern(fault.match), left: fault.times === 0 ? Infinity : (fault.times ?? 1) })
  const clear = () => {
    calls.length = 0
    faults = []
  }

  function nextFault(request: FastifyRequest): Fault | undefined {
    const target = `${request.method} ${request.url.split('?', 1)[0]!}`
    const found = faults.find((candidate) => candidate.left > 0 && candidate.pattern.test(target))
    if (!found) return undefined
    found.left -= 1
    return found.fault
  }

  const dropped = new WeakSet<FastifyRequest>()
  const replaced = new WeakSet<FastifyRequest>()

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (isControl(request)) return undefined
    unanswered += 1
    reply.raw.once('close', () => (unanswered -= 1))
    calls.push({
      method: request.method,
      url: request.url,
      headers: request.headers as Record<string, string>,
      ...(request.body === undefined || request.body === null ? {} : { body: request.body }),
    })
    const fault = nextFault(request)
    if (fault && ['status', 'malformed', 'html'].includes(fault.fault)) replaced.add(request)
    switch (fault?.fault) {
      case undefined:
        return undefined
      case 'slow':
        await (fault.until ?? delay(fault.delayMs ?? 1000))
        return undefined
      case 'hang':
        reply.hijack()
        return undefined
      case 'reset':
        reply.hijack()
        request.raw.socket.resetAndDestroy()
        return undefined
      case 'status': {
        const { body, headers } = definition.problem(fault.status ?? 500)
        if (fault.body !== undefined) keepExact(reply)
        return reply
          .code(fault.status ?? 500)
          .headers({ 'content-type': 'application/json', ...headers, ...fault.headers })
          .send(JSON.stringify(fault.body ?? body))
      }
      case 'malformed':
        return reply.code(200).header('content-type', 'application/json').send('{"unexpected":[')
      case 'html':
        return reply.code(200).header('content-type', 'text/html').send('<html><body>Please wait</body></html>')
      case 'drop-after-apply':
        dropped.add(request)
        return undefined
    }
  }

  // Also runs for a request without a route.
  app.addHook('preHandler', begin)
  app.setNotFoundHandler((_request, reply) => {
    const { body, headers } = definition.problem(404)
    return reply
      .code(404)
      .headers({ ...headers })
      .send(body)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (options.watch && !isControl(request))
      options.watch({
        method: request.method,
        url: request.url,
        headers: request.headers as Record<string, string>,
        body: request.body,
        status: reply.statusCode,
        answerHeaders: reply.getHeaders(),
        answer: typeof payload === 'string' ? payload : '',
        replaced: replaced.has(request),
        odd: odd.has(reply) || quirks.list().some(({ on }) => on),
      })
    if (dropped.has(request)) {
      reply.hijack()
      request.raw.socket.destroy()
    }
    done(null, payload)
  })
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    const { body, headers } = definition.problem(status)
    return reply
      .code(status)
      .headers({ ...headers })
      .send(body)
  })

  app.get('/__emulator/calls', () => calls)
  app.delete('/__emulator/calls', (_request, reply) => {
    clear()
    return reply.code(204).send()
  })
  app.post<{ Body: Fault }>('/__emulator/faults', (request, reply) => {
    if (typeof request.body?.match !== 'string' || typeof request.body.fault !== 'string')
      return reply.code(400).send({ message: 'match and fault are required' })
    add(request.body)
    return reply.code(204).send()
  })

  app.get('/__emulator/quirks', () => ({ quirks: quirks.list() }))
  app.post('/__emulator/quirks', (request, reply) =>
    quirks.set(request.body)
      ? { quirks: quirks.list() }
      : reply.code(400).send({
          message: 'the body names quirks of this list, with true or false or as an array',
          quirks: quirks.list(),
        }),
  )

  definition.routes(app)
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const forget = (match: string) => void (faults = faults.filter(({ fault }) => fault.match !== match))
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      app.server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
    )
  return {
    url,
    settings: definition.settings(url),
    payees: definition.payees ?? [],
    calls: () => calls,
    fault: (fault) => void add(fault),
    quirks(request) {
      if (!quirks.set(request)) throw new Error(`no such quirk: ${JSON.stringify(request)}`)
    },
    clear,
    forget,
    unanswered: () => unanswered,
    connections,
    closeIdle: () => app.server.closeIdleConnections(),
    close: () => app.close(),
  }
}

/** Parses form-encoded bodies, which token endpoints receive. */
export const readForms = (app: FastifyInstance): void => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) =>
    parsed(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
}

/** A random secret for one run of an emulator; `settings` passes it on. */
export const secret = (): string => randomUUID().replaceAll('-', '')

/** The current time in ISO 8601 with milliseconds, by the clock of the process, which tests may move. */
export const now = (): string => new Date(Date.now()).toISOString()

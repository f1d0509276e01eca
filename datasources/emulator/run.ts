import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

/** What an emulator was asked, in the order it was asked. */
export interface EmulatorCall {
  readonly method: string
  /** Path and query as they came. */
  readonly url: string
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** A fault for the next `times` requests that match. */
export interface Fault {
  /** `METHOD /path`; `*` stands for one path segment, `**` for the rest. */
  readonly match: string
  readonly fault: 'hang' | 'reset' | 'slow' | 'status' | 'malformed' | 'html' | 'drop-after-apply'
  readonly status?: number
  readonly delayMs?: number
  /** For a `slow` fault, in place of `delayMs`: the request waits until this promise settles. */
  readonly until?: Promise<unknown>
  /** Default 1; 0 means until the calls are deleted. */
  readonly times?: number
  /** Headers of a `status` fault, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Body of a `status` fault in place of the provider's own form. */
  readonly body?: unknown
}

/** A request that the provider itself answered, also where its answer was then lost on the way. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly status: number
  readonly answer: string
}

export interface EmulatorOptions {
  /** 0 takes a free port. */
  readonly port?: number
  readonly host?: string
  /** Where the issuer of the callers' tokens keeps its keys, for providers that trust it. */
  readonly jwksUrl?: string
  /** Is told what was carried out, in order: what a fault answers in the provider's place is not. */
  readonly watch?: ((exchange: Exchange) => void) | undefined
}

export interface Emulator {
  readonly url: string
  /** The settings that connect a server to this emulator, by name. */
  readonly settings: Readonly<Record<string, string>>
  readonly calls: () => readonly EmulatorCall[]
  readonly fault: (fault: Fault) => void
  /** Forgets calls and faults; what was created stays. */
  readonly clear: () => void
  /** Forgets the faults of this match alone. */
  readonly forget: (match: string) => void
  /** How many requests wait for their answer on a socket that is still open. */
  readonly unanswered: () => number
  /** How many sockets are open to it. */
  readonly connections: () => Promise<number>
  /** Closes the sockets that wait for a next request. */
  readonly closeIdle: () => void
  readonly close: () => Promise<void>
}

export interface EmulatorDefinition {
  readonly routes: (app: FastifyInstance) => void
  readonly settings: (url: string) => Readonly<Record<string, string>>
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

/** Runs an emulator on a real socket, with a record of its calls and faults on demand. */
export async function runEmulator(definition: EmulatorDefinition, options: EmulatorOptions): Promise<Emulator> {
  const calls: EmulatorCall[] = []
  let waiting = 0
  let faults: { fault: Fault; pattern: RegExp; left: number }[] = []
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { maxParamLength: 512 },
  })

  const isOurs = (request: FastifyRequest) => request.url.startsWith('/__emulator/')
  const add = (fault: Fault) =>
    faults.push({ fault, pattern: pattern(fault.match), left: fault.times === 0 ? Infinity : (fault.times ?? 1) })
  const clear = () => {
    calls.length = 0
    faults = []
  }

  function take(request: FastifyRequest): Fault | undefined {
    const line = `${request.method} ${request.url.split('?', 1)[0]!}`
    const found = faults.find((candidate) => candidate.left > 0 && candidate.pattern.test(line))
    if (!found) return undefined
    found.left -= 1
    return found.fault
  }

  const chosen = new WeakMap<FastifyRequest, Fault>()
  const replaced = new WeakSet<FastifyRequest>()

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (isOurs(request)) return undefined
    waiting += 1
    reply.raw.once('close', () => (waiting -= 1))
    calls.push({
      method: request.method,
      url: request.url,
      headers: request.headers as Record<string, string>,
      ...(request.body === undefined || request.body === null ? {} : { body: request.body }),
    })
    const fault = take(request)
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
        chosen.set(request, fault)
        return undefined
    }
  }

  app.addHook('preHandler', begin)
  // Requests that no route takes are calls as well.
  app.setNotFoundHandler({ preHandler: begin }, (_request, reply) => {
    const { body, headers } = definition.problem(404)
    return reply
      .code(404)
      .headers({ ...headers })
      .send(body)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (options.watch && !isOurs(request) && !replaced.has(request))
      options.watch({
        method: request.method,
        url: request.url,
        headers: request.headers as Record<string, string>,
        body: request.body,
        status: reply.statusCode,
        answer: typeof payload === 'string' ? payload : '',
      })
    if (chosen.has(request)) {
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
    calls: () => calls,
    fault: (fault) => void add(fault),
    clear,
    forget,
    unanswered: () => waiting,
    connections,
    closeIdle: () => app.server.closeIdleConnections(),
    close: () => app.close(),
  }
}

/** Reads form-encoded bodies, as token endpoints are sent them. */
export const readForms = (app: FastifyInstance): void => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) =>
    parsed(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
}

/** A secret for one run of an emulator: nothing outside it ever needs to know one. */
export const secret = (): string => randomUUID().replaceAll('-', '')

/** Now, with milliseconds, as providers print it. */
export const now = (): string => new Date().toISOString()

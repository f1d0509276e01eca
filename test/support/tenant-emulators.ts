import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NIA, PEOPLE } from '../../datasources/emulator/people.js'
import type { Emulator } from '../../datasources/emulator/run.js'
import type { ProviderName } from '../../datasources/index.js'
import type { Emulators } from '../../src/dev/emulators.js'

const NAMES = new Set([...PEOPLE, NIA].flatMap(({ firstName, lastName }) => [firstName, lastName]))
/** Ids that a provider makes; those of the people are fixed. */
const MADE_ID = /(?!.{8}-0000-4000-8000)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g
const LOGIN = /oauth|oidc|token|logins\/direct/

/** The providers of one tenant. */
export interface TenantEmulators {
  /** The settings that connect to them, by name. */
  readonly settings: Readonly<Record<string, string>>
  /** Requests that held what is another tenant's. */
  readonly strays: readonly string[]
  /** The number of requests so far. */
  readonly requests: () => number
  readonly close: () => Promise<void>
}

/** The words of a tenant in the contents, and the ids that its provider made: numbered in order, so that those of two tenants are equal. */
class Contents {
  readonly #aliases = new Map<string, string>()
  readonly #originals = new Map<string, string>()

  constructor(private readonly mark: string) {}

  /** What the server is answered. */
  answer(text: string): string {
    const marked = JSON.stringify(
      JSON.parse(text, (name, value: unknown) =>
        name === 'jobStatusQueryKey' ? this.#alias(String(value), 'job-') : this.#marked(value),
      ),
    )
    return marked.replace(MADE_ID, (id) => this.#alias(id, 'fade0000-0000-4000-8000-'))
  }

  /** What the provider is asked. */
  request(text: string): string {
    return text
      .replaceAll(` ${this.mark}`, '')
      .replaceAll(`%20${this.mark}`, '')
      .replaceAll(`@${this.mark}.`, '@')
      .replaceAll(`%40${this.mark}.`, '%40')
      .replace(/(fade0000-0000-4000-8000|job)-\d{12}/g, (alias) => this.#originals.get(alias) ?? alias)
  }

  /** A text that a person would read, with the tenant's mark. */
  #marked(value: unknown): unknown {
    if (typeof value !== 'string' || value.includes(this.mark)) return value
    if (/^[^@\s]+@[^@\s]+$/.test(value)) return value.replace('@', `@${this.mark}.`)
    return NAMES.has(value) || /[a-z] [A-Za-z]/.test(value) ? `${value} ${this.mark}` : value
  }

  #alias(id: string, prefix: string): string {
    const alias = this.#aliases.get(id) ?? `${prefix}${String(this.#aliases.size).padStart(12, '0')}`
    this.#aliases.set(id, alias)
    this.#originals.set(alias, encodeURIComponent(id))
    return alias
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function forward(emulator: Emulator, { method, headers }: IncomingMessage, path: string, body: string) {
  return new Promise<{ readonly answer: IncomingMessage; readonly text: string }>((resolve, reject) => {
    const { 'content-length': _length, host: _host, connection: _connection, ...kept } = headers
    const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = send(new URL(path, emulator.url), { method, headers: { ...kept, ...length } }, (answer) => {
      bodyOf(answer).then((text) => resolve({ answer, text }), reject)
    })
    sent.on('error', reject).end(body)
  })
}

/**
 * Stands before the emulators of one tenant: every text of theirs carries the tenant's mark, and the ids that they make are
 * those that the emulators of another tenant make. A request with the other tenant's mark is a stray.
 */
export async function startTenantEmulators(
  emulators: Emulators,
  mark: string,
  otherMark: string,
): Promise<TenantEmulators> {
  const strays: string[] = []
  let requests = 0
  const serve =
    (name: ProviderName, contents: Contents) => async (request: IncomingMessage, response: ServerResponse) => {
      requests += 1
      const [url, sent] = [request.url!, await bodyOf(request)]
      if (`${url} ${sent}`.includes(otherMark)) strays.push(`${name} ${request.method} ${url} ${sent}`)
      const { answer, text } = await forward(emulators[name], request, contents.request(url), contents.request(sent))
      const {
        'content-length': _length,
        connection: _connection,
        'transfer-encoding': _coding,
        ...kept
      } = answer.headers
      const isLogin = LOGIN.test(url.split('?', 1)[0]!)
      const body = text === '' || isLogin ? text : contents.answer(text)
      response.writeHead(answer.statusCode!, { ...kept, 'content-length': Buffer.byteLength(body) }).end(body)
    }
  const started = await Promise.all(
    (Object.keys(emulators) as ProviderName[]).map(async (name) => {
      const handle = serve(name, new Contents(mark))
      const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const settings = Object.entries(emulators[name].settings).map(([key, value]): [string, string] => [
        key,
        value.replace(emulators[name].url, url),
      ])
      return { server, settings }
    }),
  )
  return {
    settings: Object.fromEntries(started.flatMap(({ settings }) => settings)),
    strays,
    requests: () => requests,
    async close() {
      for (const { server } of started) server.closeAllConnections()
      await Promise.all(started.map(({ server }) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

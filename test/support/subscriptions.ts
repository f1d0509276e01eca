import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { App, GraphError, RunOptions } from './app.js'

export type TransportName = 'sse' | 'websocket'
export const TRANSPORTS: readonly TransportName[] = ['sse', 'websocket']

export interface StreamResult {
  readonly data?: Readonly<Record<string, any>> | null
  readonly errors?: readonly GraphError[]
  readonly extensions?: Readonly<Record<string, any>>
}

/** What one subscriber gets. */
export interface Subscription {
  /** The next result; undefined once the stream has ended. */
  readonly next: () => Promise<StreamResult | undefined>
  /** The results up to the end. */
  readonly rest: () => Promise<StreamResult[]>
  /** How the stream ended: `complete`, `error` (WebSocket), `end` (SSE without `complete`), `close` and its code, or a status. */
  readonly ended: Promise<string>
  readonly close: () => void
}

export interface SubscribeOptions extends RunOptions {
  /** Where the token of a WebSocket is. */
  readonly tokenIn?: 'payload' | 'header'
  readonly extensions?: object
  /** @default 'Bearer' */
  readonly scheme?: string
}

/** Results in the order in which they came. */
class Results {
  readonly #results: StreamResult[] = []
  #wake = (): void => undefined
  #end!: (how: string) => void
  #isEnded = false
  readonly ended = new Promise<string>((resolve) => (this.#end = resolve))

  add(result: StreamResult): void {
    this.#results.push(result)
    this.#wake()
  }

  end(how: string): void {
    this.#isEnded = true
    this.#end(how)
    this.#wake()
  }

  readonly next = async (): Promise<StreamResult | undefined> => {
    while (this.#results.length === 0 && !this.#isEnded) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#results.shift()
  }

  readonly rest = async (): Promise<StreamResult[]> => {
    const all: StreamResult[] = []
    for (let one = await this.next(); one !== undefined; one = await this.next()) all.push(one)
    return all
  }
}

const tokenOf = (app: App, { token, ...options }: SubscribeOptions): Promise<string | null> =>
  token === undefined ? app.token(options) : Promise.resolve(token)

/** The members of an event of an event stream. */
function eventOf(text: string): { event: string; data: string } {
  const member = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1] ?? ''
  return { event: member('event'), data: member('data') }
}

async function readEvents(body: AsyncIterable<Uint8Array>, results: Results): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of body) {
    text += decoder.decode(part, { stream: true })
    const events = text.split('\n\n')
    text = events.pop()!
    for (const { event, data } of events.map(eventOf)) {
      if (event === 'next') results.add(JSON.parse(data) as StreamResult)
      if (event === 'complete') results.end('complete')
    }
  }
  results.end('end')
}

/** Subscribes by server-sent events. */
export async function subscribeBySse(
  app: App,
  query: string,
  variables: object = {},
  options: SubscribeOptions = {},
): Promise<Subscription> {
  const token = await tokenOf(app, options)
  const controller = new AbortController()
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `${options.scheme ?? 'Bearer'} ${token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ query, variables, extensions: options.extensions }),
    signal: controller.signal,
  })
  const results = new Results()
  if (response.status === 200)
    readEvents(response.body as unknown as AsyncIterable<Uint8Array>, results).catch(() => results.end('cut'))
  else {
    results.add((await response.json()) as StreamResult)
    results.end(String(response.status))
  }
  return { next: results.next, rest: results.rest, ended: results.ended, close: () => controller.abort() }
}

interface Message {
  readonly id?: string
  readonly type: string
  readonly payload?: any
}

/** A WebSocket that speaks `graphql-transport-ws` by hand. */
export class Socket {
  readonly #socket: WebSocket
  readonly #messages: Message[] = []
  #wake = (): void => undefined
  readonly closed: Promise<string>

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString()) as Message)
      this.#wake()
    })
    this.closed = once(socket, 'close').then(([code]) => {
      this.#wake()
      return `close ${code}`
    })
    socket.on('error', () => undefined)
  }

  static async open(app: App, headers: Readonly<Record<string, string>> = {}): Promise<Socket> {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    const opened = new Socket(socket)
    await once(socket, 'open')
    return opened
  }

  get raw(): WebSocket {
    return this.#socket
  }

  send(message: Message): void {
    this.#socket.send(JSON.stringify(message))
  }

  /** The next message; undefined once the socket has closed. */
  async message(): Promise<Message | undefined> {
    const isOpen = () => this.#socket.readyState < WebSocket.CLOSED
    while (this.#messages.length === 0 && isOpen()) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#messages.shift()
  }

  async init(payload?: object): Promise<Message | undefined> {
    this.send({ type: 'connection_init', ...(payload && { payload }) })
    return this.message()
  }
}

/** Subscribes on a WebSocket of its own. */
export async function subscribeByWebSocket(
  app: App,
  query: string,
  variables: object = {},
  options: SubscribeOptions = {},
): Promise<Subscription> {
  const token = await tokenOf(app, options)
  const authorization: Record<string, string> =
    token === null ? {} : { authorization: `${options.scheme ?? 'Bearer'} ${token}` }
  const isInHeader = options.tokenIn === 'header'
  const socket = await Socket.open(app, { ...(isInHeader ? authorization : {}), ...options.headers })
  const results = new Results()
  const read = async (): Promise<void> => {
    if ((await socket.init(isInHeader ? undefined : authorization)) !== undefined)
      socket.send({ id: '1', type: 'subscribe', payload: { query, variables, extensions: options.extensions } })
    for (let message = await socket.message(); message !== undefined; message = await socket.message()) {
      if (message.type === 'next') results.add(message.payload as StreamResult)
      if (message.type === 'error') results.add({ errors: message.payload as GraphError[] })
      if (message.type === 'complete' || message.type === 'error') results.end(message.type)
    }
    results.end(await socket.closed)
  }
  void read()
  return { next: results.next, rest: results.rest, ended: results.ended, close: () => socket.raw.terminate() }
}

export const subscribers = { sse: subscribeBySse, websocket: subscribeByWebSocket } as const

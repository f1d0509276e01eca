import { WebSocket } from 'undici'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Client of V8's inspector protocol: attached from another process, so the measured code runs as it is. */
export class Inspector {
  readonly #socket: WebSocket
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #listeners = new Map<string, (params: never) => void>()
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(data as string) as Message))
    socket.addEventListener('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('The inspector closed the connection.'))
    })
  }

  /** Connects to the `ws:` address that Node prints when it is started with `--inspect`. */
  static connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url)
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve(new Inspector(socket)))
      socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')))
    })
  }

  /** Calls a method of the protocol and waits for its result. */
  send<Result>(method: string, params: object = {}): Promise<Result> {
    const id = (this.#lastId += 1)
    const pending = withResolvers()
    this.#pending.set(id, pending)
    this.#socket.send(JSON.stringify({ id, method, params }))
    return pending.promise as Promise<Result>
  }

  /** Calls `listener` at each event of this name. */
  on<Params>(event: string, listener: (params: Params) => void): void {
    this.#listeners.set(event, listener)
  }

  /** Ends the connection; the inspected process runs on. */
  close(): void {
    this.#socket.close()
  }

  #receive({ id, method, params, result, error }: Message): void {
    if (id === undefined) return this.#listeners.get(method!)?.(params as never)
    const { resolve, reject } = this.#pending.get(id)!
    this.#pending.delete(id)
    if (error) reject(new Error(error.message))
    else resolve(result)
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: Error) => void
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers(): PromiseWithResolvers<unknown> {
  let resolve!: (value: unknown) => void
  let reject!: (reason: Error) => void
  const promise = new Promise<unknown>((settle, fail) => {
    resolve = settle
    reject = fail
  })
  return { promise, resolve, reject }
}

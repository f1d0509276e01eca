import type { Request, Result, Transport } from './attempt.js'
import { NotSent } from './authorization.js'
import { delayMs, type RetryPolicy, serverDelayMs, sleep } from './delays.js'
import { type GraphError, KycGraphError } from './errors.js'
import { failureOf } from './failure.js'
import { type Opened, openStream } from './server-events.js'

/** The server does not answer an operation with a stream. */
export class NoStream extends Error {
  readonly failure: KycGraphError<string>

  constructor(failure: KycGraphError<string>) {
    super('The server answers this operation with no stream.')
    this.failure = failure
  }
}

type Refused = Extract<Opened, { kind: 'refused' }>

/** The results of one subscription over all its connections. A new connection begins with the state as it stands. */
export class Subscription {
  readonly #transport: Transport
  readonly #request: Request
  readonly #retry: RetryPolicy
  #failures = 0
  /** The wait before a reconnection that the present stream asks for. */
  #retryMs: number | undefined
  /** The end of the wait that its last failure asks for, by `performance.now()`. */
  #waitEndsAt: number | undefined

  constructor(transport: Transport, request: Request, retry: RetryPolicy) {
    this.#transport = transport
    this.#request = request
    this.#retry = retry
  }

  /**
   * Yields each result until the server completes the subscription. Throws `NoStream` where the server refuses it, an
   * error of the last result where no repeat may help, `NotSent`, and the signal's reason.
   */
  async *results(): AsyncGenerator<Result<unknown>, void> {
    for (;;) {
      const cause = yield* this.#connection()
      if (cause === undefined) return
      this.#request.signal.throwIfAborted()
      this.#failures += 1
      const toldMs = this.#toldMs()
      if (this.#failures >= this.#retry.maxAttempts)
        throw new KycGraphError('NETWORK_ERROR', {
          message: 'The stream ends again and again.',
          retryable: true,
          retryAfterSeconds: toldMs === undefined ? undefined : toldMs / 1_000,
          cause,
        })
      await sleep(delayMs(this.#retry, this.#failures, toldMs), this.#request.signal)
    }
  }

  /** Yields the results of one connection; returns why it ended, and undefined where the server completed it. */
  async *#connection(): AsyncGenerator<Result<unknown>, unknown> {
    this.#retryMs = this.#waitEndsAt = undefined
    try {
      const opened = await openStream(this.#transport, this.#request, this.#transport.authorization.renewals())
      if (opened.kind === 'refused') return this.#refusal(opened)
      let failed: Result<unknown> | undefined
      for await (const event of opened.events) {
        if (event.kind === 'complete') return failed
        if (event.kind === 'retry') this.#retryMs = Math.max(event.ms, this.#retryMs ?? 0)
        else {
          failed = this.#failed(event.result)
          if (failed === undefined) yield event.result
        }
      }
      return new Error('The connection ended.')
    } catch (error) {
      if ([KycGraphError, NoStream, NotSent].some((type) => error instanceof type)) throw error
      return error
    }
  }

  /**
   * A result that failed and may succeed later, on this connection or the next: a provider's failure does not end the
   * stream, and a token that has expired ends it. Throws where none may help.
   */
  #failed(result: Result<unknown>): Result<unknown> | undefined {
    const { errors } = result
    if (errors.length === 0) {
      this.#failures = 0
      this.#waitEndsAt = undefined
      return undefined
    }
    const mayPass = ({ extensions }: GraphError): boolean =>
      extensions?.retryable === true || extensions?.code === 'UNAUTHENTICATED'
    if (!errors.every(mayPass)) throw this.#failureOf(result, 200, undefined)
    this.#wait(serverDelayMs(errors, undefined))
    return result
  }

  /** The cause of another attempt; throws where none may help. */
  #refusal({ status, headers, result }: Refused): unknown {
    const failure = this.#failureOf(result, status, headers)
    if (!failure.retryable) throw new NoStream(failure)
    this.#wait(serverDelayMs(result?.errors ?? [], headers))
    return failure
  }

  /** Of several failures in a row the longest wait counts. */
  #wait(ms: number | undefined): void {
    if (ms !== undefined) this.#waitEndsAt = Math.max(performance.now() + ms, this.#waitEndsAt ?? 0)
  }

  /** How long the server asks to wait from now on: what is left after the failure, and no less than the stream's own wait. */
  #toldMs(): number | undefined {
    const leftMs = (this.#waitEndsAt ?? 0) - performance.now()
    return leftMs > 0 ? Math.max(leftMs, this.#retryMs ?? 0) : this.#retryMs
  }

  #failureOf(result: Result<unknown> | undefined, status: number, headers: Headers | undefined): KycGraphError<string> {
    const head = { status, headers: headers ?? new Headers(), authorized: { token: '', headers: {} } }
    const isResult = result !== undefined && result.errors.length > 0
    const outcome = isResult
      ? ({ kind: 'answered', result, ...head } as const)
      : ({ kind: 'foreign', ...head } as const)
    const state = {
      operation: this.#request.operation,
      attempts: this.#failures + 1,
      idempotencyKey: undefined,
      isInDoubt: false,
    }
    return failureOf(outcome, state, serverDelayMs(result?.errors ?? [], headers))
  }
}

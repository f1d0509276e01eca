import type { KycProvider as Label } from '../../schema/shared.js'
import type { OperationTrace } from '../contract/trace.js'
import { inSpan, runInSpan, traceWait } from '../support/operation-trace.js'
import { AttemptRunner } from './attempt.js'
import { Bulkhead } from './bulkhead.js'
import {
  type Call,
  type CallAttempt,
  type CallScope,
  type Credential,
  DEFAULT_RETRY_POLICY,
  type ErrorMapping,
  type ErrorResponse,
  type Reply,
} from './call.js'
import { CircuitBreaker, type CircuitState, minCallsFor } from './circuit-breaker.js'
import { type EncodedRequest, encodeRequest, requestKey } from './encode.js'
import { ProviderErrors } from './provider-errors.js'
import { type FailedAttempt, RetryBudget, retryDelayMs, sleep } from './retry.js'
import type { SharedPermits } from './shared-permits.js'
import { MAX_SHARED_AGE_MS, SingleFlight } from './single-flight.js'
import type { IdleLimit, ResponseMemory, Tls, Transport, TransportOptions } from './transport.js'

export interface ClientOptions {
  /** Metric label. */
  readonly name: string
  readonly label: Label
  /** The provider's name in sentences. */
  readonly title: string
  readonly url: string
  readonly tls?: Tls | undefined
  readonly credential?: Credential | undefined
  readonly mapError: (response: ErrorResponse) => ErrorMapping
  readonly timeoutMs: number
  readonly maxConcurrency: number
  /** Permits that all processes share, where the provider's limit is small. */
  readonly sharedPermits?: SharedPermits | undefined
  /** Whether calls have the header `x-fapi-interaction-id`. Default: no. */
  readonly sendsInteractionId?: boolean | undefined
  /** Whether calls have the headers `traceparent` and `tracestate`. Default: no. */
  readonly propagatesTrace?: boolean | undefined
  /** The largest body that is read. Default: 1 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Shared by all clients of the process. Default: no limit. */
  readonly memory?: ResponseMemory | undefined
  /** Shared by all clients of one provider. Default: 4 s, learned by this client alone. */
  readonly idleLimit?: IdleLimit | undefined
  /** The forward proxy for an origin; undefined where it is reached directly. Default: none. */
  readonly proxyFor?: ((origin: URL) => string | undefined) | undefined
  readonly transport: (options: TransportOptions) => Transport
  /** Called for each finished attempt. */
  readonly onAttempt: (attempt: CallAttempt) => void
  /** Shared by all clients of one provider. Default: a budget of the client's own. */
  readonly retryBudget?: RetryBudget | undefined
  readonly onCircuitChange?: ((state: CircuitState) => void) | undefined
  /** Called after each write, for the clients of other replicas. */
  readonly onWrite?: (() => void) | undefined
  /** Called for each call that joined the call of another operation. */
  readonly onShared?: (() => void) | undefined
}

const DEFAULT_PORT: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** The host and port of a URL. */
const addressOf = ({ hostname, port, protocol }: URL) => ({
  host: hostname,
  port: port === '' ? DEFAULT_PORT[protocol]! : Number(port),
})

/**
 * The HTTP client of one provider, and the only way to reach it. A call passes the single-flight (reads), the retry
 * loop, and per attempt the circuit breaker, the bulkhead and the transport.
 */
export class ProviderClient {
  readonly #options: ClientOptions
  readonly #pathPrefix: string
  readonly #errors: ProviderErrors
  readonly #transport: Transport
  readonly #attempts: AttemptRunner
  readonly #retryBudget: RetryBudget
  readonly #reads: SingleFlight<Reply<unknown>>

  constructor(options: ClientOptions) {
    const { url, tls, label, title, maxConcurrency, timeoutMs, credential, mapError } = options
    const target = new URL(url)
    const { origin, pathname } = target
    this.#options = options
    this.#pathPrefix = pathname.replace(/\/$/, '')
    this.#errors = new ProviderErrors(label, title)
    this.#transport = options.transport({
      origin,
      connections: maxConcurrency,
      tls,
      timeoutMs,
      maxResponseBytes: options.maxResponseBytes,
      memory: options.memory,
      idleLimit: options.idleLimit,
      proxy: options.proxyFor?.(target),
    })
    this.#retryBudget = options.retryBudget ?? new RetryBudget()
    this.#attempts = new AttemptRunner({
      errors: this.#errors,
      transport: this.#transport,
      bulkhead: new Bulkhead(maxConcurrency),
      sharedPermits: options.sharedPermits,
      circuit: new CircuitBreaker({
        minCalls: minCallsFor(maxConcurrency),
        timeoutMs,
        onStateChange: options.onCircuitChange,
      }),
      credential,
      mapError,
      timeoutMs,
      sendsInteractionId: options.sendsInteractionId ?? false,
      propagatesTrace: options.propagatesTrace ?? false,
      address: addressOf(target),
    })
    this.#reads = new SingleFlight({
      maxAgeMs: MAX_SHARED_AGE_MS,
      abortError: () => this.#errors.deadlineExceeded('answered'),
    })
  }

  /** Makes a call in the scope of an operation. Rejects with an `ApiError`. */
  send<T>(scope: CallScope, call: Call<T>): Promise<Reply<T>> {
    const request = encodeRequest(call, this.#pathPrefix)
    if (call.effect !== 'read') return this.#write(scope, request)
    // Not shared: calls with a caller's own credential, and calls for a credential.
    const isPrivate = call.credential !== undefined || this.#options.credential === undefined
    return isPrivate || scope.isWriting?.() ? this.#execute(scope, request) : this.#share(scope, request)
  }

  /** Called when the provider or another replica reports a change: later reads do not join the reads that run now. */
  invalidate(): void {
    this.#reads.invalidate()
  }

  /** Closes the connections. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  /** Makes a read by the single-flight. */
  #share<T>(scope: CallScope, request: EncodedRequest<T>): Promise<Reply<T>> {
    const { response, mapError, retry } = request.call
    const key = requestKey(request)
    const variant = [response, mapError, retry]
    const running = scope.signal.aborted ? undefined : this.#reads.running(key, variant)
    // The variant holds the contract, so callers that share a reply read it as the same type.
    const reply = this.#reads.run(key, scope, (shared) => this.#execute(shared, request), variant) as Promise<Reply<T>>
    if (running === undefined) return reply
    this.#options.onShared?.()
    const span = scope.trace?.begin?.('call', { ...this.#factsOf(request), isShared: true }, [running])
    return span === undefined ? reply : runInSpan(span, () => reply)
  }

  /** Makes a write. Once it has ended, or its operation has, no read joins one that began before. */
  async #write<T>(scope: CallScope, request: EncodedRequest<T>): Promise<Reply<T>> {
    const invalidate = () => {
      this.invalidate()
      this.#options.onWrite?.()
    }
    scope.signal.addEventListener('abort', invalidate, { once: true })
    try {
      return await this.#execute(scope, request)
    } finally {
      scope.signal.removeEventListener('abort', invalidate)
      invalidate()
    }
  }

  #execute<T>(scope: CallScope, request: EncodedRequest<T>): Promise<Reply<T>> {
    const { trace } = scope
    if (trace?.begin === undefined) return this.#attempt(scope, request, trace)
    return runInSpan(trace.begin('call', this.#factsOf(request)), (span) => this.#attempt(scope, request, span))
  }

  /** Makes attempts until one succeeds or no retry is left. */
  async #attempt<T>(
    scope: CallScope,
    request: EncodedRequest<T>,
    trace: OperationTrace | undefined,
  ): Promise<Reply<T>> {
    let isAmbiguous = false
    this.#retryBudget.deposit()
    for (let attempts = 1; ; attempts += 1) {
      const beganAt = performance.now()
      const result = await this.#attempts.run(scope, request, { trace, resends: attempts - 1 })
      const ms = performance.now() - beganAt
      this.#report(scope, request, attempts, result, ms)
      if (!('error' in result)) return result
      isAmbiguous ||= result.ambiguous
      if (await this.#waitForRetry(scope, request, attempts, result, trace)) continue
      // The last attempt certainly had no effect, but an earlier one may have had.
      throw isAmbiguous && !result.ambiguous ? this.#errors.create('OUTCOME_UNKNOWN') : result.error
    }
  }

  /** Waits before the next attempt; false when there is none. */
  async #waitForRetry(
    scope: CallScope,
    { call: { effect, retry = DEFAULT_RETRY_POLICY[effect] } }: EncodedRequest<unknown>,
    attempts: number,
    failed: FailedAttempt,
    trace: OperationTrace | undefined,
  ): Promise<boolean> {
    const delayMs = retryDelayMs(failed, retry, attempts)
    return (
      delayMs !== undefined &&
      performance.now() + delayMs < (scope.deadline ?? Infinity) &&
      this.#retryBudget.withdraw() &&
      inSpan(trace, 'wait', { reason: 'retry' }, () => traceWait(trace, () => sleep(delayMs, scope.signal)))
    )
  }

  #report(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    attempts: number,
    result: Reply<unknown> | FailedAttempt,
    ms: number,
  ): void {
    const { method, path } = request.call
    const failed = 'error' in result ? result : undefined
    this.#options.onAttempt({
      provider: this.#options.name,
      method,
      route: path.template,
      try: attempts,
      status: 'status' in result ? result.status : (failed?.error.extensions['providerStatus'] as number | undefined),
      code: failed?.error.code,
      seconds: ms / 1000,
      correlationId: scope.correlationId,
      interactionId: scope.interactionId === scope.correlationId ? undefined : scope.interactionId,
      traceId: scope.trace?.context?.traceId,
      detail: failed?.detail,
    })
  }

  #factsOf({ call: { method, path } }: EncodedRequest<unknown>) {
    return { provider: this.#options.name, method, route: path.template }
  }
}

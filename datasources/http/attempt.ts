import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError } from '../contract/errors.js'
import { traceWait } from '../support/operation-trace.js'
import type { Bulkhead } from './bulkhead.js'
import {
  type CallScope,
  type Credential,
  DEFAULT_RETRY_POLICY,
  type Effect,
  type ErrorMapping,
  type ErrorResponse,
  type Reply,
} from './call.js'
import type { CallOutcome, CircuitBreaker } from './circuit-breaker.js'
import { classify, isProviderFailure } from './classify.js'
import type { EncodedRequest } from './encode.js'
import type { ProviderErrors } from './provider-errors.js'
import { parseJson } from './json.js'
import { type FailedAttempt, failedAttempt } from './retry.js'
import { USER_AGENT } from './user-agent.js'
import { type Transport, TransportError, type TransportResponse } from './transport.js'

type Headers = Readonly<Record<string, string>>
const NO_HEADERS: Headers = {}

/** Codes of a failed token request after which the call may be retried. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'RATE_LIMITED',
])

const headersOf = ({ call, body }: EncodedRequest<unknown>, credential: Headers): Headers => ({
  accept: 'application/json, application/problem+json',
  'user-agent': USER_AGENT,
  ...(body && { 'content-type': body.type }),
  ...credential,
  ...call.headers,
})

/** Renewals of one attempt at most: each but the first found that another login had ended the token meanwhile. */
const MAX_RENEWALS = 3

async function mayRenew(credential: Credential, refused: Headers, renewals: number): Promise<boolean> {
  if (credential.renew === undefined || renewals >= MAX_RENEWALS) return false
  return renewals === 0 || ((await credential.isSuperseded?.(refused)) ?? false)
}

/** The value of a promise, which goes on when the signal aborts first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, abortError: () => ApiError): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError())
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** A response that was received, with the credential that it answers and the circuit breaker's callback. */
interface Received {
  readonly response: TransportResponse
  readonly credential: Headers
  readonly report: (outcome: CallOutcome) => void
}

/** A failure of the transport, and how the circuit breaker counts it. */
interface TransportFailure {
  readonly failed: FailedAttempt
  readonly outcome: CallOutcome
}

export interface AttemptRunnerOptions {
  readonly errors: ProviderErrors
  readonly transport: Transport
  readonly bulkhead: Bulkhead
  readonly circuit: CircuitBreaker
  readonly credential: Credential | undefined
  readonly mapError: (response: ErrorResponse) => ErrorMapping
  readonly timeoutMs: number
}

/** Runs one attempt at a call: circuit breaker, credential, bulkhead, transport, contract. */
export class AttemptRunner {
  constructor(private readonly options: AttemptRunnerOptions) {}

  /**
   * One attempt. When its credential is refused as stale, the credential is renewed and the call sent once more; again
   * only when the credential was not the newest.
   */
  async run<T>(scope: CallScope, request: EncodedRequest<T>, renewals = 0): Promise<Reply<T> | FailedAttempt> {
    const { call } = request
    const credential = call.credential ?? this.options.credential
    const received = await traceWait(scope.trace, () => this.#receive(scope, request, credential))
    if ('error' in received) return received
    const { response, report } = received
    const { status, header } = response
    const json = response.text === undefined ? undefined : parseJson(response.text)
    if (status >= 200 && status < 300) {
      report('success')
      return this.#checkContract(request, response, json)
    }
    const refusal = { status, header, body: json }
    const mapping = this.#map(request, refusal, report)
    if (mapping.stale && credential && (await mayRenew(credential, received.credential, renewals))) {
      credential.renew?.(received.credential)
      return this.run(scope, request, renewals + 1)
    }
    const { code, details, ...rest } = classify(refusal, mapping, call.effect === 'write')
    return { error: this.options.errors.create(code, details), ...rest }
  }

  /** Everything that an attempt waits for: the credential, the bulkhead, the response. */
  async #receive(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    credential: Credential | undefined,
  ): Promise<FailedAttempt | Received> {
    const rejected = this.#rejectIfOpen()
    if (rejected) return rejected
    const authenticated = await this.#authenticate(scope.signal, credential)
    if ('error' in authenticated) return authenticated
    const refused = await this.#admit(scope.signal)
    if (refused) return refused
    const report = this.options.circuit.begin()
    try {
      const sent = await this.#transmit(scope, request, authenticated.headers)
      if ('status' in sent) return { response: sent, credential: authenticated.headers, report }
      report(sent.outcome)
      return sent.failed
    } catch (error) {
      report('ignored')
      throw error
    } finally {
      this.options.bulkhead.release()
    }
  }

  #rejectIfOpen(): FailedAttempt | undefined {
    const waitMs = this.options.circuit.waitMs()
    if (waitMs === 0) return undefined
    const error = this.options.errors.create('PROVIDER_UNAVAILABLE', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
    return failedAttempt(error, { detail: 'circuit open' })
  }

  /** The credential's headers. A token request is shared, so it goes on when one of its callers leaves. */
  async #authenticate(
    signal: AbortSignal,
    credential: Credential | undefined,
  ): Promise<{ readonly headers: Headers } | FailedAttempt> {
    const { errors } = this.options
    // Checked first: a token request without a caller would fail unhandled.
    if (signal.aborted) return failedAttempt(errors.deadlineExceeded('was asked'), { notExecuted: true })
    try {
      const headers = credential?.headers() ?? NO_HEADERS
      if (!(headers instanceof Promise)) return { headers }
      return { headers: await unlessAborted(headers, signal, () => errors.deadlineExceeded('was asked')) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return failedAttempt(error, { transient: TRANSIENT.has(error.code), notExecuted: true })
    }
  }

  /** Acquires the bulkhead; undefined when that succeeds. */
  async #admit(signal: AbortSignal): Promise<FailedAttempt | undefined> {
    const { bulkhead, errors, timeoutMs } = this.options
    const admission = await bulkhead.acquire(signal, timeoutMs)
    if (admission === 'aborted') return failedAttempt(errors.deadlineExceeded('was asked'))
    if (admission === 'timeout')
      return failedAttempt(errors.create('PROVIDER_TIMEOUT'), { detail: 'bulkhead time-out' })
    if (admission === 'full')
      return failedAttempt(errors.create('PROVIDER_UNAVAILABLE', { retryAfterSeconds: 1 }), { detail: 'bulkhead full' })
    // The circuit may have opened, or the operation ended, during the wait.
    const rejected =
      this.#rejectIfOpen() ?? (signal.aborted ? failedAttempt(errors.deadlineExceeded('was asked')) : undefined)
    if (rejected) bulkhead.release()
    return rejected
  }

  /** Sends the request. A write is not aborted with its operation: that would make a known outcome unknown. */
  async #transmit(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    credential: Headers,
  ): Promise<TransportResponse | TransportFailure> {
    const { call, target, body } = request
    const isWrite = call.effect === 'write'
    const controller = new AbortController()
    const abort = () => controller.abort()
    let isTimedOut = false
    // The time-out begins after the bulkhead: a write sent shortly before it would end with an unknown outcome.
    const timer = setTimeout(() => {
      isTimedOut = true
      abort()
    }, this.options.timeoutMs)
    if (isWrite) scope.markSent?.()
    else scope.signal.addEventListener('abort', abort, { once: true })
    try {
      return await this.options.transport.send({
        method: call.method,
        path: target,
        headers: headersOf(request, credential),
        body: body?.text,
        signal: controller.signal,
        recentOnly: (call.retry ?? DEFAULT_RETRY_POLICY[call.effect]) !== 'always',
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (controller.signal.aborted && !isTimedOut)
        return { failed: failedAttempt(this.options.errors.deadlineExceeded('answered')), outcome: 'ignored' }
      return this.#transportFailure(call.effect, error, isTimedOut)
    } finally {
      clearTimeout(timer)
      if (!isWrite) scope.signal.removeEventListener('abort', abort)
    }
  }

  #transportFailure(effect: Effect, { sent }: TransportError, isTimedOut: boolean): TransportFailure {
    const { errors } = this.options
    const ambiguous = effect === 'write' && sent
    const isLost = isTimedOut || (sent && effect === 'nonRepeatableRead')
    const code = ambiguous ? 'OUTCOME_UNKNOWN' : isLost ? 'PROVIDER_TIMEOUT' : 'PROVIDER_UNAVAILABLE'
    const failed = failedAttempt(errors.create(code), { transient: true, notExecuted: !sent, ambiguous })
    return { failed, outcome: 'failure' }
  }

  #checkContract<T>(
    { call }: EncodedRequest<T>,
    { status, header, unreadable }: TransportResponse,
    json: unknown,
  ): Reply<T> | FailedAttempt {
    if (call.response === null) return { status, header, body: undefined as T }
    if (call.response.fits(json)) return { status, header, body: call.response.read?.(json) ?? json }
    const ambiguous = call.effect === 'write'
    const error = this.options.errors.create(ambiguous ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED', {
      providerStatus: status,
    })
    return failedAttempt(error, {
      ambiguous,
      detail: json === undefined ? (unreadable ?? 'not JSON') : call.response.firstMismatch(json),
    })
  }

  /** Maps an error response, and reports to the circuit breaker whether it means that the provider fails. */
  #map(
    { call }: EncodedRequest<unknown>,
    response: ErrorResponse,
    report: (outcome: CallOutcome) => void,
  ): ErrorMapping {
    let mapping: ErrorMapping | undefined
    try {
      mapping = (call.mapError ?? this.options.mapError)(response)
      return mapping
    } finally {
      report(mapping !== undefined && isProviderFailure(response.status, mapping) ? 'failure' : 'success')
    }
  }
}

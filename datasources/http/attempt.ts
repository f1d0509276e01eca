import type { OperationTrace } from '../contract/trace.js'
import { inSpan, runInSpan, traceHeaders } from '../support/operation-trace.js'
import { authenticate, mayRenew } from './authentication.js'
import type { Bulkhead, Claim } from './bulkhead.js'
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
import { type AbortReason, RequestAbort } from './request-abort.js'
import { parseJson } from './json.js'
import { headersOf, type RequestHeaders } from './request-headers.js'
import { type FailedAttempt, failedAttempt } from './retry.js'
import { acquireShared, type SharedPermits } from './shared-permits.js'
import { type Transport, TransportError, type TransportResponse } from './transport.js'

/** How much longer than a call its shared permit lasts when the process dies meanwhile. */
const PERMIT_MARGIN_MS = 2_000
const NO_SHARE: readonly string[] = []

/** A response that was received, with the credential that it answers and the circuit breaker's callback. */
interface Received {
  readonly response: TransportResponse
  readonly credential: RequestHeaders
  readonly report: (outcome: CallOutcome) => void
}

/** Where an attempt stands in its call. */
interface Place {
  /** The trace of the call. */
  readonly trace: OperationTrace | undefined
  /** The requests of the call that were sent before. */
  readonly resends: number
  /** How often the credential was renewed for it. Default: 0. */
  readonly renewals?: number
}

/** A failure of the transport, and how the circuit breaker counts it. */
interface TransportFailure {
  readonly failed: FailedAttempt
  readonly outcome: CallOutcome
}

interface AttemptRunnerOptions {
  readonly errors: ProviderErrors
  readonly transport: Transport
  readonly bulkhead: Bulkhead
  readonly sharedPermits: SharedPermits | undefined
  readonly circuit: CircuitBreaker
  readonly credential: Credential | undefined
  readonly mapError: (response: ErrorResponse) => ErrorMapping
  readonly timeoutMs: number
  readonly sendsInteractionId: boolean
  readonly propagatesTrace: boolean
  /** Where the provider is reached. */
  readonly address: { readonly host: string; readonly port: number }
}

/** Runs one attempt at a call: circuit breaker, credential, bulkhead, transport, contract. */
export class AttemptRunner {
  constructor(private readonly options: AttemptRunnerOptions) {}

  /** One attempt. What need not wait does not: each `await` costs memory, with every call. */
  async run<T>(scope: CallScope, request: EncodedRequest<T>, place: Place): Promise<Reply<T> | FailedAttempt> {
    const { call } = request
    const { bulkhead, errors } = this.options
    const rejected = this.#rejectIfOpen()
    if (rejected) return rejected
    let received: Received | FailedAttempt
    place.trace?.beginWait()
    try {
      const pending = authenticate(call.credential ?? this.options.credential, scope.signal, errors, place.trace)
      const authenticated = pending instanceof Promise ? await pending : pending
      if ('error' in authenticated) return authenticated
      const claim: Claim = { share: scope.share ?? NO_SHARE, isWrite: call.effect === 'write' }
      const refused = bulkhead.tryAcquire(claim)
        ? this.#rejectAcquired(scope, claim)
        : await this.#waitForPermit(scope, claim, place.trace)
      if (refused) return refused
      received = await this.#exchange(scope, request, authenticated.headers, place, claim)
    } finally {
      place.trace?.endWait()
    }
    if ('error' in received) return received
    const { response, report } = received
    const json = response.text === undefined ? undefined : parseJson(response.text)
    if (response.status < 200 || response.status >= 300) return this.#readRefusal(scope, request, place, received, json)
    report('success')
    return this.#checkContract(request, response, json)
  }

  /**
   * The failure that an error response means. When its credential was refused as stale, the credential is renewed and the
   * call sent once more; again only when the credential was not the newest.
   */
  async #readRefusal<T>(
    scope: CallScope,
    request: EncodedRequest<T>,
    place: Place,
    { response: { status, header }, credential: refused, report }: Received,
    body: unknown,
  ): Promise<Reply<T> | FailedAttempt> {
    const { call } = request
    const { resends, renewals = 0 } = place
    const credential = call.credential ?? this.options.credential
    const refusal = { status, header, body }
    const mapping = this.#map(request, credential, refusal, report)
    if (mapping.stale && credential && (await mayRenew(credential, refused, renewals))) {
      credential.renew?.(refused)
      return this.run(scope, request, { ...place, resends: resends + 1, renewals: renewals + 1 })
    }
    const { code, details, ...rest } = classify(refusal, mapping, call.effect === 'write')
    return { error: this.options.errors.create(code, details), ...rest }
  }

  /** Sends a request that has its permit, and returns the permit. */
  async #exchange(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    credential: RequestHeaders,
    place: Place,
    claim: Claim,
  ): Promise<FailedAttempt | Received> {
    const { bulkhead, circuit, sharedPermits: permits } = this.options
    let release: (() => void) | undefined
    let report: ((outcome: CallOutcome) => void) | undefined
    try {
      if (permits) {
        const acquire = () => this.#acquireShared(scope, permits)
        const shared = await inSpan(place.trace, 'wait', { reason: 'shared permit' }, acquire)
        if ('error' in shared) return shared
        release = shared.release
      }
      report = circuit.begin()
      const sent = await this.#send(scope, request, credential, place)
      if ('status' in sent) return { response: sent, credential, report }
      report(sent.outcome)
      return sent.failed
    } catch (error) {
      report?.('ignored')
      throw error
    } finally {
      release?.()
      bulkhead.release(claim)
    }
  }

  #rejectIfOpen(): FailedAttempt | undefined {
    const waitMs = this.options.circuit.waitMs()
    if (waitMs === 0) return undefined
    const error = this.options.errors.create('PROVIDER_UNAVAILABLE', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
    return failedAttempt(error, { detail: 'circuit open' })
  }

  /** Waits for a permit of the bulkhead; undefined when it is acquired. */
  async #waitForPermit(
    scope: CallScope,
    claim: Claim,
    trace: OperationTrace | undefined,
  ): Promise<FailedAttempt | undefined> {
    const { bulkhead, circuit, errors, timeoutMs } = this.options
    const { signal, deadline } = scope
    const wait = () => bulkhead.waitFor(claim, { signal, timeoutMs, deadline, circuit })
    const admission = await inSpan(trace, 'wait', { reason: 'bulkhead' }, wait)
    if (admission === 'acquired') return this.#rejectAcquired(scope, claim)
    if (admission === 'timeout')
      return failedAttempt(errors.create('PROVIDER_TIMEOUT'), { detail: 'bulkhead time-out' })
    if (admission !== 'aborted')
      return failedAttempt(errors.create('PROVIDER_UNAVAILABLE', { retryAfterSeconds: 1 }), {
        detail: `bulkhead ${admission}`,
      })
    return this.#rejectEnded(scope)
  }

  /** Returns the permit of a call whose operation has ended or whose circuit is open; undefined where it goes on. */
  #rejectAcquired(scope: CallScope, claim: Claim): FailedAttempt | undefined {
    const rejected = this.#rejectEnded(scope)
    if (rejected) this.options.bulkhead.release(claim)
    return rejected
  }

  /** The circuit may have opened, or the operation ended, during a wait. */
  #rejectEnded({ signal }: CallScope): FailedAttempt | undefined {
    return signal.aborted ? failedAttempt(this.options.errors.deadlineExceeded('was asked')) : this.#rejectIfOpen()
  }

  /** Takes one of the permits that all processes share. */
  async #acquireShared(
    { signal }: CallScope,
    permits: SharedPermits,
  ): Promise<FailedAttempt | { readonly release: () => void }> {
    const { errors, timeoutMs } = this.options
    const release = await acquireShared(permits, signal, timeoutMs, timeoutMs + PERMIT_MARGIN_MS)
    if (signal.aborted) {
      release?.()
      return failedAttempt(errors.deadlineExceeded('was asked'))
    }
    if (!release) return failedAttempt(errors.create('PROVIDER_TIMEOUT'), { detail: 'shared permit time-out' })
    const rejected = this.#rejectIfOpen()
    if (rejected) release()
    return rejected ?? { release }
  }

  /** Sends the request under a span of its own, where the operation is sampled. */
  #send(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    credential: RequestHeaders,
    { trace, resends }: Place,
  ): Promise<TransportResponse | TransportFailure> {
    trace?.countCall()
    if (trace?.begin === undefined) return this.#transmit(scope, request, credential, trace)
    const { method, path } = request.call
    const span = trace.begin('attempt', { method, route: path.template, ...this.options.address, resends })
    return runInSpan(
      span,
      () => this.#transmit(scope, request, credential, span),
      (sent) => ('status' in sent ? { status: sent.status } : { code: sent.failed.error.code }),
    )
  }

  /**
   * Transmits the request. A write is not aborted with its operation: that would make a known outcome unknown. A read is
   * aborted with its operation, and when the circuit opens because the provider is silent.
   */
  #transmit(
    scope: CallScope,
    request: EncodedRequest<unknown>,
    credential: RequestHeaders,
    trace: OperationTrace | undefined,
  ): Promise<TransportResponse | TransportFailure> {
    const { circuit, timeoutMs, transport, sendsInteractionId, propagatesTrace } = this.options
    const { call, target, body } = request
    const isWrite = call.effect === 'write'
    const beganAt = performance.now()
    // The time-out begins after the bulkhead: a write sent shortly before it would end with an unknown outcome.
    const watch = new RequestAbort(
      timeoutMs,
      isWrite ? undefined : scope.signal,
      call.effect === 'read' ? circuit : undefined,
    )
    if (call.effect !== 'read') scope.markSent?.()
    const sent = transport.send({
      method: call.method,
      path: target,
      headers: headersOf(request, credential, {
        interactionId: sendsInteractionId ? scope.interactionId : undefined,
        trace: propagatesTrace ? traceHeaders(trace) : undefined,
      }),
      body: body?.text,
      watch,
      recentOnly: (call.retry ?? DEFAULT_RETRY_POLICY[call.effect]) !== 'always',
    })
    return sent.catch((error: unknown) => {
      if (!(error instanceof TransportError)) throw error
      return this.#transportFailure(call.effect, error, watch.reason, beganAt)
    })
  }

  #transportFailure(
    effect: Effect,
    { sent, answered }: TransportError,
    reason: AbortReason | undefined,
    beganAt: number,
  ): TransportFailure {
    const { circuit, errors } = this.options
    if (reason === 'operation')
      return { failed: failedAttempt(errors.deadlineExceeded('answered')), outcome: 'ignored' }
    const rejected = reason === 'silence' ? this.#rejectIfOpen() : undefined
    if (rejected) return { failed: rejected, outcome: 'ignored' }
    const isTimedOut = reason === 'timeout'
    const ambiguous = effect === 'write' && sent
    const isLost = effect === 'nonRepeatableRead' ? sent : isTimedOut
    const code = ambiguous ? 'OUTCOME_UNKNOWN' : isLost ? 'PROVIDER_TIMEOUT' : 'PROVIDER_UNAVAILABLE'
    // What answered no other call meanwhile would let the next attempt wait as long.
    const transient = reason === undefined || (isTimedOut && circuit.answeredSince(beganAt))
    return {
      failed: failedAttempt(errors.create(code), { transient, notExecuted: !sent, ambiguous }),
      outcome: answered ? 'failure' : 'unanswered',
    }
  }

  #checkContract<T>(
    { call }: EncodedRequest<T>,
    { status, header, text, unreadable }: TransportResponse,
    json: unknown,
  ): Reply<T> | FailedAttempt {
    const { response } = call
    const ambiguous = call.effect === 'write'
    // A body that is not JSON may be the page of a proxy, which does not tell that a write was made.
    const isPage = json === undefined && text?.trim() !== ''
    if (!(ambiguous && isPage)) {
      if (response === null) return { status, header, body: undefined as T }
      if (response.fits(json)) return { status, header, body: response.read?.(json) ?? json }
    }
    const error = this.options.errors.create(ambiguous ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED', {
      providerStatus: status,
    })
    return failedAttempt(error, {
      ambiguous,
      detail: json === undefined ? (unreadable ?? 'not JSON') : response?.firstMismatch(json),
    })
  }

  /** Maps an error response, and reports to the circuit breaker whether it means that the provider fails. */
  #map(
    { call }: EncodedRequest<unknown>,
    credential: Credential | undefined,
    response: ErrorResponse,
    report: (outcome: CallOutcome) => void,
  ): ErrorMapping {
    let mapping: ErrorMapping | undefined
    try {
      const mapped = (call.mapError ?? this.options.mapError)(response)
      mapping = credential?.mapError?.(response, mapped) ?? mapped
      return mapping
    } finally {
      report(mapping !== undefined && isProviderFailure(response.status, mapping) ? 'failure' : 'success')
    }
  }
}

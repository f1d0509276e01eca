import type { Provider as Label } from '../../schema/shared.js'
import { type CircuitBreaker, createCircuitBreaker, type CircuitState } from './circuit-breaker.js'
import {
  type Call,
  type CallScope,
  type Credential,
  type Leaving,
  type CallAttempt,
  type ErrorResponse,
  type Reply,
  DEFAULT_RETRY_POLICY,
  type ErrorMapping,
} from './call.js'
import { type ErrorCode, ApiError, type ApiErrorDetails } from '../contract/errors.js'
import { Departure } from '../leaving.js'
import { traceWait } from '../support/trace.js'
import { requestKey, type EncodedRequest, encodeRequest } from './encode.js'
import { type RetryBudget, createRetryBudget, type FailedAttempt, sleep, retryDelayMs } from './retry.js'
import { createSingleFlight } from './single-flight.js'
import { isProviderFailure, classify } from './classify.js'
import { type TransportResponse, type Tls, type Transport, TransportError, type TransportOptions } from './transport.js'
import { createBulkhead } from './bulkhead.js'

// Rooms know this file only.
export {
  type Call,
  type CallScope as CallVisit,
  type Contract,
  contract,
  type Credential,
  type Effect,
  type CallAttempt as Observation,
  path,
  type Path,
  type ErrorResponse as Refusal,
  type Reply,
  detachedScope as unattended,
  type ErrorMapping as Verdict,
} from './call.js'
export { parseRetryAfter as retryAfter } from './classify.js'

export interface ClientOptions {
  /** Metric label. */
  readonly name: string
  readonly label: Label
  readonly title: string
  readonly url: string
  readonly tls?: Tls | undefined
  readonly credential?: Credential | undefined
  readonly mapError: (refusal: ErrorResponse) => ErrorMapping
  readonly timeoutMs: number
  readonly maxConcurrency: number
  readonly transport: (options: TransportOptions) => Transport
  readonly observer: (observation: CallAttempt) => void
  /** What all clients of one provider may spend on further tries; one of the client's own when left out. */
  readonly retryBudget?: RetryBudget | undefined
  readonly circuit?: ((state: CircuitState) => void) | undefined
  /** Told of each call that another operation's answered. */
  readonly shared?: (() => void) | undefined
}

export interface Client {
  readonly send: <T>(visit: CallScope, call: Call<T>) => Promise<Reply<T>>
  /** The provider says that something changed: who asks from now on is not given what was asked for before. */
  readonly invalidate: () => void
  readonly close: () => Promise<void>
}

/** As many may wait for each turn: at 150 ms a call, whoever stands further back would leave before the turn comes. */
const LINE_PER_TURN = 64
/** Of so many calls half must fail to open the circuit; fewer where only a few may run at all. */
const LEAST_CALLS = { most: 20, perTurn: 2, fewest: 5 }

/** Codes of a token request that is worth another try. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE', 'RATE_LIMITED'])

type Headers = Readonly<Record<string, string>>
const NONE: Headers = {}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const missed = (failure: ApiError, more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  error: failure,
  transient: false,
  notExecuted: false,
  ambiguous: false,
  ...more,
})

const ACCEPTED = 'application/json'

/** Headers of calls that have none of their own, by the credential's, which are the same object for as long as a token lives. */
const bare = new WeakMap<Headers, Headers>()

function headersOf({ call, body }: EncodedRequest<unknown>, credential: Headers): Headers {
  // Begun by a name of its own: V8 makes a new class of each object that begins by a copy and is added to.
  if (body !== undefined || call.headers !== undefined)
    return { accept: ACCEPTED, ...(body && { 'content-type': body.type }), ...credential, ...call.headers }
  const known = bare.get(credential) ?? { accept: ACCEPTED, ...credential }
  bare.set(credential, known)
  return known
}

/** The only way out to a provider: one pool and one line before it, one deadline, one reading of every failure. */
export function createClient(options: ClientOptions): Client {
  const base = new URL(options.url)
  const prefix = base.pathname.replace(/\/$/, '')
  const wire = options.transport({
    origin: base.origin,
    connections: options.maxConcurrency,
    tls: options.tls,
    timeoutMs: options.timeoutMs,
  })
  const line = createBulkhead(options.maxConcurrency, options.maxConcurrency * LINE_PER_TURN)
  const retries = options.retryBudget ?? createRetryBudget()
  const least = Math.max(LEAST_CALLS.fewest, Math.min(LEAST_CALLS.most, options.maxConcurrency * LEAST_CALLS.perTurn))
  const circuit: CircuitBreaker = createCircuitBreaker({ least, changed: options.circuit })
  const flights = createSingleFlight({
    provider: options.name,
    ended: () => ended('answered'),
    shared: () => options.shared?.(),
  })

  const fail = (code: ErrorCode, details: ApiErrorDetails = {}) =>
    new ApiError(code, { provider: options.label, title: options.title, ...details })
  const ended = (what: string) =>
    fail('DEADLINE_EXCEEDED', { message: `The operation ended before the provider ${what}.` })

  /** What whoever comes to an open circuit is told. */
  function shut(): FailedAttempt | undefined {
    const wait = circuit.wait()
    return wait === 0
      ? undefined
      : missed(fail('PROVIDER_UNAVAILABLE', { retryAfterSeconds: Math.ceil(wait / 1000) }), { detail: 'circuit open' })
  }

  /** A shared token goes on being fetched for the others; who has left does not wait for it, and nothing was sent for them. */
  function credentialOf(signal: Leaving, credential: Credential | undefined): Headers | Promise<Headers> {
    // First of all: a token that is fetched for nobody has nobody to hear that it failed.
    if (signal.aborted) throw ended('was asked')
    const ready = credential?.headers() ?? NONE
    if (!(ready instanceof Promise)) return ready
    return new Promise((resolve, reject) => {
      const leave = () => reject(ended('was asked'))
      signal.addEventListener('abort', leave, { once: true })
      ready.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  /** Sends what has its turn. A write is heard to its end: leaving it would make a known outcome unknown. */
  async function exchange<T>(
    visit: CallScope,
    letter: EncodedRequest<T>,
    credential: Headers,
  ): Promise<TransportResponse | (FailedAttempt & { readonly sick: boolean })> {
    const { call, target, body } = letter
    const isWrite = call.effect === 'write'
    const cut = new Departure()
    let late = false
    // The time begins with the turn: a write that left with a moment to go would end in doubt for nothing.
    const timer = setTimeout(() => {
      late = true
      cut.abort()
    }, options.timeoutMs)
    const leave = () => cut.abort()
    if (isWrite) visit.markSent?.()
    else visit.signal.addEventListener('abort', leave, { once: true })
    try {
      return await wire.send({
        method: call.method,
        path: target,
        headers: headersOf(letter, credential),
        body: body?.text,
        signal: cut,
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (cut.aborted && !late) return { ...missed(ended('answered')), sick: false }
      if (error.unreadable)
        return {
          ...missed(fail(isWrite ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED'), { ambiguous: isWrite }),
          sick: false,
        }
      const doubtful = isWrite && error.sent
      const code = doubtful
        ? 'OUTCOME_UNKNOWN'
        : late || (error.sent && call.effect === 'nonRepeatableRead')
          ? 'PROVIDER_TIMEOUT'
          : 'PROVIDER_UNAVAILABLE'
      return { ...missed(fail(code), { transient: true, notExecuted: !error.sent, ambiguous: doubtful }), sick: true }
    } finally {
      clearTimeout(timer)
      if (!isWrite) visit.signal.removeEventListener('abort', leave)
    }
  }

  /** Everything that is waited for: the credential, the turn, the answer. What is answered is read by whoever tells the circuit of it. */
  async function reach<T>(
    visit: CallScope,
    letter: EncodedRequest<T>,
    own: Credential | undefined,
  ): Promise<
    | FailedAttempt
    | {
        readonly answer: TransportResponse
        readonly credential: Headers
        readonly told: ReturnType<CircuitBreaker['begin']>
      }
  > {
    const refused = shut()
    if (refused) return refused
    let credential: Headers
    try {
      const ready = credentialOf(visit.signal, own)
      credential = ready instanceof Promise ? await ready : ready
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return missed(error, { transient: PASSING.has(error.code), notExecuted: true })
    }

    const turn = line.acquire(visit.signal, options.timeoutMs)
    const place = turn instanceof Promise ? await turn : turn
    if (place === 'aborted') return missed(ended('was asked'))
    if (place === 'timeout') return missed(fail('PROVIDER_TIMEOUT'), { detail: 'no turn' })
    if (place === 'full') return missed(fail('PROVIDER_UNAVAILABLE', { retryAfterSeconds: 1 }), { detail: 'line full' })
    // It may have opened while this one waited for a token or stood in line.
    const opened = shut()
    if (opened || visit.signal.aborted) {
      line.release()
      return opened ?? missed(ended('was asked'))
    }

    const told = circuit.begin()
    let answer: Awaited<ReturnType<typeof exchange>>
    try {
      answer = await exchange(visit, letter, credential)
    } catch (error) {
      told('ignored')
      throw error
    } finally {
      line.release()
    }
    if ('error' in answer) {
      told(answer.sick ? 'failure' : 'ignored')
      return answer
    }
    return { answer, credential, told }
  }

  /** One try. A credential that is refused as stale is renewed, and the try made with the new one. */
  async function attempt<T>(
    visit: CallScope,
    letter: EncodedRequest<T>,
    renewed = false,
  ): Promise<Reply<T> | FailedAttempt> {
    const { call } = letter
    const own = call.credential ?? options.credential
    const reached = await traceWait(visit.trace, () => reach(visit, letter, own))
    if ('error' in reached) return reached
    const { answer, credential, told } = reached

    const { status, header } = answer
    const json = parse(answer.text)
    if (status >= 200 && status < 300) {
      told('success')
      if (call.response === null) return { status, header, body: undefined as T }
      if (call.response.fits(json)) return { status, header, body: json }
      const doubtful = call.effect === 'write'
      const failure = fail(doubtful ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED', { providerStatus: status })
      return missed(failure, {
        ambiguous: doubtful,
        detail: json === undefined ? 'not JSON' : call.response.firstMismatch(json),
      })
    }

    const refusal = { status, header, body: json }
    let verdict: ErrorMapping | undefined
    try {
      verdict = (call.mapError ?? options.mapError)(refusal)
    } finally {
      told(verdict !== undefined && isProviderFailure(status, verdict) ? 'failure' : 'success')
    }
    if (verdict.stale && own?.renew && !renewed) {
      own.renew(credential)
      return attempt(visit, letter, true)
    }
    const { code, details, ...rest } = classify(refusal, verdict, call.effect === 'write')
    return { error: fail(code, details), ...rest }
  }

  /** Calls until there is an answer, or no hope of one. */
  async function call<T>(visit: CallScope, letter: EncodedRequest<T>): Promise<Reply<T>> {
    const { method, path, effect, retry = DEFAULT_RETRY_POLICY[effect] } = letter.call
    const line = visit.trace?.callStats?.(options.name, `${method} ${path.template}`)
    let ambiguous = false
    retries.deposit()
    for (let tries = 1; ; tries += 1) {
      const begun = performance.now()
      const tried = await attempt(visit, letter)
      const failure = 'error' in tried ? tried.error : undefined
      const ms = performance.now() - begun
      options.observer({
        provider: options.name,
        method,
        route: path.template,
        try: tries,
        status: 'status' in tried ? tried.status : (failure?.extensions['providerStatus'] as number | undefined),
        code: failure?.code,
        seconds: ms / 1000,
        correlationId: visit.correlationId,
        detail: 'error' in tried ? tried.detail : undefined,
      })
      if (line) {
        line[tries === 1 ? 'made' : 'retried'] += 1
        line.ms.push(ms)
      }
      if (!('error' in tried)) return tried
      ambiguous ||= tried.ambiguous
      const wait = retryDelayMs(tried, retry, tries)
      const goesOn =
        wait !== undefined &&
        performance.now() + wait < (visit.deadline ?? Infinity) &&
        retries.withdraw() &&
        (await traceWait(visit.trace, () => sleep(wait, visit.signal)))
      if (goesOn) continue
      // What the last try certainly did not do, one before it may have done.
      throw ambiguous && !tried.ambiguous ? fail('OUTCOME_UNKNOWN') : tried.error
    }
  }

  /** Nobody who comes after a write was answered, or given up, is told what was asked for before. */
  async function change<T>(visit: CallScope, letter: EncodedRequest<T>): Promise<Reply<T>> {
    const forget = () => flights.invalidate()
    visit.signal.addEventListener('abort', forget, { once: true })
    try {
      return await call(visit, letter)
    } finally {
      visit.signal.removeEventListener('abort', forget)
      forget()
    }
  }

  return {
    send(visit, asked) {
      const letter = encodeRequest(asked, prefix)
      if (asked.effect !== 'read') return change(visit, letter)
      // What is asked with a caller's own token, or to get a token, is between those two.
      const alone = asked.credential !== undefined || options.credential === undefined || visit.isWriting?.()
      return alone
        ? call(visit, letter)
        : flights.run(requestKey(letter), visit, asked, (together) => call(together, letter))
    },
    invalidate: flights.invalidate,
    close: () => wire.close(),
  }
}

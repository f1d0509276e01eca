import { attempt, type Attempt, type Request, type Result, type Transport } from './attempt.js'
import { reasonOf } from './authorization.js'
import { delayMs, limited, MAX_TIMER_MS, type RetryPolicy, serverDelayMs, sleep } from './delays.js'
import { KycGraphError } from './errors.js'
import { failureOf, inDoubt, isRefusal, isTemporary, saysNothing } from './failure.js'

/** Limits of one call. */
export interface CallLimits {
  readonly retry: RetryPolicy
  /** The time of the whole call in ms, with all attempts and waits. */
  readonly timeoutMs: number
  /** The time of one attempt in ms, which the server is told. */
  readonly attemptTimeoutMs: number
}

/** What a call ends with: the last answer, and its error where it has one. */
export interface CallOutcome {
  readonly result: Result<unknown>
  readonly failure: KycGraphError<string> | undefined
  /** The time of the answer by the server's clock, in ms, where it says so. */
  readonly serverTime: number | undefined
}

/** One operation with its repeats: it is sent again by the server's word alone, or where no answer came. */
export class Call {
  readonly #transport: Transport
  readonly #request: Request
  readonly #limits: CallLimits
  readonly #idempotencyKey: string | undefined
  readonly #endsAt: number
  #attempts = 0
  #isInDoubt = false

  constructor(transport: Transport, request: Request, limits: CallLimits, idempotencyKey: string | undefined) {
    this.#transport = transport
    this.#request = request
    this.#limits = limits
    this.#idempotencyKey = idempotencyKey
    this.#endsAt = Date.now() + limits.timeoutMs
  }

  /** Resolves with the last answer; rejects where there is none, with `NotSent`, or with the reason of the caller's signal. */
  async run(): Promise<CallOutcome> {
    const outcome = await limited(this.#request.signal, this.#limits.timeoutMs, (signal) =>
      this.#repeated(signal).catch((error: unknown) => this.#broken(error, signal)),
    )
    return this.#end(outcome, toldMs(outcome))
  }

  /** Throws on why no further attempt was made, such as a failure of the token provider. */
  #broken(error: unknown, signal: AbortSignal): never {
    this.#request.signal.throwIfAborted()
    if (this.#isInDoubt) throw inDoubt(this.#state(), reasonOf(error))
    if (!signal.aborted) throw error
    const message = 'The time of the call is over.'
    throw new KycGraphError('TIMEOUT', { ...this.#state(), message, retryable: true, cause: reasonOf(error) })
  }

  /** The last attempt. */
  async #repeated(signal: AbortSignal): Promise<Attempt> {
    const renewals = this.#transport.authorization.renewals()
    for (;;) {
      const outcome = await this.#send(signal)
      if (outcome.kind !== 'lost' && outcome.status === 401 && renewals.mayRepeat(outcome.authorized, outcome.headers))
        continue
      const wait = delayMs(this.#limits.retry, this.#attempts, toldMs(outcome))
      if (!this.#mayRepeat(outcome, wait)) return outcome
      await sleep(wait, signal)
    }
  }

  async #send(signal: AbortSignal): Promise<Attempt> {
    const left = this.#endsAt - Date.now()
    const timeoutMs = Math.max(1, Math.ceil(Math.min(this.#limits.attemptTimeoutMs, left, MAX_TIMER_MS)))
    const outcome = await attempt(this.#transport, { ...this.#request, signal }, timeoutMs)
    this.#attempts += 1
    if (this.#request.operation.kind === 'mutation' && leavesDoubt(outcome)) this.#isInDoubt = true
    this.#request.signal.throwIfAborted()
    return outcome
  }

  /** Whether another attempt may help, is left, and has time. */
  #mayRepeat(outcome: Attempt, wait: number): boolean {
    if (this.#attempts >= this.#limits.retry.maxAttempts || Date.now() + wait >= this.#endsAt) return false
    switch (outcome.kind) {
      case 'lost':
        return true
      case 'foreign':
        return isTemporary(outcome)
      case 'answered': {
        const { errors } = outcome.result
        return errors.length > 0 && errors.every(({ extensions }) => extensions?.retryable === true)
      }
    }
  }

  #end(outcome: Attempt, told: number | undefined): CallOutcome {
    const isAnswer = outcome.kind === 'answered'
    if (isAnswer && outcome.result.errors.length === 0) return { ...ended(outcome), failure: undefined }
    const failure = failureOf(outcome, this.#state(), told)
    if (isAnswer && outcome.result.data !== null) return { ...ended(outcome), failure }
    throw failure
  }

  #state() {
    return {
      operation: this.#request.operation,
      attempts: this.#attempts,
      idempotencyKey: this.#idempotencyKey,
      isInDoubt: this.#isInDoubt,
    }
  }
}

function ended({ result, headers }: Extract<Attempt, { kind: 'answered' }>): Omit<CallOutcome, 'failure'> {
  const date = Date.parse(headers.get('date') ?? '')
  return { result, serverTime: Number.isNaN(date) ? undefined : date }
}

const toldMs = (outcome: Attempt): number | undefined => {
  if (outcome.kind === 'lost') return undefined
  return serverDelayMs(outcome.kind === 'answered' ? outcome.result.errors : [], outcome.headers)
}

/** Whether a write may have been carried out although this outcome does not say so. */
const leavesDoubt = (outcome: Attempt): boolean => {
  if (outcome.kind === 'lost') return true
  if (outcome.kind === 'foreign') return !isRefusal(outcome.status)
  return outcome.result.errors.some(saysNothing)
}

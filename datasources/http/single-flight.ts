import { ApiError, copyError } from '../contract/errors.js'
import type { OperationTrace } from '../contract/trace.js'
import { traceWait } from '../support/operation-trace.js'
import { PendingTasks } from '../support/pending-tasks.js'
import { TransientMap } from '../support/transient-map.js'
import type { CallScope } from './call.js'

/**
 * How old the running read of a provider may be that another caller joins: what another process has written is not known
 * where its message was lost.
 */
export const MAX_SHARED_AGE_MS = 500

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Freezes parsed JSON. Iterative, because the provider decides how deeply it is nested. */
function deepFreeze(root: unknown): void {
  const objects = isObject(root) ? [root] : []
  for (const object of objects) {
    // Not `for … in`: V8 compiles that loop again and again, because each frozen object has a shape of its own.
    for (const member of Object.values(object)) if (isObject(member)) objects.push(member)
    Object.freeze(object)
  }
}

/** One caller of a shared call. It is emptied when it has its result, as a `RequestAbort` is. */
class Waiter<Value> {
  readonly result: Promise<Value>
  #flight: Flight<Value> | undefined
  #scope: CallScope | undefined
  #resolve: ((value: Value) => void) | undefined
  #reject: ((error: unknown) => void) | undefined

  constructor(flight: Flight<Value>, scope: CallScope) {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#flight = flight
    this.#scope = scope
    scope.signal.addEventListener('abort', this, { once: true })
  }

  /** The trace of its operation. */
  get trace(): OperationTrace | undefined {
    return this.#scope?.trace
  }

  resolve(value: Value): void {
    this.#resolve?.(value)
    this.#end()
  }

  reject(error: unknown): void {
    this.#reject?.(error)
    this.#end()
  }

  /** The caller's own operation has ended. */
  handleEvent(): void {
    this.#flight?.leave(this)
  }

  #end(): void {
    this.#scope?.signal.removeEventListener('abort', this)
    this.#flight = this.#scope = this.#resolve = this.#reject = undefined
  }
}

/**
 * One shared call and its waiters. The call gets it as its scope, and as its trace, which passes waits on to all of them;
 * its spans are those of the operation that began it.
 */
class Flight<Value> implements CallScope, OperationTrace {
  readonly beganAt = performance.now()
  readonly correlationId: string
  readonly interactionId: string | undefined
  readonly context: OperationTrace['context']
  readonly begin: OperationTrace['begin']
  /** Of the operation that began it. */
  readonly share: CallScope['share']
  /** The latest deadline of the waiters. */
  deadline = 0
  readonly #controller = new AbortController()
  #waiters: Waiter<Value>[] = []
  #isWaiting = false
  #first: OperationTrace | undefined

  constructor(
    readonly variant: readonly unknown[],
    private readonly options: SingleFlightOptions,
    { correlationId, interactionId, trace, share }: CallScope,
  ) {
    this.correlationId = correlationId
    this.interactionId = interactionId
    this.share = share
    this.#first = trace
    this.context = trace?.context
    this.begin = trace?.begin && ((...args) => trace.begin!(...args))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get trace(): OperationTrace {
    return this
  }

  beginWait(): void {
    this.#isWaiting = true
    for (const { trace } of this.#waiters) trace?.beginWait()
  }

  endWait(): void {
    this.#isWaiting = false
    for (const { trace } of this.#waiters) trace?.endWait()
  }

  countCall(): void {
    this.#first?.countCall()
  }

  /** The result, unless the waiter's own operation ends first. */
  wait(scope: CallScope): Promise<Value> {
    this.deadline = Math.max(this.deadline, scope.deadline ?? Infinity)
    if (this.#isWaiting) scope.trace?.beginWait()
    const waiter = new Waiter(this, scope)
    this.#waiters.push(waiter)
    return waiter.result
  }

  /** A waiter's operation has ended; the call ends with the last one. */
  leave(waiter: Waiter<Value>): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter)
    if (this.#isWaiting) waiter.trace?.endWait()
    waiter.reject(this.options.abortError())
    if (this.#waiters.length === 0 && !this.options.detached) this.#controller.abort()
  }

  complete(value: Value): void {
    if (this.#waiters.length > 1) deepFreeze(value)
    for (const waiter of this.#takeWaiters()) waiter.resolve(value)
  }

  /** Rejects each waiter with an error of its own, because each response adds to its error. */
  fail(error: unknown): void {
    for (const [index, waiter] of this.#takeWaiters().entries())
      waiter.reject(index > 0 && error instanceof ApiError ? copyError(error) : error)
  }

  #takeWaiters(): readonly Waiter<Value>[] {
    const waiters = this.#waiters
    this.#waiters = []
    this.#first = undefined
    return waiters
  }
}

interface SingleFlightOptions {
  /** A call is joined only this long after it began: a result must not be older than that. Default: no limit. */
  readonly maxAgeMs?: number
  /**
   * True: the call belongs to none of its callers and goes on when they leave; the caller that starts it traces it,
   * the others trace their wait for it. False: the call runs in the scope that it gets, which aborts when the last
   * caller leaves and traces waits for all of them.
   */
  readonly detached?: boolean
  /** The error of a caller whose operation ends before the call. */
  readonly abortError: () => ApiError
}

/**
 * Single-flight: concurrent callers with the same key share one call. A shared result is frozen; a shared error is
 * copied for each caller.
 */
export class SingleFlight<Value> {
  readonly #flights = new TransientMap<string, Flight<Value>>()
  /** The calls that outlive their callers. */
  readonly #detached = new PendingTasks()

  constructor(private readonly options: SingleFlightOptions) {}

  /** The trace of the running call that a caller with this key and variant would join; undefined where there is none. */
  running(key: string, variant: readonly unknown[] = []): OperationTrace | undefined {
    return this.#joinable(key, variant)
  }

  /**
   * The result of the running call with this key, else of a new one. Callers whose `variant` differs do not share a
   * call: it holds what decides how the result is read.
   */
  run(
    key: string,
    scope: CallScope,
    start: (scope: CallScope) => Promise<Value>,
    variant: readonly unknown[] = [],
  ): Promise<Value> {
    if (scope.signal.aborted) return Promise.reject(this.options.abortError())
    const running = this.#joinable(key, variant)
    if (running) return this.options.detached ? traceWait(scope.trace, () => running.wait(scope)) : running.wait(scope)
    return this.#start(key, new Flight<Value>(variant, this.options, scope), scope, start)
  }

  /** Resolves when no detached call runs any more, whether a caller waits for it or not. */
  settled(): Promise<void> {
    return this.#detached.settled()
  }

  /** Called when data changes: callers that come later do not join the calls that run now. */
  invalidate(): void {
    this.#flights.clear()
  }

  #joinable(key: string, variant: readonly unknown[]): Flight<Value> | undefined {
    const { maxAgeMs = Infinity } = this.options
    const flight = this.#flights.get(key)
    return flight &&
      !flight.signal.aborted &&
      performance.now() - flight.beganAt < maxAgeMs &&
      flight.variant.every((part, index) => part === variant[index])
      ? flight
      : undefined
  }

  #start(
    key: string,
    flight: Flight<Value>,
    scope: CallScope,
    start: (scope: CallScope) => Promise<Value>,
  ): Promise<Value> {
    this.#flights.set(key, flight)
    const result = flight.wait(scope)
    // Removed before the waiters resume, because they may call again at once.
    const remove = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    const called = start(flight)
    if (this.options.detached) this.#detached.add(called)
    called.then(
      (value) => {
        remove()
        flight.complete(value)
      },
      (error: unknown) => {
        remove()
        flight.fail(error)
      },
    )
    return result
  }
}

import { BriefMap } from '../brief.js'
import type { Call, CallScope, Leaving, Reply } from './call.js'
import { copyError, ApiError } from '../contract/errors.js'
import { Departure } from '../leaving.js'
import type { OperationTrace, CallStats } from '../support/trace.js'

/**
 * Nobody is told what was asked for longer than this before they came: of what another process has written meanwhile
 * nothing is known here.
 */
const OLDEST_MS = 500

interface Waiter<T> {
  readonly visit: CallScope
  readonly resolve: (reply: Reply<T>) => void
  readonly reject: (error: unknown) => void
  readonly leave: () => void
}

const isHolding = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Makes what several operations are given unchangeable. Not by recursion: how deep it goes is the provider's affair. */
function freeze(body: unknown): void {
  const open = isHolding(body) ? [body] : []
  for (const value of open) {
    // What JSON makes inherits no member, and lists of them need not be made.
    for (const name in value) {
      const part = value[name]
      if (isHolding(part)) open.push(part)
    }
    Object.freeze(value)
  }
}

/** A call with everybody who waits for it. To the way out it is a visit of its own, which ends when the last one leaves. */
class Flight<T> extends Departure implements CallScope, OperationTrace {
  readonly begunAt = performance.now()
  readonly correlationId: string
  /** The deadline of whoever may wait longest. */
  deadline = 0
  readonly callStats: OperationTrace['callStats']
  #aboard: Waiter<T>[] = []
  #waits = false

  constructor(
    readonly call: Call<T>,
    private readonly ended: () => ApiError,
    { correlationId, trace }: CallScope,
  ) {
    super()
    this.correlationId = correlationId
    this.callStats = trace?.callStats && ((provider, route): CallStats => trace.callStats!(provider, route))
  }

  get signal(): Leaving {
    return this
  }

  get trace(): OperationTrace {
    return this
  }

  beginWait(): void {
    this.#waits = true
    for (const { visit } of this.#aboard) visit.trace?.beginWait()
  }

  endWait(): void {
    this.#waits = false
    for (const { visit } of this.#aboard) visit.trace?.endWait()
  }

  /** Whether somebody who asks the same is given this answer: it must be read alike, too. */
  takes({ response: answer, mapError, retry }: Call<unknown>): boolean {
    return (
      answer === this.call.response &&
      mapError === this.call.mapError &&
      retry === this.call.retry &&
      !this.aborted &&
      performance.now() - this.begunAt < OLDEST_MS
    )
  }

  /** The answer, for as long as the operation lasts. */
  join(visit: CallScope): Promise<Reply<T>> {
    this.deadline = Math.max(this.deadline, visit.deadline ?? Infinity)
    if (this.#waits) visit.trace?.beginWait()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#aboard = this.#aboard.filter((other) => other !== passenger)
        if (this.#waits) visit.trace?.endWait()
        reject(this.ended())
        if (this.#aboard.length === 0) this.abort()
      }
      const passenger = { visit, resolve, reject, leave }
      this.#aboard.push(passenger)
      visit.signal.addEventListener('abort', leave, { once: true })
    })
  }

  answer(reply: Reply<T>): void {
    if (this.#aboard.length > 1) freeze(reply.body)
    for (const { resolve } of this.#left()) resolve(reply)
  }

  /** Everybody's own failure: what is noted on one belongs to one answer. */
  fail(error: unknown): void {
    let first = true
    for (const { reject } of this.#left()) {
      reject(first || !(error instanceof ApiError) ? error : copyError(error))
      first = false
    }
  }

  #left(): readonly Waiter<T>[] {
    const all = this.#aboard
    this.#aboard = []
    for (const { visit, leave } of all) visit.signal.removeEventListener('abort', leave)
    return all
  }
}

/** Lets operations that ask a provider the very same at the same time share one call. */
export interface SingleFlight {
  /** The answer to a read under the name of all that makes it what it is: a running call's, else that of a new one. */
  readonly run: <T>(
    name: string,
    visit: CallScope,
    call: Call<T>,
    send: (visit: CallScope) => Promise<Reply<T>>,
  ) => Promise<Reply<T>>
  /** Something changes at the provider: what was asked for until now is given to nobody who comes later. */
  readonly invalidate: () => void
}

/** The shared calls of one client, with its one credential. */
export function createSingleFlight({
  provider,
  ended,
  shared,
}: {
  readonly provider: string
  readonly ended: () => ApiError
  readonly shared: () => void
}): SingleFlight {
  const open = new BriefMap<string, Flight<unknown>>()

  function join<T>(flight: Flight<unknown>, visit: CallScope, { method, path }: Call<T>): Promise<Reply<T>> {
    shared()
    // Read by the same contract, so of the same form.
    const answer = flight.join(visit) as Promise<Reply<T>>
    const line = visit.trace?.callStats?.(provider, `${method} ${path.template}`)
    if (!line) return answer
    const begun = performance.now()
    line.shared += 1
    return answer.finally(() => line.ms.push(performance.now() - begun))
  }

  return {
    run<T>(name: string, visit: CallScope, call: Call<T>, send: (visit: CallScope) => Promise<Reply<T>>) {
      if (visit.signal.aborted) return Promise.reject(ended())
      const known = open.get(name)
      if (known?.takes(call)) return join(known, visit, call)
      const flight = new Flight(call, ended, visit)
      open.set(name, flight as Flight<unknown>)
      const answer = flight.join(visit)
      // Before anybody hears the answer: who does may ask again at once.
      const landed = () => {
        if (open.get(name) === flight) open.delete(name)
      }
      send(flight).then(
        (reply) => {
          landed()
          flight.answer(reply)
        },
        (error: unknown) => {
          landed()
          flight.fail(error)
        },
      )
      return answer
    },
    invalidate: () => open.clear(),
  }
}

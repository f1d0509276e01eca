import { EventEmitter } from 'node:events'
import type { Caller } from '../../datasources/contract/caller.js'
import { Admission, type AdmissionOptions, type Permit, type Turns } from '../../src/limits/admission.js'

/** An event loop on a clock that only the test moves: work takes the time that the test says. */
export class FakeLoop implements Turns {
  #now = 1_000
  #waited = 0
  #ends: (() => void)[] = []
  #timers: { readonly at: number; readonly tick: () => void }[] = []

  readonly now = (): number => this.#now
  readonly waited = (): number => this.#waited
  readonly atEnd = (step: () => void): void => void this.#ends.push(step)

  readonly after = (ms: number, tick: () => void): (() => void) => {
    const timer = { at: this.#now + ms, tick }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer))
  }

  /** Lets the process work for so long. */
  work(ms: number): void {
    this.#now += ms
  }

  /** Lets the process wait for events for so long. */
  wait(ms: number): void {
    this.#now += ms
    this.#waited += ms
  }

  /** Ends the turn: due timers, then the callbacks of its end, each with what it starts at once. */
  async turn(): Promise<void> {
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { tick } of due) tick()
    for (const step of this.#ends.splice(0)) {
      step()
      await settle()
    }
    await settle()
  }

  /** Lets time pass without work until a condition holds, for at most so long. */
  async idle(ms: number, isDone: () => boolean = () => false): Promise<void> {
    for (const end = this.#now + ms; this.#now < end && !isDone();) {
      this.wait(1)
      await this.turn()
    }
  }
}

/** Lets promises that are settled be told. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve()
}

/** What became of a request. */
export interface Tried {
  state: 'queued' | 'admitted' | 'refused'
  permit?: Permit
  error?: unknown
  readonly response: EventEmitter
}

/** Admission control on a fake loop, and what was told of it. */
export class Bench {
  readonly loop = new FakeLoop()
  readonly refused: string[] = []
  readonly waits: number[] = []
  readonly admission: Admission

  constructor(options: Partial<AdmissionOptions> = {}) {
    const observer = {
      refused: (reason: string) => this.refused.push(reason),
      queued: (s: number) => this.waits.push(s),
    }
    this.admission = new Admission({ floor: 4, ceiling: 1_024, observer, turns: this.loop, ...options })
  }

  /** Sends a request; `onStart` is called when it is admitted. */
  send(
    { tenant = 't', client = 'c', subject = client }: Partial<Caller> = {},
    {
      deadlineMs = 15_000,
      onStart = () => undefined,
    }: { deadlineMs?: number; onStart?: (permit: Permit, response: EventEmitter) => void } = {},
  ): Tried {
    const tried: Tried = { state: 'queued', response: new EventEmitter() }
    const admitted = (permit: Permit) => {
      tried.state = 'admitted'
      tried.permit = permit
      onStart(permit, tried.response)
    }
    const refused = (error: unknown) => {
      tried.state = 'refused'
      tried.error = error
    }
    const caller = { tenant, client, subject, scopes: new Set<string>(), banks: undefined, token: '' }
    try {
      const given = this.admission.admit({
        caller,
        deadlineAt: this.loop.now() + deadlineMs,
        response: tried.response,
      })
      if (given instanceof Promise) given.then(admitted, refused)
      else admitted(given)
    } catch (error) {
      refused(error)
    }
    return tried
  }
}

import { describe, expect, test } from 'vitest'
import { type CallOutcome, CircuitBreaker, type OpenCause } from '../../../datasources/http/circuit-breaker.js'

const TIMEOUT_MS = 10_000

/** A circuit breaker in simulated time: calls begin, and end after their own time or at the time-out. */
function simulation(minCalls = 20) {
  let now = 1_000_000
  const start = now
  const circuit = new CircuitBreaker({ minCalls, timeoutMs: TIMEOUT_MS, now: () => now })
  let openedAt: number | undefined
  let cause: OpenCause | undefined
  const listen = () =>
    circuit.onOpen({
      opened(why) {
        openedAt ??= (now - start) / TIMEOUT_MS
        cause ??= why
        listen()
      },
    })
  listen()
  const ends: { at: number; end: () => void }[] = []
  let refused = 0

  /** Begins a call that is answered after `ms`, or not at all; `patienceMs`: when its operation gives it up. */
  function call(ms: number | 'never', outcome: CallOutcome = 'success', patienceMs = Infinity): void {
    if (circuit.waitMs() > 0) return void (refused += 1)
    const report = circuit.begin()
    const answered = ms === 'never' ? Infinity : ms
    const last = Math.min(answered, TIMEOUT_MS, patienceMs)
    const seen = last === answered ? outcome : last === TIMEOUT_MS ? 'unanswered' : 'ignored'
    ends.push({ at: now + last, end: () => report(seen) })
  }

  /** Lets time pass; `begin` is called each `everyMs`. */
  function pass(ms: number, everyMs: number, begin: () => void): void {
    const until = now + ms
    for (let next = now; ;) {
      ends.sort((a, b) => a.at - b.at)
      const at = Math.min(next, ends[0]?.at ?? Infinity)
      if (at > until) break
      now = at
      if (ends[0]?.at === at) ends.shift()!.end()
      else {
        begin()
        next += everyMs
      }
    }
    now = until
  }

  return {
    circuit,
    call,
    pass,
    /** When the circuit opened first, in time-outs from the start or from `mark`. */
    opened: () => openedAt,
    cause: () => cause,
    refused: () => refused,
    elapsed: () => (now - start) / TIMEOUT_MS,
  }
}

describe('a provider that becomes silent', () => {
  test.each([
    ['100 calls a second', 10],
    ['10 calls a second', 100],
    ['a call each second', 1_000],
  ])('opens the circuit within 1.1 time-outs, after half a minute without trouble, at %s', (_rate, everyMs) => {
    const { pass, call, opened, elapsed, cause } = simulation()
    pass(30_000, everyMs, () => call(50))
    const silentFrom = elapsed()
    pass(12_000, everyMs, () => call('never'))
    expect(opened()! - silentFrom).toBeLessThanOrEqual(1.1)
    expect(cause()).toBe('silence')
  })

  test('opens the circuit after two time-outs in a row, however rare calls are', () => {
    const { pass, call, circuit } = simulation()
    pass(30_000, 60_000, () => call('never'))
    expect(circuit.state).toBe('closed')
    pass(30_000, 60_000, () => call('never'))
    expect(circuit.state).toBe('open')
  })

  test('stays closed when an answer comes between two time-outs, also one that refuses', () => {
    for (const outcome of ['success', 'failure'] as const) {
      const { pass, call, circuit } = simulation()
      pass(30_000, 60_000, () => call('never'))
      pass(1_000, 60_000, () => call(10, outcome))
      pass(30_000, 60_000, () => call('never'))
      expect(circuit.state).toBe('closed')
    }
  })

  test('opens the circuit also when every operation ends before the time-out', () => {
    const { pass, call, opened } = simulation()
    pass(15_000, 500, () => call('never', 'success', 3_000))
    expect(opened()).toBeLessThanOrEqual(1.1)
  })

  test('opens the circuit with four permits', () => {
    const { pass, call, opened, circuit } = simulation(8)
    let begun = 0
    pass(10_500, 100, () => (begun += 1) <= 4 && call('never'))
    expect(opened()).toBeLessThanOrEqual(1.05)
    expect(circuit.waitMs()).toBeGreaterThan(0)
  })
})

describe('a provider that answers a part of the calls', () => {
  /** Every n-th call is answered. */
  const partly = (nth: number) => {
    const { pass, call, opened, elapsed, cause } = simulation()
    pass(30_000, 20, () => call(50))
    const from = elapsed()
    let calls = 0
    pass(13_000, 20, () => call((calls += 1) % nth === 0 ? 50 : 'never'))
    return { after: (opened() ?? Infinity) - from, cause: cause() }
  }

  test('opens the circuit within 1.2 time-outs where most calls get none', () => {
    for (const nth of [3, 5, 10]) {
      const { after, cause } = partly(nth)
      expect(after).toBeLessThanOrEqual(1.2)
      expect(cause).toBe('slow calls')
    }
  })

  test('keeps the circuit closed where most calls get an answer, however slow the others are', () => {
    const { pass, call, opened } = simulation()
    let calls = 0
    pass(120_000, 20, () => call((calls += 1) % 3 === 0 ? 'never' : 3_000))
    expect(opened()).toBeUndefined()
  })

  test('keeps the circuit closed where all answers are slow', () => {
    for (const everyMs of [20, 500, 5_000]) {
      const { pass, call, opened } = simulation()
      pass(30_000, everyMs, () => call(50))
      pass(120_000, everyMs, () => call(8_000))
      expect(opened()).toBeUndefined()
    }
  })
})

test('a listener is told once why the circuit opened, and not after it has ended listening', () => {
  const circuit = new CircuitBreaker({ minCalls: 2, timeoutMs: TIMEOUT_MS })
  const told: OpenCause[] = []
  circuit.onOpen({ opened: (cause) => void told.push(cause) })
  const ended = { opened: () => void told.push('silence') }
  circuit.onOpen(ended)
  circuit.offOpen(ended)
  circuit.begin()('failure')
  circuit.begin()('failure')
  expect(circuit.state).toBe('open')
  expect(told).toEqual(['failures'])
})

import { describe, expect, it } from 'vitest'
import type { ApiError } from '../../datasources/contract/errors.js'
import type { Permit } from '../../src/limits/admission.js'
import { Bench, type Tried } from './turns.js'

const count = (requests: readonly Tried[], state: Tried['state']): number =>
  requests.filter((request) => request.state === state).length

/**
 * Sends requests of several clients at a rate each (per ms) for so long, each with so much work at its start and as
 * much at its end and `arrivalMs` for its arrival, and returns them by client.
 */
async function load(
  bench: Bench,
  clients: Readonly<
    Record<
      string,
      { rate: number; workMs: number; waitMs?: number; arrivalMs?: number; tenant?: string; subject?: string }
    >
  >,
  ms: number,
): Promise<Record<string, Tried[]>> {
  const { loop } = bench
  const sent: Record<string, Tried[]> = Object.fromEntries(Object.keys(clients).map((name) => [name, []]))
  const ending: { at: number; end: () => void }[] = []
  const begun = loop.now()
  const due = Object.fromEntries(Object.keys(clients).map((name) => [name, begun]))
  for (let turnBegun = -1; loop.now() < begun + ms;) {
    // A turn in which nothing was done waits for events.
    if (loop.now() === turnBegun) loop.wait(0.2)
    else loop.work(0.02)
    turnBegun = loop.now()
    const ready = ending.filter(({ at }) => at <= loop.now())
    for (const each of ready) {
      ending.splice(ending.indexOf(each), 1)
      each.end()
    }
    for (const [client, { rate, workMs, waitMs = 1, arrivalMs = 0, tenant, subject }] of Object.entries(clients))
      for (; due[client]! <= loop.now(); due[client]! += 1 / rate) {
        loop.work(arrivalMs)
        sent[client]!.push(
          bench.send(
            { client, ...(tenant && { tenant }), ...(subject && { subject }) },
            {
              onStart(permit, response) {
                loop.work(workMs / 2)
                const end = () => {
                  loop.work(workMs / 2)
                  bench.admission.measure(response, { ownMs: workMs })
                  permit.release()
                }
                ending.push({ at: loop.now() + waitMs, end })
              },
            },
          ),
        )
      }
    await loop.turn()
  }
  return sent
}

describe('Admission', () => {
  it('admits at once what the process can do', async () => {
    const bench = new Bench()
    const { c } = await load(bench, { c: { rate: 0.7, workMs: 1 } }, 2_000)
    expect(count(c!, 'refused')).toBe(0)
    expect(bench.refused).toEqual([])
  })

  it.each([2, 4, 20])(
    'at %i times the capacity answers nearly as much as it can, after a short wait',
    async (factor) => {
      const bench = new Bench()
      const { c } = await load(bench, { c: { rate: factor, workMs: 1 } }, 2_000)
      expect(count(c!, 'admitted')).toBeGreaterThan(1_800)
      expect(Math.max(...bench.waits)).toBeLessThan(0.6)
      expect(bench.waits.slice(-400).every((wait) => wait < 0.2)).toBe(true)
    },
  )

  it('a thousand operations that wait for a slow provider are no overload', async () => {
    const bench = new Bench({ ceiling: 1_536 })
    const { c } = await load(bench, { c: { rate: 0.5, workMs: 0.5, waitMs: 2_000 } }, 2_500)
    expect(count(c!, 'refused')).toBe(0)
    expect(bench.admission.inFlight).toBeGreaterThan(900)
    expect(bench.admission.pace).toBeGreaterThanOrEqual(1)
  })

  it('begins less while all that arrives, refusals included, leaves the process no time, and more again afterwards', async () => {
    const bench = new Bench()
    const flood = { c: { rate: 4, workMs: 1, arrivalMs: 0.1 } }
    await load(bench, flood, 3_000)
    const waited = bench.loop.waited()
    const { c } = await load(bench, flood, 1_000)
    // Four arrivals take 0.4 of each ms: what is left goes to operations but for a little time to wait.
    expect(bench.loop.waited() - waited).toBeGreaterThan(5)
    expect(count(c!, 'admitted')).toBeGreaterThan(480)
    expect(bench.admission.pace).toBeLessThan(0.65)
    await load(bench, { c: { rate: 0.9, workMs: 1 } }, 1_000)
    const after = await load(bench, { c: { rate: 0.9, workMs: 1 } }, 1_000)
    expect(count(after['c']!, 'refused')).toBe(0)
  })

  it('operations that were begun because few were in flight keep none waiting afterwards', async () => {
    const bench = new Bench({ floor: 32 })
    // The own time of an operation holds that of others beside it, so that it is more than the process has.
    for (let i = 0; i < 2_000; i += 1) {
      const { permit, response } = bench.send()
      bench.loop.work(1)
      bench.admission.measure(response, { ownMs: 20 })
      permit!.release()
      await bench.loop.turn()
    }
    const begun = bench.loop.now()
    const bodies = Array.from({ length: 60 }, () => bench.send())
    await bench.loop.idle(2_000, () => count(bodies, 'queued') === 0)
    expect(count(bodies, 'admitted')).toBe(60)
    expect(bench.loop.now() - begun).toBeLessThan(600)
  })

  it('follows the work of operations, whatever it is taken for', async () => {
    const bench = new Bench()
    await load(bench, { c: { rate: 1, workMs: 20, waitMs: 200 } }, 5_000)
    await load(bench, { c: { rate: 0.5, workMs: 0.2, waitMs: 400 } }, 3_000)
    const { c } = await load(bench, { c: { rate: 0.5, workMs: 0.2, waitMs: 400 } }, 500)
    expect(count(c!, 'refused')).toBe(0)
  })

  it('a single pause of the process refuses nothing', async () => {
    const bench = new Bench()
    await load(bench, { c: { rate: 0.5, workMs: 1 } }, 500)
    bench.loop.work(150)
    const { c } = await load(bench, { c: { rate: 0.5, workMs: 1 } }, 1_000)
    expect(count(c!, 'refused')).toBe(0)
  })

  it('takes a burst, and for a second after its queue was full a short one only', async () => {
    const bench = new Bench()
    const refusedOf = async (requests: number) => {
      const onStart = (permit: Permit) => {
        bench.loop.work(0.5)
        permit.release()
      }
      const sent = Array.from({ length: requests }, () => bench.send({ client: 'c' }, { onStart }))
      await bench.loop.idle(900, () => bench.admission.queued === 0)
      expect(bench.admission.queued).toBe(0)
      return count(sent, 'refused')
    }
    expect(await refusedOf(300)).toBe(0)
    expect(await refusedOf(2_000)).toBeGreaterThan(1_000)
    expect(await refusedOf(300)).toBeGreaterThan(150)
    await bench.loop.idle(1_000)
    expect(await refusedOf(300)).toBe(0)
  })

  it('gives clients equal shares of the work, and what one leaves to the others', async () => {
    const bench = new Bench()
    const sent = await load(
      bench,
      { hog: { rate: 4, workMs: 1 }, modest: { rate: 0.3, workMs: 1 }, heavy: { rate: 0.4, workMs: 5 } },
      2_500,
    )
    const [hog, modest, heavy] = [sent['hog']!, sent['modest']!, sent['heavy']!]
    expect(count(modest, 'refused')).toBeLessThan(modest.length * 0.02)
    const work = { hog: count(hog, 'admitted'), heavy: count(heavy, 'admitted') * 5 }
    expect(work.hog / work.heavy).toBeGreaterThan(0.7)
    expect(work.hog / work.heavy).toBeLessThan(1.4)
  })

  it('gives tenants equal shares, however many clients one has', async () => {
    const bench = new Bench()
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`m${i}`, { rate: 0.5, workMs: 1, tenant: 'many' }]),
    )
    const sent = await load(bench, { ...many, one: { rate: 2, workMs: 1, tenant: 'one' } }, 2_500)
    const one = count(sent['one']!, 'admitted')
    const all = Object.keys(many).reduce((sum, name) => sum + count(sent[name]!, 'admitted'), 0)
    expect(one / all).toBeGreaterThan(0.8)
    expect(one / all).toBeLessThan(1.25)
  })

  it('refuses at once what its deadline would not let wait', async () => {
    const bench = new Bench()
    await load(bench, { c: { rate: 3, workMs: 2 } }, 1_000)
    const request = bench.send({}, { deadlineMs: 5 })
    expect(request.state).toBe('refused')
    expect(bench.refused.at(-1)).toBe('deadline')
  })

  it('drops a queued request at its deadline', async () => {
    const bench = new Bench({ floor: 1, ceiling: 1 })
    const running = bench.send()
    const waiting = bench.send({ client: 'other', tenant: 'other' }, { deadlineMs: 100 })
    expect(waiting.state).toBe('queued')
    await bench.loop.idle(120)
    expect(waiting.state).toBe('refused')
    expect(bench.refused).toEqual(['expired'])
    running.permit!.release()
  })

  it('a refusal is retryable, says when, and has its HTTP status', async () => {
    const bench = new Bench()
    await load(bench, { c: { rate: 8, workMs: 1 } }, 1_000)
    const errors = Array.from({ length: 200 }, () => bench.send()).flatMap(({ error }) => (error as ApiError) ?? [])
    const seconds = errors.map(({ extensions }) => extensions['retryAfterSeconds'] as number)
    expect(new Set(errors.map(({ code, extensions }) => `${code} ${String(extensions['retryable'])}`))).toEqual(
      new Set(['OVERLOADED true']),
    )
    expect(new Set(seconds).size).toBeGreaterThan(1)
    expect(errors[0]!.extensions['http']).toEqual({
      status: 503,
      headers: new Map([['retry-after', String(seconds[0])]]),
    })
  })

  it('leaves an eighth of the places to other tenants, and tells the one above its share to slow down', () => {
    const bench = new Bench({ floor: 64, ceiling: 64 })
    const hog = Array.from({ length: 64 }, (_, i) => bench.send({ tenant: 'hog', client: `c${i}` }))
    expect(count(hog, 'admitted')).toBe(56)
    const { code, extensions } = hog.at(-1)!.error as ApiError
    expect([code, (extensions['http'] as { status: number }).status]).toEqual(['RATE_LIMITED', 429])
    expect(bench.send({ tenant: 'other' }).state).toBe('admitted')
  })

  it('keeps no permit and no place of a client that leaves', async () => {
    const bench = new Bench({ floor: 2, ceiling: 2 })
    const running = [bench.send({ tenant: 'a' }), bench.send({ tenant: 'b' })]
    const leaver = bench.send({ tenant: 'x' })
    const stayer = bench.send({ tenant: 'y' })
    expect([bench.admission.inFlight, bench.admission.queued]).toEqual([2, 2])
    leaver.response.emit('close')
    expect(bench.admission.queued).toBe(1)
    for (const { permit } of running) {
      permit!.release()
      permit!.release()
    }
    await bench.loop.idle(50)
    expect([leaver.state, stayer.state]).toEqual(['refused', 'admitted'])
    expect([bench.admission.inFlight, bench.admission.queued]).toEqual([1, 0])
    stayer.permit!.release()
    expect(bench.admission.inFlight).toBe(0)
    expect(bench.refused).toEqual([])
  })
})

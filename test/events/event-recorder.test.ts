import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StateChange } from '../../datasources/contract/state-change.js'
import { EventRecorder } from '../../src/events/event-recorder.js'
import { createGate } from '../support/gate.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const change = (id: number): StateChange => ({
  type: 'personVerification',
  id: String(id),
  state: 'PENDING',
  isFinal: false,
})

/** A recorder of a store that answers each record as the test says, by its number from 0. */
function world(answer: (attempt: number) => Promise<unknown>) {
  const startedAt = performance.now()
  const attempts: string[] = []
  const recorded: string[] = []
  const lines: string[] = []
  const recorder = new EventRecorder({
    events: {
      async record(_tenant: string | undefined, { id }: StateChange) {
        attempts.push(`${id} at ${Math.round(performance.now() - startedAt)}`)
        await answer(attempts.length - 1)
        recorded.push(id)
        return {} as never
      },
      subscribeAll: () => () => undefined,
    } as never,
    log: { warn: (_members: object, line: string) => void lines.push(line) } as never,
    metrics: { eventRecorded: () => undefined, eventDropped: () => undefined, eventsWait: () => undefined },
  })
  return { recorder, record: recorder.of(undefined), attempts, recorded, lines }
}
const ids = (count: number) => Array.from({ length: count }, (_, id) => String(id))

test('changes that go on do not put off the retry after a failed record, and all are recorded in their order', async () => {
  const { recorder, record, attempts, recorded, lines } = world((attempt) =>
    attempt === 0 ? Promise.reject(new Error('no')) : Promise.resolve(),
  )
  for (let id = 0; id < 20; id += 1) {
    record(change(id))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(attempts.slice(0, 3)).toEqual(['0 at 0', '0 at 500', '1 at 500'])
  expect(recorded).toEqual(ids(20))
  expect(lines).toEqual(['changes of state are not recorded', 'changes of state are recorded again'])
  await recorder.close()
})

test('while the store is away it is tried each 500 ms, however many changes come', async () => {
  const { recorder, record, attempts } = world(() => Promise.reject(new Error('no')))
  for (let id = 0; id < 20; id += 1) {
    record(change(id))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(attempts).toEqual(['0 at 0', '0 at 500', '0 at 1000', '0 at 1500', '0 at 2000'])
  await recorder.close()
  expect(attempts).toHaveLength(6)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(attempts).toHaveLength(6)
})

test('no other retry begins while one runs', async () => {
  const gate = createGate()
  const { recorder, record, attempts, recorded, lines } = world((attempt) =>
    attempt === 0 ? Promise.reject(new Error('no')) : gate.opened,
  )
  for (let id = 0; id < 30; id += 1) {
    record(change(id))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(attempts).toEqual(['0 at 0', '0 at 500'])
  gate.open()
  await vi.advanceTimersByTimeAsync(0)
  expect(recorded).toEqual(ids(30))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(attempts).toHaveLength(31)
  expect(lines).toHaveLength(2)
  await recorder.close()
})

test('a record that succeeds while a retry runs does not tell that the store is back', async () => {
  const [late, retried] = [createGate(), createGate()]
  const { recorder, record, recorded, lines } = world((attempt) => {
    if (attempt === 0) return late.opened
    if (attempt === 1) return Promise.reject(new Error('no'))
    return attempt === 2 ? retried.opened : Promise.resolve()
  })
  record(change(0))
  record(change(1))
  await vi.advanceTimersByTimeAsync(500)
  late.open()
  await vi.advanceTimersByTimeAsync(0)
  record(change(2))
  await vi.advanceTimersByTimeAsync(0)
  expect([recorded, lines]).toEqual([['0'], ['changes of state are not recorded']])
  retried.open()
  await vi.advanceTimersByTimeAsync(0)
  expect(recorded).toEqual(['0', '1', '2'])
  await recorder.close()
})

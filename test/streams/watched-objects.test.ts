import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Observed } from '../../resolvers/context.js'
import type { Watched } from '../../src/events/event-log.js'
import { type Watch, WatchedObjects } from '../../src/streams/watched-objects.js'

const PERSON: Watched = { tenant: undefined, type: 'personVerification', id: 'one' }
const PENDING: Observed = { state: 'PENDING', isFinal: false, nextPollAt: null }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Watchers of one object that no provider announces: who polled it, by name. */
function world() {
  const polled: string[] = []
  const objects = new WatchedObjects({
    events: { subscribe: () => () => undefined },
    polls: { needs: () => true, take: () => Promise.resolve({ isTaken: true, nextAt: Date.now() + 1_000 }) },
    now: () => Date.now(),
  })
  const watch = (name: string, isReader = true): Watch =>
    objects.watch(
      PERSON,
      {
        changed: () => undefined,
        poll() {
          polled.push(name)
          return Promise.resolve(PENDING)
        },
      },
      isReader,
    )
  return { polled, watch }
}

test('the polls of an object that ended without a reader begin again with the next one, while another watcher stayed', async () => {
  const { polled, watch } = world()
  const overview = watch('overview', false)
  const first = watch('first')
  first.schedule(PENDING)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(polled).toEqual(['first'])
  first.end()
  // The next poll finds no reader.
  await vi.advanceTimersByTimeAsync(5_000)
  expect(polled).toEqual(['first'])
  const later = watch('later')
  later.schedule(PENDING)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(polled).toEqual(['first', 'later', 'later'])
  later.end()
  overview.end()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(polled).toEqual(['first', 'later', 'later'])
})

test('the polls of an object go on with a reader that comes before the next one is due', async () => {
  const { polled, watch } = world()
  watch('overview', false)
  const first = watch('first')
  first.schedule(PENDING)
  await vi.advanceTimersByTimeAsync(1_500)
  first.end()
  const later = watch('later')
  later.schedule(PENDING)
  await vi.advanceTimersByTimeAsync(500)
  expect(polled).toEqual(['first', 'later'])
  later.end()
})

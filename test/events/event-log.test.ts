import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { StateChange } from '../../datasources/contract/state-change.js'
import { EVENT_STREAM } from '../../src/events/event-codec.js'
import type { EventLog, StateEvent } from '../../src/events/event-log.js'
import type { EventSettings } from '../../src/events/event-settings.js'
import { MemoryEventLog } from '../../src/events/memory-event-log.js'
import { RedisEventLog } from '../../src/events/redis-event-log.js'
import { createGate } from '../support/gate.js'
import { cipherOf } from '../support/keys.js'
import { search } from '../support/leaks.js'
import { addressOf, emptyDatabase, type PrivateRedis, privateRedis } from '../support/redis.js'

const PATIENT = { timeout: 20_000 }
const SETTINGS: EventSettings = { maxCount: 1_000, retentionMs: 3_600_000, sequenceMs: 7_200_000 }
const KEY = randomBytes(32)

const noFault = (error: unknown): void => {
  throw error
}
interface Opened {
  readonly url?: string
  readonly keys?: readonly Buffer[]
  readonly settings?: Partial<EventSettings>
  readonly claimAfterMs?: number
}

let url: string
let redis: Redis
const open: EventLog[] = []
beforeAll(async () => {
  url = await emptyDatabase()
  redis = new Redis(url)
})
afterAll(async () => {
  await Promise.all(open.map((log) => log.close()))
  redis.disconnect()
})

/** A replica's log. */
function replica({ keys = [KEY], settings, claimAfterMs, ...of }: Opened = {}): RedisEventLog {
  const log = new RedisEventLog({
    address: addressOf(of.url ?? url),
    cipher: cipherOf(keys),
    settings: { ...SETTINGS, ...settings },
    onFault: noFault,
    claimAfterMs,
  })
  open.push(log)
  return log
}
/** A replica's log that is connected. */
async function ready(options?: Opened): Promise<RedisEventLog> {
  const log = replica(options)
  await vi.waitFor(() => log.find('1-1'), PATIENT)
  return log
}

const change = (id: string, state: string, rest: Partial<StateChange> = {}): StateChange => ({
  type: 'personVerification',
  id,
  state,
  isFinal: false,
  ...rest,
})

/** Collects what a listener or a handler is told. */
function collector() {
  const events: StateEvent[] = []
  return { events, add: (event: StateEvent) => void events.push(event) }
}
const told = (events: readonly StateEvent[]) => events.map(({ sequence, state }) => `${sequence} ${state}`)

describe.each([
  ['in memory', () => Promise.resolve(new MemoryEventLog(SETTINGS, noFault))],
  ['in Redis', () => ready()],
])('an object %s', (_where, opened) => {
  let log: EventLog
  beforeAll(async () => {
    log = await opened()
  })

  test.each<[what: string, changes: readonly [state: string, rest?: Partial<StateChange>, ageMs?: number][], string[]]>(
    [
      ['counts its changes from 1', [['PENDING'], ['ACCEPTED'], ['PENDING']], ['1 PENDING', '2 ACCEPTED', '3 PENDING']],
      ['has each state once', [['PENDING'], ['PENDING'], ['ACCEPTED'], ['ACCEPTED']], ['1 PENDING', '2 ACCEPTED']],
      [
        'has two changes of one word where their revisions differ',
        [
          ['CHANGED', { revision: 'a' }],
          ['CHANGED', { revision: 'a' }],
          ['CHANGED', { revision: 'b' }],
        ],
        ['1 CHANGED', '2 CHANGED'],
      ],
      [
        'does not change after its final state',
        [['PENDING'], ['COMPLETED', { isFinal: true }], ['PENDING'], ['EXPIRED', { isFinal: true }]],
        ['1 PENDING', '2 COMPLETED'],
      ],
      [
        'has no event for the first state that is only read',
        [
          ['PENDING', { isObserved: true }],
          ['PENDING', { isObserved: true }],
          ['ACCEPTED', { isObserved: true }],
        ],
        ['1 ACCEPTED'],
      ],
      [
        'does not go back to what was seen before its last change',
        [['A'], ['B', {}, 3_600_000], ['C']],
        ['1 A', '2 C'],
      ],
    ],
  )('%s', async (_what, changes, expected) => {
    const id = randomUUID()
    const { events, add } = collector()
    const end = log.subscribe({ tenant: undefined, type: 'personVerification', id: id.toUpperCase() }, add)
    const recorded: StateEvent[] = []
    for (const [state, rest, ageMs] of changes) {
      const event = await log.record(undefined, change(id, state, rest), ageMs)
      if (event) recorded.push(event)
    }
    expect(told(recorded)).toEqual(expected)
    await vi.waitFor(() => expect(events).toEqual(recorded), PATIENT)
    for (const event of recorded) expect(await log.find(event.eventId)).toEqual(event)
    end()
    expect(log.isWatched({ tenant: undefined, type: 'personVerification', id })).toBe(false)
  })

  test('of one tenant is another one than that of another tenant, and of none', async () => {
    const id = randomUUID()
    const tenants = [undefined, 'a', 'b']
    const collected = tenants.map((tenant) => {
      const { events, add } = collector()
      log.subscribe({ tenant, type: 'personVerification', id }, add)
      return events
    })
    for (const tenant of tenants) await log.record(tenant, change(id, 'PENDING'))
    await vi.waitFor(() => expect(collected.map((events) => events.length)).toEqual([1, 1, 1]), PATIENT)
    expect(collected.map(([event]) => event!.tenant)).toEqual(tenants)
    expect(collected.map(([event]) => event!.sequence)).toEqual([1, 1, 1])
  })

  test('is handled until a handler resolves, from the oldest event on', async () => {
    const [early, late] = [randomUUID(), randomUUID()]
    await log.record(undefined, change(early, 'PENDING'))
    const handled: StateEvent[] = []
    const group = `group-${randomUUID()}`
    log.consume(group, (event) => Promise.resolve(void handled.push(event)))
    await log.record(undefined, change(late, 'PENDING'))
    const ids = () => handled.map(({ objectId }) => objectId)
    await vi.waitFor(() => expect(ids()).toEqual(expect.arrayContaining([early, late])), PATIENT)
    expect(new Set(handled.map(({ eventId }) => eventId)).size).toBe(handled.length)
  })

  test.each(['', 'x', '1', '1-', '-', '+', '9999999999999-0'])('is not found by %j', async (eventId) => {
    expect(await log.find(eventId)).toBeNull()
  })
})

describe('two replicas', () => {
  test('record each state once, in a sequence without a gap, and tell it to the listeners of both', async () => {
    const [a, b] = await Promise.all([ready(), ready()])
    const id = randomUUID()
    const object = { tenant: undefined, type: 'personVerification', id } as const
    const [atA, atB] = [collector(), collector()]
    a.subscribe(object, atA.add)
    b.subscribe(object, atB.add)
    const states = Array.from({ length: 50 }, (_, i) => `S${i}`)
    // Each state by both at once, so that one of them comes second.
    const recorded: StateEvent[] = []
    for (const state of states) {
      const both = await Promise.all([a, b].map((log) => log.record(undefined, change(id, state))))
      recorded.push(...both.filter((event) => event !== undefined))
    }
    expect(told(recorded)).toEqual(states.map((state, i) => `${i + 1} ${state}`))
    await vi.waitFor(() => expect([atA.events, atB.events]).toEqual([recorded, recorded]), PATIENT)
  })

  test('give numbers without a gap to changes that come at once', async () => {
    const [a, b] = await Promise.all([ready(), ready()])
    const id = randomUUID()
    const events = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 ? a : b).record(undefined, change(id, `S${i}`))),
    )
    const sequences = events.map((event) => event!.sequence).sort((one, other) => one - other)
    expect(sequences).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    const byId = [...events].sort((one, other) => (one!.eventId < other!.eventId ? -1 : 1))
    expect(new Set(events.map((event) => event!.eventId)).size).toBe(100)
    expect(byId).toHaveLength(100)
  })

  test('go on with the sequence of an object while their keys are rotated, and record no state anew', async () => {
    const [OLD, NEW] = [randomBytes(32), randomBytes(32)]
    const [before, after] = await Promise.all([ready({ keys: [OLD, NEW] }), ready({ keys: [NEW, OLD] })])
    const id = randomUUID()
    const one = await before.record(undefined, change(id, 'A'))
    expect(await after.record(undefined, change(id, 'A'))).toBeUndefined()
    const two = await after.record(undefined, change(id, 'B'))
    const three = await before.record(undefined, change(id, 'C'))
    expect(await after.record(undefined, change(id, 'C'))).toBeUndefined()
    expect(told([one!, two!, three!])).toEqual(['1 A', '2 B', '3 C'])
    for (const event of [one!, two!, three!])
      expect([await before.find(event.eventId), await after.find(event.eventId)]).toEqual([event, event])
  })
})

describe('what is kept', () => {
  test('is as many events as the setting says, and none that is older than it says', async () => {
    const own = await emptyDatabase()
    const admin = new Redis(own)
    const few = await ready({ url: own, settings: { maxCount: 3 } })
    for (let i = 0; i < 10; i += 1) await few.record(undefined, change(`p${i}`, 'PENDING'))
    expect(await admin.xlen(EVENT_STREAM)).toBe(3)
    expect(await admin.keys('kyc:event:*')).toHaveLength(3)
    expect(await admin.pttl(EVENT_STREAM)).toBeGreaterThan(0)
    const many = await ready({ url: own })
    // Two events of two hours ago.
    await admin.del(EVENT_STREAM)
    const ms = Date.now() - 2 * SETTINGS.retentionMs
    for (const count of [0, 1]) await admin.xadd(EVENT_STREAM, `${ms}-${count}`, 'n', '1', 'v', 'x')
    const event = (await many.record(undefined, change('p', 'PENDING')))!
    expect((await admin.xrange(EVENT_STREAM, '-', '+')).map(([id]) => id)).toEqual([event.eventId])
    admin.disconnect()
  })

  test('of the sequence outlives the events, and after a final state lasts as long as they do', async () => {
    const own = await emptyDatabase()
    const admin = new Redis(own)
    const log = await ready({ url: own, settings: { maxCount: 1 } })
    const ttl = async () => admin.pttl((await admin.keys('kyc:event-sequence:*'))[0]!)
    await log.record(undefined, change('p', 'A'))
    expect(await ttl()).toBeGreaterThan(SETTINGS.retentionMs)
    await log.record(undefined, change('q', 'A'))
    expect((await log.record(undefined, change('p', 'B')))!.sequence).toBe(2)
    await admin.del((await admin.keys('kyc:event-sequence:*'))[0]!, (await admin.keys('kyc:event-sequence:*'))[1]!)
    await log.record(undefined, change('p', 'DONE', { isFinal: true }))
    expect(await ttl()).toBeLessThanOrEqual(SETTINGS.retentionMs)
    admin.disconnect()
  })

  test('in memory is the last state of the 10,000 objects that changed last', async () => {
    const log = new MemoryEventLog(SETTINGS, noFault)
    const record = async (id: string) => (await log.record(undefined, change(id, 'PENDING')))?.sequence
    expect(await record('first')).toBe(1)
    for (let i = 0; i < 9_999; i += 1) await record(`p${i}`)
    expect(await record('first')).toBeUndefined()
    for (let i = 0; i < 10_000; i += 1) await record(`q${i}`)
    expect(await record('first')).toBe(1)
    expect(await record('q9999')).toBeUndefined()
  })

  test('tells neither ids, nor tenants, nor states', async () => {
    const own = await emptyDatabase()
    const admin = new Redis(own)
    const log = await ready({ url: own })
    const marks = ['zyxqu-person', 'zyxqu-tenant', 'zyxqu-state', 'zyxqu-owner', 'zyxqu-subject', 'zyxqu-revision']
    const [id, tenant, state, owner, subject, revision] = marks as [string, string, string, string, string, string]
    await log.record(tenant, change(id, state, { owner, subjects: [subject], revision }))
    const names = await admin.keys('*')
    const entries = JSON.stringify(await admin.xrange(EVENT_STREAM, '-', '+'))
    const values = await Promise.all(names.filter((name) => name !== EVENT_STREAM).map((name) => admin.getBuffer(name)))
    const places = [...names, entries, ...values.map((bytes) => bytes!.toString('latin1'))]
    expect(names).toHaveLength(3)
    expect(
      search(
        marks,
        places.map((text) => ({ name: 'Redis', text })),
      ),
    ).toEqual([])
    expect(new Set(names.map((name) => /\{\w+\}/.exec(name)![0]))).toEqual(new Set(['{events}']))
    admin.disconnect()
  })

  test('is passed over where no given key reads it', async () => {
    const log = await ready()
    const other = await ready({ keys: [randomBytes(32)] })
    const id = randomUUID()
    const { events, add } = collector()
    other.subscribeAll(add)
    const hidden = (await log.record(undefined, change(id, 'A')))!
    const own = (await other.record(undefined, change(id, 'A')))!
    await vi.waitFor(() => expect(events).toEqual([own]), PATIENT)
    await expect(other.find(hidden.eventId)).rejects.toMatchObject({ code: 'STORE_UNTRUSTED' })
  })
})

describe('an event that a process left behind', () => {
  const never = createGate()
  afterAll(never.open)

  test.each<[how: string, fail: () => Promise<void>]>([
    ['as it never came back from it', () => never.opened],
    ['as its handler rejected', () => Promise.reject(new Error('no'))],
  ])('%s is handled by another one', async (_how, fail) => {
    const own = await emptyDatabase()
    const settings = { url: own, claimAfterMs: 200 }
    const [a, b] = [await ready(settings), await ready(settings)]
    const [atA, atB] = [collector(), collector()]
    a.consume('hooks', (taken) => {
      atA.add(taken)
      return fail()
    })
    const event = await a.record(undefined, change('p', 'A'))
    await vi.waitFor(() => expect(atA.events).toContainEqual(event), PATIENT)
    // One that goes on would take it over as well.
    void a.close()
    b.consume('hooks', (taken) => Promise.resolve(atB.add(taken)))
    await vi.waitFor(() => expect(atB.events).toEqual([event]), PATIENT)
    const admin = new Redis(own)
    await vi.waitFor(async () => expect((await admin.xpending(EVENT_STREAM, 'hooks'))[0]).toBe(0), PATIENT)
    admin.disconnect()
  })
})

test('events for which no subscriber waits are read together, and at once as soon as one waits', async () => {
  const own = await privateRedis()
  const admin = new Redis(own.url)
  const reader = await ready({ url: own.url })
  const heard = collector()
  reader.subscribeAll(heard.add)
  const reads = async (): Promise<number> => {
    const stats = await admin.info('commandstats')
    return Number(/^cmdstat_mget:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
  }
  /** Records events that come one after the other, and answers how often their values were read. */
  const record = async (count: number): Promise<number> => {
    const [before, known] = [await reads(), heard.events.length]
    for (let i = 0; i < count; i += 1) {
      await reader.record(undefined, change('p', `S${known + i}`))
      await delay(15)
    }
    await vi.waitFor(() => expect(heard.events).toHaveLength(known + count), PATIENT)
    return (await reads()) - before
  }
  const together = await record(30)
  reader.subscribe({ tenant: undefined, type: 'personVerification', id: 'another' }, () => undefined)
  const alone = await record(30)
  expect(together).toBeLessThan(alone / 2)
  admin.disconnect()
  await reader.close()
  await own.kill()
})

describe('a Redis that is restarted', () => {
  let own: PrivateRedis
  beforeAll(async () => {
    own = await privateRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  })
  afterAll(() => own.kill())

  test('costs no listener and no handler an event', async () => {
    const [writer, reader] = await Promise.all([ready({ url: own.url }), ready({ url: own.url })])
    const [heard, handled] = [collector(), collector()]
    reader.subscribeAll(heard.add)
    reader.consume('hooks', (event) => Promise.resolve(handled.add(event)))
    const events: StateEvent[] = []
    const record = async (state: string) => {
      await vi.waitFor(async () => {
        // Undefined where an attempt without an answer was made.
        const event = await writer.record(undefined, change('p', state))
        if (event) events.push(event)
      }, PATIENT)
    }
    await record('A')
    await vi.waitFor(() => expect(heard.events).toEqual(events), PATIENT)
    await own.kill()
    await expect(writer.record(undefined, change('p', 'B'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await own.start()
    await record('C')
    await record('D')
    await vi.waitFor(() => expect(told(heard.events)).toEqual(['1 A', '2 C', '3 D']), PATIENT)
    await vi.waitFor(() => expect(told(handled.events).sort()).toEqual(['1 A', '2 C', '3 D']), PATIENT)
  })

  test('and lost its data, or the last of it, is read from where it begins', async () => {
    const [writer, reader] = await Promise.all([ready({ url: own.url }), ready({ url: own.url })])
    const heard = collector()
    const handled = collector()
    reader.subscribeAll(heard.add)
    reader.consume('others', (event) => Promise.resolve(handled.add(event)))
    const admin = new Redis(own.url)
    admin.on('error', () => undefined)
    // An entry of a later time than any clock states: what comes next has an id before it.
    const last = await writer.record(undefined, change('q', 'A'))
    await vi.waitFor(() => expect(heard.events).toEqual([last]), PATIENT)
    const [, fields] = (await admin.xrange(EVENT_STREAM, last!.eventId, last!.eventId))[0]!
    await admin.xadd(EVENT_STREAM, `${Date.now() + 3_600_000}-0`, ...fields)
    await vi.waitFor(() => expect(heard.events).toHaveLength(2), PATIENT)
    await admin.flushall()
    await own.kill()
    await own.start()
    await vi.waitFor(() => writer.record(undefined, change('q', 'B')), PATIENT)
    await vi.waitFor(() => expect(heard.events.map(({ state }) => state)).toEqual(['A', 'A', 'B']), PATIENT)
    await vi.waitFor(() => expect(handled.events.at(-1)?.state).toBe('B'), PATIENT)
    admin.disconnect()
  })
})

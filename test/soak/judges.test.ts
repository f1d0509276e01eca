import { expect, test } from 'vitest'
import { OPS, PARTNER } from './callers.js'
import { plan } from './chaos.js'
import { type Entry, Ledger, type Outcome } from './ledger.js'
import { slope } from './memory.js'
import { Oracle } from './oracle.js'
import { randomOf } from './random.js'
import { exchange } from './exchange.js'
import { READS } from './reads.js'

const MARK = 'Zyxsoak1vob'
const PERSON = 'a0000000-0000-4000-8000-000000000999'
const row = (id: string, more: object = {}) => ({
  id,
  first_name: MARK,
  last_name: MARK,
  status: 'ACTIVE',
  verification_status: 'UNVERIFIED',
  ...more,
})

const created = (id: string) => exchange('POST', '/v0/persons', { first_name: MARK }, row(id))

const rules = { mutation: 'createPerson', once: true, idOf: ({ id }: { id: string }) => id }
const done = (id: string): Outcome => ({ payload: { id, replayed: false } })
const refused = (code: string, more: object = {}): Outcome => ({
  error: { message: '', extensions: { code, ...more } },
})

/** A ledger over what was carried out, and what it finds in these answers in their order. */
function found(effects: readonly string[], outcomes: readonly Outcome[], storeWasAway = false): string[] {
  const oracle = new Oracle()
  for (const id of effects) oracle.watch('synctera', created(id))
  const ledger = new Ledger(oracle, () => storeWasAway)
  const entry: Entry = ledger.begin({ rules, client: 'ops', key: 'key-1', mark: MARK, input: {} })
  outcomes.forEach((outcome, i) => {
    entry.sent += 1
    ledger.answered(entry, { from: i * 10 + 1, to: i * 10 + 5 }, outcome)
  })
  ledger.close()
  return [...new Set(ledger.findings.map(({ kind }) => kind))]
}

test('a write that goes well, however often it is sent, is nothing to find', () => {
  expect(
    found(
      ['one'],
      [
        'unheard',
        refused('IDEMPOTENCY_IN_PROGRESS'),
        done('one'),
        done('one'),
        refused('STORE_UNAVAILABLE'),
        done('one'),
      ],
    ),
  ).toEqual([])
  expect(found([], [refused('NOT_FOUND', { providerStatus: 404 }), refused('NOT_FOUND', { replayed: true })])).toEqual(
    [],
  )
  expect(found([], [refused('PROVIDER_UNAVAILABLE')])).toEqual([])
  expect(found(['one'], [refused('OUTCOME_UNKNOWN')])).toEqual([])
})

test('a write done twice is found, whatever was answered', () => {
  for (const outcomes of [[done('one')], ['unheard'], [refused('OUTCOME_UNKNOWN')], []] as const)
    expect(found(['one', 'two'], outcomes)).toContain('double write')
})

test('a write answered as done and not done is found', () => {
  expect(found([], [done('one')])).toContain('lost write')
})

test('a write answered as not done and done is found', () => {
  expect(found(['one'], [refused('PROVIDER_UNAVAILABLE')])).toEqual(['wrong answer'])
  expect(found(['one'], [refused('NOT_FOUND', { providerStatus: 404 })])).toEqual(['wrong answer'])
})

test('an outcome that changes is found, unless the store was away and could not keep it', () => {
  expect(found(['one'], [done('one'), refused('OUTCOME_UNKNOWN')])).toEqual(['changed outcome'])
  expect(found(['one'], [done('one'), refused('OUTCOME_UNKNOWN')], true)).toEqual([])
  expect(found(['one', 'two'], [done('one'), done('two')], true)).toContain('changed outcome')
  expect(
    found([], [refused('NOT_FOUND', { providerStatus: 404 }), refused('CONFLICT', { providerStatus: 409 })]),
  ).toEqual(['changed outcome'])
})

const personRead = (caller: typeof OPS, oracle: Oracle) => {
  const random = randomOf(1)
  const kind = READS.find(({ name }) => name === 'person')!
  for (;;) {
    const read = kind.make(random, oracle)!
    if (read.caller === caller) return read
  }
}

test('a stale value, a value of another customer and an unmasked value are found', async () => {
  const oracle = new Oracle()
  oracle.watch('synctera', created(PERSON))
  const before = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 5))
  oracle.watch(
    'synctera',
    exchange(
      'PATCH',
      `/v0/persons/${PERSON}`,
      { chosen_name: 'Zyxsoak2vob' },
      row(PERSON, { chosen_name: 'Zyxsoak2vob' }),
    ),
  )
  await new Promise((resolve) => setTimeout(resolve, 5))
  const now = { from: Date.now(), to: Date.now() }
  const { judge } = personRead(OPS, oracle)
  const answer = (chosenName: string | null, id = PERSON) => ({ person: { id, firstName: MARK, chosenName } })
  expect(judge(answer('Zyxsoak2vob'), [], now)).toEqual([])
  // Beside the change either was true.
  expect(judge(answer(null), [], { ...now, from: before })).toEqual([])
  expect(judge(answer(null), [], now)).toHaveLength(1)
  expect(judge(answer('Zyxsoak3vob'), [], now)).toHaveLength(1)
  expect(judge(answer('Zyxsoak2vob', 'another'), [], now)).toHaveLength(1)
  expect(judge({ person: null }, [], now)).toHaveLength(1)
  const masked = personRead(PARTNER, oracle).judge
  expect(masked({ person: { id: PERSON, firstName: 'Z•••', chosenName: 'Z•••' } }, [], now)).toEqual([])
  expect(masked(answer('Zyxsoak2vob'), [], now)).toHaveLength(1)
})

test('what a provider repeats under its own key is one effect', () => {
  const oracle = new Oracle()
  const patch = (key: string, more: object) =>
    oracle.watch('synctera', exchange('PATCH', `/v0/persons/${PERSON}`, { chosen_name: MARK }, row(PERSON, more), key))
  patch('k', {})
  patch('k', {})
  expect(oracle.effects(MARK).size).toBe(1)
  patch('other', {})
  expect(oracle.effects(MARK).size).toBe(2)
})

test('a megabyte a second is sixty a minute', () => {
  expect(slope(Array.from({ length: 30 }, (_, second) => ({ second, bytes: second * 2 ** 20 })))).toBeCloseTo(60)
  expect(slope(Array.from({ length: 30 }, (_, second) => ({ second, bytes: 5 })))).toBe(0)
})

test('the same seed makes the same plan, with every kind of fault, and kills no process so late that a lease outlasts the run', () => {
  for (const seconds of [60, 600]) {
    const troubles = plan(randomOf(5), seconds, 3)
    expect(plan(randomOf(5), seconds, 3)).toEqual(troubles)
    expect(new Set(troubles.map(({ kind }) => kind))).toEqual(new Set(['fault', 'redis', 'kill']))
    for (const { kind, at } of troubles) if (kind === 'kill') expect(at).toBeLessThan(seconds - 32)
  }
})

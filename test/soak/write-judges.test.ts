import { expect, test } from 'vitest'
import type { Exchange } from '../../datasources/emulator/run.js'
import { exchange } from './exchange.js'
import { Ledger } from './ledger.js'
import { Oracle } from './oracle.js'
import { judgeRows } from './payee-jobs.js'
import { WRITES } from './writes.js'

const MARK = 'Zyxsoak1vob'
const PERSON = 'a0000000-0000-4000-8000-000000000999'
const MADE = 'b0000000-0000-4000-8000-000000000001'

/** The kinds of findings of a write whose effects are these exchanges, answered once with its first id. */
function foundOf(mutation: string, mark: string, exchanges: readonly Exchange[], payload: object): string[] {
  const oracle = new Oracle()
  for (const one of exchanges) oracle.watch('synctera', one)
  const ledger = new Ledger(oracle, () => false)
  const kind = WRITES.find((write) => write.mutation === mutation)!
  const entry = ledger.begin({ rules: kind, client: 'ops', key: 'key-1', mark, input: {} })
  entry.sent += 1
  ledger.answered(entry, { from: 1, to: 5 }, { payload: { ...payload, replayed: false } })
  ledger.close()
  return [...new Set(ledger.findings.map(({ kind: found }) => found))]
}

test.each<[mutation: string, mark: string, exchange: (id: string) => Exchange, payload: object]>([
  [
    'recordDisclosure',
    '2020-01-01T00:00:01.000Z',
    (id) => exchange('POST', '/v0/disclosures', { disclosure_date: '2020-01-01T00:00:01.000Z' }, { id }),
    { disclosure: { id: MADE } },
  ],
  [
    'subscribeToMonitoring',
    `monitoring of ${PERSON}`,
    (id) => exchange('POST', '/v0/monitoring/subscriptions', { person_id: PERSON }, { id }),
    { subscription: { id: MADE } },
  ],
  [
    'addPersonalId',
    MARK,
    (id) => exchange('POST', '/v0/persons/personal_ids', { customer_id: PERSON, identifier: MARK }, { id }),
    { personalId: { id: MADE } },
  ],
  [
    'recordPersonVerification',
    '2020-01-01T00:00:02.000Z',
    (id) =>
      exchange(
        'POST',
        '/v0/verifications',
        { person_id: PERSON, result: 'REVIEW', verification_time: '2020-01-01T00:00:02.000Z' },
        { id },
      ),
    { verification: { id: MADE } },
  ],
])(
  'a %s that is done once is nothing to find; done twice, not done, or with another id it is',
  (mutation, mark, one, payload) => {
    expect(foundOf(mutation, mark, [one(MADE), one(MADE)], payload)).toEqual([])
    expect(foundOf(mutation, mark, [one(MADE), one(PERSON)], payload)).toEqual(['double write'])
    expect(foundOf(mutation, mark, [], payload)).toContain('lost write')
    expect(foundOf(mutation, mark, [one(PERSON)], payload)).toEqual(['wrong answer'])
  },
)

test.each<[mutation: string, mark: string, made: Exchange, payload: object]>([
  [
    'endMonitoring',
    `end of ${MADE}`,
    exchange('DELETE', `/v0/monitoring/subscriptions/${MADE}`, {}, { id: MADE }),
    { deletedId: MADE },
  ],
  [
    'deletePersonalId',
    `deletion of ${MADE}`,
    exchange('DELETE', `/v0/persons/personal_ids/${MADE}`, {}, { id: MADE }),
    { personalIdId: MADE },
  ],
  [
    'correctPersonalId',
    MARK,
    exchange('PATCH', `/v0/persons/personal_ids/${MADE}`, { identifier: MARK }, { id: MADE }),
    { personalId: { id: MADE } },
  ],
  [
    'startDocumentVerification',
    `session of ${PERSON}`,
    exchange('POST', '/v0/verifications/docv_session', { person_id: PERSON }, { session_token: MADE }),
    { session: { token: MADE } },
  ],
])('a %s that is done is nothing to find; not done it is', (mutation, mark, made, payload) => {
  expect(foundOf(mutation, mark, [made], payload)).toEqual([])
  expect(foundOf(mutation, mark, [], payload)).toContain('lost write')
})

test('a challenge is no outcome, unless the write was done before', () => {
  const kind = WRITES.find(({ mutation, isFinal }) => mutation === 'setAccountEntitlements' && isFinal)!
  const answers = (...challenges: (object | null)[]) => {
    const oracle = new Oracle()
    oracle.watch(
      'apiture',
      exchange(
        'PUT',
        '/bankingAdmin/bankingCustomers/c/accountEntitlements',
        {},
        { items: [{ account: { accountNumber: '1', nickname: MARK }, roles: {} }] },
      ),
    )
    const ledger = new Ledger(oracle, () => false)
    const entry = ledger.begin({ rules: kind, client: 'ops', key: 'key-1', mark: MARK, input: {} })
    challenges.forEach((challenge, i) => {
      entry.sent += 1
      ledger.answered(entry, { from: i * 10 + 1, to: i * 10 + 5 }, { payload: { entitlements: {}, challenge } })
    })
    return ledger.findings.map(({ kind: found }) => found)
  }
  expect(answers({ challengeId: 'c' }, { challengeId: 'd' }, null, null)).toEqual([])
  expect(answers(null, { challengeId: 'c' })).toEqual(['changed outcome'])
})

test('a row of a job that was asked twice, or has an outcome that is not its own, is found', () => {
  const effects = new Map([
    ['a', new Set(['one'])],
    ['b', new Set(['one', 'two'])],
  ])
  const oracle = { effects: (mark: string) => effects.get(mark) ?? new Set<string>() }
  const row = (clientReference: string, id: string | null) => ({
    clientReference,
    state: id === null ? 'FAILED' : 'COMPLETED',
    result: id === null ? null : { id },
    error: null,
  })
  expect(judgeRows(oracle, [row('a', 'one'), row('c', null)])).toEqual([])
  expect(judgeRows(oracle, [row('a', 'two')])).toHaveLength(1)
  expect(judgeRows(oracle, [row('b', 'one')])).toHaveLength(1)
  expect(judgeRows(oracle, [row('c', 'one')])).toHaveLength(1)
})

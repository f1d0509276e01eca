import { type KycGraph, KycGraphError, OutcomeUnknownError } from '@kyc-graph/client'
import { expect, test } from 'vitest'
import { type Newcomer, onboard } from '../src/onboarding-steps'
import { WriteKeys } from '../src/write-keys'

const ADA = { account: { id: '1', name: 'Ada' } }
const BOB = { account: { id: '1', name: 'Bob' } }

test('an input has one key until it has an outcome, and another input another one', () => {
  const keys = new WriteKeys()
  const { idempotencyKey, ...rest } = keys.keyed(ADA)
  expect(rest).toEqual(ADA)
  const other = keys.keyed(BOB).idempotencyKey
  expect(other).not.toBe(idempotencyKey)
  expect([keys.keyed(ADA), keys.keyed(BOB)].map((input) => input.idempotencyKey)).toEqual([idempotencyKey, other])
  keys.done({ idempotencyKey })
  expect([idempotencyKey, other]).not.toContain(keys.keyed(ADA).idempotencyKey)
  expect(keys.keyed(BOB).idempotencyKey).toBe(other)
})

const message = 'No.'
const refusal = new KycGraphError('CONFLICT', { message, data: { createPerson: null } })

test.each([
  ['a final refusal', refusal, true],
  ['a refusal of the whole request', new KycGraphError('FORBIDDEN', { message }), true],
  ['a failure that may pass', new KycGraphError('PROVIDER_TIMEOUT', { message, retryable: true }), false],
  ['an outcome to be read back', new OutcomeUnknownError('READ_BACK', { message }), false],
  ['a failed field of a write that was done', new KycGraphError('FORBIDDEN', { message, data: { a: {} } }), false],
  ['a failure before it was sent', new Error('The issuer is away.'), false],
])('after %s the same input has another key or not', async (_title, failure, isAnother) => {
  const keys = new WriteKeys()
  const sent: string[] = []
  const send = () =>
    keys.send(ADA, ({ idempotencyKey }) => {
      sent.push(idempotencyKey)
      return Promise.reject(failure)
    })
  for (const _ of ['first', 'again']) await expect(send()).rejects.toBe(failure)
  expect(new Set(sent).size).toBe(isAnother ? 2 : 1)
})

test('an onboarding whose step was refused sends this step alone under another key', async () => {
  const onboarding = { keys: new WriteKeys(), startedAt: '2026-11-30T00:00:00Z', newcomer: {} as Newcomer }
  const run = async (): Promise<string[]> => {
    const sent: string[] = []
    const mutate = (_document: unknown, { input }: { input: { idempotencyKey: string } }) => {
      sent.push(input.idempotencyKey)
      const isPerson = sent.length === 5
      return isPerson
        ? Promise.reject(refusal)
        : Promise.resolve({ createCustomer: { customer: { id: 'c', number: '1' } } })
    }
    const graph = { mutate } as unknown as KycGraph
    await expect(onboard(graph, onboarding, () => undefined)).rejects.toBe(refusal)
    return sent
  }
  const [first, again] = [await run(), await run()]
  expect(again.slice(0, 4)).toEqual(first.slice(0, 4))
  expect(again[4]).not.toBe(first[4])
})

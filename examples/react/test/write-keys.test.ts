import { type KycGraph, KycGraphError, OutcomeUnknownError } from '@kyc-graph/client'
import { expect, test } from 'vitest'
import { type Newcomer, onboard } from '../src/onboarding-steps'
import { checkPayee } from '../src/payee-steps'
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
const replayed = (code: string) =>
  new KycGraphError(code, { message, errors: [{ message, extensions: { code, retryable: false, replayed: true } }] })

test.each([
  ['a final refusal', refusal, true],
  ['a refusal that is told again', replayed('FORBIDDEN'), true],
  ['a refusal of the whole request', new KycGraphError('FORBIDDEN', { message }), false],
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

const unknown = new OutcomeUnknownError('REPEAT', { message })

/** The keys under which one input is sent, where the attempts end with these errors. */
async function keysOf(failures: readonly unknown[]): Promise<string[]> {
  const keys = new WriteKeys()
  const sent: string[] = []
  for (const failure of failures)
    await keys
      .send(ADA, ({ idempotencyKey }) => {
        sent.push(idempotencyKey)
        return Promise.reject(failure)
      })
      .catch(() => undefined)
  return sent
}

test.each([
  ['whose outcome is not known', unknown],
  ['that ended with another error', new DOMException('Left.', 'AbortError')],
])('a write %s keeps its key over refusals that say nothing of it', async (_title, failure) => {
  for (const code of ['UNAUTHENTICATED', 'FORBIDDEN', 'INVALID_ANSWER', 'CONFLICT', 'NOT_FOUND', 'BAD_USER_INPUT']) {
    const sent = await keysOf([failure, new KycGraphError(code, { message }), refusal, unknown])
    expect(new Set(sent).size, code).toBe(1)
  }
})

test('a write whose outcome is not known has its outcome when that is told again', async () => {
  const [first, second, third, fourth] = await keysOf([unknown, replayed('CONFLICT'), refusal, refusal])
  expect(second).toBe(first)
  // The doubt was that of the first key alone.
  expect(new Set([first, third, fourth]).size).toBe(3)
})

test('a payee check that was accepted keeps its key when its outcome cannot be read', async () => {
  const keys = new WriteKeys()
  const sent: string[] = []
  const reads = [new KycGraphError('NOT_FOUND', { message }), new KycGraphError('FORBIDDEN', { message })]
  const graph = {
    mutate: (_document: unknown, { input }: { input: { idempotencyKey: string } }) => {
      sent.push(input.idempotencyKey)
      return Promise.resolve({ verifyAccount: { result: { id: 'r', state: 'PENDING' } } })
    },
    waitFor: () => (reads.length > 0 ? Promise.reject(reads.pop()!) : Promise.resolve({})),
  } as unknown as KycGraph
  const check = () => checkPayee(graph, keys, { id: '1', name: 'Ada' }, () => undefined)
  await expect(check()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(check()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await check()
  expect(new Set(sent).size).toBe(1)
  await check()
  expect(new Set(sent).size).toBe(2)
})

test('a payee check that ends leaves the key of a later check that is in doubt', async () => {
  const keys = new WriteKeys()
  const sent: string[] = []
  const ends: (() => void)[] = []
  const graph = {
    mutate: (_document: unknown, { input }: { input: { idempotencyKey: string } }) => {
      sent.push(input.idempotencyKey)
      return sent.length === 3
        ? Promise.reject(unknown)
        : Promise.resolve({ verifyAccount: { result: { id: 'r', state: 'PENDING' } } })
    },
    waitFor: () => new Promise<void>((resolve) => ends.push(resolve)),
  } as unknown as KycGraph
  const check = () => checkPayee(graph, keys, { id: '1', name: 'Ada' }, () => undefined)
  const clicked = [check(), check()]
  await expect.poll(() => ends.length).toBe(2)
  ends[0]!()
  await clicked[0]
  await expect(check()).rejects.toBe(unknown)
  ends[1]!()
  await clicked[1]
  const repeated = check()
  await expect.poll(() => ends.length).toBe(3)
  ends[2]!()
  await repeated
  const [first, second, inDoubt, repeat] = sent
  expect(second).toBe(first)
  expect(inDoubt).not.toBe(first)
  expect(repeat).toBe(inDoubt)
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

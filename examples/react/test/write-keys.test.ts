import { expect, test } from 'vitest'
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

import { describe, expect, test } from 'vitest'
import { batchLoader, keyLoader } from '../../../datasources/support/loader.js'
import { customerRefKey } from '../../../datasources/obp/customer-ref.js'
import type { OperationScope } from '../../../datasources/contract/operation-scope.js'

const operation = {} as OperationScope

describe('a loader asks once for a key within an operation, and again only after a failure', () => {
  test('with one call for each key', async () => {
    const asked: string[] = []
    const loader = keyLoader(async (_instance: null, _operation, key: string) => {
      asked.push(key)
      if (key === 'bad' && asked.length < 3) throw new Error('down')
      return key.toUpperCase()
    })(null, operation)
    const all = () => Promise.allSettled(['good', 'bad'].map((key) => loader.load(key)))
    expect((await all()).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await all()).toEqual([
      { status: 'fulfilled', value: 'GOOD' },
      { status: 'fulfilled', value: 'BAD' },
    ])
    expect(await loader.load('bad')).toBe('BAD')
    expect(asked).toEqual(['good', 'bad', 'bad'])
  })

  test('with one call for many keys', async () => {
    const asked: (readonly string[])[] = []
    const loader = batchLoader<null, string, string | null>({
      maxBatchSize: 10,
      absent: () => null,
      async load(_instance, _operation, keys) {
        asked.push(keys)
        if (asked.length === 1) throw new Error('down')
        return new Map([['a', 'A']])
      },
    })(null, operation)
    const all = () => Promise.allSettled(['a', 'b', 'a'].map((key) => loader.load(key)))
    expect((await all()).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await all()).toEqual(['A', null, 'A'].map((value) => ({ status: 'fulfilled', value })))
    await all()
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('and does not ask for a primed key until it is cleared', async () => {
    let asked = 0
    const loader = keyLoader(async (_instance: null, _operation, _key: string) => ++asked)(null, operation)
    loader.clear('a')
    loader.prime('a', 7)
    expect(await loader.load('a')).toBe(7)
    loader.clearAll()
    expect(await loader.load('a')).toBe(1)
  })
})

test('different customers have different loader keys, whatever their ids contain', () => {
  const parts = ['', '1', ' ', '\n', '1 ', ' 1', '11', 'a', 'a1', '1a', '2 1']
  const places = parts.flatMap((bankId) => parts.map((id) => ({ bankId, id })))
  expect(new Set(places.map(customerRefKey)).size).toBe(places.length)
})

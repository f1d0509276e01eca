import { describe, expect, test } from 'vitest'
import { batchLoader, keyLoader } from '../../../datasources/support/loader.js'
import { customerRefKey } from '../../../datasources/obp/bank-access.js'
import { contents, once } from '../../../datasources/sections.js'

describe('what was asked once is not asked again in the same operation, except what failed', () => {
  test('key by key', async () => {
    const asked: string[] = []
    const loader = keyLoader(async (key: string) => {
      asked.push(key)
      if (key === 'bad' && asked.length < 3) throw new Error('down')
      return key.toUpperCase()
    })
    const all = () => Promise.allSettled(['good', 'bad'].map(loader.load))
    expect((await all()).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await all()).toEqual([
      { status: 'fulfilled', value: 'GOOD' },
      { status: 'fulfilled', value: 'BAD' },
    ])
    expect(await loader.load('bad')).toBe('BAD')
    expect(asked).toEqual(['good', 'bad', 'bad'])
  })

  test('many keys by one call', async () => {
    const asked: (readonly string[])[] = []
    const loader = batchLoader<string, string | null, null>({
      max: 10,
      absent: () => null,
      async ask(keys) {
        asked.push(keys)
        if (asked.length === 1) throw new Error('down')
        return new Map([['a', 'A']])
      },
    })
    const all = () => Promise.allSettled(['a', 'b', 'a'].map(loader.load))
    expect((await all()).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await all()).toEqual(['A', null, 'A'].map((value) => ({ status: 'fulfilled', value })))
    await all()
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('and what came along with another answer is not asked at all, until it is forgotten', async () => {
    let asked = 0
    const loader = keyLoader(async (_key: string) => ++asked)
    loader.clear('a')
    loader.prime('a', 7)
    expect(await loader.load('a')).toBe(7)
    loader.clearAll()
    expect(await loader.load('a')).toBe(1)
  })
})

test('no two places have one name, whatever is in their ids', () => {
  const parts = ['', '1', ' ', '\n', '1 ', ' 1', '11', 'a', 'a1', '1a', '2 1']
  const places = parts.flatMap((bankId) => parts.map((id) => ({ bankId, id })))
  expect(new Set(places.map(customerRefKey)).size).toBe(places.length)
})

test('a section is made once in an operation, and only where one of its members is asked for', () => {
  const members = contents()
  const made: string[] = []
  const operation = () => {
    const shared = once(() => (made.push('a'), { one: 1, two: 2 }))
    return members(
      () => shared(),
      () => (made.push('b'), { three: () => shared().one + 2 }),
    )
  }
  const first = operation()
  expect([first.two, first.one, first.three(), Reflect.get(first, 'toString')]).toEqual([2, 1, 3, undefined])
  expect(made).toEqual(['a', 'b'])

  made.length = 0
  expect(operation().three).toBeTypeOf('function')
  expect(made).toEqual(['b'])
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { BriefMap } from '../../../datasources/brief.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

interface Key {
  readonly id: number
}

/** Numbers below `most`, the same in every run. */
function numbers(): (most: number) => number {
  let seed = 1
  return (most) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % most
  }
}

test('a brief map answers what a Map answers, whatever comes and goes', () => {
  const next = numbers()
  for (const names of [1, 5, 40, 1_000]) {
    const map = new BriefMap<string, Key>()
    const plain = new Map<string, Key>()
    for (let step = 0; step < 5_000; step += 1) {
      const name = `name-${next(names)}`
      // Waves: it fills for a while, and empties for a while.
      const fills = step % 1_000 < 500 ? 8 : 3
      if (next(3_000) === 0) {
        map.clear()
        plain.clear()
      } else if (next(10) < fills) {
        const value = { id: step }
        map.set(name, value)
        plain.set(name, value)
      } else {
        map.delete(name)
        plain.delete(name)
      }
      expect(map.get(name)).toBe(plain.get(name))
      if (step % 500 === 0) for (let i = 0; i < names; i += 1) expect(map.get(`name-${i}`)).toBe(plain.get(`name-${i}`))
    }
  }
})

/** How many of these are still held by somebody. */
async function held(all: readonly WeakRef<object>[]): Promise<number> {
  // What was asked of a reference is kept until the turn of the event loop ends.
  await new Promise(setImmediate)
  collect()
  return all.filter((reference) => reference.deref() !== undefined).length
}

/** Puts so many in and takes each out as soon as another has come; answers all keys and values. */
function churn(map: BriefMap<Key, Key>, count: number): { keys: WeakRef<Key>[]; values: WeakRef<Key>[] } {
  const keys: WeakRef<Key>[] = []
  const values: WeakRef<Key>[] = []
  let before: Key | undefined
  for (let id = 0; id < count; id += 1) {
    const [key, value] = [{ id }, { id }]
    map.set(key, value)
    if (before) map.delete(before)
    before = key
    keys.push(new WeakRef(key))
    values.push(new WeakRef(value))
  }
  if (before) map.delete(before)
  return { keys, values }
}

test('a brief map holds no value that has gone, and of the keys only few while something is left', async () => {
  const map = new BriefMap<Key, Key>()
  const lasting = { id: -1 }
  map.set(lasting, lasting)
  const { keys, values } = churn(map, 5_000)
  expect(await held(values)).toBe(0)
  expect(await held(keys)).toBeLessThan(50)
  expect(map.get(lasting)).toBe(lasting)
})

test('a brief map in which nothing is left holds nothing', async () => {
  const map = new BriefMap<Key, Key>()
  const { keys, values } = churn(map, 20)
  expect(await held([...keys, ...values])).toBe(0)
  expect(map.get({ id: 0 })).toBeUndefined()
})

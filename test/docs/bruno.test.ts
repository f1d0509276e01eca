import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { requestFiles } from '../../src/tools/bruno/requests.js'

const files = requestFiles()
const KEY = /"idempotencyKey": "([^"]*)"/

test('a request of the collection that is sent again has the same idempotency key', () => {
  const keys = files.flatMap(({ text }) => KEY.exec(text)?.[1] ?? [])
  expect(keys.length).toBeGreaterThan(15)
  expect(keys.filter((key) => !/^\{\{writeKey\}\}-[a-z-]+$/.test(key))).toEqual([])
  expect(new Set(keys).size).toBe(keys.length)
  // Bruno makes another value of a dynamic variable each time.
  expect(files.filter(({ text }) => text.includes('{{$')).map(({ path }) => path)).toEqual([])
  expect(readFileSync('examples/bruno/environments/Development.bru', 'utf8')).toMatch(/^ {2}writeKey: \S+$/m)
})

test('a request with a key says how a new write is sent, and no other one does', () => {
  const says = (text: string): boolean => /^docs \{[^]*Change `writeKey` for a new write\.\n\}/m.test(text)
  expect(files.filter(({ text }) => says(text) !== KEY.test(text)).map(({ path }) => path)).toEqual([])
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { delayMs, DEFAULT_RETRY, serverDelayMs } from '../src/delays.js'
import { withIdempotencyKey } from '../src/idempotency.js'
import * as operations from '../src/operations.js'
import { pollDelayMs, progressOf } from '../src/pending.js'
import { readOperation } from '../src/typed-document.js'

describe('readOperation', () => {
  test.each([
    ['query A { a }', 'query', 'A'],
    ['{ a }', 'query', undefined],
    ['query { a }', 'query', undefined],
    ['query($id: ID!) { a(id: $id) }', 'query', undefined],
    ['# mutation B\n, \n mutation C { a }', 'mutation', 'C'],
    ['subscription D($a: ID) { a }', 'subscription', 'D'],
    ['\uFEFF, # a note\r mutation E { a }', 'mutation', 'E'],
    ['mutation # a note {\n F { a }', 'mutation', 'F'],
  ])('%j is a %s named %s', (text, kind, name) => {
    expect(readOperation(text)).toMatchObject({ text, kind, name })
  })

  test.each([
    ['a(input: $x)', ['x']],
    ['a(b: 1, input # a note :\n , : , $ x)', ['x']],
    ['a(input: $x) b(input: $y) c(input: $x)', ['x', 'y']],
    ['a(input: { b: $x })', [undefined]],
    ['a(input: null) b(input: $x)', [undefined, 'x']],
    // What is no argument `input`.
    ['a(input: $x) { input: id }', ['x']],
    ['a(b: { input: 1 }, input: $x)', ['x']],
    ['a(b: "(input: 1", c: """\\"""(input: 1""", input: $x) # (input: 1)', ['x']],
  ])('the inputs of %j are %j', (fields, inputs) => {
    expect(readOperation(`mutation A($input: I! = { input: 1 }) { ${fields}\n}`).inputs).toEqual(inputs)
  })

  test('reads the inputs of fragments', () => {
    expect(readOperation('mutation A { ...F } fragment F on Mutation { a(input: {}) }').inputs).toEqual([undefined])
  })

  test.each(['', '# query', 'fragment F on Query { a }', '[object Object]'])('refuses %j', (text) => {
    expect(() => readOperation(text)).toThrow(TypeError)
  })

  test('reads every promised operation', () => {
    const { operations: listed } = JSON.parse(
      readFileSync(new URL('../../../schema/operations/manifest.json', import.meta.url), 'utf8'),
    ) as { operations: { name: string; type: string; body: string }[] }
    const documents = new Map(Object.entries(operations))
    expect(documents.size).toBe(listed.length)
    for (const { name, type, body } of listed) {
      const operation = readOperation(documents.get(`${name}Document` as never)!)
      expect(operation).toEqual({
        text: body,
        kind: type,
        name,
        inputs: type === 'mutation' ? ['input'] : [],
      })
    }
  })
})

describe('withIdempotencyKey', () => {
  const one = readOperation('mutation A($input: AInput!) { a(input: $input) { b } }')
  const two = readOperation('mutation A($x: AInput!, $y: AInput!) { x: a(input: $x) { b } y: a(input:$y) { b } }')

  test('makes a key, and a new one for each call', () => {
    const [first, second] = [1, 2].map(() => withIdempotencyKey(one, { input: { c: 1 } }, undefined))
    expect(first!.variables).toEqual({ input: { c: 1, idempotencyKey: first!.idempotencyKey } })
    expect(first!.idempotencyKey).not.toBe(second!.idempotencyKey)
  })

  test.each([
    [{ input: {} }, 'k', 'k'],
    [{ input: { idempotencyKey: 'mine' } }, 'k', 'mine'],
    [{ input: { idempotencyKey: null } }, 'k', 'k'],
  ])('%j with the option %s has the key %s', (variables, option, key) => {
    expect(withIdempotencyKey(one, variables, option)).toEqual({
      idempotencyKey: key,
      variables: { input: { idempotencyKey: key } },
    })
  })

  test('gives the inputs of one document keys of their own', () => {
    expect(withIdempotencyKey(two, { x: {}, y: {} }, 'k').variables).toEqual({
      x: { idempotencyKey: 'k' },
      y: { idempotencyKey: 'k:y' },
    })
  })

  test.each([
    ['is written out', 'a(input: {}) { b }', {}],
    ['is written out beside one that is a variable', 'a(input: $x) { b } c(input: { d: 1 }) { b }', { x: {} }],
    ['has no value beside one that has', 'a(input: $x) { b } c(input: $y) { b }', { x: {} }],
    ['is a list', 'a(input: $x) { b }', { x: [{}] }],
    ['is missing', 'a { b }', { x: {} }],
  ])('refuses a mutation of which an input %s', (_title, fields, variables) => {
    const operation = readOperation(`mutation A($x: I!, $y: I! = { e: 1 }) { ${fields} }`)
    expect(() => withIdempotencyKey(operation, variables, 'k')).toThrow(TypeError)
  })
})

describe('delays', () => {
  test.each([
    [[{ message: '', extensions: { retryAfterSeconds: 2 } }], {}, 2_000],
    [
      [
        { message: '', extensions: { retryAfterSeconds: 2 } },
        { message: '', extensions: { retryAfterSeconds: 5 } },
      ],
      { 'retry-after': '1' },
      5_000,
    ],
    [[], { 'retry-after': '3' }, 3_000],
    [[], { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [[], { 'retry-after': 'soon' }, undefined],
    [[], {}, undefined],
  ])('errors %j with headers %j: %s ms', (errors, headers, ms) => {
    expect(serverDelayMs(errors, new Headers(headers as Record<string, string>))).toBe(ms)
  })

  test('a wait is never shorter than the server says', () => {
    for (let i = 0; i < 100; i += 1) expect(delayMs(DEFAULT_RETRY, 1, 1_000)).toBeGreaterThanOrEqual(1_000)
  })

  test('waits without a word of the server double up to the longest', () => {
    const longest = [1, 2, 3, 10, 60].map((attempts) =>
      Math.max(...Array.from({ length: 200 }, () => delayMs(DEFAULT_RETRY, attempts, undefined))),
    )
    for (const [i, ms] of [250, 500, 1_000, 10_000, 10_000].entries()) {
      expect(longest[i]).toBeLessThanOrEqual(ms)
      expect(longest[i]).toBeGreaterThan(ms / 2)
    }
  })
})

describe('progress', () => {
  const at = '2026-01-01T00:00:10.000Z'
  const time = Date.parse(at)
  test.each([
    [{ a: { state: 'PENDING', nextPollAt: at } }, { isPending: true, nextPollAt: time }],
    [{ a: { state: 'COMPLETED', nextPollAt: null } }, { isPending: false, nextPollAt: undefined }],
    [{ a: { status: 'PENDING' } }, { isPending: true, nextPollAt: undefined }],
    [
      { a: { nextPollAt: at }, b: { state: 'COMPLETED' } },
      { isPending: true, nextPollAt: time },
    ],
    [{ a: null }, { isPending: false, nextPollAt: undefined }],
    [{ a: { id: '1' } }, undefined],
  ])('%j is %j', (data, progress) => {
    expect(progressOf(data)).toEqual(progress)
  })

  test.each([
    ['until nextPollAt by the clock of the server', { isPending: true, nextPollAt: time }, time - 7_000, 0, 7_000],
    ['a second at least', { isPending: true, nextPollAt: time }, time + 7_000, 0, 1_000],
    ['half of the time that has passed', { isPending: true, nextPollAt: undefined }, undefined, 30_000, 15_000],
    ['a minute at most', { isPending: true, nextPollAt: undefined }, undefined, 3_600_000, 60_000],
  ])('the wait is %s', (_title, progress, serverTime, elapsed, ms) => {
    expect(pollDelayMs(progress, serverTime, elapsed)).toBe(ms)
  })
})

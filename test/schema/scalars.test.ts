import { parseValue } from 'graphql'
import { describe, expect, test } from 'vitest'
import { isCalendarDate, JSONObjectScalar, toInstant } from '../../schema/scalars.js'

const two = (number: number) => String(number).padStart(2, '0')

/** What JavaScript's own calendar says. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

test('a day is one that the calendar has, in every year', () => {
  const wrong: string[] = []
  for (let year = 0; year <= 9999; year += 1) {
    const months = year % 97 === 0 ? Array.from({ length: 14 }, (_, month) => month) : [2]
    for (const month of months) {
      for (const day of [0, 1, 28, 29, 30, 31, 32, 99]) {
        const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
        if (isCalendarDate(text) !== isDay(text)) wrong.push(text)
      }
    }
  }
  expect(wrong).toEqual([])
})

test.each([
  '',
  '2000-1-31',
  '2000-01-31 ',
  ' 2000-01-31',
  '2000-01-31\n',
  '+2000-01-31',
  '20000-01-31',
  '2000/01/31',
  '2000-01-3a',
  '２０００-01-31',
  '2000-01-31T00:00:00Z',
])('%j is no day', (text) => {
  expect(isCalendarDate(text)).toBe(false)
})

test.each(['', '.0', '.5', '.12', '.123', '.1234', '.999999999'])(
  'an instant with the fraction %j is the one that JavaScript reads, in every zone',
  (fraction) => {
    for (const zone of ['Z', '+00:00', '-00:00', '+05:30', '-23:59', '+23:59']) {
      for (const time of ['00:00:00', '12:34:56', '23:59:59']) {
        for (const day of ['1970-01-01', '2000-02-29', '1900-02-28', '2024-12-31']) {
          const text = `${day}T${time}${fraction}${zone}`
          expect(toInstant(text)).toBe(new Date(text).toISOString())
        }
      }
    }
  },
)

test.each([
  '2000-01-31',
  '2000-01-31T12:00Z',
  '2000-01-31T12:00:00',
  '2000-01-31T24:00:00Z',
  '2000-01-31T12:60:00Z',
  '2000-01-31T12:00:60Z',
  '2000-01-30T23:59:60Z',
  '2000-01-31T23:58:60Z',
  '2000-01-31T23:59:61Z',
  '2000-01-31T23:59:60+01:00',
  '9999-12-31T23:59:60Z',
  '2000-01-31 12:00:00Z',
  '2000-01-31T12:00:00.Z',
  '2000-01-31T12:00:00.1234567890Z',
  '2000-01-31T12:00:00+24:00',
  '1900-02-29T12:00:00Z',
  '2001-04-31T12:00:00.000Z',
  '2000-00-10T12:00:00Z',
  '2000-13-10T12:00:00Z',
  '9999-12-31T23:00:00-02:00',
  '0000-01-01T00:00:00+01:00',
  '2000-01-31T12:00:00Z\n',
  ' 2000-01-31T12:00:00Z',
])('%j is no instant', (text) => {
  expect(toInstant(text)).toBeUndefined()
})

test.each([
  ['2000-01-31t12:00:00z', '2000-01-31T12:00:00.000Z'],
  ['2000-01-31t12:00:00Z', '2000-01-31T12:00:00.000Z'],
  ['2000-01-31T12:00:00.5z', '2000-01-31T12:00:00.500Z'],
  ['2000-01-31t12:00:00.123456z', '2000-01-31T12:00:00.123Z'],
  ['2000-01-31t12:00:00.123+01:00', '2000-01-31T11:00:00.123Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['1990-12-31T15:59:60-08:00', '1991-01-01T00:00:00.000Z'],
  ['2015-07-01t01:59:60.25+02:00', '2015-07-01T00:00:00.250Z'],
])('%j is the instant %s', (text, instant) => {
  expect(toInstant(text)).toBe(instant)
})

describe('numbers of a JSON object', () => {
  const parse = (text: string) => JSONObjectScalar.parseValue(JSON.parse(`{"a":[{"b":${text}}]}`))
  const literal = (text: string) => JSONObjectScalar.parseLiteral(parseValue(`{ a: [{ b: ${text} }] }`))

  test.each(['0', '-1', '1.5', '0.1', '1e15', '9007199254740991', '-9007199254740991', '1e-400'])(
    '%s is kept',
    (text) => {
      for (const read of [parse, literal]) expect(read(text)).toEqual({ a: [{ b: Number(text) }] })
    },
  )

  test.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '1e21',
    '1e400',
    '-1e400',
  ])('%s is refused and not changed', (text) => {
    for (const read of [parse, literal]) expect(() => read(text)).toThrow(/^must be a JSON object whose whole numbers/)
  })
})

describe('a JSON object has 256 values and 32 levels at most', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => i)
  const members = (count: number) => Object.fromEntries(many(count).map((i) => [`m${i}`, i]))
  /** An object of that many levels, each the only member of the one before. */
  const nested = (levels: number): object => many(levels - 1).reduce<object>((inner) => ({ inner }), {})
  const VALUES = 'must be a JSON object of at most 256 values on all levels'
  const LEVELS = 'must be a JSON object of at most 32 levels'

  test.each<[what: string, value: object, fault: string | undefined]>([
    ['members', members(256), undefined],
    ['members, one too many', members(257), VALUES],
    ['items of a list', { list: many(255) }, undefined],
    ['items of a list, one too many', { list: many(256) }, VALUES],
    ['members of many objects', { list: many(86).map(() => members(2)) }, VALUES],
    ['empty lists', { list: many(256).map(() => []) }, VALUES],
    ['nulls', Object.fromEntries(many(257).map((i) => [`m${i}`, null])), VALUES],
    ['the name of a prototype', JSON.parse(`{"__proto__":${JSON.stringify(members(256))}}`) as object, VALUES],
    ['levels', nested(32), undefined],
    ['levels, one too many', nested(33), LEVELS],
    ['as many levels as a parser reads', nested(5_000), LEVELS],
    ['15,000 members', members(15_000), VALUES],
  ])('%s', (_what, value, fault) => {
    const read = () => JSONObjectScalar.parseValue(value)
    if (fault === undefined) expect(read()).toBe(value)
    else expect(read).toThrow(fault)
  })

  test('of which only so many are looked at', () => {
    let seen = 0
    const item = () => {
      seen += 1
      return 1
    }
    const list = Object.defineProperties(
      [],
      Object.fromEntries(many(5_000).map((i) => [i, { get: item, enumerable: true }])),
    )
    expect(() => JSONObjectScalar.parseValue({ list })).toThrow(VALUES)
    expect(seen).toBeLessThan(257)
  })
})

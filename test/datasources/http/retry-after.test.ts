import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { parseRetryAfter, parseSeconds, wholeSeconds } from '../../../datasources/http/retry-after.js'
import { type App, startApp } from '../../support/app.js'
import { stopClock, today } from '../../support/clock.js'

const inSeconds = (seconds: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + seconds * 1000)
const rfc850 = (date: Date) => {
  const [, day, month, year, time] = /, (\d\d) (\w{3}) \d\d(\d\d) (\S+) GMT/.exec(date.toUTCString())!
  const weekday = date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
  return `${weekday}, ${day}-${month}-${year} ${time} GMT`
}
const asctime = (date: Date) => {
  const [, weekday, day, month, year, time] = /(\w{3}), (\d\d) (\w{3}) (\d{4}) (\S+) GMT/.exec(date.toUTCString())!
  return `${weekday} ${month} ${String(Number(day)).padStart(2, ' ')} ${time} ${year}`
}

describe('Retry-After', () => {
  beforeEach(stopClock)
  afterEach(today)

  test.each([
    ['0', 0],
    ['7', 7],
    [' 7 ', 7],
    ['007', 7],
    ['0.5', 1],
    ['1.5', 2],
    ['2.0', 2],
    ['3600', 3600],
    ['999999', 3600],
  ])('of %j is a number of seconds, rounded up and at most an hour', (header, seconds) => {
    expect(parseRetryAfter(header)).toBe(seconds)
  })

  test.each(
    [
      undefined,
      '',
      '-1',
      '-0.5',
      '+5',
      '1e3',
      '0x10',
      '5s',
      '5, 6',
      'soon',
      '1.',
      '.5',
      '1,5',
      '99999999999',
      'NaN',
      'Infinity',
      '2030-01-01T00:00:00Z',
      '2030-01-01',
      'Tue, 31 Feb 2030 10:00:00 GMT',
      'Fri, 01 Foo 2030 10:00:00 GMT',
      'Tue, 01 Jan 2030 25:00:00 GMT',
      'Tue, 01 Jan 2030 10:00:00 CET',
      'Tue, 01 Jan 9999 10:00:00 GMT',
    ].map((header) => [header]),
  )('of %j counts as absent', (header) => {
    expect(parseRetryAfter(header)).toBeUndefined()
  })

  test('of a date in each of the three forms is the time until then; a past date is now', () => {
    for (const write of [(date: Date) => date.toUTCString(), rfc850, asctime]) {
      expect(parseRetryAfter(write(inSeconds(30)))).toBe(30)
      expect(parseRetryAfter(write(inSeconds(7200)))).toBe(3600)
      expect(parseRetryAfter(write(inSeconds(-30)))).toBe(0)
    }
    expect(
      ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'].map(
        parseRetryAfter,
      ),
    ).toEqual([0, 0, 0])
  })

  test('has the same grammar in the headers and members of the providers', () => {
    expect(['60', '0.2', '-1', 'x', undefined].map(parseSeconds)).toEqual([60, 1, undefined, undefined, undefined])
    expect([1.5, 0, -1, NaN, Infinity, 1e12, undefined].map(wholeSeconds)).toEqual([
      2,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('a provider that limits the rate', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp()
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test.each([
    ['-1', undefined, 5],
    ['soon', undefined, 5],
    ['2.5', undefined, 3],
    ['99999999999', undefined, 5],
    ['60', 7.5, 8],
    ['60', -1, 60],
    ['60', '9', 9],
  ])('with Retry-After %s and retry_after %s in the body is told to callers as %s s', async (header, member, told) => {
    app.fault('synctera', {
      match: 'GET /v0/persons/*',
      fault: 'status',
      status: 429,
      headers: { 'retry-after': header },
      body: { code: 'TOO_MANY_REQUESTS', ...(member === undefined ? {} : { retry_after: member }) },
    })
    const { errors } = await app.run(`{ person(id: "${ADA.personId}") { id } }`)
    expect(errors[0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: told })
    expect(app.calls('synctera')).toHaveLength(1)
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ObpCustomer } from '../../../datasources/obp/customers/contract.js'
import {
  type Beginning,
  findStart,
  type List,
  readPage,
  type RowReader,
} from '../../../datasources/obp/customers/firehose.js'
import { BANK, PEOPLE } from '../../../datasources/emulator/people.js'
import { type App, type Result, startApp } from '../../support/app.js'
import { control } from '../../support/obp.js'

const DAY = '2024-01-01T00:00:00Z'
const OF_BANK = PEOPLE.filter(({ bankId }) => bankId === BANK).length
const PAGE =
  'query($after: String, $filter: CustomerFilter, $first: Int) { customers(first: $first, after: $after, filter: $filter) { nodes { id lastOkDate } pageInfo { hasNextPage endCursor } } }'

interface Node {
  readonly id: string
  readonly lastOkDate: string
}

describe('customers of one last OK date, whose order differs for each limit and offset', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp()
    await control(app, 'quirks', { shuffledTies: true, updateTimeFilter: true })
    await control(app, 'crowd', { count: 62, lastOkDate: DAY })
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  /** Reads all pages; `between` runs after each. */
  async function walk(filter: object, first: number, between?: () => Promise<void>): Promise<Node[]> {
    const seen: Node[] = []
    for (let after: string | null = null; ;) {
      const answer: Result<any> = await app.run(PAGE, { first, after, filter })
      expect(answer.errors).toEqual([])
      const { nodes, pageInfo } = answer.data.customers
      seen.push(...nodes)
      if (!pageInfo.hasNextPage) return seen
      expect(nodes).toHaveLength(first)
      after = pageInfo.endCursor
      await between?.()
    }
  }

  const idsOf = (nodes: readonly Node[]) => nodes.map(({ id }) => id)

  test.each(
    ['ASC', 'DESC'].flatMap((sortDirection) =>
      [1, 2, 7, 20, 37, 61, 62, 63, 100].map((first) => [sortDirection, first] as const),
    ),
  )('are each in one page, %s in pages of %i', async (sortDirection, first) => {
    const seen = await walk({ sortDirection, lastOkFrom: DAY, lastOkTo: DAY }, first)
    expect(seen).toHaveLength(62)
    expect(new Set(idsOf(seen)).size).toBe(62)
    const whole = await walk({ sortDirection }, first)
    expect(whole).toHaveLength(62 + OF_BANK)
    expect(new Set(idsOf(whole)).size).toBe(62 + OF_BANK)
    const dates = whole.map(({ lastOkDate }) => lastOkDate)
    expect(dates).toEqual(sortDirection === 'ASC' ? [...dates].sort() : [...dates].sort().reverse())
  })

  test.each(['ASC', 'DESC'])('are each in one page while others are added, %s', async (sortDirection) => {
    const before = idsOf(await walk({ sortDirection }, 100))
    const added = ['1999-12-31T23:59:59Z', DAY, '2030-06-01T00:00:00Z']
    let page = 0
    const seen = idsOf(
      await walk({ sortDirection }, 7, () =>
        control(app, 'crowd', { count: 3, lastOkDate: added[(page += 1) % added.length]! }),
      ),
    )
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(before))
  })

  test('cost one read of the group for each page once its size is known', async () => {
    const { data } = await app.run(PAGE, { first: 7, filter: { lastOkFrom: DAY, lastOkTo: DAY } })
    app.clear()
    await app.run(PAGE, {
      first: 7,
      filter: { lastOkFrom: DAY, lastOkTo: DAY },
      after: data.customers.pageInfo.endCursor,
    })
    expect(app.calls('obp')).toHaveLength(1)
  })

  // The provider filters by the time of the update, so none of these is sent as a filter.
  test.each([
    [{ lastOkFrom: '2023-12-31T23:59:59Z', lastOkTo: '2024-01-01T00:00:00Z' }, true],
    [{ lastOkFrom: '2023-01-01T00:00:00Z', lastOkTo: '2025-01-01T00:00:00Z' }, true],
    [{ lastOkFrom: '2024-01-01T01:00:00+01:00', lastOkTo: '2024-01-01T01:00:00+01:00' }, true],
    [{ lastOkFrom: '2024-01-01T00:00:01Z', lastOkTo: '2024-01-31T00:00:00Z' }, false],
    [{ lastOkTo: '2023-12-31T23:59:59Z' }, false],
    [{ lastOkFrom: '2024-01-01T00:00:00.001Z' }, false],
    [{ lastOkTo: '2024-01-01T05:30:00.000+05:30' }, true],
    [{ lastOkTo: '2024-01-01T05:30:00.000+05:31' }, false],
    [{ lastOkFrom: '2090-01-01T00:00:01Z' }, false],
  ])('%j is held against the last OK date', async (window, isIn) => {
    for (const sortDirection of ['ASC', 'DESC']) {
      const seen = await walk({ ...window, sortDirection }, 37)
      expect(seen.some(({ lastOkDate }) => lastOkDate === '2024-01-01T00:00:00.000Z')).toBe(isIn)
      for (const { lastOkDate } of seen) {
        if ('lastOkFrom' in window) expect(Date.parse(lastOkDate)).toBeGreaterThanOrEqual(Date.parse(window.lastOkFrom))
        if ('lastOkTo' in window) expect(Date.parse(lastOkDate)).toBeLessThanOrEqual(Date.parse(window.lastOkTo))
      }
    }
    for (const call of app.calls('obp'))
      expect(call).toContain('from_date=0001-01-01T00:00:00.000Z&to_date=9999-12-31T23:59:59.999Z')
  })
})

describe('a list of many shapes', () => {
  const row = (id: string, date: string | null) => ({ customer_id: id, last_ok_date: date }) as ObpCustomer
  /** A provider that sorts by date alone; `nullsFirst` is the habit of its database in ascending order. */
  function provider(rows: ObpCustomer[], isAscending: boolean, nullsFirst: boolean) {
    const rank = ({ last_ok_date: date }: ObpCustomer) =>
      date == null ? (nullsFirst ? -Infinity : Infinity) : Date.parse(date)
    const sizes: number[] = []
    const read: RowReader = (limit, offset) => {
      const noise = (id: string) =>
        [...`${id} ${limit} ${offset}`].reduce((hash, sign) => (hash * 31 + sign.charCodeAt(0)) | 0, 7)
      const sorted = [...rows].sort((a, b) => {
        const [x, y] = [rank(a), rank(b)]
        return x === y ? noise(a.customer_id) - noise(b.customer_id) : x < y === isAscending ? -1 : 1
      })
      const page = sorted.slice(offset, offset + limit)
      sizes.push(page.length)
      return Promise.resolve(page)
    }
    return { read, sizes }
  }

  async function walk(read: RowReader, list: List, count: number, change: () => void = () => undefined) {
    const seen: string[] = []
    const hasWindow = list.from !== undefined || list.to !== undefined
    let beginning: Beginning = hasWindow ? await findStart(read, list) : { nullsFirst: false }
    for (;;) {
      const { rows, hasNext, nullsFirst } = await readPage(read, list, count, beginning)
      seen.push(...rows.map(({ position: { id } }) => id))
      if (!hasNext) return seen
      beginning = { after: rows.at(-1)!.position, nullsFirst }
      change()
    }
  }

  const SHAPES: Record<string, (string | null)[]> = {
    none: [],
    one: [DAY],
    'no dates': [null, null, null, null, null],
    'some without a date': [DAY, null, null, '2020-01-01T00:00:00Z', null, DAY, DAY],
    'all of one date': Array<string>(20).fill(DAY),
    'all different': Array.from({ length: 20 }, (_, i) => `20${10 + i}-01-01T00:00:00Z`),
    'two dates, a millisecond apart': Array.from({ length: 20 }, (_, i) => `2016-01-01T00:00:00.00${i % 2}Z`),
    groups: Array.from({ length: 40 }, (_, i) => `20${10 + (i % 5)}-01-01T00:00:00Z`),
  }

  test.each(
    Object.entries(SHAPES).flatMap(([shape, dates]) =>
      [true, false].flatMap((isAscending) =>
        [true, false].map((nullsFirst) => [shape, isAscending ? 'up' : 'down', nullsFirst, dates] as const),
      ),
    ),
  )('%s, %s, rows without a date first: %s', async (_shape, direction, nullsFirst, dates) => {
    const isAscending = direction === 'up'
    const rows = dates.map((date, i) => row(`id-${i}`, date))
    for (const count of [1, 3, 7, 50]) {
      const { read } = provider(rows, isAscending, nullsFirst)
      const seen = await walk(read, { isAscending, from: undefined, to: undefined }, count)
      expect(seen).toHaveLength(rows.length)
      expect(new Set(seen).size).toBe(rows.length)
      for (const [from, to] of [
        [DAY, DAY],
        [undefined, DAY],
        [DAY, undefined],
        ['2012-01-01T00:00:00Z', '2013-06-01T00:00:00Z'],
      ]) {
        const list = { isAscending, from: from && Date.parse(from), to: to && Date.parse(to) } as List
        const wanted = rows.filter(
          ({ last_ok_date: date }) => date != null && (!from || date >= from) && (!to || date <= to),
        )
        expect((await walk(read, list, count)).sort()).toEqual(wanted.map(({ customer_id: id }) => id).sort())
      }
    }
  })

  test.each([true, false])('customers who leave meanwhile hide nobody (ascending: %s)', async (isAscending) => {
    const rows = Array.from({ length: 60 }, (_, i) => row(`id-${i}`, `20${10 + (i % 4)}-01-01T00:00:00Z`))
    const { read } = provider(rows, isAscending, true)
    const kept = rows.filter((_, i) => i % 5 !== 0).map(({ customer_id: id }) => id)
    const leaving = rows.filter((_, i) => i % 5 === 0)
    const seen = await walk(read, { isAscending, from: undefined, to: undefined }, 4, () => {
      for (const gone of leaving.splice(0, 3)) rows.splice(rows.indexOf(gone), 1)
    })
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(kept))
  })

  test('the beginning of a window is found among 100,000 rows by few probes of one row', async () => {
    const start = Date.parse('2000-01-01T00:00:00Z')
    let probes = 0
    const read: RowReader = (limit, offset) => {
      probes += 1
      expect(limit).toBe(1)
      return Promise.resolve(
        offset < 100_000 ? [row(String(offset), new Date(start + Math.floor(offset / 3) * 1000).toISOString())] : [],
      )
    }
    const list = { isAscending: true, from: start + 20_000_000, to: undefined }
    expect((await findStart(read, list)).start).toBe(60_000)
    expect(probes).toBeLessThan(64)
  })
})

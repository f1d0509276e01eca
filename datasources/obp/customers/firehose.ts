import { obpError, TITLE } from '../error-mapping.js'
import { type ReadRows, UnreadableRow } from '../../http/list-contract.js'
import type { ObpCustomer } from './contract.js'

/**
 * Reads a bank's customers in a total order: by last OK date, then by id. The provider sorts by the date alone, and
 * customers of one date come in another order for each limit and offset. So two things of a response can be relied on:
 * the dates at each position, and the members of a group of one date that is whole in it. A page is cut from groups that
 * are whole in one response, and continues after a date and an id, so that customers who are added meanwhile move nobody.
 */

/** Reads rows in the order of the provider, from a position. */
export type RowReader = (limit: number, offset: number) => Promise<ReadRows<ObpCustomer>>

type Row = ObpCustomer | UnreadableRow

/** The date of a row as the provider writes it, or null where it has none. */
type RowDate = string | null

/** A position in the total order: after the customer of this date and id. */
export interface Position {
  /** Where the group of this date began in the list of the provider, and how many customers it had. */
  readonly start: number
  readonly size: number
  readonly date: RowDate
  readonly id: string
}

/** A list: its direction, and the window of dates that it is limited to, in ms, both ends inclusive. */
export interface List {
  readonly isAscending: boolean
  readonly from: number | undefined
  readonly to: number | undefined
}

/** Where the reading of a page begins. */
export interface Beginning {
  readonly after?: Position | undefined
  /** Without a position: where in the list of the provider the window begins. */
  readonly start?: number
  /** Whether rows without a date come first: databases differ. The first row of the list tells. */
  readonly nullsFirst: boolean
}

interface Placed {
  readonly row: Row
  readonly position: Position
}

interface RowPage {
  readonly rows: readonly Placed[]
  readonly hasNext: boolean
  readonly nullsFirst: boolean
}

interface Group {
  readonly date: RowDate
  /** The date in ms; NaN where there is none. */
  readonly time: number
  readonly start: number
  readonly rows: Row[]
}

/** A page needs a few reads at most: each is larger than the one before. */
const MAX_READS = 12
const GROWTH = 4
/** The size in a cursor is a hint of its sender: a larger group is found by reads that grow. */
const MAX_SIZE_HINT = 10_000
/** Parallel probes of a search, and how far apart the first are. */
const PROBES = 8

const idOf = (row: Row): string => (row instanceof UnreadableRow ? (row.text('customer_id') ?? '') : row.customer_id)

/** The date of a row; undefined where there is no text to read it from. */
const dateOf = (row: Row): RowDate | undefined =>
  row instanceof UnreadableRow ? row.text('last_ok_date') : (row.last_ok_date ?? null)

/** A date in ms; NaN for none, and for a text that is no date. */
const timeOf = (date: RowDate | undefined): number => (date == null ? NaN : Date.parse(date))

/** The rows in groups of one date, in the order of the provider. */
function groupsOf(rows: readonly Row[], offset: number): Group[] {
  const groups: Group[] = []
  rows.forEach((row, i) => {
    const last = groups.at(-1)
    const date = dateOf(row)
    if (last && date === last.date) return last.rows.push(row)
    const time = timeOf(date)
    // The place of a row whose date cannot be read tells its group.
    const known = Number.isNaN(time) ? null : (date ?? null)
    if (last && known !== date) return last.rows.push(row)
    return groups.push({ date: known, time, start: offset + i, rows: [row] })
  })
  return groups
}

/** Where a date, in ms, is in the list: a number that grows along it. */
function rankOf(time: number, isAscending: boolean, nullsFirst: boolean): number {
  if (Number.isNaN(time)) return nullsFirst ? -Infinity : Infinity
  return isAscending ? time : -time
}

/** The ranks of the first and the last date in the window. */
const windowOf = ({ isAscending, from = -Infinity, to = Infinity }: List): readonly [first: number, last: number] =>
  isAscending ? [from, to] : [-to, -from]

/** True where rows are left out that come before the window, so that its beginning must be searched for. */
export const beginsLater = (list: List): boolean => windowOf(list)[0] !== -Infinity

/** Says of each date, in ms, whether it comes before what is wanted of a list, and whether it comes after the window. */
function boundsOf(list: List, after: Position | undefined, nullsFirst: boolean) {
  const [first, last] = windowOf(list)
  const hasWindow = list.from !== undefined || list.to !== undefined
  const rank = (time: number) => rankOf(time, list.isAscending, nullsFirst)
  const target = after ? rank(timeOf(after.date)) : first
  return {
    // A row without a date is in no window.
    isBefore: (time: number) => rank(time) < target || (hasWindow && rank(time) === -Infinity),
    isPast: (time: number) => rank(time) > last || (hasWindow && rank(time) === Infinity),
  }
}

const compareIds = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** The rows of whole groups that follow the position (all without one), in the total order. */
function placedAfter(groups: readonly Group[], after: Position | undefined, isAscending: boolean): Placed[] {
  const sign = isAscending ? 1 : -1
  const placed: Placed[] = []
  for (const { date, start, rows } of groups) {
    const group = rows.map((row) => ({ row, position: { start, size: rows.length, date, id: idOf(row) } }))
    // Most groups have one row.
    if (group.length > 1) group.sort((a, b) => compareIds(a.position.id, b.position.id) * sign)
    for (const one of group)
      if (after?.date !== date || compareIds(one.position.id, after.id) * sign > 0) placed.push(one)
  }
  return placed
}

/** The page of `count` rows after a position, or from where the window begins. */
export async function readPage(read: RowReader, list: List, count: number, beginning: Beginning): Promise<RowPage> {
  const { after, start = 0 } = beginning
  let { nullsFirst } = beginning
  const from = after?.start ?? start
  // The row before shows that the first group is whole.
  let offset = Math.max(0, from - 1)
  const size = Math.min(after?.size ?? 0, MAX_SIZE_HINT)
  // The group itself, and room for the next one to be whole: groups of one list are often of similar size.
  let limit = from - offset + size + Math.min(Math.max(0, size - 1), 2 * count) + count + 1
  for (let reads = 0; reads < MAX_READS; reads += 1, limit *= GROWTH) {
    const rows = await read(limit, offset)
    const groups = groupsOf(rows, offset)
    if (offset === 0 && groups[0]) nullsFirst = groups[0].date === null
    const { isBefore, isPast } = boundsOf(list, after, nullsFirst)
    if (offset > 0 && (!groups[0] || !isBefore(groups[0].time))) {
      // Customers have gone: the list is shorter, or the group began earlier.
      offset = Math.max(0, offset - limit)
      continue
    }
    // Of the last group more rows may follow.
    const cut = rows.length < limit ? undefined : groups.pop()
    const wanted = groups.filter(({ time }) => !isBefore(time) && !isPast(time))
    const placed = placedAfter(wanted, after, list.isAscending)
    const isComplete = cut === undefined || isPast(cut.time)
    if (isComplete || placed.length >= count)
      return { rows: placed.slice(0, count), hasNext: placed.length > count || !isComplete, nullsFirst }
  }
  throw obpError('PROVIDER_UNAVAILABLE', `${TITLE} lists more customers of one lastOkDate than a page can be cut from.`)
}

/** Where the window begins: the position of its first row, found by probes of one row each, some side by side. */
export async function findStart(read: RowReader, list: List): Promise<Beginning> {
  let nullsFirst = false
  /** The last of the positions that is before the window, and the one that follows it; past the end is not before. */
  const narrow = async (positions: readonly number[]) => {
    const rows = await Promise.all(positions.map((position) => read(1, position)))
    if (positions[0] === 0) nullsFirst = rows[0]![0] !== undefined && dateOf(rows[0]![0]) === null
    const { isBefore } = boundsOf(list, undefined, nullsFirst)
    const i = rows.findLastIndex(([row]) => row !== undefined && isBefore(timeOf(dateOf(row))))
    return [positions[i] ?? -1, positions[i + 1] ?? Infinity] as const
  }
  let [low, high] = await narrow(Array.from({ length: PROBES }, (_, i) => PROBES ** i - 1))
  while (high - low > 1) {
    const step = Math.ceil(Math.min(high - low, (low + 1) * PROBES) / PROBES)
    const positions = Array.from({ length: PROBES }, (_, i) => low + step * (i + 1)).filter((at) => at < high)
    const [lower, upper] = await narrow(positions)
    low = Math.max(low, lower)
    high = Math.min(high, upper)
  }
  return { start: low + 1, nullsFirst }
}

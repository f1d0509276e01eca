/** A wait beyond a year is no answer to the question when to try again. */
const MAX_PLAUSIBLE_SECONDS = 365 * 24 * 3600
const MAX_RETRY_AFTER_SECONDS = 3600

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)'
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const WEEKDAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'

/** The three forms of an HTTP-date (RFC 9110, 5.6.7), each with the order of its groups. */
const DATES = [
  { form: new RegExp(`^${DAY}, (\\d\\d) (\\w{3}) (\\d{4}) ${TIME} GMT$`), order: [2, 1, 0, 3, 4, 5] },
  { form: new RegExp(`^${WEEKDAY}, (\\d\\d)-(\\w{3})-(\\d\\d) ${TIME} GMT$`), order: [2, 1, 0, 3, 4, 5] },
  { form: new RegExp(`^${DAY} (\\w{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`), order: [5, 0, 1, 2, 3, 4] },
] as const

/** A year of two digits is that of the last hundred years which is at most fifty years ahead. */
function fullYear(text: string): number {
  const year = Number(text)
  if (text.length > 2) return year
  const thisYear = new Date().getUTCFullYear()
  const sameCentury = thisYear - (thisYear % 100) + year
  return sameCentury > thisYear + 50 ? sameCentury - 100 : sameCentury
}

/** The time of an HTTP-date in ms since 1970. */
function parseHttpDate(text: string): number | undefined {
  for (const { form, order } of DATES) {
    const groups = form.exec(text)
    if (groups === null) continue
    const [year, month, day, hour, minute, second] = order.map((index) => groups[index + 1]!)
    const time = [fullYear(year!), MONTHS.indexOf(month!), Number(day), Number(hour), Number(minute)] as const
    const date = new Date(Date.UTC(...time, Number(second)))
    // 31 February, or 25 o'clock, would be another day.
    const isReal = time[1] >= 0 && date.getUTCDate() === time[2] && date.getUTCHours() === time[3]
    return isReal ? date.getTime() : undefined
  }
  return undefined
}

/** A number of seconds to wait, rounded up; undefined when it is negative, not a number, or more than a year. */
export const wholeSeconds = (seconds: number | undefined): number | undefined =>
  seconds !== undefined && seconds >= 0 && seconds <= MAX_PLAUSIBLE_SECONDS ? Math.ceil(seconds) : undefined

/** Parses a header that holds a number of seconds; fractions, which some providers send, are rounded up. */
export const parseSeconds = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d+(\.\d+)?$/.test(header.trim()) ? wholeSeconds(Number(header)) : undefined

/** Limits a wait that a provider asks for, in seconds. */
export const limitRetryAfter = (seconds: number): number => Math.min(seconds, MAX_RETRY_AFTER_SECONDS)

/**
 * Parses `Retry-After` (RFC 9110, 10.2.3) to whole seconds from now, at most an hour: `delay-seconds` or an HTTP-date,
 * also an obsolete one. A past date is 0. Anything else is undefined, as if the header were absent.
 */
export function parseRetryAfter(header: string | undefined): number | undefined {
  const text = header?.trim() ?? ''
  const time = parseHttpDate(text)
  const seconds = time === undefined ? parseSeconds(text) : wholeSeconds(Math.max(0, time - Date.now()) / 1000)
  return seconds === undefined ? undefined : limitRetryAfter(seconds)
}

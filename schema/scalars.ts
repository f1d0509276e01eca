import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

/** Throws an error with the expected form, at the node of a literal. It does not repeat the value, which may be personal. */
const refuse = (expected: string, node?: ValueNode): never => {
  throw new GraphQLError(expected, node && { nodes: node })
}

interface StringScalarOptions {
  readonly name: string
  readonly description: string
  readonly specifiedByURL: string
  readonly parse: (text: string) => string | undefined
  /** What a text must be. */
  readonly expected: string
}

function stringScalar({ name, description, specifiedByURL, parse, expected }: StringScalarOptions) {
  const read = (value: unknown, node?: ValueNode): string =>
    (typeof value === 'string' ? parse(value) : undefined) ?? refuse(expected, node)
  return new GraphQLScalarType<string, string>({
    name,
    description,
    specifiedByURL,
    parseValue: (value) => read(value),
    parseLiteral: (node) => (node.kind === Kind.STRING ? read(node.value, node) : refuse(expected, node)),
    // Values of results were checked by the provider folder that returns them.
    serialize: (value) => value as string,
  })
}

/** The grammar of both scalars of time: `full-date` and `date-time`. */
const RFC3339_URL = 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6'
const DATE = /^\d{4}-\d{2}-\d{2}$/
const RFC3339 =
  /^\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The value of two decimal digits. */
const pair = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528

/** True when the text, which begins with YYYY-MM-DD, begins with a day of the calendar. */
function beginsWithDay(text: string): boolean {
  const month = pair(text, 5)
  const day = pair(text, 8)
  if (month === 2 && day === 29) return pair(text, 2) === 0 ? pair(text, 0) % 4 === 0 : pair(text, 2) % 4 === 0
  return day > 0 && day <= (DAYS[month - 1] ?? 0)
}

/** True for a calendar day in the form YYYY-MM-DD. */
export const isCalendarDate = (text: string): boolean => DATE.test(text) && beginsWithDay(text)

const DAY = '2000-01-31'.length
const SECONDS = '2000-01-31T12:00:00'.length
const MILLISECONDS = '2000-01-31T12:00:00.000'.length

/**
 * A leap second (RFC 3339, 5.7), which ends the last day of a month in UTC. Clocks that do not know it, as those of all
 * providers, count it as the first second of the next day.
 */
function leapSecond(text: string): string | undefined {
  const before = toInstant(`${text.slice(0, SECONDS - 2)}59${text.slice(SECONDS)}`)
  if (before === undefined) return undefined
  const after = new Date(Date.parse(before) + 1000).toISOString()
  return after.slice(DAY - 2, SECONDS) === '01T00:00:00' ? after : undefined
}

/** Converts an RFC 3339 instant to UTC with milliseconds; undefined when the text is not one. */
export function toInstant(text: string): string | undefined {
  if (!RFC3339.test(text) || !beginsWithDay(text)) return undefined
  if (text.startsWith('60', SECONDS - 2)) return leapSecond(text)
  // Fast path: most instants are in UTC already, and differ in the fraction of the second only.
  if (text.endsWith('Z') && text[DAY] === 'T') {
    if (text.length === MILLISECONDS + 1) return text
    return text.length > MILLISECONDS
      ? `${text.slice(0, MILLISECONDS)}Z`
      : `${text.slice(0, SECONDS)}.${text.slice(SECONDS + 1, -1).padEnd(3, '0')}Z`
  }
  const instant = new Date(text.toUpperCase())
  // A time zone may shift the last hours of 9999 into a year of five digits, which RFC 3339 does not allow.
  return Number.isNaN(instant.getTime()) || instant.getUTCFullYear() > 9999 || instant.getUTCFullYear() < 0
    ? undefined
    : instant.toISOString()
}

export const DateScalar = stringScalar({
  name: 'Date',
  description: 'A calendar date without time zone, `YYYY-MM-DD` (RFC 3339 full-date).',
  specifiedByURL: RFC3339_URL,
  parse: (text) => (isCalendarDate(text) ? text : undefined),
  expected: 'must be a day that exists, written YYYY-MM-DD',
})

export const DateTimeScalar = stringScalar({
  name: 'DateTime',
  description:
    'A point in time in RFC 3339 format. Output is always in UTC with milliseconds, such as `2000-01-31T12:00:00.000Z`.',
  specifiedByURL: RFC3339_URL,
  parse: toInstant,
  expected: 'must be an RFC 3339 date and time with a time zone, such as 2000-01-31T12:00:00Z',
})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function literal(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value, variables)]))
    case Kind.LIST:
      return node.values.map((value) => literal(value, variables))
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.VARIABLE:
      return variables?.[node.name.value]
    case Kind.NULL:
      return null
    default:
      return node.value
  }
}

/** The maximum depth of a JSON object: more than real data has, and less than parsers and serialisers handle. */
const MAX_LEVELS = 32
/** The maximum number of values in a JSON object, on all levels: of members, and of items of lists. */
const MAX_VALUES = 256

/** False for a number that was changed when it was read: beyond 2^53 whole numbers are rounded, and 1e400 is infinite. */
export const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

/** The fault of a JSON object; undefined where it has none. What is beyond a limit is not looked at. */
function faultOf(object: Record<string, unknown>): string | undefined {
  let level: object[] = [object]
  let values = 0
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_LEVELS) return `must be a JSON object of at most ${MAX_LEVELS} levels`
    const next: object[] = []
    for (const container of level)
      for (const name in container) {
        values += 1
        if (values > MAX_VALUES) return `must be a JSON object of at most ${MAX_VALUES} values on all levels`
        const value: unknown = container[name as keyof typeof container]
        if (typeof value === 'object' && value !== null) next.push(value)
        else if (typeof value === 'number' && !isExact(value))
          return 'must be a JSON object whose whole numbers lie between -(2^53 - 1) and 2^53 - 1; send others as text'
      }
    level = next
  }
  return undefined
}

function readObject(value: unknown, node?: ValueNode): Record<string, unknown> {
  if (!isObject(value)) return refuse('must be a JSON object', node)
  const fault = faultOf(value)
  return fault === undefined ? value : refuse(fault, node)
}

export const JSONObjectScalar = new GraphQLScalarType<Record<string, unknown>, Record<string, unknown>>({
  name: 'JSONObject',
  description: `A JSON object of at most ${MAX_LEVELS} levels and, as input, ${MAX_VALUES} values on all of them, with whole numbers between -(2^53 - 1) and 2^53 - 1.`,
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259#section-4',
  parseValue: (value) => readObject(value),
  parseLiteral: (node, variables) => readObject(literal(node, variables), node),
  serialize: (value) => value as Record<string, unknown>,
})

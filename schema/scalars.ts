import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

/** A refusal that says what is expected and never repeats what was given: it may be personal. */
const refuse = (expected: string): never => {
  throw new GraphQLError(expected)
}

function stringScalar(name: string, description: string, parse: (text: string) => string | undefined, expected: string) {
  const read = (value: unknown): string => (typeof value === 'string' ? parse(value) : undefined) ?? refuse(expected)
  return new GraphQLScalarType<string, string>({
    name,
    description,
    parseValue: read,
    parseLiteral: (node) => (node.kind === Kind.STRING ? read(node.value) : refuse(expected)),
    // What leaves was already checked by the room it came from.
    serialize: (value) => value as string,
  })
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/** True for a day that exists in the calendar, written YYYY-MM-DD. */
export function isCalendarDate(text: string): boolean {
  if (!DATE.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** An RFC 3339 instant as the same instant in UTC, or undefined when the text is not one. */
export function toInstant(text: string): string | undefined {
  const match = RFC3339.exec(text)
  if (!match || !isCalendarDate(match[1]!)) return undefined
  const instant = new Date(text)
  // A zone may push the last hours of 9999 into a year of five digits, which is no RFC 3339 any more.
  return Number.isNaN(instant.getTime()) || instant.getUTCFullYear() > 9999 || instant.getUTCFullYear() < 0 ? undefined : instant.toISOString()
}

export const DateScalar = stringScalar(
  'Date',
  'A day in the calendar, `YYYY-MM-DD` (RFC 3339 full-date), without a time zone.',
  (text) => (isCalendarDate(text) ? text : undefined),
  'must be a day that exists, written YYYY-MM-DD',
)

export const DateTimeScalar = stringScalar(
  'DateTime',
  'An instant, RFC 3339, always answered in UTC (`2000-01-31T12:00:00.000Z`).',
  toInstant,
  'must be an RFC 3339 date and time with a time zone, such as 2000-01-31T12:00:00Z',
)

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

/** More than anybody's own data has, and fewer than what reads and writes it can go down. */
const MOST_LEVELS = 32

const fits = (value: unknown, levels = MOST_LEVELS): boolean =>
  typeof value !== 'object' || value === null || (levels > 0 && Object.values(value).every((inner) => fits(inner, levels - 1)))

function readObject(value: unknown): Record<string, unknown> {
  if (!isObject(value)) return refuse('must be a JSON object')
  return fits(value) ? value : refuse(`must be a JSON object of at most ${MOST_LEVELS} levels`)
}

export const JSONObjectScalar = new GraphQLScalarType<Record<string, unknown>, Record<string, unknown>>({
  name: 'JSONObject',
  description: `Any JSON object of at most ${MOST_LEVELS} levels.`,
  parseValue: readObject,
  parseLiteral: (node, variables) => readObject(literal(node, variables)),
  serialize: (value) => value as Record<string, unknown>,
})

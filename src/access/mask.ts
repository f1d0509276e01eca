import {
  getNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'
import { UNMASKED } from '../../datasources/contract/evidence.js'
import type { Mask } from '../../schema/pii.js'
import { isLonger } from '../../schema/text.js'

type Row = Record<string, unknown>
type MaskValue = (value: unknown) => unknown

/** Masker: copies a value with its personal fields masked, as `schema/field-masks.ts` decides. Null and the error of an unreadable row pass through; of a list, each item is masked. */
export type Masker = (value: unknown) => unknown

const MASKED_LETTERS = '•••'
const MASKED_DIGITS = '••••'
/** Length from which the last four characters are shown: of a shorter text they would disclose most. */
const MIN_LENGTH_FOR_LAST_FOUR = 8

/** The first letters of ASCII with their dots: most names begin with one of them. */
const MASKED_ASCII = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code) + MASKED_LETTERS)

function maskLetters(text: string): string {
  if (!isLonger(text, 1)) return MASKED_LETTERS
  const first = text.codePointAt(0)!
  return MASKED_ASCII[first] ?? String.fromCodePoint(first) + MASKED_LETTERS
}

const MASKS: Record<Mask, MaskValue> = {
  hidden: () => null,
  firstLetter: (value) => (typeof value === 'string' ? maskLetters(value) : null),
  lastFour: (value) =>
    typeof value === 'string'
      ? MASKED_DIGITS + (value.length >= MIN_LENGTH_FOR_LAST_FOUR ? value.slice(-4) : '')
      : null,
}

/** The mask of a field. A hidden value of a non-null type is an empty list or dots, because null would make its parent null. */
function maskOf(mask: Mask, type: GraphQLOutputType): MaskValue {
  if (mask !== 'hidden' || !isNonNullType(type)) return MASKS[mask]
  return isListType(type.ofType) ? () => [] : () => MASKED_LETTERS
}

/** Holds the names of the fields that are masked in a copy. Copies of the copy keep it. */
const MASKED_FIELDS = Symbol('masked fields')

/** The names of the fields that are masked in a value; undefined where none is. */
export const maskedFieldsOf = (value: object): readonly string[] | undefined =>
  (value as { readonly [MASKED_FIELDS]?: readonly string[] })[MASKED_FIELDS]

/** A field that is masked, or whose value holds such fields. */
interface MaskedField {
  readonly name: string
  readonly mask: MaskValue
  readonly isOwn: boolean
  /** True of a masked field with a resolver: its query hides the value, and the copy only names it. */
  readonly isLoaded: boolean
}

function createMasker(fields: readonly MaskedField[]): Masker {
  /** The names of the row before: the rows of a list mostly have the same fields, and share one list of names. */
  let last: readonly string[] = []
  const masker: Masker = (value) => {
    if (Array.isArray(value)) return value.map(masker)
    if (typeof value !== 'object' || value === null || value instanceof ApiError) return value
    const copy: Row & { [MASKED_FIELDS]?: readonly string[]; [UNMASKED]?: object } = { ...(value as Row) }
    // A type that holds itself is masked within this loop.
    let masked = last
    let count = 0
    for (const { name, mask, isOwn, isLoaded } of fields) {
      const original = copy[name]
      if (original !== undefined && original !== null) copy[name] = mask(original)
      else if (!isLoaded) continue
      if (!isOwn) continue
      if (masked[count] !== name) masked = [...masked.slice(0, count), name]
      count += 1
    }
    if (count < masked.length) masked = masked.slice(0, count)
    last = masked
    if (count > 0) {
      copy[MASKED_FIELDS] = masked
      copy[UNMASKED] = value
    }
    return copy
  }
  return masker
}

/**
 * Maskers by type, compiled from the decisions of the PII review. A type without personal fields, its own or
 * nested ones, has none: its values are returned uncopied. Throws for a name that is no type of the schema: values of a
 * misspelt type would be returned without a mask.
 */
export function createMaskers(schema: GraphQLSchema): (type: string) => Masker | undefined {
  const cache = new Map<string, Masker | undefined>()

  /** `path` holds the types above, where a type that contains itself ends the recursion. */
  function maskerOf(type: string, path: ReadonlySet<string>): Masker | undefined {
    if (cache.has(type)) return cache.get(type)
    const object = schema.getType(type)
    if (!isObjectType(object)) return undefined
    const fields: MaskedField[] = []
    for (const field of Object.values(object.getFields())) {
      const mask = field.extensions['pii'] as Mask | undefined
      const isLoaded = field.extensions['loaded'] === true
      const nested = getNamedType(field.type).name
      if (mask) fields.push({ name: field.name, mask: maskOf(mask, field.type), isOwn: true, isLoaded })
      // Nested values only: a value that a resolver loads is masked by the guard of its own query.
      else if (!path.has(nested)) {
        const masker = maskerOf(nested, new Set(path).add(nested))
        if (masker) fields.push({ name: field.name, mask: masker, isOwn: false, isLoaded: false })
      }
    }
    cache.set(type, fields.length > 0 ? createMasker(fields) : undefined)
    return cache.get(type)
  }

  return (type) => {
    if (schema.getType(type) === undefined)
      throw new Error(`The schema has no type ${type}, so its values cannot be masked.`)
    return maskerOf(type, new Set([type]))
  }
}

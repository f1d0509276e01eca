import {
  getNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Mask } from '../../schema/pii.js'

type Row = Record<string, unknown>
/** A copy of a value with everything personal masked; null and lists pass through. */
export type Masker = (value: unknown) => unknown

const LETTERS = '•••'
const DIGITS = '••••'
/** A shorter text would be given away by its last four characters. */
const SHORTEST_FOR_LAST_FOUR = 8

const MASKS: Record<Mask, (value: unknown) => unknown> = {
  hidden: () => null,
  firstLetter: (value) =>
    typeof value === 'string' ? (value.length > 1 ? String.fromCodePoint(value.codePointAt(0)!) : '') + LETTERS : null,
  lastFour: (value) =>
    typeof value === 'string' ? DIGITS + (value.length >= SHORTEST_FOR_LAST_FOUR ? value.slice(-4) : '') : null,
}

/** Where the schema promises a list, a hidden one is empty: null would take its parent with it. */
const maskOf = (mask: Mask, type: GraphQLOutputType): ((value: unknown) => unknown) =>
  mask === 'hidden' && isNonNullType(type) && isListType(type.ofType) ? () => [] : MASKS[mask]

/**
 * Maskers by type name, made from the `@Pii` declarations of the schema. A type without anything personal in it or
 * below it has none, and its values are handed on as they are.
 */
export function createMaskers(schema: GraphQLSchema): (type: string) => Masker | undefined {
  const made = new Map<string, Masker | undefined>()

  /** Fields of the type that are personal, and those whose own type has something personal in it. */
  function make(type: string, path: ReadonlySet<string>): Masker | undefined {
    if (made.has(type)) return made.get(type)
    const object = schema.getType(type)
    if (!isObjectType(object)) return undefined
    const personal: [string, (value: unknown) => unknown][] = []
    for (const field of Object.values(object.getFields())) {
      const mask = field.extensions['pii'] as Mask | undefined
      const below = getNamedType(field.type).name
      if (mask) personal.push([field.name, maskOf(mask, field.type)])
      // What hangs off a value comes out of a loader of its own; only what is part of the value is masked here,
      // and a type that contains itself does so by reference.
      else if (!path.has(below)) {
        const inner = make(below, new Set(path).add(below))
        if (inner) personal.push([field.name, inner])
      }
    }
    const masker: Masker = (value) => {
      if (Array.isArray(value)) return value.map(masker)
      if (typeof value !== 'object' || value === null) return value
      const copy: Row = { ...(value as Row) }
      for (const [name, mask] of personal) {
        const given = copy[name]
        if (given !== undefined && given !== null) copy[name] = mask(given)
      }
      return copy
    }
    made.set(type, personal.length > 0 ? masker : undefined)
    return made.get(type)
  }

  return (type) => make(type, new Set([type]))
}

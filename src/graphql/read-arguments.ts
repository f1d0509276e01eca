import {
  type GraphQLArgument,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql'
import { type InvalidFields, invalidInput } from '../../datasources/contract/errors.js'
import { EMPTY_FOR_NONE, normalText, textFault, type TextKind, textKindOf } from '../../schema/text.js'

type Members = Readonly<Record<string, unknown>>
type Faults = Record<string, string[]>

/** Reads a value: the value itself, or a copy with normal texts. `owner` holds the members beside it. */
type Read = (value: unknown, owner: Members, path: string, faults: Faults) => unknown

const readText =
  (kind: TextKind): Read =>
  (value, owner, path, faults) => {
    if (typeof value !== 'string') return value
    const text = normalText(kind, value, owner)
    const fault = textFault(kind, text)
    if (fault !== undefined) faults[path] = [fault]
    return text
  }

const readIdentifier = readText('identifier')

/** JSON is the caller's own: it is checked, names of members too, and not changed. */
const checkJson: Read = (value, owner, path, faults) => {
  if (typeof value === 'string') {
    const fault = textFault('text', value)
    if (fault !== undefined) faults[path] = [fault]
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      checkJson(name, owner, path, faults)
      checkJson(inner, owner, path, faults)
    }
  }
  return value
}

const readList =
  (read: Read): Read =>
  (value, owner, path, faults) => {
    if (!Array.isArray(value)) return value
    const items = value.map((item: unknown, i) => read(item, owner, `${path}[${i}]`, faults))
    return items.some((item, i) => item !== value[i]) ? items : (value as unknown)
  }

const emptyForNull =
  (read: Read): Read =>
  (value, owner, path, faults) =>
    read(value === null ? '' : value, owner, path, faults)

const readMembers =
  (members: readonly (readonly [name: string, read: Read])[]): Read =>
  (value, _owner, path, faults) => {
    if (typeof value !== 'object' || value === null) return value
    const given = value as Members
    let copy: Record<string, unknown> | undefined
    for (const [name, read] of members) {
      const member = given[name]
      if (member === undefined) continue
      const normal = read(member, given, path === '' ? name : `${path}.${name}`, faults)
      if (normal !== member) (copy ??= { ...given })[name] = normal
    }
    return copy ?? value
  }

interface Input {
  readonly name: string
  readonly type: GraphQLInputType
}

/** Reader of a member of a type; undefined where it holds no text. */
function readerOf({ name, type }: Input, owner: string): Read | undefined {
  if (isNonNullType(type)) return readerOf({ name, type: type.ofType }, owner)
  if (isListType(type)) {
    const read = readerOf({ name, type: type.ofType }, owner)
    return read && readList(read)
  }
  if (isInputObjectType(type)) return membersReader(Object.values(type.getFields()), type.name)
  if (!isScalarType(type)) return undefined
  if (type.name === 'JSONObject') return checkJson
  if (type.name !== 'String' && type.name !== 'ID') return undefined
  const read = readText(textKindOf(owner, name, type.name === 'ID'))
  return EMPTY_FOR_NONE.has(name) ? emptyForNull(read) : read
}

function membersReader(inputs: readonly Input[], owner: string): Read | undefined {
  const members = inputs.flatMap((input) => {
    const read = readerOf(input, owner)
    return read ? [[input.name, read] as const] : []
  })
  return members.length > 0 ? readMembers(members) : undefined
}

/** The key of a reference of another subgraph with its identifiers in normal form; throws where one holds what no text may hold. */
export function readReference(reference: Members, key: readonly string[], path: string): Members {
  const faults: Faults = {}
  const members = key.map(
    (name) => [name, readIdentifier(reference[name], reference, `${path}.${name}`, faults)] as const,
  )
  if (Object.keys(faults).length > 0) throw invalidInput(faults)
  return Object.fromEntries(members)
}

/** The rules of text that the arguments of a field break, until its input is validated. */
const faultsOf = new WeakMap<object, InvalidFields>()

/** The rules of text that arguments break, by path. */
export const textFaults = (args: object): InvalidFields => faultsOf.get(args) ?? {}

/**
 * Reads the texts in the arguments of a field before anything else does: they are brought into normal form, so that
 * rules, idempotency keys, providers and the store see one form, and what no text may hold is noted for the
 * validation of the input. Undefined where the arguments hold no text.
 */
export function argumentsReader<Args extends object>(
  args: readonly GraphQLArgument[],
): ((args: Args) => Args) | undefined {
  const read = membersReader(args, '')
  return (
    read &&
    ((given) => {
      const faults: Faults = {}
      const normal = read(given, {}, '', faults) as Args
      for (const _path in faults) {
        faultsOf.set(normal, faults)
        break
      }
      return normal
    })
  )
}

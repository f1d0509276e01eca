import {
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLResolveInfo,
  isCompositeType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
import { isCut } from '../../datasources/support/capped-list.js'
import { maskedFieldsOf } from '../access/mask.js'
import { FieldCollector } from './field-collector.js'
import { isPlainMember } from './plain-members.js'

/** The path of a response member, as in an error. */
type ResponsePath = readonly (string | number)[]

/** Paths that an answer lists at most, of each kind. */
const MAX_PATHS = 100

/** What an answer says of its values: members of `extensions`, each absent where there is nothing to say. */
interface Notes {
  /** Paths of values that are masked for this caller. */
  readonly masked?: readonly ResponsePath[]
  /** Paths of lists that had more rows. */
  readonly truncated?: readonly ResponsePath[]
  /** True where `masked` does not list every path. */
  readonly maskedIncomplete?: true
}

/** One member of a selection, ready for every row. */
interface Member {
  readonly key: string
  readonly name: string
  /** What is selected below; undefined for a leaf, and for a field with a resolver, whose value is noted by itself. */
  readonly below: { readonly type: GraphQLCompositeType; readonly sets: readonly SelectionSetNode[] } | undefined
}

interface Noted {
  readonly value: unknown
  readonly info: GraphQLResolveInfo
}

type Row = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null

/** The last step of a path, with those before it. Most values are not masked, and their paths are never written out. */
interface Step {
  readonly prev: Step | undefined
  readonly key: string | number
}

function pathOf(last: Step): (string | number)[] {
  const keys: (string | number)[] = []
  for (let step: Step | undefined = last; step; step = step.prev) keys.unshift(step.key)
  return keys
}

/** True where the response has the member of a path: an error may have taken an object above it. */
function exists(data: unknown, path: ResponsePath): boolean {
  let value = data
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return false
    value = value[key]
  }
  return true
}

/** Walks through the values of one operation as they were selected, to find the masked ones. */
class MaskedPaths {
  readonly found: ResponsePath[] = []
  isIncomplete = false
  readonly #data: unknown
  /** The selections of a field; one list for all values of the field, as its nodes are. */
  readonly #sets = new Map<readonly FieldNode[], readonly SelectionSetNode[]>()
  readonly #members = new Map<readonly SelectionSetNode[], Map<string, readonly Member[]>>()

  constructor(data: unknown) {
    this.#data = data
  }

  add({ value, info }: Noted): void {
    const type = getNamedType(info.returnType)
    if (!isCompositeType(type)) return
    const { fieldNodes } = info
    let sets = this.#sets.get(fieldNodes)
    if (sets === undefined)
      this.#sets.set(fieldNodes, (sets = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? [])))
    this.#visit(value, type, sets, info.path, info)
  }

  #visit(
    value: unknown,
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    path: Step,
    info: GraphQLResolveInfo,
  ): void {
    if (this.isIncomplete || !isObject(value) || value instanceof Error) return
    if (Array.isArray(value))
      return value.forEach((item: unknown, i) => this.#visit(item, type, sets, { prev: path, key: i }, info))
    const masked = maskedFieldsOf(value)
    for (const { key, name, below } of this.#membersOf(value, type, sets, info)) {
      if (masked?.includes(name)) this.#push(pathOf({ prev: path, key }))
      else if (below) this.#visit(value[name], below.type, below.sets, { prev: path, key }, info)
    }
  }

  #push(path: ResponsePath): void {
    if (!exists(this.#data, path)) return
    if (this.found.length < MAX_PATHS) this.found.push(path)
    else this.isIncomplete = true
  }

  #membersOf(
    value: Row,
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    info: GraphQLResolveInfo,
  ): readonly Member[] {
    const name = isObjectType(type) ? type.name : String(value['__typename'])
    const byType = this.#members.get(sets) ?? new Map<string, readonly Member[]>()
    this.#members.set(sets, byType)
    const known = byType.get(name)
    if (known) return known
    const members = membersOf(name, sets, info)
    byType.set(name, members)
    return members
  }
}

/** The members of a type that an operation selects. */
function membersOf(type: string, sets: readonly SelectionSetNode[], info: GraphQLResolveInfo): Member[] {
  const object = info.schema.getType(type)
  if (!isObjectType(object)) return []
  return [...FieldCollector.of(info).collect(sets, object)].flatMap(([key, nodes]): Member[] => {
    const name = nodes[0]!.name.value
    const field = object.getFields()[name]
    if (!field) return []
    const below = getNamedType(field.type)
    const hasOwn = !isPlainMember(field) || !isCompositeType(below)
    const selected = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    return [{ key, name, below: hasOwn ? undefined : { type: below, sets: selected } }]
  })
}

/** The values of one operation that may be masked or cut, as they were resolved. */
export class ResponseNotes {
  readonly #values: Noted[] = []
  readonly #seesPersonalData: boolean

  constructor(seesPersonalData: boolean) {
    this.#seesPersonalData = seesPersonalData
  }

  add(value: unknown, info: GraphQLResolveInfo): void {
    if (isObject(value)) this.#values.push({ value, info })
  }

  /** What an answer with this data says of its values. */
  of(data: unknown): Notes {
    const truncated = this.#values
      .filter(({ value }) => isCut(value))
      .map(({ info }) => pathOf(info.path))
      .filter((path) => exists(data, path))
      .slice(0, MAX_PATHS)
    const masked = new MaskedPaths(data)
    if (!this.#seesPersonalData) for (const noted of this.#values) masked.add(noted)
    return {
      ...(masked.found.length > 0 ? { masked: masked.found } : {}),
      ...(masked.isIncomplete ? { maskedIncomplete: true } : {}),
      ...(truncated.length > 0 ? { truncated } : {}),
    }
  }
}

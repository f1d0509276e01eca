import {
  type DirectiveNode,
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLResolveInfo,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { isCut } from '../../datasources/support/capped-list.js'
import { maskedFieldsOf } from '../access/mask.js'
import { isPlainMember } from './plain-members.js'

/** The path of a response member, as in an error. */
type ResponsePath = readonly (string | number)[]

/** Paths that an answer lists at most, of each kind. */
export const MAX_PATHS = 100

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

/** CollectFields of the GraphQL specification. */
function membersOf(type: string, sets: readonly SelectionSetNode[], info: GraphQLResolveInfo): Member[] {
  const { schema, fragments, variableValues } = info
  const object = schema.getType(type)
  if (!isObjectType(object)) return []
  const nodes = new Map<string, FieldNode[]>()

  const isTrue = (directives: readonly DirectiveNode[], name: string): boolean | undefined => {
    const condition = directives.find((directive) => directive.name.value === name)?.arguments?.[0]?.value
    return condition && valueFromASTUntyped(condition, variableValues) === true
  }

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) if (isIncluded(selection)) collectOne(selection)
  }

  const isIncluded = ({ directives = [] }: SelectionNode): boolean =>
    isTrue(directives, 'skip') !== true && isTrue(directives, 'include') !== false

  function collectOne(selection: SelectionNode): void {
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value
      nodes.set(key, [...(nodes.get(key) ?? []), selection])
      return
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection
    const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value)
    const applies = !condition || condition === object || (!isObjectType(condition) && isCompositeType(condition))
    if (fragment && applies) collect(fragment.selectionSet)
  }

  sets.forEach(collect)
  return [...nodes].flatMap(([key, [first, ...others]]): Member[] => {
    const field = object.getFields()[first!.name.value]
    if (!field) return []
    const below = getNamedType(field.type)
    const hasOwn = !isPlainMember(field) || !isCompositeType(below)
    const selected = [first!, ...others].flatMap(({ selectionSet }) => selectionSet ?? [])
    return [{ key, name: field.name, below: hasOwn ? undefined : { type: below, sets: selected } }]
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

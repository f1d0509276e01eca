import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { isPlainMember } from '../graphql/plain-members.js'

/** Schema coordinates of personal fields by the type that declares them. */
type FieldsByType = ReadonlyMap<string, ReadonlySet<string>>
/** A type and the types that its values contain; a field with a resolver of its own is not contained. */
type ContainedTypes = (type: string) => ReadonlySet<string>

/** Lists of types whose fields are kept sorted, for each selection. */
const MAX_KEPT_LISTS = 64

/** PII selection: the personal fields that an operation selects, and those that a value of a type contains. */
export class PiiSelection {
  readonly #fields: FieldsByType
  readonly #containedTypes: ContainedTypes
  readonly #sorted: readonly string[]
  readonly #byType = new Map<string, ReadonlySet<string>>()
  readonly #sortedByTypes = new Map<string, readonly string[]>()

  constructor(fields: FieldsByType, containedTypes: ContainedTypes) {
    this.#fields = fields
    this.#containedTypes = containedTypes
    this.#sorted = [...fields.values()].flatMap((coordinates) => [...coordinates]).sort()
  }

  /** The selected personal fields, sorted. */
  get fields(): readonly string[] {
    return this.#sorted
  }

  /** True when a value of the type contains a selected personal field. */
  exposes(type: string): boolean {
    return this.#sorted.length > 0 && this.#fieldsOf(type).size > 0
  }

  /** The selected personal fields that values of the types contain, sorted. */
  fieldsOf(types: readonly string[]): readonly string[] {
    // The types that an operation reads differ by what is absent and by which answer comes first.
    const key = types.join(' ')
    const kept = this.#sortedByTypes.get(key)
    if (kept !== undefined) return kept
    const fields = this.#sorted.filter((field) => types.some((type) => this.#fieldsOf(type).has(field)))
    if (this.#sortedByTypes.size < MAX_KEPT_LISTS) this.#sortedByTypes.set(key, fields)
    return fields
  }

  #fieldsOf(type: string): ReadonlySet<string> {
    const cached = this.#byType.get(type)
    if (cached) return cached
    const fields = new Set([...this.#containedTypes(type)].flatMap((part) => [...(this.#fields.get(part) ?? [])]))
    this.#byType.set(type, fields)
    return fields
  }
}

/** PII fields: the personal fields of the schema, and of each operation. */
export interface PiiFields {
  readonly all: PiiSelection
  /** The personal fields that an operation selects; `@skip` and `@include` are ignored, so one entry fits all variables. */
  readonly selectedBy: (document: DocumentNode, operation: OperationDefinitionNode) => PiiSelection
}

/** Reads the masked fields of the schema. */
function declaredFieldsOf(schema: GraphQLSchema): FieldsByType {
  const declared = new Map<string, Set<string>>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    const fields = Object.values(type.getFields()).filter(({ extensions }) => extensions['pii'] !== undefined)
    if (fields.length > 0) declared.set(type.name, new Set(fields.map(({ name }) => `${type.name}.${name}`)))
  }
  return declared
}

function createContainedTypes(schema: GraphQLSchema): ContainedTypes {
  const cache = new Map<string, Set<string>>()
  return (type) => {
    const cached = cache.get(type)
    if (cached) return cached
    const contained = new Set<string>()
    const add = (name: string): void => {
      const object = schema.getType(name)
      if (!isObjectType(object) || contained.has(name)) return
      contained.add(name)
      for (const field of Object.values(object.getFields()))
        if (isPlainMember(field)) add(getNamedType(field.type).name)
    }
    add(type)
    cache.set(type, contained)
    return contained
  }
}

/** Visitor of one document that collects the personal fields of an operation. Each fragment is visited once. */
class SelectionVisitor {
  readonly selected = new Map<string, Set<string>>()
  readonly #schema: GraphQLSchema
  readonly #personal: FieldsByType
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #visited = new Set<string>()

  constructor(schema: GraphQLSchema, personal: FieldsByType, document: DocumentNode) {
    this.#schema = schema
    this.#personal = personal
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    )
  }

  visit({ selections }: SelectionSetNode, parent: string): void {
    for (const selection of selections) this.#visitSelection(selection, parent)
  }

  #visitSelection(selection: SelectionNode, parent: string): void {
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return this.visit(selection.selectionSet, selection.typeCondition?.name.value ?? parent)
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.#fragments.get(selection.name.value)
      if (!fragment || this.#visited.has(fragment.name.value)) return
      this.#visited.add(fragment.name.value)
      return this.visit(fragment.selectionSet, fragment.typeCondition.name.value)
    }
    const type = this.#schema.getType(parent)
    if (isAbstractType(type)) {
      for (const { name } of this.#schema.getPossibleTypes(type)) this.#visitSelection(selection, name)
    } else if (isObjectType(type)) {
      const field = type.getFields()[selection.name.value]
      if (!field) return
      this.#add(parent, field.name)
      if (selection.selectionSet) this.visit(selection.selectionSet, getNamedType(field.type).name)
    }
  }

  #add(type: string, field: string): void {
    const coordinate = `${type}.${field}`
    if (!this.#personal.get(type)?.has(coordinate)) return
    const fields = this.selected.get(type) ?? new Set()
    this.selected.set(type, fields.add(coordinate))
  }
}

/** Reads the personal fields of a schema; `served` has the resolvers, which decide what a value contains. */
export function readPiiFields(declared: GraphQLSchema, served: GraphQLSchema): PiiFields {
  const personal = declaredFieldsOf(declared)
  const containedTypes = createContainedTypes(served)
  return {
    all: new PiiSelection(personal, containedTypes),
    selectedBy(document, operation) {
      const visitor = new SelectionVisitor(served, personal, document)
      const root = served.getRootType(operation.operation)
      if (root) visitor.visit(operation.selectionSet, root.name)
      return new PiiSelection(visitor.selected, containedTypes)
    },
  }
}

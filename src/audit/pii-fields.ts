import {
  type DocumentNode,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/** Personal fields by the type that declares them, as schema coordinates. */
type Fields = ReadonlyMap<string, ReadonlySet<string>>
/** A type and the types its values are made of; what is fetched by a question of its own is no part of it. */
type Within = (type: string) => ReadonlySet<string>

/** Personal fields that are selected, and which of them a value of a type shows. */
export class Selected {
  readonly #fields: Fields
  readonly #within: Within
  readonly #sorted: readonly string[]
  readonly #shown = new Map<string, ReadonlySet<string>>()
  readonly #alone = new Map<string, readonly string[]>()

  constructor(fields: Fields, within: Within) {
    this.#fields = fields
    this.#within = within
    this.#sorted = [...fields.values()].flatMap((coordinates) => [...coordinates]).sort()
  }

  /** Whether a value of the type shows any. */
  exposes(type: string): boolean {
    return this.#sorted.length > 0 && this.#shownBy(type).size > 0
  }

  /** What values of these types show, sorted. */
  shownBy(types: readonly string[]): readonly string[] {
    const [type = '', ...others] = types
    if (others.length > 0) return this.#sorted.filter((field) => types.some((one) => this.#shownBy(one).has(field)))
    const known = this.#alone.get(type) ?? this.#sorted.filter((field) => this.#shownBy(type).has(field))
    this.#alone.set(type, known)
    return known
  }

  #shownBy(type: string): ReadonlySet<string> {
    const known = this.#shown.get(type)
    if (known) return known
    const shown = new Set([...this.#within(type)].flatMap((part) => [...(this.#fields.get(part) ?? [])]))
    this.#shown.set(type, shown)
    return shown
  }
}

/** What is personal in the schema, and in what is asked of it. */
export interface PiiFields {
  readonly all: Selected
  /** The personal fields that an operation selects: every one it may answer, `@skip` and `@include` aside. */
  readonly selectedBy: (document: DocumentNode, operation: OperationDefinitionNode) => Selected
}

/** Reads the `@Pii` declarations; `served` tells which fields are fetched by themselves. */
export function piiFieldsIn(declared: GraphQLSchema, served: GraphQLSchema): PiiFields {
  const all = new Map<string, Set<string>>()
  for (const type of Object.values(declared.getTypeMap())) {
    if (!isObjectType(type)) continue
    const fields = Object.values(type.getFields()).filter(({ extensions }) => extensions['pii'] !== undefined)
    if (fields.length > 0) all.set(type.name, new Set(fields.map(({ name }) => `${type.name}.${name}`)))
  }

  const parts = new Map<string, Set<string>>()
  function within(type: string): Set<string> {
    const known = parts.get(type)
    if (known) return known
    const found = new Set<string>()
    const add = (name: string): void => {
      const object = served.getType(name)
      if (!isObjectType(object) || found.has(name)) return
      found.add(name)
      for (const field of Object.values(object.getFields()))
        if (field.resolve === undefined) add(getNamedType(field.type).name)
    }
    add(type)
    parts.set(type, found)
    return found
  }

  function select(document: DocumentNode, operation: OperationDefinitionNode): Fields {
    const selected = new Map<string, Set<string>>()
    const fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    )
    const seen = new Set<string>()

    function note(type: string, field: string): void {
      const coordinate = `${type}.${field}`
      if (!all.get(type)?.has(coordinate)) return
      const fields = selected.get(type) ?? new Set()
      selected.set(type, fields.add(coordinate))
    }

    function walk({ selections }: SelectionSetNode, parent: string): void {
      const type = served.getType(parent)
      for (const selection of selections) {
        if (selection.kind === Kind.INLINE_FRAGMENT)
          walk(selection.selectionSet, selection.typeCondition?.name.value ?? parent)
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.get(selection.name.value)
          if (!fragment || seen.has(fragment.name.value)) continue
          seen.add(fragment.name.value)
          walk(fragment.selectionSet, fragment.typeCondition.name.value)
        } else if (isAbstractType(type)) {
          for (const { name } of served.getPossibleTypes(type))
            walk({ kind: Kind.SELECTION_SET, selections: [selection] }, name)
        } else if (isObjectType(type)) {
          const field = type.getFields()[selection.name.value]
          if (!field) continue
          note(parent, field.name)
          if (selection.selectionSet) walk(selection.selectionSet, getNamedType(field.type).name)
        }
      }
    }

    const root = served.getRootType(operation.operation)
    if (root) walk(operation.selectionSet, root.name)
    return selected
  }

  return {
    all: new Selected(all, within),
    selectedBy: (document, operation) => new Selected(select(document, operation), within),
  }
}

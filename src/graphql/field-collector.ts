import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** The fragments of a document by name. */
export const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition] as [string, FragmentDefinitionNode]]
        : [],
    ),
  )

/** The variables that directives such as `@skip` and `@include` use. */
export function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ arguments: args = [] }) => {
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** The values of these variables for `@skip` and `@include`: true, or not. */
export function conditionValues(
  names: readonly string[],
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): Readonly<Record<string, boolean>> {
  const valueOf = (name: string) => {
    if (Object.hasOwn(variables, name)) return variables[name]
    const definition = variableDefinitions.find(({ variable }) => variable.name.value === name)
    return definition?.defaultValue && valueFromASTUntyped(definition.defaultValue)
  }
  return Object.fromEntries(names.map((name) => [name, valueOf(name) === true]))
}

/** CollectFields of the GraphQL specification for the fragments of a document and the values of `@skip` and `@include`. */
export class FieldCollector {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly conditions: Variables,
  ) {}

  /** Collects for the operation that a resolver runs for. */
  static of({ schema, fragments, variableValues }: GraphQLResolveInfo): FieldCollector {
    return new FieldCollector(schema, new Map(Object.entries(fragments)), variableValues)
  }

  /** The selected fields of an object type, by response name. */
  collect(
    sets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    fields = new Map<string, FieldNode[]>(),
    visited = new Set<string>(),
  ): Map<string, FieldNode[]> {
    for (const selection of sets.flatMap(({ selections }) => selections)) {
      if (this.#isSkipped(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        fields.set(name, [...(fields.get(name) ?? []), selection])
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : visited.has(selection.name.value)
            ? undefined
            : this.fragments.get(selection.name.value)
      if (selection.kind === Kind.FRAGMENT_SPREAD) visited.add(selection.name.value)
      if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
        this.collect([fragment.selectionSet], type, fields, visited)
    }
    return fields
  }

  #isSkipped({ directives = [] }: SelectionNode): boolean {
    return directives.some(
      ({ name, arguments: [condition] = [] }) =>
        condition !== undefined &&
        ((name.value === 'skip' && valueFromASTUntyped(condition.value, this.conditions) === true) ||
          (name.value === 'include' && valueFromASTUntyped(condition.value, this.conditions) === false)),
    )
  }

  #applies(typeCondition: string | undefined, type: GraphQLObjectType): boolean {
    const named = typeCondition === undefined ? type : this.schema.getType(typeCondition)
    return named === type || (isAbstractType(named) && this.schema.isSubType(named, type))
  }
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildSchema,
  type DefinitionNode,
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  valueFromASTUntyped,
} from 'graphql'
import { DOCS, REPOSITORY } from '../paths.js'

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8')

/** The schema for clients. */
export const schema = buildSchema(read('schema/api.graphql'))

const hasFields = (
  definition: DefinitionNode,
): definition is DefinitionNode & {
  readonly name: { value: string }
  readonly fields: readonly FieldDefinitionNode[]
} => definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION

/** The directives of each field by its coordinate, from the schema for routers. */
const directives = new Map<string, readonly DirectiveNode[]>(
  parse(read('schema/schema.graphql'))
    .definitions.filter(hasFields)
    .flatMap(({ name, fields }) =>
      fields.map((field) => [`${name.value}.${field.name.value}`, field.directives ?? []] as const),
    ),
)

const argumentOf = (coordinate: string, directive: string, argument: string): unknown => {
  const found = directives.get(coordinate)?.find(({ name }) => name.value === directive)
  const value = found?.arguments?.find(({ name }) => name.value === argument)?.value
  return value && valueFromASTUntyped(value)
}

/** The sets of scopes that open a field, each enough by itself; none where its path decides or no scope is needed. */
export const scopesOf = (coordinate: string): readonly (readonly string[])[] =>
  (argumentOf(coordinate, 'requiresScopes', 'scopes') as readonly (readonly string[])[] | undefined) ?? []

/** The weight of a field in the cost of an operation. */
export const weightOf = (coordinate: string): number =>
  Number((argumentOf(coordinate, 'cost', 'weight') as string | undefined) ?? 0)

const FOLDER = 'schema/operations'
const operations: readonly OperationDefinitionNode[] = readdirSync(join(REPOSITORY, FOLDER))
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => parse(read(`${FOLDER}/${name}`)).definitions)
  .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)

const selects = ({ selectionSet }: OperationDefinitionNode, field: string): boolean =>
  selectionSet.selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === field)

/** The shortest promised operation that asks for a root field. */
export function exampleOf(kind: string, field: string): string | undefined {
  const texts = operations
    .filter((operation) => operation.operation === kind && selects(operation, field))
    .map((operation) => print(operation))
  return texts.sort((a, b) => a.length - b.length)[0]
}

/** What the same idempotency key does after a lost answer of each mutation, from the table of `docs/idempotency.md`. */
export const afterLostAnswer = new Map<string, string>(
  [...readFileSync(join(DOCS, 'idempotency.md'), 'utf8').matchAll(/^\| ([^|`]+) \| (`.*) \|$/gm)].flatMap(
    ([, behaviour, mutations]) =>
      [...mutations!.matchAll(/`(\w+)`/g)].map(([, name]) => [name!, behaviour!.trim()] as const),
  ),
)

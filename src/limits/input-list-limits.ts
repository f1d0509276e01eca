import {
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLArgument,
  GraphQLError,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
  TypeInfo,
  type ValidationRule,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { invalidInput } from '../../datasources/contract/errors.js'
import type { ResolvedOperation } from '../graphql/plugin.js'

/** The lists in a value of the input: the value itself with its greatest length, and those in its items or members. */
interface Lists {
  readonly max?: number
  readonly items?: Lists | undefined
  readonly members?: ReadonlyMap<string, Lists>
}

/** A list that is too long. */
interface Excess {
  readonly path: string
  readonly max: number
  /** Where it stands, or where its variable is defined. */
  readonly node?: ASTNode | undefined
}

type Report = (excess: Excess) => void

/** A variable where it is used: the path of its argument, and the lists in its value. */
interface VariableUse {
  readonly name: string
  readonly path: string
  readonly lists: Lists
}

interface ListLimitsOptions {
  /** The greatest length of lists, by type and member or type, field and argument. */
  readonly declared: ReadonlyMap<string, number>
  /** The greatest length of a list that declares none. */
  readonly fallback: number
}

/** Checks the lengths of the lists in a value of a variable; the items of a list that is too long are not looked at. */
function checkValue(value: unknown, { max, items, members }: Lists, path: string, report: Report): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    if (max !== undefined && value.length > max) return report({ path, max })
    if (items) for (const [i, item] of value.entries()) checkValue(item, items, `${path}[${i}]`, report)
    return
  }
  // A single value counts as a list of one.
  if (items) return checkValue(value, items, path, report)
  for (const [name, lists] of members ?? [])
    if (Object.hasOwn(value, name))
      checkValue((value as Readonly<Record<string, unknown>>)[name], lists, `${path}.${name}`, report)
}

/** Checks the lengths of the lists in a literal, and collects the variables in it. */
function checkLiteral(node: ValueNode, lists: Lists, path: string, report: Report, uses: VariableUse[]): void {
  const { max, items, members } = lists
  if (node.kind === Kind.VARIABLE) uses.push({ name: node.name.value, path, lists })
  else if (node.kind === Kind.LIST) {
    if (max !== undefined && node.values.length > max) return report({ path, max, node })
    if (items) node.values.forEach((item, i) => checkLiteral(item, items, `${path}[${i}]`, report, uses))
  } else if (node.kind === Kind.OBJECT) {
    if (items) return checkLiteral(node, items, path, report, uses)
    for (const { name, value } of node.fields) {
      const inner = members?.get(name.value)
      if (inner) checkLiteral(value, inner, `${path}.${name.value}`, report, uses)
    }
  }
}

/** The refusal of lists that are too long, at the documents' nodes. */
function refusal(excesses: readonly Excess[]): GraphQLError {
  const originalError = invalidInput(
    Object.fromEntries(excesses.map(({ path, max }) => [path, [`must contain no more than ${max} elements`]])),
  )
  return new GraphQLError(originalError.message, { nodes: excesses.flatMap(({ node }) => node ?? []), originalError })
}

/**
 * The length of every list of the input is checked before its items are coerced or validated: in a document by a rule
 * of validation, in variables before the operation is executed.
 */
export class ListLimits {
  readonly #schema: GraphQLSchema
  readonly #options: ListLimitsOptions
  readonly #lists = new Map<GraphQLArgument | GraphQLInputField, Lists | undefined>()
  readonly #uses = new WeakMap<OperationDefinitionNode, readonly VariableUse[]>()

  constructor(schema: GraphQLSchema, options: ListLimitsOptions) {
    this.#schema = schema
    this.#options = options
  }

  /**
   * The rule for literals. It runs while the rules are created. When a list is too long it empties the document, so that
   * no other rule looks at the items.
   */
  readonly rule: ValidationRule = (context) => {
    const document = context.getDocument()
    // Most documents hold no list at all.
    if (document.loc?.source.body.includes('[') === false) return {}
    const excesses: Excess[] = []
    const report = (excess: Excess) => void excesses.push(excess)
    this.#walk(document, report, [])
    for (const definition of document.definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#checkDefaults(document, definition, report)
    if (excesses.length > 0) {
      context.reportError(refusal(excesses))
      ;(document.definitions as ASTNode[]).length = 0
    }
    return {}
  }

  /** The refusal of an operation with a list in its variables that is too long; undefined where none is. */
  readonly check = ({ document, operation, variables }: ResolvedOperation): ExecutionResult | undefined => {
    const { variableDefinitions = [] } = operation
    if (variableDefinitions.length === 0) return undefined
    let uses = this.#uses.get(operation)
    if (uses === undefined) this.#uses.set(operation, (uses = this.#usesOf(document, operation)))
    const excesses: Excess[] = []
    for (const { name, path, lists } of uses) {
      if (!Object.hasOwn(variables, name)) continue
      const node = variableDefinitions.find(({ variable }) => variable.name.value === name)
      checkValue(variables[name], lists, path, (excess) => excesses.push({ ...excess, node }))
    }
    return excesses.length > 0 ? { errors: [refusal(excesses)] } : undefined
  }

  #checkDefaults(document: DocumentNode, operation: OperationDefinitionNode, report: Report): void {
    const defaults = new Map(
      operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    )
    if (![...defaults.values()].some((value) => value?.kind === Kind.LIST || value?.kind === Kind.OBJECT)) return
    for (const { name, path, lists } of this.#usesOf(document, operation)) {
      const value = defaults.get(name)
      if (value) checkLiteral(value, lists, path, report, [])
    }
  }

  /** The variables of an operation whose values hold lists, at each place where they are used. */
  #usesOf(document: DocumentNode, { name }: OperationDefinitionNode): readonly VariableUse[] {
    const uses: VariableUse[] = []
    this.#walk(separateOperations(document)[name?.value ?? ''] ?? document, () => undefined, uses)
    return uses
  }

  #walk(document: DocumentNode, report: Report, uses: VariableUse[]): void {
    const types = new TypeInfo(this.#schema)
    visit(
      document,
      visitWithTypeInfo(types, {
        Argument: ({ name, value }) => {
          const argument = types.getArgument()
          const lists =
            argument && this.#listsOf(argument, `${types.getParentType()?.name}.${types.getFieldDef()?.name}`)
          if (lists) checkLiteral(value, lists, name.value, report, uses)
        },
      }),
    )
  }

  /** The lists in the values of an argument or member; undefined where there are none. */
  #listsOf(input: GraphQLArgument | GraphQLInputField, owner: string): Lists | undefined {
    if (!this.#lists.has(input)) this.#lists.set(input, this.#listsIn(input.type, `${owner}.${input.name}`))
    return this.#lists.get(input)
  }

  #listsIn(type: GraphQLInputType, coordinate: string): Lists | undefined {
    if (isNonNullType(type)) return this.#listsIn(type.ofType, coordinate)
    if (isListType(type)) {
      const { declared, fallback } = this.#options
      return { max: declared.get(coordinate) ?? fallback, items: this.#listsIn(type.ofType, coordinate) }
    }
    if (!isInputObjectType(type)) return undefined
    const members = Object.values(type.getFields()).flatMap((member) => {
      const lists = this.#listsOf(member, type.name)
      return lists ? [[member.name, lists] as const] : []
    })
    return members.length > 0 ? { members: new Map(members) } : undefined
  }
}

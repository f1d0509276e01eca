import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { invalidInput } from '../../datasources/contract/errors.js'

/** One value that was refused: its path in the arguments, and the rule that it broke. */
interface Fault {
  readonly path: string
  readonly rule: string
}

/** What a value should have been, in words of ours: graphql-js repeats the value itself, and it may be personal. */
function expectation(reason: string): string {
  // Our own scalars say what they expect and nothing else.
  if (reason.startsWith('must be ')) return reason
  if (reason.startsWith('Field "')) return 'has a member that is not known'
  if (reason.startsWith('Int cannot represent non 32-bit signed integer value'))
    return 'does not fit Int: must be a whole number from -2147483648 to 2147483647'
  const type =
    /^Expected (?:non-nullable |value of )?type "([\w![\]]+)"/.exec(reason) ??
    /^(?:Enum ")?(\w+)"? cannot represent /.exec(reason) ??
    /" does not exist in "(\w{1,64})" enum\./.exec(reason.slice(-400))
  return type ? `expected ${type[1]}` : 'is not of the type that is expected'
}

const required = (type: string): string => `is required (${type})`

/** The paths of the values of a document, by their nodes: from the argument that they belong to. */
class ValuePaths {
  readonly #paths = new Map<ASTNode, string>()
  /** Where a variable is used first. */
  readonly #uses = new Map<string, string>()

  constructor(document: DocumentNode) {
    const definitions: VariableDefinitionNode[] = []
    visit(document, {
      VariableDefinition: (node) => void definitions.push(node),
      Argument: ({ name, value }) => this.#add(value, name.value),
    })
    for (const { variable, defaultValue } of definitions)
      if (defaultValue) this.#add(defaultValue, this.ofVariable(variable.name.value))
  }

  /** The path of a value; of a member of an object, that of the object. */
  of(node: ASTNode | undefined): string | undefined {
    return node && this.#paths.get(node)
  }

  ofVariable(name: string): string {
    return this.#uses.get(name) ?? name
  }

  #add(node: ValueNode, path: string): void {
    if (node.kind === Kind.VARIABLE) {
      if (!this.#uses.has(node.name.value)) this.#uses.set(node.name.value, path)
      return
    }
    this.#paths.set(node, path)
    if (node.kind === Kind.LIST) node.values.forEach((value, i) => this.#add(value, `${path}[${i}]`))
    if (node.kind !== Kind.OBJECT) return
    for (const field of node.fields) {
      this.#paths.set(field, path)
      this.#add(field.value, `${path}.${field.name.value}`)
    }
  }
}

/** A variable's error: `Variable "$input" got invalid value … at "input.email"; reason`, of which only path and reason are kept. */
function faultOfVariable({ message, originalError }: GraphQLError, paths: ValuePaths): Fault | undefined {
  const [, missing, type] = /^Variable "\$(\w+)" of (?:required|non-null) type "([^"]+)" /.exec(message) ?? []
  if (missing !== undefined) return { path: paths.ofVariable(missing), rule: required(type!) }
  const name = /^Variable "\$(\w+)" got invalid value /.exec(message)?.[1]
  if (name === undefined) return undefined
  // The reason alone is on the error that was wrapped.
  const reason = originalError?.message ?? ''
  const before = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : message
  // A string that was given stands in quotes with its own quotes escaped, so it cannot end like a path.
  const below = / at "\w+((?:[.[][\w.[\]]{0,300})?)"$/.exec(before.slice(-400))?.[1] ?? ''
  const path = paths.ofVariable(name) + below
  const [, member, memberType] = /^Field "(\w+)" of required type "([\w![\]]+)" was not provided\.$/.exec(reason) ?? []
  return member === undefined
    ? { path, rule: expectation(reason) }
    : { path: `${path}.${member}`, rule: required(memberType!) }
}

/** An error of a value that stands in the document. */
function faultOfLiteral({ message, nodes }: GraphQLError, paths: ValuePaths): Fault | undefined {
  const [, argument, type] =
    /^Field "\w+" argument "(\w+)" of type "([^"]+)" is required, but it was not provided\.$/.exec(message) ?? []
  if (argument !== undefined) return { path: argument, rule: required(type!) }
  const path = nodes?.length === 1 ? paths.of(nodes[0]) : undefined
  if (path === undefined) return undefined
  const [, member, memberType] =
    /^Field "\w+\.(\w+)" of required type "([^"]+)" was not provided\.$/.exec(message) ?? []
  return member === undefined
    ? { path, rule: expectation(message) }
    : { path: `${path}.${member}`, rule: required(memberType!) }
}

/** graphql-js gives up after some errors; those that it has found are enough. */
const isAbort = (error: unknown): boolean =>
  error instanceof GraphQLError && /^Too many (?:validation errors|errors processing variables)/.test(error.message)

/**
 * Joins the errors of values that graphql-js refuses, one for each, to one error in the form of the rules of input:
 * every path with what is wrong there. Other errors stay as they are.
 */
export function joinRefusedValues(errors: readonly unknown[], document: DocumentNode | undefined): readonly unknown[] {
  if (document === undefined || errors.length === 0) return errors
  const paths = new ValuePaths(document)
  const fields: Record<string, string[]> = {}
  const nodes = new Set<ASTNode>()
  const others: unknown[] = []
  for (const error of errors) {
    const fault =
      error instanceof GraphQLError && error.path === undefined
        ? (faultOfVariable(error, paths) ?? faultOfLiteral(error, paths))
        : undefined
    if (fault === undefined) {
      others.push(error)
      continue
    }
    const rules = (fields[fault.path] ??= [])
    if (!rules.includes(fault.rule)) rules.push(fault.rule)
    for (const node of (error as GraphQLError).nodes ?? []) nodes.add(node)
  }
  if (nodes.size === 0) return errors
  const refusal = invalidInput(fields)
  const joined = new GraphQLError(refusal.message, { nodes: [...nodes], originalError: refusal })
  return [joined, ...others.filter((error) => !isAbort(error))]
}

import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ValueNode,
  visit,
} from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import type { MaybePromise, ResolvedOperation } from './plugin.js'
import { readVariables } from './variables.js'

/** Runs an operation of one document. */
type CompiledQuery = (context: unknown, variables: Variables) => MaybePromise<ExecutionResult>

type Variables = Readonly<Record<string, unknown>>

/** What an operation is compiled from. */
type Source = Pick<ResolvedOperation, 'source' | 'document' | 'operation' | 'operationName'>

/** Compiled operations that are cached: several times as many as all clients together have. */
const MAX_COMPILED = 250
/** The length of their documents together: a compiled operation keeps its document and takes several times as much memory. */
const MAX_COMPILED_CHARACTERS = 128 * 1024

/** The execution of an operation at which it is compiled: code is worth its price for an operation that comes again. */
const COMPILED_AT = { auto: 2, compiled: 1, interpreted: Infinity } as const

/** Names that every object inherits: the compiler takes them for names that were given. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/**
 * Literal text that may become a part of the compiled code. The compiler writes literals into the code, and replaces
 * markers of its own there, all with two underscores, by expressions: a client's text with a marker would be executed.
 */
const PLAIN_TEXT = /^(?!.*__)[\w .:@+/=-]*$/

/**
 * True for a document that the compiler reads otherwise than graphql-js: introspection, conditions on fields that are
 * asked for twice, variables within a literal (one that is left out becomes null there, which clears; one in JSON is
 * lost), names that every object has, and literals that are not plain. An alias with an underscore is such a name too:
 * the compiler joins the names of a path with it, and takes two equal ones for one field.
 */
function needsInterpreter(document: DocumentNode): boolean {
  let is = false
  const within = (values: readonly ValueNode[]) => values.some(({ kind }) => kind === Kind.VARIABLE)
  visit(document, {
    Field: ({ name, alias }) => {
      is ||= name.value === '__schema' || name.value === '__type' || INHERITED.has((alias ?? name).value)
      is ||= alias?.value.includes('_') === true
    },
    StringValue: ({ value }) => {
      is ||= !PLAIN_TEXT.test(value)
    },
    EnumValue: ({ value }) => {
      is ||= !PLAIN_TEXT.test(value)
    },
    Directive: ({ name }) => {
      is ||= name.value === 'skip' || name.value === 'include'
    },
    Variable: ({ name }) => {
      is ||= INHERITED.has(name.value)
    },
    ObjectField: ({ name, value }) => {
      is ||= INHERITED.has(name.value) || !PLAIN_TEXT.test(name.value) || within([value])
    },
    ListValue: ({ values }) => {
      is ||= within(values)
    },
  })
  return is
}

/**
 * True for a query, and for a mutation of one field: after a field that failed and may not be null, the compiler runs the
 * fields behind it, which are writes that graphql-js does not begin.
 */
function isCompiled({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean {
  if (operation === OperationTypeNode.MUTATION) return selections.length === 1 && selections[0]!.kind === Kind.FIELD
  return operation === OperationTypeNode.QUERY
}

/** The compiler's errors lack members that those of graphql-js always have. */
const complete = (error: GraphQLError & { readonly extensions?: unknown }): GraphQLError =>
  error.extensions === undefined
    ? Object.assign(
        new GraphQLError(error.message, { path: error.path, originalError: error.originalError ?? error }),
        { locations: error.locations },
      )
    : error

const completed = (result: ExecutionResult): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(complete) } : result

const interpret =
  (schema: GraphQLSchema, { document, operation, operationName }: Source): CompiledQuery =>
  (contextValue, variableValues) => {
    const { errors } = readVariables(schema, operation.variableDefinitions ?? [], variableValues)
    return errors ? { errors } : execute({ schema, document, contextValue, variableValues, operationName })
  }

/** An operation as a function, or by graphql-js where the compiler would read it otherwise. */
function compile(schema: GraphQLSchema, source: Source): CompiledQuery {
  const { document, operation, operationName } = source
  const code = needsInterpreter(document)
    ? undefined
    : compileQuery(schema, document, operationName, { disablingCapturingStackErrors: true })
  if (code === undefined || !isCompiledQuery(code)) return interpret(schema, source)
  return (context, variables) => {
    // As for the interpreter, so that refusals and defaults are the same whichever way the operation runs.
    const { errors, coerced } = readVariables(schema, operation.variableDefinitions ?? [], variables)
    if (errors) return { errors }
    const result = code.query(undefined, context, coerced)
    return result instanceof Promise ? result.then(completed) : completed(result)
  }
}

/** Executes operations: a result, or what graphql-js throws in place of one. */
export type Executor = (operation: ResolvedOperation) => MaybePromise<ExecutionResult>

/** Answers an operation in place of its execution; undefined for one that is to be executed. */
type Check = (operation: ResolvedOperation) => ExecutionResult | undefined

/** Executes the operations that pass every check; the first check that answers one is its answer. */
export const checked =
  (checks: readonly Check[], execute: Executor): Executor =>
  (operation) => {
    for (const check of checks) {
      const answer = check(operation)
      if (answer !== undefined) return answer
    }
    return execute(operation)
  }

/**
 * Executes operations, as compiled functions where they come again and by graphql-js otherwise; both answer the same.
 * `auto` compiles an operation the second time it comes; the other two modes do one thing always.
 */
export function createExecutor(schema: GraphQLSchema, mode: keyof typeof COMPILED_AT): Executor {
  const executions = new WeakMap<OperationDefinitionNode, number>()
  const compiled = new LRUCache<OperationDefinitionNode, CompiledQuery>({
    max: MAX_COMPILED,
    maxSize: MAX_COMPILED_CHARACTERS,
  })

  /** Nothing is cached by an operation's name, which may be any caller's word. */
  function queryOf(source: Source): CompiledQuery {
    const { operation } = source
    if (!isCompiled(operation)) return interpret(schema, source)
    const known = compiled.get(operation)
    if (known) return known
    const count = (executions.get(operation) ?? 0) + 1
    executions.set(operation, count)
    if (count < COMPILED_AT[mode]) return interpret(schema, source)
    const query = compile(schema, source)
    compiled.set(operation, query, { size: Math.max(1, source.source.length) })
    return query
  }

  return (operation) => queryOf(operation)(operation.context, operation.variables)
}

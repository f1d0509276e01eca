import type { ApolloServerOptions } from '@apollo/server'
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import type { Listener, Plugin, OperationContext } from './plugin.js'

type Gateway = NonNullable<ApolloServerOptions<OperationContext>['gateway']>
type Result = Awaited<ReturnType<NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>>>

/** Runs an operation of one document. */
type CompiledQuery = (
  context: unknown,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult> | ExecutionResult

/** Each may take a megabyte: several times as many as all clients together have. */
const MOST_COMPILED = 250

/** At which sight of a document it is compiled: code is worth its price for one that comes again. */
const COMPILED_AT = { auto: 2, compiled: 1, interpreted: Infinity } as const

const TEXTS: ReadonlySet<string> = new Set(['ID', 'String'])

/** Names that every object has already: the compiler takes them for what was given. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/**
 * What the compiler reads otherwise than graphql-js: introspection, conditions on fields that are asked for twice,
 * variables within a literal (one that is left out becomes null there, which clears; one in JSON is lost), and names
 * that every object has.
 */
function needsInterpreter(document: DocumentNode): boolean {
  let is = false
  const within = (values: readonly ValueNode[]) => values.some(({ kind }) => kind === Kind.VARIABLE)
  visit(document, {
    Field: ({ name, alias }) => {
      is ||= name.value === '__schema' || name.value === '__type' || INHERITED.has((alias ?? name).value)
    },
    Directive: ({ name }) => {
      is ||= name.value === 'skip' || name.value === 'include'
    },
    Variable: ({ name }) => {
      is ||= INHERITED.has(name.value)
    },
    ObjectField: ({ name, value }) => {
      is ||= INHERITED.has(name.value) || within([value])
    },
    ListValue: ({ values }) => {
      is ||= within(values)
    },
  })
  return is
}

/** The names of an operation's variables, where each must be given and as a text, of which there is nothing to coerce. */
function textsOf({ variableDefinitions = [] }: OperationDefinitionNode): readonly string[] | undefined {
  const isText = ({ type }: VariableDefinitionNode) =>
    type.kind === Kind.NON_NULL_TYPE && type.type.kind === Kind.NAMED_TYPE && TEXTS.has(type.type.name.value)
  return variableDefinitions.every((definition) => isText(definition) && definition.defaultValue === undefined)
    ? variableDefinitions.map(({ variable }) => variable.name.value)
    : undefined
}

/** What is given under these names; undefined unless all of it is text. */
function given(names: readonly string[], variables: Record<string, unknown>): Record<string, unknown> | undefined {
  const texts: Record<string, unknown> = {}
  for (const name of names) {
    if (typeof variables[name] !== 'string') return undefined
    texts[name] = variables[name]
  }
  return texts
}

/** The compiler's errors lack members that those of graphql-js always have. */
const complete = (error: GraphQLError & { readonly extensions?: unknown }): GraphQLError =>
  error.extensions === undefined
    ? Object.assign(
        new GraphQLError(error.message, { path: error.path, originalError: error.originalError ?? error }),
        { locations: error.locations },
      )
    : error

/** How operations are run: a plugin runs them, and the gateway hands over what did not go well. */
export interface Executor {
  readonly plugin: Plugin
  readonly gateway: Gateway
}

/**
 * Executes operations, as compiled functions where they come again and by graphql-js otherwise; both answer the same.
 * `auto` compiles what comes a second time; the other two modes do one thing always.
 *
 * Apollo Server takes an executor of one's own only through the door made for gateways, and makes an object with
 * accessors for each operation that passes it: V8 keeps all that the operation held until the next full collection. So a
 * plugin answers in place of execution, and only a result with errors goes through that door, for Apollo to word them.
 */
export function createExecutor(schema: GraphQLSchema, mode: keyof typeof COMPILED_AT): Executor {
  const seen = new WeakMap<OperationDefinitionNode, number>()
  const compiled = new LRUCache<OperationDefinitionNode, CompiledQuery>({ max: MOST_COMPILED })

  const interpret =
    (document: DocumentNode, operationName: string | undefined): CompiledQuery =>
    (contextValue, variableValues) =>
      execute({ schema, document, contextValue, variableValues, operationName })

  function compile(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    operationName: string | undefined,
  ): CompiledQuery {
    const code = needsInterpreter(document)
      ? undefined
      : compileQuery(schema, document, operationName, { disablingCapturingStackErrors: true })
    if (code === undefined || !isCompiledQuery(code)) return interpret(document, operationName)
    const texts = textsOf(operation)
    const completed = (result: ExecutionResult): ExecutionResult =>
      result.errors ? { ...result, errors: result.errors.map(complete) } : result
    return (context, variables) => {
      // Variables are judged by graphql-js, so that refusals and defaults are the same whichever way the operation runs.
      const plain = texts && given(texts, variables)
      const { errors, coerced } = plain
        ? { coerced: plain }
        : getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 50 })
      if (errors) return { errors }
      const result = code.query(undefined, context, coerced)
      return result instanceof Promise ? result.then(completed) : completed(result)
    }
  }

  /** The way this operation of the document is run from now on. Nothing is kept by a name, which may be any caller's word. */
  function runOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    operationName: string | undefined,
  ): CompiledQuery {
    // A write costs its provider's time, beside which a compiled one would save nothing.
    if (operation.operation !== OperationTypeNode.QUERY) return interpret(document, operationName)
    const known = compiled.get(operation)
    if (known) return known
    const sights = (seen.get(operation) ?? 0) + 1
    seen.set(operation, sights)
    if (sights < COMPILED_AT[mode]) return interpret(document, operationName)
    const run = compile(document, operation, operationName)
    compiled.set(operation, run)
    return run
  }

  /** A result with errors is kept for the gateway, and so is what is thrown: out of a hook it is neither logged nor given a correlation id. */
  const listener: Listener = {
    resultOf({ document, operation, request, contextValue }) {
      if (!operation) return null
      const { passage } = contextValue
      const whole = (result: ExecutionResult): ExecutionResult | null => {
        if (result.errors === undefined) return result
        passage.failed = () => result
        return null
      }
      const thrown = (error: unknown): null => {
        passage.failed = () => {
          throw error as Error
        }
        return null
      }
      try {
        const result = runOf(document, operation, request.operationName)(contextValue, request.variables ?? {})
        return result instanceof Promise ? result.then(whole, thrown) : whole(result)
      } catch (error) {
        return thrown(error)
      }
    },
  }

  return {
    plugin: { requestDidStart: () => listener },
    gateway: {
      load: () =>
        Promise.resolve({
          async executor({ document, request, context }) {
            const { failed } = (context as OperationContext).passage
            if (failed) return failed() as Result
            if (getOperationAST(document, request.operationName))
              throw new Error('An operation came to its end without a result.')
            // There is none by that name: graphql-js says so.
            return (await interpret(document, request.operationName)(context, request.variables ?? {})) as Result
          },
        }),
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => undefined
      },
      stop: () => Promise.resolve(),
    },
  }
}

import {
  execute,
  type ExecutionResult,
  getNullableType,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  Kind,
  type TypeNode,
  typeFromAST,
} from 'graphql'
import { api, type Operation } from './operations.js'

const SCALARS: Readonly<Record<string, unknown>> = {
  Boolean: true,
  Date: '2000-01-31',
  DateTime: '2000-01-31T12:00:00.000Z',
  Float: 0.5,
  ID: 'id-1',
  Int: 1,
  JSONObject: { any: 'thing' },
  String: 'text',
}

function sampleOf(type: GraphQLType): unknown {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return [sampleOf(nullable.ofType)]
  if (isObjectType(nullable)) return {}
  if (isEnumType(nullable)) return nullable.getValues()[0]!.name
  if (!isInputObjectType(nullable)) return SCALARS[nullable.toString()]
  const required = Object.values(nullable.getFields()).filter(isRequiredInputField)
  return Object.fromEntries(required.map((field) => [field.name, sampleOf(field.type)]))
}

/** Values of an operation's required variables, made from the schema alone. */
export function sampleVariables({ document }: Operation): Record<string, unknown> {
  const [definition] = document.definitions
  const variables = definition?.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : []
  const typed = variables.map(({ variable, type }) => [variable.name.value, typeOf(type)] as const)
  return Object.fromEntries(
    typed.filter(([, type]) => isNonNullType(type)).map(([name, type]) => [name, sampleOf(type)]),
  )
}

const typeOf = (node: TypeNode): GraphQLType => typeFromAST(api, node as Parameters<typeof typeFromAST>[1])!

/** An answer to an operation in which nothing is null, made from the schema alone. */
export function sampleAnswer(operation: Operation): Record<string, unknown> {
  const { data, errors } = execute({
    schema: api,
    document: operation.document,
    variableValues: sampleVariables(operation),
    fieldResolver: (_source, _arguments, _context, { returnType }) => sampleOf(returnType),
  }) as ExecutionResult
  if (errors) throw errors[0]!
  return data!
}
